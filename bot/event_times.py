"""When the messages around an event are due: pure functions over the event, the program and one person's clock.

Pre-work comes at the person's own hour, on a working day where one is left, and goes until the event starts. The exit
note comes when the event ends, or on the next morning, and goes for two days. The follow-up comes at the person's own
hour and goes for a week.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from bot import schedule
from bot.programs import Event, Program
from bot.schedule import MemberPlan

PRE_WORK, EXIT_NOTE, FOLLOW_UP = "pre-work", "exit-note", "follow-up"
MOMENTS = (PRE_WORK, EXIT_NOTE, FOLLOW_UP)
"""In this order they have their numbers."""
_EXIT_NOTE_GOES, _FOLLOW_UP_GOES = timedelta(days=2), timedelta(days=7)
_SLACK = timedelta(days=3)
"""A zone's distance, quiet hours and a holiday together."""
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class When:
    day: date
    hour: time
    zone: str
    """The event's own; each reader is told in theirs."""
    minutes: int

    @property
    def starts(self) -> datetime:
        return schedule.instant(self.day, self.hour, self.zone)

    @property
    def ends(self) -> datetime:
        return self.starts + timedelta(minutes=self.minutes)


@dataclass(frozen=True, slots=True)
class Due:
    kind: str
    due: datetime
    expires: datetime


def expected(program: Program, event: Event, start: date, zone: str) -> When:
    """When the program expects an event; each cohort sets its own date."""
    step = relativedelta(months=event.after) if program.clock == "monthly" else relativedelta(weeks=event.after)
    return When(schedule.first_day(program, start) + step, program.time, zone, event.minutes)


def sends(
    program: Program,
    event: Event,
    when: When,
    who: MemberPlan,
    days_off: Set[date] = frozenset(),
    outside: bool = False,
) -> list[Due]:
    """What one person is sent around an event. `outside`: they are not of the cohort, and get no follow-up."""
    if who.started is None:
        return []
    found = [_pre_work(program, event, when, who, days_off), _exit_note(event, when, who)]
    if not outside:
        found.append(_follow_up(program, event, when, who, days_off))
    return [one for one in found if one is not None and one.due < one.expires and not _paused(who, one.due)]


def span(event: Event, when: When) -> tuple[datetime, datetime]:
    """Nothing about an event is due before the first of these, nor after the second."""
    before = timedelta(days=event.pre_work.days) if event.pre_work else timedelta(0)
    after = timedelta(days=event.follow_up.days) + _FOLLOW_UP_GOES if event.follow_up else _EXIT_NOTE_GOES
    return when.starts + before - _SLACK, when.ends + after + _SLACK


def _pre_work(program: Program, event: Event, when: When, who: MemberPlan, days_off: Set[date]) -> Due | None:
    if event.pre_work is None:
        return None
    last = _day(when.starts, who)
    wanted = last + timedelta(days=event.pre_work.days)
    ahead = (wanted + timedelta(days=more) for more in range((last - wanted).days))
    day = next((one for one in ahead if one not in days_off and one.weekday() < _SATURDAY), wanted)
    return Due(PRE_WORK, _not_before_they_came(_at_their_hour(program, day, who), who), when.starts)


def _exit_note(event: Event, when: When, who: MemberPlan) -> Due | None:
    """Whoever came after the end was not there."""
    if event.exit_note is None or (who.started is not None and who.started > when.ends):
        return None
    return Due(EXIT_NOTE, schedule.after_quiet(when.ends, who), when.ends + _EXIT_NOTE_GOES)


def _follow_up(program: Program, event: Event, when: When, who: MemberPlan, days_off: Set[date]) -> Due | None:
    if event.follow_up is None or (who.started is not None and who.started > when.ends):
        return None
    day = _day(when.ends, who) + timedelta(days=event.follow_up.days)
    week = (day + timedelta(days=more) for more in range(_FOLLOW_UP_GOES.days))
    first = next((one for one in week if one not in days_off and (one == day or one.weekday() < _SATURDAY)), day)
    return Due(
        FOLLOW_UP, _at_their_hour(program, first, who), schedule.instant(day, time(0), who.zone) + _FOLLOW_UP_GOES
    )


def _at_their_hour(program: Program, day: date, who: MemberPlan) -> datetime:
    at = schedule.outside_quiet(day, who.time or program.time, who.quiet_from, who.quiet_to)
    return schedule.instant(*at, who.zone)


def _not_before_they_came(due: datetime, who: MemberPlan) -> datetime:
    return due if who.started is None or due >= who.started else schedule.after_quiet(who.started, who)


def _day(moment: datetime, who: MemberPlan) -> date:
    return schedule.local_date(moment, who.zone)


def _paused(who: MemberPlan, due: datetime) -> bool:
    return who.paused_until is not None and _day(due, who) < who.paused_until
