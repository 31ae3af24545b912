"""One's own journal: paging, reading, changing, deleting, notes, and one's own chart."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Errors, Form, Outgoing, Press
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, answers, at, entries, first_week, kept, labels, read, share, write

WEEK = timedelta(weeks=1)


async def note(town: Town, who: str, text: str) -> None:
    await town.press(who, await town.say(who, text), "Save privately")


async def test_an_empty_journal_says_how_to_begin(town: Town) -> None:
    """Also for somebody who belongs to no cohort."""
    assert "/reflect" in text_of(await town.command("yusuf", "/journal"))


async def test_the_list_pages_from_newest_to_oldest(town: Town) -> None:
    """Five at a time, each once, and the last page has no further one."""
    await first_week(town)
    for number in range(12):
        await note(town, "renata", f"Thought {number}.")
    page = await town.command("renata", "/journal")
    assert "12 entries" in text_of(page)
    seen: list[str] = []
    while True:
        assert isinstance(page, Outgoing)
        seen += [one.value for one in page.options if one.action == "journal.read"]
        if "Older entries" not in labels(page):
            break
        page = await town.press("renata", page, "Older entries")
    assert len(seen) == len(set(seen)) == 12
    assert "Thought 11." in await read(town, "renata", seen[0])
    assert "Thought 0." in await read(town, "renata", seen[-1])


@pytest.mark.parametrize("value", ["x", "-5", "²", "999999", "9" * 5000, "\ud800"])
async def test_an_altered_page_shows_the_newest(town: Town, value: str) -> None:
    """Never an error, never an empty page."""
    await first_week(town)
    await write(town, "renata")
    page = await town.act("renata", Press("journal.list", value))
    assert "Arrive and settle in" in labels(page)


async def test_reading_shows_questions_answers_and_when(town: Town) -> None:
    """In the reader's zone, with who can see it."""
    await first_week(town)
    await write(town, "renata", hope="A calm hour.", worry="Too many mails.")
    (entry,) = await entries(town, "renata")
    shown = await town.act("renata", Press("journal.read", entry))
    assert isinstance(shown, Outgoing)
    assert {(one.title, one.text) for one in shown.quotes} >= {
        ("One hope for these seven weeks", "A calm hour."),
        ("One worry about them", "Too many mails."),
    }
    assert "Tuesday 1 December at 10:00. Only you see this." in shown.note
    assert labels(shown) == ["Edit", "Share…", "Delete", "My journal"]


async def test_deleting_asks_first_and_then_it_is_gone(town: Town) -> None:
    """The button carries the question; afterwards every view says that it is gone."""
    await first_week(town)
    await write(town, "renata", hope="A calm hour.")
    (entry,) = await entries(town, "renata")
    shown = await town.act("renata", Press("journal.read", entry))
    assert isinstance(shown, Outgoing)
    assert "cannot be brought back" in next(one.confirm for one in shown.options if one.label == "Delete")
    assert "Deleted" in text_of(await town.press("renata", shown, "Delete"))
    assert await entries(town, "renata") == []
    for action in ("read", "edit", "delete"):
        assert "not in your journal" in text_of(await town.act("renata", Press(f"journal.{action}", entry)))


async def test_deleting_takes_shared_copies_back(town: Town) -> None:
    """Nobody can open what its writer deleted."""
    await first_week(town)
    await write(town, "renata", hope="A calm hour.")
    (entry,) = await entries(town, "renata")
    await town.press("renata", await share(town, "renata", entry, "cohort"), "Share it")
    notice = town.public()[-1]
    assert "A calm hour." in text_of(await town.press("kwame", notice, "Read it"))
    await town.act("renata", Press("journal.delete", entry))
    assert "taken back" in text_of(await town.press("kwame", notice, "Read it"))


@pytest.mark.parametrize("action", ["read", "edit", "delete"])
@pytest.mark.parametrize("who", ["kwame", "imani"])
async def test_anothers_entry_cannot_be_opened_changed_or_deleted(town: Town, action: str, who: str) -> None:
    """Knowing its id is of no use, to a member or a facilitator."""
    await first_week(town)
    await write(town, "renata", hope="A calm hour.")
    (entry,) = await entries(town, "renata")
    before = kept(town)
    reply = await town.act(who, Press(f"journal.{action}", entry))
    assert "belongs to somebody else" in text_of(reply)
    assert kept(town) == before


async def test_a_note_can_be_changed(town: Town) -> None:
    """It has one box, filled with its words."""
    await note(town, "renata", "First thought.")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    assert isinstance(form, Form)
    assert form.fields[0].initial == "First thought."
    await town.submit("renata", form, {"note": "Second thought."})
    assert "Second thought." in await read(town, "renata", entry)


@pytest.mark.parametrize("words", ["", " \n\t", "\u200b\u200b", "y" * 3001, "👩‍👩‍👧‍👦" * 600])
async def test_a_note_that_cannot_be_kept_stays_in_its_form(town: Town, words: str) -> None:
    """Empty, invisible or too long: the reason stands beside the box, and the note is as it was."""
    await note(town, "renata", "First thought.")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    reply = await town.submit("renata", form, {"note": words})
    assert isinstance(reply, Errors)
    assert list(reply.fields) == ["note"]
    assert "First thought." in await read(town, "renata", entry)


async def test_anothers_note_is_not_changed(town: Town) -> None:
    """The form's value is not enough."""
    await note(town, "renata", "First thought.")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    assert isinstance(await town.submit("kwame", form, {"note": "Stolen."}), Errors)
    assert "First thought." in await read(town, "renata", entry)


async def test_a_note_belongs_to_nobody_else(town: Town) -> None:
    """It has no cohort, so it offers no sharing, and an old button says why."""
    await note(town, "renata", "First thought.")
    (entry,) = await entries(town, "renata")
    assert "Share…" not in labels(await town.act("renata", Press("journal.read", entry)))
    assert "belongs to no cohort" in text_of(await town.act("renata", Press("sharing.choose", entry)))


async def test_the_chart_appears_with_the_first_rating(town: Town) -> None:
    """A picture with the same content in words, for its writer alone."""
    await first_week(town)
    await write(town, "renata")
    assert "My own chart" not in labels(await town.command("renata", "/journal"))
    assert "nothing to draw" in text_of(await town.act("renata", Press("journal.chart")))
    for week, rating in ((1, "2"), (2, "4")):
        await at(town, FIRST_WEEK + week * WEEK)
        form = await town.command("renata", "/reflect")
        assert isinstance(form, Form)
        scale = next(one.name for one in form.fields if one.kind == "choice" and one.choices[0][0] == "1")
        await town.submit("renata", form, answers(form, **{scale: rating}))
    chart = await town.press("renata", await town.command("renata", "/journal"), "My own chart")
    assert isinstance(chart, Outgoing)
    assert chart.picture is not None
    assert chart.picture.data.startswith(b"\x89PNG")
    assert "Naming my values: Week 1" in chart.picture.description
    assert "2 · starting, with some help" in chart.picture.description
    assert "Noticing pressure: Week 2" in chart.picture.description
    assert "Only you see this" in chart.note
    assert "nothing to draw" in text_of(await town.act("kwame", Press("journal.chart")))
