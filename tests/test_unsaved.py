"""A form that was sent in and not taken: its words wait for a day, sealed, for their writer alone."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from bot import daily_round, own_data
from bot.audit import REFUSED
from bot.messages import Errors, Form, Press, Reply
from bot.store.tables import audit, draft
from tests.databases import ON_BOTH
from tests.test_own_data import gathered, journal
from tests.town import Town, text_of
from tests.ways import answers, delivered, entries, first_week, kept, labels, on_disk, write

WORDS = "qzunsavedqux I would rather finish this sentence later."
TOO_LONG = WORDS + "x" * 3000
TWO = ("renata", "kwame")


async def refused(town: Town, who: str = "renata") -> Form:
    """The current form, sent in with more than fits."""
    form = await town.command(who, "/reflect")
    assert isinstance(form, Form)
    assert isinstance(await town.submit(who, form, answers(form, hope=TOO_LONG, worry=WORDS)), Errors)
    return form


async def look(town: Town, who: str = "renata") -> Reply:
    return await town.press(who, await town.command(who, "/journal"), "What was not saved")


def shown(reply: Reply) -> dict[str, object]:
    assert isinstance(reply, Form), reply
    return {one.name: one.initial for one in reply.fields}


@ON_BOTH
async def test_a_form_that_was_refused_opens_again_with_its_words(town: Town) -> None:
    """Also the choices; and what is saved then is an entry, and waits no more."""
    await first_week(town, TWO)
    await refused(town)
    again = await town.command("renata", "/reflect")
    assert shown(again)["hope"] == TOO_LONG
    assert "Your words from before are still here." in text_of(again)
    assert "longer than fits; /journal has all of it" in text_of(again)
    saved = await town.submit("renata", again, {"hope": WORDS})
    assert "Saved." in text_of(saved)
    assert kept(town)["draft"] == []
    assert "still here" not in text_of(await town.command("renata", "/reflect"))


async def test_what_was_not_saved_can_be_read_and_let_go_in_the_journal(town: Town) -> None:
    """With its questions, all of it, and until when it waits."""
    await first_week(town, TWO)
    await refused(town)
    page = await look(town)
    assert TOO_LONG in text_of(page)
    assert "Only you see this." in text_of(page)
    assert labels(page) == ["Open the form again", "Remove it now", "My journal"]
    assert shown(await town.press("renata", page, "Open the form again"))["worry"] == WORDS
    assert "Nothing of it is kept" in text_of(await town.press("renata", page, "Remove it now"))
    assert kept(town)["draft"] == []
    assert "What was not saved" not in labels(await town.command("renata", "/journal"))


async def test_a_change_that_was_refused_waits_beside_its_entry(town: Town) -> None:
    """The entry itself stays as it was; when it is deleted, the change goes with it."""
    await first_week(town, TWO)
    await write(town, "renata", hope="As it was.")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    assert isinstance(await town.submit("renata", form, {"hope": TOO_LONG}), Errors)
    assert shown(await town.act("renata", Press("journal.edit", entry)))["hope"] == TOO_LONG
    assert "As it was." in text_of(await town.act("renata", Press("journal.read", entry)))
    await town.act("renata", Press("journal.delete", entry))
    assert kept(town)["draft"] == []


async def test_a_note_that_was_refused_waits_too(town: Town) -> None:
    """It belongs to no prompt."""
    await first_week(town, TWO)
    await town.press("renata", await town.say("renata", "A thought of mine."), "Save privately")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    assert isinstance(await town.submit("renata", form, {"note": TOO_LONG}), Errors)
    assert TOO_LONG in text_of(await look(town))
    assert shown(await town.act("renata", Press("journal.edit", entry)))["note"] == TOO_LONG


@pytest.mark.parametrize("way", ["skip", "think", "forget"])
async def test_it_goes_with_a_decision_to_keep_nothing(town: Town, way: str) -> None:
    """Skipping, thinking without storing, and being forgotten."""
    cohort = await first_week(town, TWO)
    await refused(town)
    assert len(kept(town)["draft"]) == 1
    if way == "skip":
        await town.act("renata", Press("weekly.skip", f"{cohort}:0"))
    elif way == "think":
        form = await town.act("renata", Press("thinking.open", f"{cohort}:0"))
        await town.submit("renata", form, {"hope": TOO_LONG})
    else:
        await town.press("renata", await town.command("renata", "/privacy"), "Erase my data")
    assert kept(town)["draft"] == []


@ON_BOTH
async def test_after_a_day_it_opens_no_more_and_then_it_is_gone(town: Town) -> None:
    """By the machine's clock, whatever the calendar of a demo says."""
    await first_week(town, TWO)
    await refused(town)
    town.machine.go_on(24 * 3600 - 1)
    assert "What was not saved" in labels(await town.command("renata", "/journal"))
    town.machine.go_on(1)
    assert "What was not saved" not in text_of(await town.command("renata", "/journal"))
    assert "still here" not in text_of(await town.command("renata", "/reflect"))
    await daily_round.once(town.house.services, town.house.settings.data / "backups")
    assert kept(town)["draft"] == []


async def test_only_its_writer_can_open_it(town: Town) -> None:
    """It stands nowhere as text, is sent to nobody, and a stranger at its button is refused and recorded."""
    await first_week(town, TWO)
    await refused(town)
    page = await look(town)
    assert not on_disk(town, WORDS)
    assert WORDS not in delivered(town)
    for action in ("unsaved.look", "unsaved.let-go"):
        which = next(one.value for one in page.options if one.action == "unsaved.let-go")  # type: ignore[union-attr]
        reply = await town.act("kwame", Press(action, which))
        assert WORDS not in text_of(reply)
        assert "belongs to somebody else" in text_of(reply)
    with town.house.store.begin() as tx:
        noted = [row.action for row in tx.execute(audit.select()) if row.outcome == REFUSED]
    assert noted == ["unsaved.look", "unsaved.let-go"]
    assert TOO_LONG in text_of(await look(town))


async def test_a_date_that_was_moved_in_the_database_opens_nothing(town: Town) -> None:
    """Until when it waits is sealed with it."""
    await first_week(town, TWO)
    await refused(town)
    with town.house.store.begin() as tx:
        tx.execute(update(draft).values(until=town.machine.at.replace(year=2030)))
    assert "Nothing is waiting" in text_of(await look(town))


async def test_one_that_was_let_go_and_put_back_opens_nothing(town: Town) -> None:
    """Neither by hand nor with an older copy of the data."""
    await first_week(town, TWO)
    await refused(town)
    with town.house.store.begin() as tx:
        row = dict(tx.execute(draft.select()).one()._mapping)
    await town.press("renata", await look(town), "Remove it now")
    with town.house.store.begin() as tx:
        tx.execute(draft.insert().values(**row))
    assert "Nothing is waiting" in text_of(await look(town))


async def test_nothing_is_kept_while_the_vault_is_locked(town: Town) -> None:
    """The form stays open with its words, and that is all there is."""
    await first_week(town, TWO)
    form = await town.command("renata", "/reflect")
    assert isinstance(form, Form)
    town.house.services.vault.cause = "The key is not there."
    assert isinstance(await town.submit("renata", form, answers(form, hope=TOO_LONG)), Errors)
    assert kept(town)["draft"] == []


@pytest.mark.parametrize("said", ["", "y" * 1_000_000])
async def test_an_empty_form_and_an_endless_one_are_not_kept(town: Town, said: str) -> None:
    """There is nothing to keep, or it was not written in this form."""
    await first_week(town, TWO)
    form = await town.command("renata", "/reflect")
    assert isinstance(form, Form)
    empty = {one.name: "" for one in form.fields}
    assert isinstance(await town.submit("renata", form, empty | {"hope": said}), Errors)
    assert kept(town)["draft"] == []


async def test_it_can_be_taken_along(town: Town) -> None:
    """As long as it waits, it is a part of everything that is kept of its writer."""
    await first_week(town, TWO)
    await refused(town)
    held = gathered(town, "renata")
    (one,) = journal(held)["not_saved"]
    assert one["answers"]["worry"] == WORDS
    assert f"> {WORDS}" in held[own_data.READABLE].decode()


async def test_a_form_of_a_cohort_that_was_left_meanwhile_leaves_its_words_to_read(town: Town) -> None:
    """There is no form to go back into any more, so the page offers none."""
    cohort = await first_week(town, TWO)
    form = await town.command("renata", "/reflect")
    await town.act("renata", Press("pausing.leave", cohort))
    assert isinstance(await town.submit("renata", form, answers(form, hope=WORDS)), Errors)
    page = await look(town)
    assert WORDS in text_of(page)
    assert labels(page) == ["Remove it now", "My journal"]
