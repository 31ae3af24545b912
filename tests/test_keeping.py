"""Until when words are kept: told two weeks before, removed on the day, or at once where a member wants it."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from bot import daily_round, retention
from bot.config import load
from bot.errors import SettingsError
from bot.messages import Command, Form, Press
from bot.store import cohorts
from bot.store.tables import inbox, outbox
from tests.databases import ON_BOTH
from tests.test_own_data import somebody
from tests.town import Town, text_of
from tests.ways import entries, first_week, jump, kept, labels, share, write

ENDS = date(2027, 3, 8)
"""The first day after the sample program's last, for a start on 30 November 2026."""
GOES = ENDS + timedelta(days=90)


async def round_at(town: Town, day: date) -> int:
    """The machine's clock comes to a day, and the round is made."""
    town.machine.at = datetime.combine(day, datetime.min.time(), UTC) + timedelta(hours=23)
    return await daily_round.once(town.house.services, town.house.settings.backups)


async def wrote(town: Town) -> str:
    """Renata writes, shares with the cohort, and saves a note."""
    cohort = await first_week(town)
    await write(town, "renata", hope="h")
    (entry,) = await entries(town, "renata")
    await town.press("renata", await share(town, "renata", entry, "cohort"), "Share it")
    await town.press("renata", await town.say("renata", "a note"), "Save privately")
    return cohort


def goes(town: Town, who: str, cohort: str) -> date | None:
    me = somebody(town, who)
    with town.house.store.begin() as tx:
        pair = next(pair for pair in retention.of_person(tx, me) if pair[0].cohort == cohort)
        return retention.kept(tx, town.house.services, *pair).goes


# --- the date --------------------------------------------------------------------------------------------


async def test_words_go_ninety_days_after_the_program_and_the_member_can_see_it(town: Town) -> None:
    """The page names the day."""
    cohort = await wrote(town)
    assert goes(town, "renata", cohort) == GOES
    page = await town.press("renata", await town.command("renata", "/privacy"), "How long is it kept?")
    assert f"Sample cohort: until {GOES:%A} {GOES.day} {GOES:%B} {GOES.year}" in text_of(page)


async def test_a_member_may_choose_an_earlier_date_and_not_a_later_one(town: Town) -> None:
    """What the settings promise is not stretched; an empty field goes back to it."""
    cohort = await wrote(town)
    for chosen, then in (("2026-12-24", date(2026, 12, 24)), ("2030-01-01", GOES), ("", GOES)):
        form = await town.act("renata", Press("keeping.choose", cohort))
        assert isinstance(form, Form)
        await town.submit("renata", form, {"until": chosen})
        assert goes(town, "renata", cohort) == then


@pytest.mark.parametrize("wrong", ["2020-01-01", "2099-01-01", "soon", "2026-13-45"])
async def test_a_date_that_cannot_be_is_told_and_changes_nothing(town: Town, wrong: str) -> None:
    """The form stays open."""
    cohort = await wrote(town)
    form = await town.act("renata", Press("keeping.choose", cohort))
    assert isinstance(form, Form)
    assert "Nothing was changed" in text_of(await town.submit("renata", form, {"until": wrong}))
    assert goes(town, "renata", cohort) == GOES


async def test_only_a_member_of_the_cohort_has_a_date_there(town: Town) -> None:
    """Not who got hold of the button."""
    cohort = await first_week(town, ("renata", "kwame"))
    for action in ("keeping.choose", "keeping.nothing"):
        assert "for the members of its cohort" in text_of(await town.act("yusuf", Press(action, cohort)))


# --- being told before -----------------------------------------------------------------------------------


def titles(town: Town, who: str, *wanted: str) -> list[str]:
    return [one for one in town.titles(who) if one in wanted]


async def test_members_are_told_two_weeks_before_the_end_and_again_before_words_go(town: Town) -> None:
    """Once each, in waking hours, with the dates and both buttons; who has no words is not told that they go."""
    await wrote(town)
    both = ("Your program is coming to its end", "What you wrote goes soon")
    await jump(town, datetime.combine(ENDS - timedelta(days=15), datetime.min.time(), UTC))
    assert titles(town, "renata", *both) == []
    await jump(town, datetime.combine(ENDS - timedelta(days=12), datetime.min.time(), UTC))
    assert titles(town, "renata", *both) == [both[0]]
    said = next(one for one in town.private("renata") if one.title == both[0])
    assert labels(said) == ["What I made", "Download my data", "Keep nothing"]
    assert f"until {GOES:%A} {GOES.day} {GOES:%B}" in said.text
    for day in range(16, 9, -1):
        await jump(town, datetime.combine(GOES - timedelta(days=day), datetime.min.time(), UTC))
    assert titles(town, "renata", *both) == list(both)
    assert titles(town, "kwame", *both) == [both[0]]
    with town.house.store.begin() as tx:
        sent = tx.execute(select(outbox.c.due_at).where(outbox.c.kind == "kept-until")).scalar_one()
    assert sent == datetime(2027, 5, 23, 16, 0, tzinfo=UTC)  # ten in the morning in Denver


async def test_who_moved_the_date_is_told_about_the_new_one(town: Town) -> None:
    """The notice of a date that no longer holds was planned already, and is not sent."""
    cohort = await wrote(town)
    for chosen, days in (("2026-12-24", (8, 9)), ("2027-01-10", (10, 11, 26, 27, 28))):
        form = await town.act("renata", Press("keeping.choose", cohort))
        await town.submit("renata", form, {"until": chosen})
        for day in days:
            await jump(town, datetime(2026, 12, day, 12, tzinfo=UTC))
    assert {row.state for row in notices(town)} == {"cancelled", "sent"}
    (said,) = [one for one in town.private("renata") if one.title == "What you wrote goes soon"]
    assert "On Sunday 10 January" in said.text


def notices(town: Town) -> Sequence[Any]:
    with town.house.store.begin() as tx:
        return tx.execute(select(outbox.c.state).where(outbox.c.kind == "kept-until")).all()


# --- removing --------------------------------------------------------------------------------------------


@ON_BOTH
async def test_on_the_day_the_words_go_and_not_before(town: Town) -> None:
    """By the machine's clock; twice is harmless, and the notes go with their writer's last cohort."""
    cohort = await wrote(town)
    me = somebody(town, "renata").person
    assert await round_at(town, GOES - timedelta(days=1)) == 0
    assert len(kept(town)["entry"]) == 2
    assert await round_at(town, GOES) == 2
    found = kept(town)
    assert [found[name] for name in ("entry", "share", "share_reader", "turn", "step", "request")] == [[]] * 6
    assert any(me in row for row in found["membership"])
    with closing(sqlite3.connect(town.house.settings.data / "keyring.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM keyring_key WHERE person = ?", (me,)).fetchone() == (0,)
    assert await round_at(town, GOES + timedelta(days=2)) == 0
    assert goes(town, "renata", cohort) == GOES


async def test_moving_the_demos_clock_removes_nothing(town: Town) -> None:
    """A visitor of the playground who jumps a year ahead must not lose what they just wrote."""
    await wrote(town)
    town.clock.set(town.clock.now() + timedelta(days=400))
    await daily_round.once(town.house.services, town.house.settings.backups)
    assert len(kept(town)["entry"]) == 2


async def test_a_note_stays_while_another_cohort_of_its_writer_goes_on(town: Town) -> None:
    """The earlier date is one cohort's alone."""
    cohort = await wrote(town)
    me = somebody(town, "renata")
    with town.house.store.begin() as tx:
        first = cohorts.find(tx, me.tenant, cohort)
        assert first is not None
        start = date(2027, 1, 4)
        second = cohorts.create(
            tx, me, "Second", first.program, first.version, start, "UTC", town.clock.now(), town.house.services.ids
        )
        cohorts.set_state(tx, second, cohorts.RUNNING)
        cohorts.add_member(tx, second, me.person, town.clock.now())
    form = await town.act("renata", Press("keeping.choose", cohort))
    await town.submit("renata", form, {"until": "2026-12-24"})
    assert await round_at(town, date(2026, 12, 25)) == 1
    (left,) = kept(town)["entry"]
    assert left[2] == ""


async def test_keep_nothing_removes_one_cohorts_words_at_once(town: Town) -> None:
    """The member stays in the cohort, with their notes, and can write again."""
    cohort = await wrote(town)
    said = await town.act("renata", Press("keeping.nothing", cohort))
    assert "Erased: 1 reflection of yours in Sample cohort" in text_of(said)
    assert len(await entries(town, "renata")) == 1
    assert kept(town)["share"] == []
    await write(town, "renata")
    assert len(await entries(town, "renata")) == 2


async def test_the_round_is_made_once_a_day_and_tidies_up(town: Town) -> None:
    """Handled events go after a week, old links too, and what was taken away from a chat."""
    await wrote(town)
    await town.act("renata", Press("privacy.erase"))
    with town.house.store.begin() as tx:
        assert tx.execute(select(func.count()).select_from(inbox)).scalar_one()
        assert tx.execute(select(func.count()).where(outbox.c.kind == "forget")).scalar_one()
    town.clock.set(town.clock.now() + timedelta(days=8))
    await round_at(town, town.machine.at.date() + timedelta(days=8))
    with town.house.store.begin() as tx:
        assert tx.execute(select(func.count()).select_from(inbox)).scalar_one() == 0
        assert tx.execute(select(func.count()).where(outbox.c.kind == "forget")).scalar_one() == 0
    assert len([row for row in kept(town)["milestone"] if row[0] == "purge"]) == 1


# --- after leaving ---------------------------------------------------------------------------------------


@ON_BOTH
async def test_who_left_the_platform_is_erased_after_thirty_days(town: Town) -> None:
    """And whoever is back before that keeps everything."""
    await wrote(town)
    services = town.house.services
    with town.house.store.begin() as tx:
        for who in ("renata", "kwame"):
            assert retention.after_leaving(tx, town.chat.who(who), town.machine.at, services.keeping)
        assert not retention.after_leaving(tx, town.chat.who("nobody"), town.machine.at, services.keeping)
    await town.act("kwame", Command("cohort"))
    left = town.machine.at.date() + timedelta(days=30)
    await round_at(town, left - timedelta(days=2))
    assert len(kept(town)["entry"]) == 2
    await round_at(town, left + timedelta(days=1))
    names = {row[2] for row in kept(town)["person"]}
    assert "Renata Aguilar" not in names
    assert "Kwame Osei-Tutu" in names
    assert kept(town)["entry"] == []
    assert len(town.house.services.forgetting.ledger.stones()) == 1


async def test_where_the_bot_is_taken_out_everybody_is_erased_after_thirty_days(town: Town) -> None:
    """Of that workspace alone."""
    await wrote(town)
    services = town.house.services
    with town.house.store.begin() as tx:
        assert retention.after_uninstalling(tx, "recorder", "elsewhere", town.machine.at, services.keeping) == 0
        assert retention.after_uninstalling(tx, "recorder", "room", town.machine.at, services.keeping) == 7
    await round_at(town, town.machine.at.date() + timedelta(days=31))
    assert kept(town)["entry"] == []
    assert {row[2] for row in kept(town)["person"]} == {"Imani Brooks"}  # she holds a right, and nothing else is left


@pytest.mark.parametrize("url", ["http://bot.example.org", "bot.example.org", "https://", "https://x/?a=b", "ftp://x"])
def test_a_page_for_private_words_must_be_reached_safely(tmp_path: Path, url: str) -> None:
    """A setting that would send them over an open line is refused at the start."""
    file = tmp_path / "cohortbook.yaml"
    file.write_text(f"public_url: {url}\n")
    with pytest.raises(SettingsError, match="public_url"):
        load(file, {})
