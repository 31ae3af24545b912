"""Events: a date is planned and told once, what is around it comes once, and nobody else learns of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot import guest_list, outbox, retention
from bot.messages import Errors, Form, Outgoing, Press
from bot.programs import Whom
from bot.store import cohorts, occasions, people, tables, teams
from bot.store.occasions import Occasion
from tests.databases import BOTH, SQLITE, drop, fresh
from tests.events import MORNING, STARTS, all_events, change, got, planned, preview
from tests.test_teams import LERN
from tests.town import Town, open_town, text_of
from tests.ways import MEMBERS, at, kept, labels, on_disk, read, running, stranger

ALDER, BIRCH = ("renata", "kwame", "thanh-mai", "leilani", "aroha"), "yusuf"
ENDS = STARTS + timedelta(minutes=180)


@pytest.fixture
async def year(request: pytest.FixtureRequest, tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    """A year with two district teams: five people on one, one person on the other."""
    database = fresh(getattr(request, "param", SQLITE), tmp_path)
    async with open_town(tmp_path, index_folder, database=database, public_url="https://bot.example") as town:
        await town.found_cohort(MEMBERS, program="lern")
        await town.until("day")
        await town.start(*MEMBERS)
        await at(town, MORNING)
        with town.house.store.begin() as tx:
            (cohort,) = cohorts.running(tx)
            for name, whom in (("Alder County", ALDER), ("Birch City", (BIRCH,))):
                team = teams.make(tx, cohort, "district", "", name, town.clock.now(), town.house.services.ids)
                for who in whom:
                    known = people.known(tx, town.chat.who(who))
                    assert known is not None
                    teams.join(tx, team, known.person, "member", town.clock.now())
        yield town
    drop(database)


def held(town: Town) -> list[Occasion]:
    with town.house.store.begin() as tx:
        (cohort,) = cohorts.running(tx)
        return occasions.of_cohort(tx, cohort, cancelled=True)


def rows(town: Town, kind: str, state: str = outbox.SENT) -> list[str]:
    """The recipients of what is in the outbox."""
    at, what, who = (list(tables.outbox.c.keys()).index(name) for name in ("state", "kind", "recipient"))
    return [row[who] for row in kept(town)["outbox"] if row[what] == kind and row[at] == state]


def seat_designers(town: Town) -> None:
    """Two of Alder County, and a student who was made one by mistake."""
    with town.house.store.begin() as tx:
        (cohort,) = cohorts.running(tx)
        outer = next(one for one in teams.of_cohort(tx, cohort) if one.name == "Alder County")
        team = teams.make(tx, cohort, "design", outer.team, "Designers", town.clock.now(), town.house.services.ids)
        for who, role in (("renata", "designer"), ("kwame", "designer"), ("leilani", "student")):
            known = people.known(tx, town.chat.who(who))
            assert known is not None
            teams.join(tx, team, known.person, role, town.clock.now())


async def note(town: Town, who: str, **words: str) -> Outgoing:
    """The exit note that somebody was sent, filled."""
    form = await town.press(who, got(town, who, "exit note")[-1], "Write without my name")
    receipt = await town.submit(who, form, words)
    assert isinstance(receipt, Outgoing), text_of(receipt)
    return receipt


async def test_a_date_is_shown_with_all_that_follows_before_anybody_is_told(year: Town) -> None:
    """And told once to each, in their own zone."""
    shown = await preview(year)
    assert "Wednesday 9 December at 15:00, 3 hours (America/New York)" in text_of(shown)
    assert "3 days before" in text_of(shown)
    assert "6 people" in text_of(shown)
    assert rows(year, "event-news") == []
    done = await year.press("imani", shown, "Plan it")
    await year.press("imani", shown, "Plan it")
    await at(year, MORNING + timedelta(days=1))
    assert "6 people will be told" in text_of(done)
    assert len(rows(year, "event-news")) == 6
    (told,) = got(year, "leilani", "has a date")
    assert "Wednesday 9 December at 10:00" in text_of(told)  # Honolulu


async def test_pre_work_is_as_private_as_a_reflection(year: Town) -> None:
    """It stands in the journal, can be changed there, is counted nowhere, and is not on disk in plain words."""
    await planned(year)
    await at(year, STARTS - timedelta(hours=1))
    form = await year.press("renata", got(year, "renata", "before")[0], "Reflect privately")
    assert "Only you, unless you choose to share it" in text_of(form)
    receipt = await year.submit("renata", form, {"wish": "I bring my worry about the vote."})
    entry = next(one.value for one in receipt.options if one.action == "journal.read")  # type: ignore[union-attr]
    assert "I bring my worry about the vote" in await read(year, "renata", entry)
    edited = await year.submit(
        "renata", await year.act("renata", Press("journal.edit", entry)), {"wish": "I bring one heron."}
    )
    assert "saved" in text_of(edited)
    assert "one heron" in await read(year, "renata", entry)
    assert kept(year)["tally"] == []
    assert not on_disk(year, "one heron")
    (again,) = [one for one in labels(await year.command("renata", "/journal")) if "before" in one]
    assert again.startswith("Convening 1")


@pytest.mark.parametrize("year", BOTH, indirect=True)
async def test_what_is_around_an_event_comes_once_and_five_exit_notes_open_together(year: Town) -> None:
    """Pre-work, exit note and follow-up, each at its time. Four notes say nothing, and none leads to its writer."""
    event = await planned(year)
    await at(year, STARTS - timedelta(hours=1))
    assert all(len(got(year, who, "before")) == 1 for who in MEMBERS)
    assert not got(year, "renata", "exit note")
    await at(year, ENDS + timedelta(minutes=1))
    assert len(got(year, "kwame", "exit note")) == 1
    await at(year, ENDS + timedelta(hours=16))
    for place, who in enumerate(ALDER[:4]):
        await note(year, who, puzzled=f"Puzzle number {place}.")
    await at(year, ENDS + timedelta(hours=40))
    assert "Nothing can be shown yet" in text_of(await year.act("imani", Press("hosting.notes", f"{event}:0")))
    await note(year, ALDER[4], puzzled="Puzzle number 4.")
    assert "Nothing can be shown yet" in text_of(await year.act("imani", Press("hosting.notes", f"{event}:0")))
    await at(year, ENDS + timedelta(hours=66))
    page = await year.act("imani", Press("hosting.notes", f"{event}:0"))
    more = await year.press("imani", page, "More notes")
    assert isinstance(page, Outgoing)
    assert isinstance(more, Outgoing)
    assert {quote.text for quote in (*page.quotes, *more.quotes)} == {f"Puzzle number {n}." for n in range(5)}
    people_ = {row[1] for row in kept(year)["person"]}
    assert not {cell for row in kept(year)["unsigned"] for cell in row} & people_
    assert not on_disk(year, "Puzzle number")
    await at(year, ENDS + timedelta(days=20))
    assert [len(rows(year, kind)) for kind in ("pre-work", "exit-note", "follow-up")] == [6, 6, 6]


async def test_an_exit_note_goes_with_its_writer_until_it_is_released(year: Town) -> None:
    """It can be taken back, it is in the writer's own data, and erasing everything takes it away."""
    await planned(year)
    await at(year, ENDS + timedelta(hours=16))
    receipt = await note(year, "renata", puzzled="Everything.")
    await year.press("renata", receipt, "Take it back")
    assert kept(year)["unsigned"] == []
    await note(year, "renata", puzzled="Everything.")
    await year.act("renata", Press("privacy.erase"))
    assert kept(year)["unsigned"] == []


async def test_a_small_group_is_told_before_it_writes(year: Town) -> None:
    """One person alone would never be read."""
    await planned(year, team="Birch City")
    await at(year, ENDS + timedelta(hours=16))
    form = await year.press(BIRCH, got(year, BIRCH, "exit note")[0], "Write")
    assert "may never be read" in text_of(form)


async def test_an_event_of_one_team_reaches_only_that_team(year: Town) -> None:
    """Nobody else is told, sent anything, or shown it, also by its id."""
    event = await planned(year, team="Birch City")
    await at(year, ENDS + timedelta(days=16))
    assert got(year, BIRCH, "Convening 1")
    assert not [one for who in ALDER for one in got(year, who, "Convening 1")]
    assert "No event is planned for you" in text_of(
        await year.press("renata", await year.command("renata", "/cohort"), "My events")
    )
    for what in (
        "attending.show",
        "attending.open",
        "calendar.event",
        "guests.come",
        "hosting.show",
        "planning.change",
    ):
        told = text_of(
            await year.act("renata", Press(what, f"{event}:pre-work" if what == "attending.open" else event))
        )
        assert "Convening" not in told, what
        assert "Convening" not in text_of(await stranger(year, Press(what, event))), what


async def test_a_move_is_shown_first_told_once_and_takes_along_what_was_not_sent(year: Town) -> None:
    """What somebody has stays with them, and comes no second time."""
    event = await planned(year)
    await at(year, STARTS - timedelta(days=1))
    assert len(rows(year, "pre-work")) == len(rows(year, "exit-note", outbox.READY)) == 6
    shown = await change(year, event, day="2026-12-16")
    assert "Wednesday 9 December at 15:00, 3 hours (America/New York) becomes Wednesday 16 December" in text_of(shown)
    assert len(rows(year, "event-news")) == 6
    await year.press("imani", shown, "Change it")
    await at(year, ENDS + timedelta(hours=20))
    assert len(rows(year, "event-news")) == 12
    assert rows(year, "exit-note") == []
    await at(year, ENDS + timedelta(days=8))
    assert len(rows(year, "exit-note")) == 6
    assert len(rows(year, "pre-work")) == 6
    assert "16 December" in text_of(got(year, "kwame", "has changed")[0])


async def test_a_cancelled_event_is_told_once_and_nothing_more_comes(year: Town) -> None:
    """Also not what was ready. Coaching is for the one person with whom it is, and for nobody under age."""
    event = await planned(year)
    seat_designers(year)
    form = await year.press("imani", await year.press("imani", await all_events(year), "Plan an event"), "Coaching")
    assert labels(form) == ["Kwame Osei-Tutu", "Renata Aguilar"]
    with year.house.store.begin() as tx:
        everybody = replace(next(one for one in LERN.events if one.alone), whom=Whom("design"))
        found = guest_list.members_for(tx, LERN, cohorts.running(tx)[0], everybody)
    assert {one.name for one in found} == {"Kwame Osei-Tutu", "Renata Aguilar"}
    form = await year.press("imani", form, "Kwame")
    shown = await year.submit("imani", form, {"day": "2026-12-10", "hour": "15:00"})
    await year.press("imani", shown, "Plan it")
    await at(year, STARTS - timedelta(days=4))
    await year.act("imani", Press("hosting.cancel", event))
    await at(year, ENDS + timedelta(days=20))
    assert len(got(year, "kwame", "does not take place")) == 1
    assert {len(rows(year, kind)) for kind in ("pre-work", "follow-up")} == {1}
    assert [one.title for one in got(year, "kwame", "Coaching")][1:] == ["Coaching · before", "Coaching · afterwards"]
    assert not got(year, "renata", "Coaching")
    await year.act("kwame", Press("privacy.erase"))
    assert [one.person for one in held(year)] == ["", occasions.NOBODY]
    assert "has begun or was cancelled" in text_of(await year.act("imani", Press("hosting.cancel", event)))


async def test_a_form_that_cannot_be_right_says_what_to_change(year: Town) -> None:
    """And keeps what was typed."""
    for wrong, field in (
        ({"day": "2020-01-01"}, "day"),
        ({"zone": "Mars/Base"}, "zone"),
        ({"minutes": "0"}, "minutes"),
        ({"hour": "noon"}, "hour"),
    ):
        answer = await preview(year, **wrong)
        assert isinstance(answer, Errors)
        assert set(answer.fields) == {field}
    assert "No event is planned yet" in text_of(await all_events(year))


async def test_an_open_session_gives_people_from_outside_what_is_around_it_and_nothing_else(year: Town) -> None:
    """No membership, no follow-up, no prompt, no place in the channel's message; and all of it goes again."""
    year.chat.people["nadia"] = ("Nadia Outside", "America/New_York")
    event = await planned(year, "Open session 1", minutes="90")
    form = await year.act("imani", Press("hosting.post", event))
    await year.submit("imani", form, {"channel": str(year.chat.channel)})
    posted = next(one for one in year.public() if "Open session 1" in one.title)
    assert "meet.example" not in text_of(posted)
    assert "as a member already" in text_of(await year.press("renata", posted, "I will come", channel=True))
    welcome = await year.press("nadia", posted, "I will come", channel=True)
    assert "meet.example" in text_of(welcome)
    await at(year, ENDS)
    form = await year.press("nadia", got(year, "nadia", "before")[0], "Reflect privately")
    receipt = await year.submit("nadia", form, {"example": "The heron rule."})
    entry = next(one.value for one in receipt.options if one.action == "journal.read")  # type: ignore[union-attr]
    assert "stays with you" in text_of(await year.act("nadia", Press("sharing.choose", entry)))
    edit = await year.act("nadia", Press("journal.edit", entry))
    assert "saved" in text_of(await year.submit("nadia", edit, {"example": "The egret rule."}))
    await note(year, "nadia", clearer="Much.")
    assert "not in a running cohort" in text_of(await year.command("nadia", "/cohort"))
    await at(year, ENDS + timedelta(days=20))
    assert [one.title for one in year.private("nadia")] == [
        "Open session 1: Equity · before",
        "Open session 1: Equity · exit note",
    ]
    year.machine.at = ENDS + timedelta(days=40)
    with year.house.store.begin() as tx:
        assert retention.guests(tx, year.house.services, ENDS + timedelta(days=20)) == []
        (gone,) = retention.guests(tx, year.house.services, year.machine.at)
    await year.house.services.forgetting.let_go(*gone)
    assert kept(year)["guest"] == kept(year)["entry"] == kept(year)["unsigned"] == []


async def test_what_is_written_around_an_event_is_no_unit_and_is_counted_nowhere(
    tmp_path: Path, index_folder: Path
) -> None:
    """Who answers before an event and is silent about two prompts is still asked what would help."""
    async with open_town(tmp_path, index_folder) as town:
        await running(town, ["renata"])
        await planned(town, "Course session")
        await at(town, STARTS)
        form = await town.press("renata", got(town, "renata", "before")[0], "Reflect privately")
        await town.submit("renata", form, {"moment": "The timetable."})
        await at(town, STARTS + timedelta(days=6))
        assert [one for one in town.private("renata") if "you were busy" in one.text]
        await at(town, STARTS + timedelta(days=15))
        form = await town.press("renata", got(town, "renata", "afterwards")[0], "Reflect privately")
        assert isinstance(form, Form)
        first, second, *_ = (value for value, _ in form.fields[0].choices)
        await town.submit("renata", form, {"stayed": first})
        again = await town.press("renata", got(town, "renata", "afterwards")[0], "Reflect privately")
        await town.submit("renata", again, {"stayed": second})
        assert "afterwards" in text_of(await town.command("renata", "/journal"))
        assert kept(town)["tally"] == []
