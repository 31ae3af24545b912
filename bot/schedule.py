"""When everything is due: pure functions over program, cohort, member and zone.

Zone name, wall clock and occurrence number are the facts; an instant is derived from them. An hour that
the clocks skip moves forward by the gap, an hour that they repeat takes the first. Every view of the
future (the planner, "your next five", the rehearsal, the playground's clock) asks here, so they agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from bot.programs import Program, Unit, Whom
from bot.programs.seats import Seat, calendar, first_calendar, gets

ANNOUNCEMENT, STEP, PROMPT, REMINDER, SILENCE = "announcement", "step", "prompt", "reminder", "silence"
_SATURDAY = 5
_ORDER = {SILENCE: 0, STEP: 1, PROMPT: 2, ANNOUNCEMENT: 3, REMINDER: 4}


@dataclass(frozen=True, slots=True)
class Change:
    """What a facilitator changed about one occurrence of the program."""

    moved_to: date | None = None
    skipped: bool = False
    swapped: bool = False
    """The alternative prompt goes out instead."""


@dataclass(frozen=True, slots=True)
class CohortPlan:
    start: date
    zone: str
    changes: Mapping[int, Change] = field(default_factory=dict)
    days_off: frozenset[date] = frozenset()
    """Public holidays, on which nothing comes."""

    def change(self, number: int) -> Change:
        return self.changes.get(number, Change())


@dataclass(frozen=True, slots=True)
class MemberPlan:
    """One member's own clock. None means the program's day or time."""

    zone: str
    quiet_from: time = time(20, 0)
    quiet_to: time = time(7, 0)
    day: int | None = None
    time: time | None = None
    started: datetime | None = None
    """When the member said yes; nothing is due before."""
    paused_until: date | None = None
    """The first local day on which messages come again."""
    seat: Seat | None = None
    """Role and teams, which say what they get. None: everything, as in a rehearsal."""


@dataclass(frozen=True, slots=True, order=True)
class Send:
    """One message that is due to one recipient."""

    due: datetime
    order: int
    number: int
    kind: str
    local: datetime = field(compare=False)
    """The same instant on the recipient's wall clock."""
    expires: datetime = field(compare=False)
    """After this it is missed, not sent late."""


def instant(day: date, at: time, zone: str) -> datetime:
    """The UTC instant of a wall-clock time: gap forward by its length, fold first (PEP 495, RFC 5545)."""
    return datetime.combine(day, at, ZoneInfo(zone)).astimezone(UTC)


def first_day(program: Program, start: date) -> date:
    """The first of the program's weekdays on or after the start."""
    return start + timedelta(days=(program.day - start.weekday()) % 7)


def unit_day(program: Program, plan: CohortPlan, unit: Unit) -> date:
    """The local day on which a unit opens, with the facilitator's moves applied."""
    moved = plan.change(unit.number).moved_to
    if moved is not None:
        return moved
    first = first_day(program, plan.start)
    if program.clock != "monthly":
        return first + timedelta(weeks=unit.after)
    if unit.after == 0:
        return first
    return first_day(program, (first + relativedelta(months=unit.after)).replace(day=1))


def unit_end(program: Program, plan: CohortPlan, unit: Unit) -> date:
    """The first local day that no longer belongs to a unit: a week or a month, or the day of the next one for the
    same people."""
    opens = unit_day(program, plan, unit)
    length = relativedelta(months=1) if program.clock == "monthly" else relativedelta(weeks=1)
    later = [unit_day(program, plan, other) for other in calendar(program, unit) if other.number > unit.number]
    return min([opens + length, *(day for day in later if day > opens)])


def outside_quiet(day: date, at: time, quiet_from: time, quiet_to: time) -> tuple[date, time]:
    """The given wall time, or the end of the quiet hours it falls into."""
    if quiet_from == quiet_to:
        return day, at
    if quiet_from < quiet_to:
        return (day, quiet_to) if quiet_from <= at < quiet_to else (day, at)
    if at >= quiet_from:
        return day + timedelta(days=1), quiet_to
    return (day, quiet_to) if at < quiet_to else (day, at)


def after_quiet(moment: datetime, member: MemberPlan) -> datetime:
    """The given instant, or the end of the member's quiet hours when it falls into them."""
    local = moment.astimezone(ZoneInfo(member.zone))
    day, at = outside_quiet(local.date(), local.time(), member.quiet_from, member.quiet_to)
    return moment if (day, at) == (local.date(), local.time()) else instant(day, at, member.zone)


def local_date(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def clocked(program: Program) -> bool:
    """False for a self-paced program: its units come on demand, not by calendar."""
    return program.clock != "self-paced"


def member_sends(program: Program, plan: CohortPlan, member: MemberPlan) -> Iterator[Send]:
    """Everything that the clock sends one member, in order of units.

    Whether a reminder, a step or the question after silence has a reason to go out is decided when it is
    due, by who knows the answers; here is only when.
    """
    if not clocked(program) or member.started is None:
        return
    asked_after_silence = first_calendar(program, member.seat)
    for unit in program.units:
        if plan.change(unit.number).skipped or not gets(program, unit.whom, member.seat):
            continue
        opens = unit_day(program, plan, unit)
        day = opens if member.day is None else opens + timedelta(days=(member.day - opens.weekday()) % 7)
        ends = unit_end(program, plan, unit)
        if day >= ends:  # the facilitator's next unit comes before this member's own day
            day = opens
        expires = instant(ends, time(0), member.zone)
        day, at = outside_quiet(day, member.time or program.time, member.quiet_from, member.quiet_to)
        if day >= ends:  # quiet until the next unit's day: it comes on the morning of its own first day
            day, at = opens, member.quiet_to
        day = _at_work(day, opens, ends, plan.days_off)
        prompt = _send(PROMPT, unit, day, at, member.zone, expires)
        if expires <= member.started or _paused(member, day) or prompt.due >= expires:
            continue
        if prompt.due < member.started:  # started in the middle of a unit: it comes now
            prompt = _moved(prompt, after_quiet(member.started, member), member.zone)
            if prompt.due >= expires:
                continue
        if unit.whom == asked_after_silence:
            yield _like(SILENCE, prompt)
        yield _like(STEP, prompt)
        yield prompt
        reminder = _reminder(program, plan, unit, prompt, member, expires)
        if reminder is not None:
            yield reminder


def channel_sends(program: Program, plan: CohortPlan) -> Iterator[Send]:
    """What the clock posts to the cohort's channel: one announcement a unit, at the program's own hour.

    Of several calendars the first and everybody's are announced; what a small group gets is not the cohort's affair.
    """
    if not clocked(program):
        return
    announced = (Whom(), program.units[0].whom)
    for unit in program.units:
        if unit.whom in announced and not plan.change(unit.number).skipped:
            opens, ends = unit_day(program, plan, unit), unit_end(program, plan, unit)
            day, expires = _at_work(opens, opens, ends, plan.days_off), instant(ends, time(0), plan.zone)
            yield _send(ANNOUNCEMENT, unit, day, program.time, plan.zone, expires)


def current_units(
    program: Program, plan: CohortPlan, member: MemberPlan, now: datetime, got: Collection[int] = ()
) -> list[Unit]:
    """Of each of the member's calendars the unit whose prompt came last, or would have had they not paused.

    `got`: the units that they were sent. Whoever has moved to a zone farther west keeps the unit that had come.
    """
    running = replace(member, paused_until=None)
    due = {send.number for send in member_sends(program, plan, running) if send.kind == PROMPT and send.due <= now}
    newest = {unit.whom: unit for unit in program.units if unit.number in due or unit.number in got}
    return [unit for unit in newest.values() if gets(program, unit.whom, member.seat)]


def closes(program: Program, plan: CohortPlan) -> date | None:
    """The first day after the last unit; None for a self-paced program."""
    return max(unit_end(program, plan, unit) for unit in program.units) if clocked(program) else None


def _send(kind: str, unit: Unit, day: date, at: time, zone: str, expires: datetime) -> Send:
    due = instant(day, at, zone)
    return Send(due, _ORDER[kind], unit.number, kind, due.astimezone(ZoneInfo(zone)), expires)


def _like(kind: str, send: Send) -> Send:
    return Send(send.due, _ORDER[kind], send.number, kind, send.local, send.expires)


def _moved(send: Send, due: datetime, zone: str) -> Send:
    return Send(due, send.order, send.number, send.kind, due.astimezone(ZoneInfo(zone)), send.expires)


def _at_work(day: date, opens: date, ends: date, days_off: frozenset[date]) -> date:
    """The day, or where it is a public holiday the next weekday that is none; else the last one before it.

    A unit whose days are all off comes on its day nevertheless.
    """
    if day not in days_off:
        return day
    later = (day + timedelta(days=count) for count in range(1, (ends - day).days))
    earlier = (day - timedelta(days=count) for count in range(1, (day - opens).days + 1))
    return next((one for one in (*later, *earlier) if one.weekday() < _SATURDAY and one not in days_off), day)


def _reminder(
    program: Program, plan: CohortPlan, unit: Unit, prompt: Send, member: MemberPlan, expires: datetime
) -> Send | None:
    """At most one, on a weekday that is no public holiday, inside the unit's own time."""
    if program.reminder_hours is None:
        return None
    local = prompt.local.replace(tzinfo=None) + timedelta(hours=program.reminder_hours)
    day, at = outside_quiet(local.date(), local.time(), member.quiet_from, member.quiet_to)
    while day.weekday() >= _SATURDAY or day in plan.days_off:
        day += timedelta(days=1)
    reminder = _send(REMINDER, unit, day, at, member.zone, expires)
    return reminder if reminder.due < expires and not _paused(member, day) else None


def _paused(member: MemberPlan, day: date) -> bool:
    return member.paused_until is not None and day < member.paused_until
