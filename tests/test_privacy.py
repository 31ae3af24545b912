"""Who can read what, taking everything out, and being forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Form, Outgoing, Press
from tests.town import Town, text_of
from tests.ways import MEMBERS, at, entries, first_week, kept, labels, on_disk, share, write

CANARY = "canary-of-renata"


async def everything(town: Town) -> str:
    """Renata writes, sets a step, shares, notes and asks; returns the cohort."""
    cohort = await first_week(town)
    await write(town, "renata", hope=f"{CANARY} hope", step=f"{CANARY} step")
    (entry,) = await entries(town, "renata")
    await town.press("renata", await share(town, "renata", entry, "cohort"), "Share it")
    await town.press("renata", await town.say("renata", f"{CANARY} note"), "Save privately")
    form = await town.act("renata", Press("requests.open"))
    assert isinstance(form, Form)
    await town.submit("renata", form, {"whom": form.fields[0].choices[0][0], "text": f"{CANARY} question"})
    form = await town.act("renata", Press("own-clock.settings", cohort))
    await town.submit("renata", form, {"zone": "Asia/Tokyo", "quiet_from": "22:22"})
    return cohort


def bodies(row: tuple[object, ...]) -> list[bytes]:
    return [value for value in row if isinstance(value, bytes)]


@pytest.mark.parametrize(
    "said",
    [
        "You: everything you wrote",
        "Facilitators: counts only, and only for groups of 5 or more",
        "Never a list of who answered",
        "Other members: only what you share",
        "the town's own people): they hold its keys",
        "This chat platform: ordinary messages",
        "Its owners may be able to export them",
        "Nobody: your questions",
        "I look for words that may mean danger",
    ],
)
async def test_who_can_read_what_names_everybody_who_can(town: Town, said: str) -> None:
    """Limits are said as plainly as promises."""
    shown = await town.press("renata", await town.command("renata", "/privacy"), "Who can read what")
    assert said in text_of(shown)


async def test_erasing_asks_first(town: Town) -> None:
    """The button carries what it does and that it cannot be undone."""
    page = await town.command("renata", "/privacy")
    assert isinstance(page, Outgoing)
    assert "cannot be brought back" in next(one.confirm for one in page.options if one.label == "Erase my data")


async def test_erased_words_are_gone_from_the_file_as_well(town: Town) -> None:
    """Not even the sealed bytes are left, in the database or in its log."""
    await everything(town)
    assert not on_disk(town, CANARY)
    sealed = [body for name in ("entry", "share", "request") for row in kept(town)[name] for body in bodies(row)]
    assert len(sealed) == 4
    assert all(on_disk(town, one) for one in sealed)
    await town.act("renata", Press("privacy.erase"))
    assert not any(on_disk(town, one) for one in sealed)


async def test_erasing_touches_nobody_else(town: Town) -> None:
    """Another member's entries and place stay."""
    await everything(town)
    await write(town, "kwame", hope="Kwame's own.")
    await town.act("renata", Press("privacy.erase"))
    assert len(await entries(town, "kwame")) == 1
    await town.act("renata", Press("privacy.erase"))  # twice is harmless
    assert len(await entries(town, "kwame")) == 1


async def test_after_erasing_nothing_is_sent(town: Town) -> None:
    """No prompt, no reminder, no step."""
    await everything(town)
    await town.act("renata", Press("privacy.erase"))
    before = len(town.private("renata"))
    await at(town, town.clock.now() + timedelta(weeks=3))
    assert len(town.private("renata")) == before
    assert "empty" in text_of(await town.command("renata", "/journal"))


async def test_who_was_erased_can_be_invited_and_welcomed_again(town: Town) -> None:
    """From the beginning: a welcome, a Start, this week's prompt, an empty journal."""
    cohort = await everything(town)
    await town.act("renata", Press("privacy.erase"))
    before = len(town.private("renata"))
    form = await town.act("imani", Press("setup.roster", cohort))
    await town.submit("imani", form, {"members": [str(town.chat.who(one)) for one in MEMBERS]})
    (welcome,) = town.private("renata")[before:]
    assert welcome.title == "Welcome to Sample cohort"
    await town.press("renata", welcome, "Start")
    assert town.prompt("renata") is town.private("renata")[-1]
    await write(town, "renata", hope="A new beginning.")
    assert len(await entries(town, "renata")) == 1


async def test_a_form_that_is_open_while_its_writer_erases_saves_nothing(town: Town) -> None:
    """Erased means erased; the words stay in the form to be copied."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    await town.act("renata", Press("privacy.erase"))
    assert isinstance(form, Form)
    reply = await town.submit("renata", form, {"quiet-time": form.fields[0].choices[0][0]})
    assert "nothing was saved" in text_of(reply)
    assert kept(town)["entry"] == []


async def test_the_privacy_page_is_open_to_everybody(town: Town) -> None:
    """Also to who belongs to no cohort."""
    assert labels(await town.command("yusuf", "/privacy")) == [
        "Who can read what?",
        "What do facilitators see?",
        "Who did what about me?",
        "Download my data",
        "How long is it kept?",
        "Erase my data",
    ]
