"""/cohort: next prompts, one's own clock, pausing, leaving."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.messages import Errors, Form, Outgoing, Press, Reply
from bot.zones import zone_named
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, at, first_week, jump, kept, labels, running

ACTIONS = (
    "membership.start",
    "membership.later",
    "own-clock.settings",
    "pausing.pause-one-week",
    "pausing.resume",
    "pausing.skip",
    "pausing.leave",
)
"""Everything that changes somebody's own membership."""

WEEK = timedelta(weeks=1)


async def settings(town: Town, cohort: str, **values: str) -> Reply:
    form = await town.act("renata", Press("own-clock.settings", cohort))
    return await town.submit("renata", form, values)


def weeks(town: Town, who: str) -> list[str]:
    return [one for one in town.titles(who) if one.startswith(("Week", "Arrive"))]


async def test_without_a_cohort_it_says_what_can_be_done_anyway(town: Town) -> None:
    """A curious person gets a way on."""
    reply = text_of(await town.command("yusuf", "/cohort"))
    assert "You are not in a running cohort yet" in reply
    assert "/resources" in reply


async def test_home_shows_the_next_five_prompts_and_ones_own_clock(town: Town) -> None:
    """In the member's zone, with quiet hours, and for their eyes only."""
    await running(town)
    home = await town.command("leilani", "/cohort")
    assert isinstance(home, Outgoing)
    assert home.title == "Sample cohort"
    assert home.text.count("•") == 5
    assert "Monday 30 November at 08:10: Arrive and settle in" in home.text
    assert "Zone: Pacific/Honolulu. Quiet hours: 20:00 to 07:00." in home.text
    assert "Only you see this" in home.note
    assert "has not endorsed it" in home.note
    assert labels(home) == [
        "Open this week's form",
        "Zone, day, hour, quiet hours",
        "Pause",
        "Skip the current prompt",
        "Shared with me",
        "What I made",
        "Ask for something",
        "My events",
        "My calendar",
        "Leave",
    ]


async def test_a_page_that_opens_the_bot_shows_the_same(town: Town) -> None:
    """A platform's home page is /cohort."""
    await running(town)
    assert await town.house.desk.home(town.chat.who("renata")) == await town.command("renata", "/cohort")


async def test_changing_ones_clock_moves_the_next_prompt(town: Town) -> None:
    """Wednesday at noon, in another zone than the platform told."""
    cohort = await running(town)
    reply = await settings(town, cohort, zone="america/new york", day="2", time="12:00")
    assert "Wednesday 2 December at 12:00" in text_of(reply)
    await at(town, datetime(2026, 12, 2, 16, 59, tzinfo=ZoneInfo("UTC")))
    assert weeks(town, "renata") == []
    await at(town, datetime(2026, 12, 2, 17, 0, tzinfo=ZoneInfo("UTC")))
    assert weeks(town, "renata") == ["Arrive and settle in"]


async def test_quiet_hours_hold_prompts_back(town: Town) -> None:
    """A prompt at 08:10 waits until ten, when that is the end of quiet."""
    cohort = await running(town)
    await settings(town, cohort, quiet_to="10:00")
    await at(town, datetime(2026, 11, 30, 9, 59, tzinfo=ZoneInfo("America/Denver")))
    assert weeks(town, "renata") == []
    await at(town, datetime(2026, 11, 30, 10, 0, tzinfo=ZoneInfo("America/Denver")))
    assert weeks(town, "renata") == ["Arrive and settle in"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("zone", "Atlantis/Capital"),
        ("zone", ""),
        ("zone", "\ud800"),
        ("day", "7"),
        ("day", ""),
        ("day", "Monday"),
        ("time", "25:00"),
        ("time", "soon"),
        ("time", ""),
        ("time", "09:00+02:00"),
        ("quiet_from", "8 pm"),
        ("quiet_to", "-1:00"),
    ],
)
async def test_what_is_no_zone_day_or_time_is_named_beside_its_field(town: Town, field: str, typed: str) -> None:
    """Nothing is saved, and the form stays open."""
    cohort = await running(town)
    before = kept(town)
    reply = await settings(town, cohort, **{field: typed})
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]
    assert kept(town) == before


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("america/new york", "America/New_York"),
        (" EUROPE/london ", "Europe/London"),
        ("Pacific/Auckland", "Pacific/Auckland"),
        ("utc", "UTC"),
        ("New York", None),
        ("../etc/passwd", None),
    ],
)
def test_zones_are_read_as_people_type_them(typed: str, meant: str | None) -> None:
    """Capitals and spaces do not matter; what is no zone is no zone."""
    assert zone_named(typed) == meant


async def test_all_wrong_fields_are_told_at_once(town: Town) -> None:
    """Nobody has to send a form five times."""
    cohort = await running(town)
    reply = await settings(town, cohort, zone="?", day="?", time="?", quiet_from="?", quiet_to="?")
    assert isinstance(reply, Errors)
    assert set(reply.fields) == {"zone", "day", "time", "quiet_from", "quiet_to"}


async def test_a_pause_is_quiet_and_brings_no_backlog(town: Town) -> None:
    """Two weeks of nothing, then the prompt of the day."""
    cohort = await first_week(town)
    asked = await town.act("renata", Press("pausing.pause", cohort))
    assert labels(asked) == ["One week", "Two weeks", "Four weeks"]
    paused = await town.press("renata", asked, "Two weeks")
    assert "Paused. Prompts come again from Tuesday 15 December" in text_of(paused)
    assert "Paused." in text_of(await town.command("renata", "/cohort"))
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert weeks(town, "renata") == ["Arrive and settle in"]
    await at(town, FIRST_WEEK + 3 * WEEK)
    assert weeks(town, "renata") == ["Arrive and settle in", "Week 3 · More than one story"]


async def test_resuming_goes_on_with_the_current_prompt(town: Town) -> None:
    """Not with those that were missed."""
    cohort = await first_week(town)
    paused = await town.act("renata", Press("pausing.pause-four-weeks", cohort))
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert "Welcome back" in text_of(await town.press("renata", paused, "Resume now"))
    assert weeks(town, "renata")[-1] == "Week 2 · Values under pressure"
    assert len(weeks(town, "renata")) == 2


async def test_before_the_first_prompt_there_is_nothing_to_skip(town: Town) -> None:
    """The answer says so."""
    cohort = await running(town)
    assert "nothing to skip" in text_of(await town.act("renata", Press("pausing.skip", cohort)))


async def test_leaving_ends_everything_but_the_journal(town: Town) -> None:
    """No prompt, no reminder; the way to one's data is right there."""
    cohort = await first_week(town)
    home = await town.command("renata", "/cohort")
    assert isinstance(home, Outgoing)
    assert "Your journal stays yours" in next(one.confirm for one in home.options if one.label == "Leave")
    left = await town.press("renata", home, "Leave")
    assert labels(left) == ["My journal", "My data"]
    before = len(town.private("renata"))
    await at(town, FIRST_WEEK + 3 * WEEK)
    assert len(town.private("renata")) == before
    for action in ACTIONS:
        assert "for the members of its cohort" in text_of(await town.act("renata", Press(action, cohort)))


@pytest.mark.parametrize("action", [*ACTIONS, "membership.home"])
async def test_a_strangers_press_changes_nobodys_membership(town: Town, action: str) -> None:
    """Buttons say which cohort, never whose."""
    cohort = await running(town, ["renata"])
    before = kept(town, "person", "account")
    reply = await town.act("yusuf", Press(action, cohort))
    assert "for the members of its cohort" in text_of(reply)
    assert kept(town, "person", "account") == before


async def test_settings_of_who_left_are_refused_with_the_form_open(town: Town) -> None:
    """Left in one window, saved in another."""
    cohort = await running(town)
    form = await town.act("renata", Press("own-clock.settings", cohort))
    assert isinstance(form, Form)
    await town.act("renata", Press("pausing.leave", cohort))
    assert isinstance(await town.submit("renata", form, {"time": "09:00"}), Errors)


async def test_a_house_that_slept_at_night_does_not_wake_anybody(town: Town) -> None:
    """What is late waits for the end of each member's quiet hours."""
    await running(town)
    night = datetime(2026, 11, 30, 23, 0, tzinfo=ZoneInfo("America/Denver"))
    await jump(town, night)
    assert weeks(town, "renata") == []
    await at(town, night + timedelta(hours=8))
    assert weeks(town, "renata") == ["Arrive and settle in"]
