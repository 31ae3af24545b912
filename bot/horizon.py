"""What the clock sends one cohort in the next two days, as statements that write it into the outbox.

Members with the same clock (zone, quiet hours, own day and hour, pause) get everything at the same instants,
so one statement writes for all of them: a table of lines, each a clock and a send, joined to the members.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from sqlalchemy import CTE, ColumnElement, Connection, Insert, String, bindparam, false, func, literal, select, true

from bot import outbox, reasons, schedule
from bot.outbox import Intent
from bot.programs import Program
from bot.programs.seats import Seat
from bot.schedule import CohortPlan, MemberPlan, Send
from bot.store import cohorts, milestones
from bot.store.cohorts import Cohort
from bot.store.columns import ByteByByte
from bot.store.engine import written
from bot.store.people import QUIET_FROM, QUIET_TO
from bot.store.tables import account, membership, person
from bot.store.tables import outbox as rows
from bot.timetable import TIMETABLE, Line
from bot.visit import Services

Clock: TypeAlias = tuple[str, time | None, time | None, int | None, time | None, date | None, str, str]
"""Zone, quiet from and to, own day and hour, paused until; role and teams, which say what they get."""

AHEAD = timedelta(hours=48)
_CLOCKS_AT_ONCE = 300
_WITH_THE_PROMPT = (schedule.STEP, schedule.SILENCE)
_PUNCTUAL = timedelta(minutes=15)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def started(which: Cohort) -> tuple[ColumnElement[bool], ...]:
    return (
        membership.c.tenant == which.tenant,
        membership.c.cohort == which.cohort,
        membership.c.state == cohorts.STARTED,
    )


class Horizon:
    """One cohort's sends from `since` (None: all that are not over) to two days from now."""

    def __init__(
        self, tx: Connection, services: Services, which: Cohort, now: datetime, since: datetime | None
    ) -> None:
        self._tx = tx
        self._which = which
        self._now = now
        self._since = since
        self.ends = now + AHEAD
        self.written = 0
        self._restored = milestones.latest(tx, milestones.RESTORE)
        self._program: Program = services.program(tx, which)
        self._calendar: CohortPlan = cohorts.plan(tx, which)
        self.numbers = [unit.number for unit in self._program.units]

    def plan_channel(self) -> None:
        which = self._which
        if which.place:
            self.written += outbox.put(
                self._tx,
                [
                    Intent(which.tenant, which.cohort, one.kind, one.number, which.place, one.due, True, one.expires)
                    for one in self._inside(schedule.channel_sends(self._program, self._calendar))
                ],
            )

    def plan_clocks(self, clocks: Mapping[Clock, datetime]) -> None:
        """Everybody who lives by one of these, each with when the last of them started."""
        each = list(clocks)
        for start in range(0, len(each), _CLOCKS_AT_ONCE):
            lines: list[Line] = []
            current: list[Line] = []
            for clock in each[start : start + _CLOCKS_AT_ONCE]:
                sends = list(schedule.member_sends(self._program, self._calendar, _by(clock)))
                prompts = {one.number: one for one in sends if one.kind == schedule.PROMPT}
                lines += [self._line(one, clock, prompts[one.number].due) for one in self._inside(sends)]
                current += [
                    self._line(one, clock, one.due)
                    for one in prompts.values()
                    if one.due < self._now < one.expires and one.due < clocks[clock]
                ]
            self._write(lines)
            for who in self._started_after(current):
                self.plan_member(who)

    def plan_member(self, who: str) -> None:
        member = cohorts.member(self._tx, self._which.tenant, self._which.cohort, who)
        if member is not None:
            sends = self._inside(schedule.member_sends(self._program, self._calendar, member.plan))
            self._write([self._line(one) for one in sends], who)

    def _inside(self, sends: Iterable[Send]) -> list[Send]:
        return [one for one in sends if one.due <= self.ends and self._still_wanted(one)]

    def _still_wanted(self, send: Send) -> bool:
        if send.kind == schedule.SILENCE and not reasons.may_be_silent(self._program, send.number):
            return False
        if self._since is not None:
            return send.due > self._since
        if send.kind in _WITH_THE_PROMPT and send.due < self._now - _PUNCTUAL:
            return False  # its prompt is out, or comes late and by itself
        ends = outbox.expiry(send.kind, send.due, send.expires)
        return ends is None or ends > self._now

    def _line(self, send: Send, clock: Clock | None = None, started_by: datetime | None = None) -> Line:
        """As `TIMETABLE` names its columns."""
        first = outbox.first_state(send.due, self._restored)
        return (
            *(clock or (None,) * 8),
            started_by,
            send.kind,
            send.number,
            outbox.key(self._which.cohort, send.kind, send.number, ""),
            send.due,
            outbox.expiry(send.kind, send.due, send.expires),
            first["state"],
            first["tried_at"],
            first["reason"],
        )

    def _write(self, lines: Sequence[Line], who: str | None = None) -> None:
        """For everybody whom a line fits; or for one, whom all of them fit."""
        if not lines:
            return
        silences = sorted({one[10] for one in lines if one[9] == schedule.SILENCE})
        done = self._tx.execute(
            _statement(self._tx, self._program, silences, one=who is not None),
            {"tenant": self._which.tenant, "cohort": self._which.cohort, "who": who, **TIMETABLE.filled(lines)},
            execution_options={"preserve_rowcount": True},
        )
        self.written += written(self._tx, done)

    def _started_after(self, lines: Sequence[Line]) -> list[str]:
        if not lines:
            return []
        line, member = TIMETABLE.table(self._tx.dialect.name), _members(one=False)
        fits = _fits(member, line) & (member.c.started_at > line.c.started_by)
        late = select(member.c.person).join_from(member, line, fits)
        here = {"tenant": self._which.tenant, "cohort": self._which.cohort}
        return [row.person for row in self._tx.execute(late, {**here, **TIMETABLE.filled(lines)})]


_BUILT: dict[tuple[object, ...], Insert] = {}
"""What is the same for every cohort of a program is put together once: it took as long as running it."""
_MOST_BUILT = 200


def _statement(tx: Connection, program: Program, silences: Sequence[int], one: bool) -> Insert:
    """Writes what is due by `TIMETABLE`'s lines for the members of `tenant` and `cohort`, or for `who` alone."""
    shape = tuple((unit.number, unit.whom, unit.after) for unit in program.units)
    built = (tx.dialect.name, shape, tuple(silences), one)
    if built not in _BUILT:
        if len(_BUILT) >= _MOST_BUILT:
            _BUILT.clear()
        _BUILT[built] = _build(tx, program, silences, one)
    return _BUILT[built]


def _build(tx: Connection, program: Program, silences: Sequence[int], one: bool) -> Insert:
    line, member = TIMETABLE.table(tx.dialect.name), _members(one)
    key = line.c.first.concat(member.c.person)
    lane = select(func.min(account.c.lane)).where(
        account.c.tenant == member.c.tenant, account.c.person == member.c.person
    )
    chosen: dict[str, ColumnElement[Any]] = {
        "tenant": member.c.tenant,
        "key": key,
        "cohort": member.c.cohort,
        "kind": line.c.kind,
        "number": line.c.number,
        "recipient": member.c.person,
        "channel": false(),
        "subject": literal("", String),
        "due_at": line.c.due,
        "expires_at": line.c.expires,
        "state": line.c.state,
        "tried_at": line.c.tried_at,
        "reason": line.c.why,
        "lane": func.coalesce(lane.scalar_subquery(), ""),
    }
    fits = true() if one else _fits(member, line) & (member.c.started_at <= line.c.started_by)
    # Planned again, nearly everybody has theirs: that is seen in an index, before more is asked about them. Not
    # with NOT EXISTS, which PostgreSQL turns into a join that reads all rows for each member.
    there = select(rows.c.state).where(rows.c.tenant == member.c.tenant, rows.c.key == ByteByByte(key))
    query = (
        select(*(value.label(name) for name, value in chosen.items()))
        .join_from(member, line, fits)
        .where(there.scalar_subquery().is_(None))
        .where(reasons.given(line, member, program, silences))
    )
    made: Insert = outbox.inserting(tx).from_select(list(chosen), query).on_conflict_do_nothing()
    return made


def _members(one: bool) -> CTE:
    """The members of `cohort` in `tenant`, or `who` of them alone, with their clocks.

    Read once, before anything is joined to them: a database would otherwise go through everybody of the tenant to find
    those of one cohort, or through the members again for each line.
    """
    own = ("tenant", "cohort", "person", "day", "time", "paused_until", "started_at", "role", "sits_on")
    same = (person.c.tenant == membership.c.tenant) & (person.c.person == membership.c.person)
    found = (
        select(*(membership.c[name] for name in own), person.c.zone, person.c.quiet_from, person.c.quiet_to)
        # From the left, or SQLite begins with all people.
        .select_from(membership.outerjoin(person, same))
        .where(
            membership.c.tenant == bindparam("tenant"),
            membership.c.cohort == bindparam("cohort"),
            membership.c.state == cohorts.STARTED,
        )
    )
    if one:
        found = found.where(membership.c.person == bindparam("who"))
    return found.cte("member").prefix_with("MATERIALIZED")


def _fits(member: CTE, line: CTE) -> ColumnElement[bool]:
    """Whether the line is for those who live by this clock."""
    return (
        (member.c.zone == line.c.zone)
        & member.c.quiet_from.is_not_distinct_from(line.c.quiet_from)
        & member.c.quiet_to.is_not_distinct_from(line.c.quiet_to)
        & member.c.day.is_not_distinct_from(line.c.day)
        & member.c.time.is_not_distinct_from(line.c.hour)
        & member.c.paused_until.is_not_distinct_from(line.c.paused)
        & (member.c.role == line.c.role)
        & (member.c.sits_on == line.c.sits_on)
    )


def _by(clock: Clock) -> MemberPlan:
    zone, quiet_from, quiet_to, day, hour, paused, role, teams = clock
    quiet, seat = (quiet_from or QUIET_FROM, quiet_to or QUIET_TO), Seat(role, frozenset(teams.split()))
    return MemberPlan(zone, *quiet, day, hour, _LONG_AGO, paused, seat)
