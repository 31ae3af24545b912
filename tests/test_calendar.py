"""Calendars: a file and a web address with one's own titles and times, which change what a calendar has."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import httpx
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from bot import event_times, schedule
from bot.event_times import EXIT_NOTE, FOLLOW_UP, PRE_WORK, When
from bot.messages import Outgoing, Press, Reply
from bot.schedule import MemberPlan
from tests.events import STARTS, change, planned
from tests.test_events import year
from tests.test_teams import LERN
from tests.town import Town, text_of
from tests.ways import kept, on_disk

__all__ = ["year"]

HTTPS = "https://bot.example"
ZONES = ("America/New_York", "Pacific/Honolulu", "Pacific/Auckland", "Europe/London", "Australia/Lord_Howe", "UTC")
CONVENING = next(one for one in LERN.events if one.id == "convening-1")


def held(message: Reply) -> list[dict[str, object]]:
    """What a calendar program makes of a file."""
    assert isinstance(message, Outgoing), message
    assert message.file is not None, text_of(message)
    return events(message.file.data)


def events(data: bytes) -> list[dict[str, object]]:
    calendar = Calendar.from_ical(data)
    return [{name.lower(): one.decoded(name) for name in one} for one in calendar.walk("VEVENT")]


async def test_a_calendar_changes_what_it_has_when_an_event_moves_or_is_cancelled(year: Town) -> None:
    """The same name in every file, a higher sequence, and the status of a cancelled one."""
    event = await planned(year)
    page = await year.press("renata", await year.command("renata", "/cohort"), "My calendar")
    (before,) = [
        one for one in held(await year.press("renata", page, "Give me the file")) if b"meet" in str(one).encode()
    ]
    assert (before["dtstart"], before["dtend"]) == (STARTS, STARTS + timedelta(hours=3))
    await year.press("imani", await change(year, event, day="2026-12-16"), "Change it")
    (after,) = held(await year.act("renata", Press("calendar.event", event)))
    assert (after["uid"], after["sequence"]) == (before["uid"], 1)
    assert after["dtstart"] == STARTS + timedelta(days=7)
    await year.act("imani", Press("hosting.cancel", event))
    (gone,) = held(await year.act("renata", Press("calendar.event", event)))
    assert (gone["uid"], gone["sequence"], gone["status"]) == (before["uid"], 2, "CANCELLED")


async def test_a_feed_opens_for_its_address_alone_and_holds_titles_and_times(year: Town) -> None:
    """The address is kept as a hash, a new one replaces it, and it can be taken away."""
    await planned(year, team="Birch City")
    await planned(year, "Open session 1")
    feeds = await addresses(year, "renata")
    web = httpx.AsyncClient(transport=httpx.ASGITransport(year.house.web()), base_url=HTTPS)
    async with web:
        answer = await web.get(feeds)
        found = events(answer.content)
        titles = [str(one["summary"]) for one in found]
        assert answer.headers["content-type"].startswith("text/calendar")
        assert any("Open session 1" in one for one in titles)
        assert sum("Month" in one for one in titles) == 12
        assert not any("Convening" in one for one in titles)
        assert b"meet.example" not in answer.content
        assert set().union(*found) <= {"uid", "dtstamp", "dtstart", "dtend", "sequence", "summary", "status", "transp"}
        token = feeds.rpartition("/")[2].removesuffix(".ics")
        assert not on_disk(year, token)
        newer = await addresses(year, "renata")
        assert [(await web.get(one)).status_code for one in (feeds, newer, f"{HTTPS}/calendar/guessed.ics")] == [
            404,
            200,
            404,
        ]
        await year.act("renata", Press("calendar.revoke"))
        assert (await web.get(newer)).status_code == 404
    assert kept(year)["feed"] == []


async def addresses(town: Town, who: str) -> str:
    page = await town.act(who, Press("calendar.page"))
    made = await town.press(who, page, "Make a ")
    assert isinstance(made, Outgoing)
    return made.quotes[0].source_url


moments_of_day = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    hour=moments_of_day,
    zone=st.sampled_from(ZONES),
    minutes=st.integers(1, 600),
    own=st.sampled_from(ZONES),
    quiet=st.tuples(moments_of_day, moments_of_day),
    off=st.frozensets(st.integers(-5, 25), max_size=4),
)
@settings(max_examples=150, deadline=None)
def test_whatever_the_zones_and_hours_each_message_comes_in_its_own_time_and_never_in_quiet_hours(
    day: date, hour: time, zone: str, minutes: int, own: str, quiet: tuple[time, time], off: frozenset[int]
) -> None:
    """Also on the days on which clocks change, for whoever lives a day ahead or behind."""
    when = When(day, hour, zone, minutes)
    who = MemberPlan(own, *quiet, started=datetime(2025, 1, 1, tzinfo=UTC))
    sends = {
        one.kind: one
        for one in event_times.sends(LERN, CONVENING, when, who, {day + timedelta(days=one) for one in off})
    }
    first, last = event_times.span(CONVENING, when)
    assert when.ends - when.starts == timedelta(minutes=minutes)
    for one in sends.values():
        assert first < one.due < one.expires < last
        local = one.due.astimezone(ZoneInfo(own))
        assert schedule.after_quiet(one.due, who) == one.due or local.fold or _skipped(local)
    assert {EXIT_NOTE, FOLLOW_UP} <= set(sends)
    if PRE_WORK in sends:
        assert sends[PRE_WORK].expires == when.starts
        assert when.starts - sends[PRE_WORK].due < timedelta(days=4, hours=2)
        weekend = sends[PRE_WORK].due.astimezone(ZoneInfo(own)).weekday() >= 5
        assert not weekend or day.weekday() in (6, 0, 1) or off
    assert sends[EXIT_NOTE].due >= when.ends
    assert sends[FOLLOW_UP].due - when.ends > timedelta(days=12)


def _skipped(local: datetime) -> bool:
    """On this day the clocks change."""
    return local.replace(hour=0, fold=0).utcoffset() != (local + timedelta(days=1)).replace(hour=0).utcoffset()


def test_nobody_outside_gets_a_follow_up_and_nobody_paused_or_not_started_gets_anything() -> None:
    """Pre-work is late for who came late, and the exit note is for who could be there."""
    when = When(date(2026, 12, 9), time(15), "America/New_York", 180)
    started = MemberPlan("America/Denver", started=datetime(2026, 11, 1, tzinfo=UTC))
    assert [one.kind for one in event_times.sends(LERN, CONVENING, when, started, outside=True)] == [
        PRE_WORK,
        EXIT_NOTE,
    ]
    assert event_times.sends(LERN, CONVENING, when, MemberPlan("America/Denver")) == []
    away = MemberPlan("America/Denver", started=started.started, paused_until=date(2027, 1, 30))
    assert event_times.sends(LERN, CONVENING, when, away) == []
    late = MemberPlan("America/Denver", started=when.starts - timedelta(hours=3))
    assert next(one.due for one in event_times.sends(LERN, CONVENING, when, late)) == late.started
    after = MemberPlan("America/Denver", started=when.ends + timedelta(hours=1))
    assert event_times.sends(LERN, CONVENING, when, after) == []
