"""A facilitator's words to the cohort's channel: written, previewed with its audience, sent, corrected, withdrawn."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose, outbox, words
from bot.errors import NotAllowed, Wait
from bot.messages import Address, Audience, Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.outbox import Intent, Row
from bot.store import broadcasts, people
from bot.store.broadcasts import Broadcast
from bot.store.cohorts import Cohort
from bot.visit import Feature, Replacement, Services, Visit

SEND, CORRECT = "broadcast", "broadcast-correction"
_LIMIT = 1800
"""Fits one message on every platform, with the signature."""
_LOOK_AGAIN_SECONDS = 5


async def write(visit: Visit) -> Reply:
    return await visit.read(_write, visit)


def _write(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    return Form(
        visit.services.ids(),
        "Write to the channel",
        "broadcasts.preview",
        (_box(),),
        cohort.cohort,
        intro=f"This is for the whole channel of {cohort.name}. You see it with its audience before it goes out.",
        submit="Preview",
    )


def _box(initial: str = "") -> Field:
    return Field("text", "Your message", required=True, limit=_LIMIT, lines=6, initial=initial)


def _read(visit: Visit) -> str | Errors:
    text = visit.field("text")
    if not text:
        return Errors({"text": "Please write your message first."})
    if words.length(text) > _LIMIT:
        return Errors({"text": f"This is longer than {_LIMIT} characters. Nothing is lost: please shorten it."})
    return text


async def preview(visit: Visit) -> Reply:
    text = _read(visit)
    if isinstance(text, Errors):
        return text
    cohort, where = await visit.read(_channel, visit)
    if where is None:
        return Errors({"": "This cohort has no channel yet. Choose one under People, then write again."})
    audience = await visit.services.directory.members(where)
    made = await visit.once(broadcasts.draft, visit.who, cohort.cohort, text, visit.now, visit.services.ids)
    return Outgoing(
        f"This goes to the cohort's channel, where {words.people(len(audience))} can read it. Nothing is sent yet.",
        quotes=(Quote(text),),
        options=(
            Option("Send it now", "broadcasts.send", made, "primary"),
            Option("Do not send", "broadcasts.discard", made),
        ),
    )


def _channel(tx: Connection, visit: Visit) -> tuple[Cohort, Address | None]:
    cohort = choose.led_cohort(tx, visit, visit.value)
    return cohort, people.place_address(tx, cohort.tenant, cohort.place) if cohort.place else None


async def send(visit: Visit) -> Reply:
    return await visit.once(_send, visit)


def _send(tx: Connection, visit: Visit) -> Reply:
    found, cohort = _mine(tx, visit)
    if found.state != broadcasts.DRAFT or not cohort.place:
        return Outgoing("This was sent before, or taken away. Nothing was sent again.", replaces=True)
    broadcasts.change(tx, found, state=broadcasts.SENT, at=visit.now)
    outbox.put(
        tx,
        [
            Intent(
                cohort.tenant,
                cohort.cohort,
                SEND,
                0,
                cohort.place,
                visit.now,
                True,
                subject=found.broadcast,
            )
        ],
    )
    return Outgoing(
        "On its way to the channel.",
        options=(
            Option("Correct it", "broadcasts.edit", found.broadcast),
            _withdraw_option(found),
        ),
        replaces=True,
    )


async def discard(visit: Visit) -> Reply:
    return await visit.write(_discard, visit)


def _discard(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    if found.state == broadcasts.DRAFT:
        broadcasts.change(tx, found, state=broadcasts.WITHDRAWN, text="")
    return Outgoing("Not sent.", replaces=True)


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    found = broadcasts.sent(tx, cohort.tenant, cohort.cohort)
    if not found:
        return Outgoing("Nothing has been sent to the channel by facilitators yet.")
    return Outgoing(
        "Press one to correct or withdraw it.",
        title="Sent to the channel",
        options=tuple(
            Option(
                words.cut(f"{words.local_day(one.at, visit.who.zone)}: {one.text}", 75),
                "broadcasts.open",
                one.broadcast,
            )
            for one in found[:10]
        ),
    )


async def open_one(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    if found.state != broadcasts.SENT:
        return Outgoing("This message was withdrawn.")
    return Outgoing(
        f"Sent on {words.local_day(found.at, visit.who.zone)}.",
        quotes=(Quote(found.text),),
        options=(Option("Correct it", "broadcasts.edit", found.broadcast), _withdraw_option(found)),
    )


async def edit(visit: Visit) -> Reply:
    return await visit.read(_edit, visit)


def _edit(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    if found.state != broadcasts.SENT:
        return Outgoing("This message was withdrawn, so there is nothing to correct.")
    return Form(
        visit.services.ids(),
        "Correct the message",
        "broadcasts.correct",
        (_box(found.text),),
        found.broadcast,
        intro="The message in the channel is replaced, with a note that it was corrected.",
        submit="Correct it",
    )


async def correct(visit: Visit) -> Reply:
    text = _read(visit)
    return text if isinstance(text, Errors) else await visit.once(_correct, visit, text)


def _correct(tx: Connection, visit: Visit, text: str) -> Reply:
    found, cohort = _mine(tx, visit)
    if found.state != broadcasts.SENT:
        return Errors({"": "This message was withdrawn meanwhile, so nothing was changed."})
    broadcasts.change(tx, found, text=text)
    _replace(tx, visit, cohort, found)
    return Outgoing("Corrected: the channel shows the new words, with a note.")


async def withdraw(visit: Visit) -> Reply:
    return await visit.once(_withdraw, visit)


def _withdraw(tx: Connection, visit: Visit) -> Reply:
    found, cohort = _mine(tx, visit)
    broadcasts.change(tx, found, state=broadcasts.WITHDRAWN, text="")
    _replace(tx, visit, cohort, found)
    return Outgoing(
        "Withdrawn: it is taken out of the channel. Who has already read it may remember it.", replaces=True
    )


def _withdraw_option(found: Broadcast) -> Option:
    return Option(
        "Withdraw it",
        "broadcasts.withdraw",
        found.broadcast,
        "danger",
        "Take this message out of the channel?",
    )


def _replace(tx: Connection, visit: Visit, cohort: Cohort, found: Broadcast) -> None:
    before = outbox.rows(tx, cohort.tenant, cohort.cohort, CORRECT, found.broadcast)
    if cohort.place:
        outbox.put(
            tx,
            [
                Intent(
                    cohort.tenant,
                    cohort.cohort,
                    CORRECT,
                    len(before) + 1,
                    cohort.place,
                    visit.now,
                    True,
                    subject=found.broadcast,
                )
            ],
        )


def _mine(tx: Connection, visit: Visit) -> tuple[Broadcast, Cohort]:
    found = broadcasts.find(tx, visit.who.tenant, visit.value)
    if found is None:
        raise NotAllowed("That message is not yours to change, so nothing was changed.")
    return found, choose.led_cohort(tx, visit, found.cohort)


# --- the words -----------------------------------------------------------------------------------


def message(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    found = broadcasts.find(tx, row.intent.tenant, row.intent.subject)
    if found is None or found.state != broadcasts.SENT:
        return None
    return _words(tx, found)


def _words(tx: Connection, found: Broadcast, note: str = "") -> Outgoing:
    name = people.somebody(tx, found.tenant, found.person).name
    return Outgoing(
        found.text,
        note=f"From {name}, facilitator{note}",
        audience=Audience.CHANNEL,
    )


def correction(tx: Connection, services: Services, row: Row) -> Replacement | None:
    intent = row.intent
    found = broadcasts.find(tx, intent.tenant, intent.subject)
    first = outbox.rows(tx, intent.tenant, intent.cohort, SEND, intent.subject)
    if found is None or not first:
        return None
    if first[0].state in (outbox.SENDING, outbox.UNKNOWN):  # it may stand in the channel: first that is found out
        raise Wait(_LOOK_AGAIN_SECONDS)
    if first[0].ref is None:
        return None
    if found.state == broadcasts.WITHDRAWN:
        return Replacement(first[0].ref, None)
    return Replacement(first[0].ref, _words(tx, found, " · corrected"))


feature = Feature(
    "broadcasts",
    presses={
        "write": write,
        "send": send,
        "discard": discard,
        "list": listing,
        "open": open_one,
        "edit": edit,
        "withdraw": withdraw,
    },
    submissions={"preview": preview, "correct": correct},
    compose={SEND: message, CORRECT: correction},
)
