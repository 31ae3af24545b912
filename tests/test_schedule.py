"""When things are due: one law of time for every zone, checked against a second way of reading clocks."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from hypothesis import assume, example, given
from hypothesis import strategies as st

from bot import days_off, schedule
from bot.programs import Program, Unit
from bot.schedule import Change, CohortPlan, MemberPlan

ZONES = (
    "America/New_York",
    "America/Denver",
    "Pacific/Honolulu",
    "Europe/Dublin",
    "Europe/London",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Apia",
    "Asia/Kolkata",
    "Africa/Casablanca",
    "America/Santiago",
    "Pacific/Kiritimati",
)
MONDAY = date(2027, 1, 4)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
AWAKE = {"quiet_from": time(0), "quiet_to": time(0)}

zones = st.sampled_from(ZONES)
days = st.dates(date(2024, 1, 1), date(2035, 12, 31))
weekdays = st.integers(0, 6)
minutes = st.integers(0, 24 * 60 - 1).map(lambda minute: time(minute // 60, minute % 60))


def program(
    clock: str = "weekly", day: int = 0, at: time = time(8, 10), reminder: int | None = 48, units: int = 4
) -> Program:
    """A program of so many units, one in each of its periods."""
    return Program(
        id="toy",
        title="Toy",
        about="",
        host_note="",
        version="1",
        clock=clock,  # type: ignore[arg-type]
        day=day,
        time=at,
        reminder_hours=reminder,
        minutes=5,
        units=tuple(
            Unit(n, f"u{n}", f"Unit {n}", "", "", "Look.", "Listen.", 5, "You.", (), None, (), n) for n in range(units)
        ),
    )


def member(zone: str = "America/New_York", **more: object) -> MemberPlan:
    return MemberPlan(zone, **{"started": LONG_AGO, **more})  # type: ignore[arg-type]


def sends(kind: str, of: Program, plan: CohortPlan, who: MemberPlan) -> list[schedule.Send]:
    return [one for one in schedule.member_sends(of, plan, who) if one.kind == kind]


def locals_of(kind: str, of: Program, plan: CohortPlan, who: MemberPlan) -> list[str]:
    return [f"{one.number} {one.local:%a %d %b %H:%M}" for one in sends(kind, of, plan, who)]


# --- one instant -------------------------------------------------------------------------------------


def by_looking(wall: datetime, zone: str) -> datetime:
    """The same law by only ever reading clocks: which moments show this time, and how far does a clock jump?"""
    place = ZoneInfo(zone)
    moments = [wall.replace(tzinfo=UTC) + timedelta(hours=hour) for hour in range(-60, 61)]
    shown = {moment: moment.astimezone(place).replace(tzinfo=None) for moment in moments}
    offsets = {local - moment.replace(tzinfo=None) for moment, local in shown.items()}
    showing = [(wall - offset).replace(tzinfo=UTC) for offset in offsets]
    showing = [moment for moment in showing if moment.astimezone(place).replace(tzinfo=None) == wall]
    if showing:
        return min(showing)
    before = max(moment for moment in moments if shown[moment] < wall)
    after = min(moment for moment in moments if shown[moment] > wall)
    return by_looking(wall + (shown[after] - shown[before] - (after - before)), zone)


@cache
def days_of_change(zone: str, year: int) -> list[date]:
    """The days of a year on which the zone's clocks jump, with their neighbours; some day where they never do."""
    place = ZoneInfo(zone)
    found = []
    for number in range(366):
        noon = datetime(year, 1, 1, 12, tzinfo=UTC) + timedelta(days=number)
        if noon.astimezone(place).utcoffset() != (noon + timedelta(days=1)).astimezone(place).utcoffset():
            found += [noon.date() + timedelta(days=near) for near in (0, 1, 2)]
    return found or [date(year, 6, 15)]


@given(data=st.data(), zone=zones, year=st.integers(2010, 2036), at=minutes)
def test_on_days_when_clocks_jump_the_instant_is_the_one_found_by_looking_at_clocks(
    data: st.DataObject, zone: str, year: int, at: time
) -> None:
    """Around every jump of every zone, a skipped time moves on by the gap and a repeated one is the first."""
    day = data.draw(st.sampled_from(days_of_change(zone, year)))
    assert schedule.instant(day, at, zone) == by_looking(datetime.combine(day, at), zone)


@given(day=days, at=minutes, zone=zones)
def test_on_any_day_the_instant_shows_the_wall_clock_or_the_time_after_the_gap(day: date, at: time, zone: str) -> None:
    """An instant, read on the clock of its zone, is the time asked for or later, by the gap at most."""
    moment = schedule.instant(day, at, zone)
    late = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - datetime.combine(day, at)
    assert moment == by_looking(datetime.combine(day, at), zone)
    assert timedelta(0) <= late <= timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "day", "at", "shown", "utc"),
    [
        ("America/New_York", date(2027, 3, 14), time(2, 30), "14 03:30", "07:30"),
        ("America/New_York", date(2026, 11, 1), time(1, 30), "01 01:30", "05:30"),
        ("Australia/Lord_Howe", date(2026, 10, 4), time(2, 10), "04 02:40", "15:40"),
        ("Australia/Lord_Howe", date(2027, 4, 4), time(1, 45), "04 01:45", "14:45"),
        ("Pacific/Apia", date(2011, 12, 30), time(9, 0), "31 09:00", "19:00"),
        ("Europe/Dublin", date(2027, 3, 28), time(1, 30), "28 02:30", "01:30"),
        ("Europe/Dublin", date(2026, 10, 25), time(1, 30), "25 01:30", "00:30"),
    ],
)
def test_a_skipped_hour_moves_on_by_the_gap_and_a_repeated_hour_is_the_first(
    zone: str, day: date, at: time, shown: str, utc: str
) -> None:
    """Half-hour jumps, a whole missing day and Ireland's negative summer follow the same law."""
    moment = schedule.instant(day, at, zone)
    assert f"{moment.astimezone(ZoneInfo(zone)):%d %H:%M}" == shown
    assert f"{moment:%H:%M}" == utc


# --- weeks and months --------------------------------------------------------------------------------


@given(start=days, day=weekdays)
def test_weekly_units_open_on_the_programs_weekday_week_after_week(start: date, day: int) -> None:
    """The days are those that the calendar standard's weekly rule gives."""
    toy = program(day=day)
    rule = rrule(WEEKLY, dtstart=datetime.combine(start, time(0)), byweekday=weekday(day), count=4)
    assert [schedule.unit_day(toy, CohortPlan(start, "UTC"), unit) for unit in toy.units] == [d.date() for d in rule]


@given(start=days, day=weekdays)
def test_monthly_units_open_on_the_months_first_such_weekday(start: date, day: int) -> None:
    """After the first unit, which comes as soon as its weekday does, the calendar standard's monthly rule holds."""
    toy = program("monthly", day=day)
    opened = [schedule.unit_day(toy, CohortPlan(start, "UTC"), unit) for unit in toy.units]
    first_of_next = (opened[0].replace(day=1) + timedelta(days=32)).replace(day=1)
    rule = rrule(MONTHLY, dtstart=datetime.combine(first_of_next, time(0)), byweekday=weekday(day)(+1), count=3)
    assert start <= opened[0] < start + timedelta(weeks=1)
    assert opened[0].weekday() == day
    assert opened[1:] == [moment.date() for moment in rule]


@pytest.mark.parametrize(("clock", "closes"), [("weekly", date(2027, 2, 1)), ("monthly", date(2027, 5, 5))])
def test_a_program_closes_when_its_last_units_time_is_over(clock: str, closes: date) -> None:
    """The first day after is a week or a month past the last opening."""
    assert schedule.closes(program(clock), CohortPlan(MONDAY, "UTC")) == closes


def test_a_self_paced_program_sends_nothing_by_the_clock() -> None:
    """No prompt, no announcement, no end and no current unit."""
    toy, plan = program("self-paced"), CohortPlan(MONDAY, "UTC")
    assert list(schedule.member_sends(toy, plan, member())) == []
    assert list(schedule.channel_sends(toy, plan)) == []
    assert schedule.closes(toy, plan) is None
    assert schedule.current_units(toy, plan, member(), datetime(2027, 2, 1, tzinfo=UTC)) == []


def test_the_wall_clock_stays_the_same_over_a_change_to_summer_time() -> None:
    """Members and channel read 08:10 before and after, though the instants differ by an hour."""
    toy, plan = program(), CohortPlan(date(2027, 3, 8), "America/New_York")
    prompts = sends(schedule.PROMPT, toy, plan, member())
    assert [f"{one.local:%H:%M}" for one in prompts] == ["08:10"] * 4
    assert [f"{one.due:%H:%M}" for one in prompts] == ["13:10", "12:10", "12:10", "12:10"]
    assert [one.due for one in schedule.channel_sends(toy, plan)] == [one.due for one in prompts]


# --- quiet hours -------------------------------------------------------------------------------------


def is_quiet(at: time, quiet_from: time, quiet_to: time) -> bool:
    """Walk the quiet hours minute by minute, as a sleeper does."""
    minute, last = quiet_from.hour * 60 + quiet_from.minute, quiet_to.hour * 60 + quiet_to.minute
    while minute != last:
        if minute == at.hour * 60 + at.minute:
            return True
        minute = (minute + 1) % (24 * 60)
    return False


@given(day=days, at=minutes, quiet_from=minutes, quiet_to=minutes)
@example(day=MONDAY, at=time(20, 0), quiet_from=time(20, 0), quiet_to=time(7, 0))
@example(day=MONDAY, at=time(7, 0), quiet_from=time(20, 0), quiet_to=time(7, 0))
@example(day=MONDAY, at=time(14, 0), quiet_from=time(13, 0), quiet_to=time(15, 0))
def test_a_time_in_quiet_hours_waits_for_their_end_and_no_longer(
    day: date, at: time, quiet_from: time, quiet_to: time
) -> None:
    """Over midnight or within a day, what is outside stays and what is inside moves to the next end."""
    moved_day, moved = schedule.outside_quiet(day, at, quiet_from, quiet_to)
    assert not is_quiet(moved, quiet_from, quiet_to)
    if not is_quiet(at, quiet_from, quiet_to):
        assert (moved_day, moved) == (day, at)
    else:
        assert moved == quiet_to
        assert moved_day == (day if at < quiet_to else day + timedelta(days=1))


@pytest.mark.parametrize(
    ("moment", "then"),
    [
        (datetime(2027, 1, 4, 22, 30, tzinfo=UTC), datetime(2027, 1, 5, 12, 0, tzinfo=UTC)),  # 17:30 there, quiet
        (datetime(2027, 1, 4, 21, 59, tzinfo=UTC), datetime(2027, 1, 4, 21, 59, tzinfo=UTC)),  # 16:59 there
    ],
)
def test_a_moment_in_quiet_hours_becomes_their_end_on_the_persons_own_clock(moment: datetime, then: datetime) -> None:
    """Quiet is what the person's wall clock says, not ours."""
    assert schedule.after_quiet(moment, member(quiet_from=time(17), quiet_to=time(7))) == then


# --- a member's own clock ------------------------------------------------------------------------------


@given(
    zone=zones,
    start=days,
    program_day=weekdays,
    clock=st.sampled_from(["weekly", "monthly"]),
    own_day=st.none() | weekdays,
    own_time=st.none() | minutes,
    quiet_from=minutes,
    quiet_to=minutes,
)
@example(  # Sunday evening in quiet hours: the morning after belongs to the next unit
    zone="America/New_York",
    start=MONDAY,
    program_day=0,
    clock="weekly",
    own_day=6,
    own_time=time(21),
    quiet_from=time(20),
    quiet_to=time(7),
)
def test_with_any_own_day_and_hour_each_unit_comes_once_and_in_its_own_time(
    zone: str,
    start: date,
    program_day: int,
    clock: str,
    own_day: int | None,
    own_time: time | None,
    quiet_from: time,
    quiet_to: time,
) -> None:
    """No choice of day, hour, zone or quiet hours loses a unit, doubles it or puts it into another's week."""
    toy, plan = program(clock, day=program_day), CohortPlan(start, "America/New_York")
    who = member(zone, day=own_day, time=own_time, quiet_from=quiet_from, quiet_to=quiet_to)
    prompts = sends(schedule.PROMPT, toy, plan, who)
    assert [one.number for one in prompts] == [0, 1, 2, 3]
    for one in prompts:
        unit = toy.unit(one.number)
        assert schedule.unit_day(toy, plan, unit) <= one.local.date() < schedule.unit_end(toy, plan, unit)
        assert one.due < one.expires
        assert one.local == one.due.astimezone(ZoneInfo(zone))


def test_an_own_day_moves_the_prompt_inside_its_week() -> None:
    """Whoever likes Fridays at five gets each week's prompt on its Friday."""
    got = locals_of(schedule.PROMPT, program(), CohortPlan(MONDAY, "UTC"), member(day=4, time=time(17)))
    assert got[:2] == ["0 Fri 08 Jan 17:00", "1 Fri 15 Jan 17:00"]


def test_when_the_next_unit_comes_before_the_own_day_the_prompt_comes_on_the_units_day() -> None:
    """A facilitator's move can make a unit's time shorter than a week."""
    plan = CohortPlan(MONDAY, "UTC", {1: Change(moved_to=date(2027, 1, 7))})
    got = locals_of(schedule.PROMPT, program(), plan, member(day=4))
    assert got[:2] == ["0 Mon 04 Jan 08:10", "1 Fri 08 Jan 08:10"]


# --- a facilitator's changes ---------------------------------------------------------------------------


def test_a_moved_unit_opens_on_its_new_day_and_the_rest_stays() -> None:
    """The unit before it keeps its own week's end."""
    toy, plan = program(), CohortPlan(MONDAY, "UTC", {1: Change(moved_to=date(2027, 1, 13))})
    got = locals_of(schedule.PROMPT, toy, plan, member())
    assert got == ["0 Mon 04 Jan 08:10", "1 Wed 13 Jan 08:10", "2 Mon 18 Jan 08:10", "3 Mon 25 Jan 08:10"]
    assert schedule.unit_end(toy, plan, toy.unit(0)) == date(2027, 1, 11)
    assert schedule.unit_end(toy, plan, toy.unit(1)) == date(2027, 1, 18)


def test_a_skipped_unit_reaches_neither_members_nor_channel() -> None:
    """The others keep their numbers and days."""
    toy, plan = program(), CohortPlan(MONDAY, "UTC", {1: Change(skipped=True)})
    assert {one.number for one in schedule.member_sends(toy, plan, member())} == {0, 2, 3}
    assert [one.number for one in schedule.channel_sends(toy, plan)] == [0, 2, 3]


def test_a_swapped_unit_is_due_as_before() -> None:
    """A swap changes the words, not the time."""
    swapped = CohortPlan(MONDAY, "UTC", {1: Change(swapped=True)})
    assert list(schedule.member_sends(program(), swapped, member())) == list(
        schedule.member_sends(program(), CohortPlan(MONDAY, "UTC"), member())
    )


# --- public holidays -------------------------------------------------------------------------------------


@given(
    off=st.frozensets(st.dates(date(2027, 1, 4), date(2027, 2, 1)), max_size=12),
    zone=zones,
    own_day=st.none() | weekdays,
    own_time=st.none() | minutes,
)
def test_a_day_off_moves_a_prompt_to_a_weekday_of_its_own_week(
    off: frozenset[date], zone: str, own_day: int | None, own_time: time | None
) -> None:
    """One a unit and inside its days; on a day off only where every weekday of the unit is one."""
    toy, plan = program(), CohortPlan(MONDAY, zone, days_off=off)
    who = member(zone, day=own_day, time=own_time)
    prompts = sends(schedule.PROMPT, toy, plan, who)
    assert [one.number for one in prompts] == [0, 1, 2, 3]
    for one in (*prompts, *schedule.channel_sends(toy, plan)):
        week = [MONDAY + timedelta(days=7 * one.number + day) for day in range(7)]
        assert one.local.date() in week
        assert one.local.date() not in off or all(day in off for day in week[:5])
    assert all(one.local.date() not in off for one in sends(schedule.REMINDER, toy, plan, who))


def test_a_day_off_moves_to_the_next_weekday_and_at_the_end_of_a_week_to_the_last_one_before() -> None:
    """Martin Luther King Day is a Monday; a Friday holiday comes forward to Thursday."""
    toy, plan = program(), CohortPlan(MONDAY, "UTC", days_off=days_off.of("US", 2027) | {date(2027, 1, 8)})
    assert locals_of(schedule.PROMPT, toy, plan, member())[2] == "2 Tue 19 Jan 08:10"
    assert [f"{one.local:%a %d}" for one in schedule.channel_sends(toy, plan)][2] == "Tue 19"
    assert locals_of(schedule.PROMPT, toy, plan, member(day=4))[0] == "0 Thu 07 Jan 08:10"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("US", "US"), (" us-ca ", "US-CA"), ("DE_BY", "DE-BY"), ("XX", None), ("US-XX", None), ("United States", None)],
)
def test_a_country_is_known_by_its_two_letters_and_a_part_by_its_own(typed: str, kept: str | None) -> None:
    """Whatever else is typed is not guessed at."""
    assert days_off.known(typed) == kept


def test_a_part_of_a_country_has_its_own_days_off() -> None:
    """César Chávez Day is one in California; without a country there is none."""
    assert date(2027, 3, 31) in days_off.of("US-CA", 2026)
    assert date(2027, 3, 31) not in days_off.of("US", 2026)
    assert days_off.of("", 2026) == frozenset()


# --- starting and pausing --------------------------------------------------------------------------------


@given(zone=zones, hours=st.integers(-200, 900), own_day=st.none() | weekdays, own_time=st.none() | minutes)
def test_who_starts_at_any_moment_gets_the_current_unit_at_most_once_and_nothing_older(
    zone: str, hours: int, own_day: int | None, own_time: time | None
) -> None:
    """Nothing is due before the start, and what comes at once is one unit only."""
    began = datetime(2027, 1, 4, tzinfo=UTC) + timedelta(hours=hours)
    who = member(zone, day=own_day, time=own_time, started=began)
    toy, plan = program(), CohortPlan(MONDAY, "UTC")
    prompts = sends(schedule.PROMPT, toy, plan, who)
    numbers = [one.number for one in prompts]
    assert numbers == sorted(set(numbers))
    assert all(one.due >= began for one in prompts)
    assert sum(one.due == schedule.after_quiet(began, who) for one in prompts) <= 1
    over = [unit.number for unit in toy.units if unit.number not in numbers]
    assert all(schedule.unit_end(toy, plan, toy.unit(one)) <= began.date() + timedelta(days=2) for one in over)


def test_who_starts_in_the_middle_of_a_week_gets_its_prompt_at_once_and_the_next_as_planned() -> None:
    """The first comes with the start, or in the morning after a start at night."""
    toy, plan = program(), CohortPlan(MONDAY, "UTC")
    by_day = member(started=datetime(2027, 1, 13, 15, 0, tzinfo=UTC))
    by_night = member(started=datetime(2027, 1, 14, 3, 0, tzinfo=UTC))
    assert locals_of(schedule.PROMPT, toy, plan, by_day)[:2] == ["1 Wed 13 Jan 10:00", "2 Mon 18 Jan 08:10"]
    assert locals_of(schedule.PROMPT, toy, plan, by_night)[:2] == ["1 Thu 14 Jan 07:00", "2 Mon 18 Jan 08:10"]


def test_who_has_not_started_is_sent_nothing() -> None:
    """A welcome alone makes nothing due."""
    assert list(schedule.member_sends(program(), CohortPlan(MONDAY, "UTC"), member(started=None))) == []


@given(zone=zones, away=st.integers(0, 40))
def test_a_pause_holds_everything_back_until_its_last_day_and_nothing_piles_up(zone: str, away: int) -> None:
    """Of what comes after the pause, all is as it would have been."""
    until = MONDAY + timedelta(days=away)
    toy, plan = program(), CohortPlan(MONDAY, "UTC")
    paused = list(schedule.member_sends(toy, plan, member(zone, paused_until=until)))
    assert all(one.local.date() >= until for one in paused)
    prompts = [one for one in schedule.member_sends(toy, plan, member(zone)) if one.kind == schedule.PROMPT]
    assert [one for one in paused if one.kind == schedule.PROMPT] == [
        one for one in prompts if one.local.date() >= until
    ]


# --- the reminder ------------------------------------------------------------------------------------------


@given(
    zone=zones,
    hours=st.integers(1, 144),
    own_day=st.none() | weekdays,
    own_time=st.none() | minutes,
    quiet_from=minutes,
    quiet_to=minutes,
)
@example(
    zone="America/New_York", hours=36, own_day=3, own_time=time(10), quiet_from=time(20), quiet_to=time(7)
)  # Friday night, so quiet until Saturday
def test_a_reminder_comes_once_after_its_prompt_on_a_weekday_outside_quiet_hours_and_inside_the_unit(
    zone: str, hours: int, own_day: int | None, own_time: time | None, quiet_from: time, quiet_to: time
) -> None:
    """Whatever the member chose, a second reminder, a weekend one or a late one never comes."""
    who = member(zone, day=own_day, time=own_time, quiet_from=quiet_from, quiet_to=quiet_to)
    toy, plan = program(reminder=hours), CohortPlan(MONDAY, "UTC")
    prompts = {one.number: one for one in sends(schedule.PROMPT, toy, plan, who)}
    reminders = sends(schedule.REMINDER, toy, plan, who)
    assert len({one.number for one in reminders}) == len(reminders)
    for one in reminders:
        assert prompts[one.number].due < one.due < one.expires
        assert one.local.weekday() < 5
        assume(one.local.utcoffset() == prompts[one.number].local.utcoffset())
        assert not is_quiet(one.local.time(), quiet_from, quiet_to)


@pytest.mark.parametrize(
    ("own_day", "reminders"),
    [
        (0, ["0 Wed 06 Jan 08:10", "1 Wed 13 Jan 08:10"]),
        (3, []),  # Saturday becomes Monday, and then the next unit is there
    ],
)
def test_a_reminder_that_would_pass_the_end_of_its_unit_does_not_come(own_day: int, reminders: list[str]) -> None:
    """Two days later is the rule; the next unit's day is the limit."""
    toy = program(units=2)
    assert locals_of(schedule.REMINDER, toy, CohortPlan(MONDAY, "UTC"), member(day=own_day)) == reminders


def test_a_program_without_reminders_sends_none() -> None:
    """Leaving the hours out turns reminders off."""
    assert sends(schedule.REMINDER, program(reminder=None), CohortPlan(MONDAY, "UTC"), member()) == []


# --- which unit is current -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "who", "number"),
    [
        (datetime(2027, 1, 4, 13, 9, tzinfo=UTC), member(), None),
        (datetime(2027, 1, 4, 13, 10, tzinfo=UTC), member(), 0),
        (datetime(2027, 1, 11, 13, 9, tzinfo=UTC), member(), 0),
        (datetime(2027, 1, 11, 13, 10, tzinfo=UTC), member(), 1),
        (datetime(2027, 1, 12, tzinfo=UTC), member(paused_until=date(2027, 2, 1)), 1),
        (datetime(2027, 6, 1, tzinfo=UTC), member(), 3),
        (datetime(2027, 1, 12, tzinfo=UTC), member(started=None), None),
    ],
)
def test_the_current_unit_is_the_one_whose_prompt_came_last(now: datetime, who: MemberPlan, number: int | None) -> None:
    """A pause does not change which unit is open, and after the end the last one stays."""
    units = schedule.current_units(program(), CohortPlan(MONDAY, "UTC"), who, now)
    assert [unit.number for unit in units] == ([] if number is None else [number])


@given(before=zones, after=zones)
def test_after_a_change_of_zone_the_same_messages_are_due(before: str, after: str) -> None:
    """Kind and unit number name a message, so that a traveller gets each one once."""
    toy, plan = program(), CohortPlan(MONDAY, "UTC")
    assert [(one.kind, one.number) for one in schedule.member_sends(toy, plan, member(before))] == [
        (one.kind, one.number) for one in schedule.member_sends(toy, plan, member(after))
    ]
