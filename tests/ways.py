"""Ways through the town that many tests take, and ways to look at what is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.messages import Address, Command, Form, Incoming, Outgoing, Press, Reply, Submission, Text
from bot.store import people
from bot.store.tables import metadata
from tests.town import Town, text_of

FIRST_WEEK = datetime(2026, 12, 1, 17, 0, tzinfo=UTC)
"""Tuesday: everybody on Earth has had Monday's prompt, and no reminder is due yet."""
MEMBERS = ("renata", "kwame", "thanh-mai", "yusuf", "leilani", "aroha")


async def at(town: Town, moment: datetime) -> None:
    """Live until a moment, with everything sent at its own time."""
    while (due := await town.house.next_due()) is not None and due <= moment:
        await jump(town, max(due, town.clock.now() + timedelta(seconds=1)))
    await jump(town, moment)


async def jump(town: Town, moment: datetime) -> None:
    """As if the machine had slept until then."""
    town.clock.set(moment)
    await town.house.tick()


async def running(town: Town, members: Sequence[str] = MEMBERS) -> str:
    """A cohort that everybody has started; the first prompt is still to come. Returns its id."""
    cohort = await town.found_cohort(members)
    await town.until("day")  # it is night somewhere, and welcomes wait for the morning
    await town.start(*members)
    return cohort


async def first_week(town: Town, members: Sequence[str] = MEMBERS) -> str:
    cohort = await running(town, members)
    await at(town, FIRST_WEEK)
    return cohort


def answers(form: Reply, **words: str) -> dict[str, str | Sequence[str]]:
    """The first choice or a line wherever an answer is required, and the given words."""
    assert isinstance(form, Form), form
    filled: dict[str, str | Sequence[str]] = {}
    for one in form.fields:
        if one.required and not one.initial and one.choices:
            first = one.choices[0][0]
            filled[one.name] = [first] if one.kind == "choices" else first
        elif one.required and not one.initial:
            filled[one.name] = "One line."
    return filled | words


async def write(town: Town, who: str, **words: str) -> Outgoing:
    """Answer the current prompt; returns the receipt."""
    form = await town.command(who, "/reflect")
    receipt = await town.submit(who, form, answers(form, **words))
    assert isinstance(receipt, Outgoing), receipt
    return receipt


async def entries(town: Town, who: str) -> list[str]:
    """The ids of the entries on the first page of somebody's journal, newest first."""
    journal = await town.command(who, "/journal")
    assert isinstance(journal, Outgoing)
    return [one.value for one in journal.options if one.action == "journal.read"]


async def read(town: Town, who: str, entry: str) -> str:
    return text_of(await town.act(who, Press("journal.read", entry)))


async def share(town: Town, who: str, entry: str, audience: str) -> Outgoing:
    """Through the form to the preview, which is returned; nothing is shared yet."""
    form = await town.act(who, Press("sharing.choose", entry))
    preview = await town.submit(who, form, {"audience": audience})
    assert isinstance(preview, Outgoing), preview
    return preview


def again(form: Reply, values: Mapping[str, str | Sequence[str]]) -> Submission:
    """The same form as another window sends it."""
    assert isinstance(form, Form), form
    initial: dict[str, str | Sequence[str]] = {one.name: one.initial for one in form.fields}
    return Submission(form.id, form.action, form.value, initial | dict(values))


def labels(message: Reply) -> list[str]:
    assert isinstance(message, Outgoing), message
    return [one.label for one in message.options]


async def stranger(town: Town, what: Press | Submission | Command | Text) -> Reply:
    """The same as `town.act`, by a facilitator of another workspace, which is another tenant."""
    town.chat.people["nora"] = ("Nora Elsewhere", "UTC")
    who = Address(town.chat.name, "elsewhere", "person", "nora")
    with town.house.store.begin() as tx:
        one = people.meet(tx, who, await town.chat.person(who), town.clock.now(), town.house.services.ids)
        people.grant(tx, one.tenant, people.WHOLE_TENANT, one.person, people.FACILITATOR)
    reply = await town.house.desk.answer(Incoming(town.house.services.ids(), who, who, what))
    await town.house.tick()
    return reply


def kept(town: Town, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, except the tables named, and the audit: it records who asked, whatever came of it."""
    with town.house.store.engine.connect().execution_options(read_only=True) as tx:
        return {
            table.name: sorted(map(tuple, tx.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in (*but, "audit")
        }


def on_disk(town: Town, words: str | bytes) -> bool:
    """Whether words stand in any file that the house writes, as text or inside the database."""
    needle = words.encode() if isinstance(words, str) else words
    return any(needle in file.read_bytes() for file in town.house.settings.data.rglob("*") if file.is_file())


def delivered(town: Town) -> str:
    """Every word that any person or channel was ever sent, on buttons too."""
    messages = [one.outgoing for one in town.chat.delivered]
    values = [option.value for message in messages for option in message.options]
    pictures = [message.picture.description for message in messages if message.picture]
    return "\n".join([*map(text_of, messages), *values, *pictures])
