"""What the clock sends one cohort in the next two days, as statements that write it into the outbox.

Prompts and announcements are written for everybody; a step, a reminder, a question after silence only for
those who have a reason for it, which is looked at again when the words are made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, String, exists, false, func, literal, select

from bot import outbox, schedule
from bot.outbox import Intent
from bot.programs import Program
from bot.schedule import CohortPlan, MemberPlan, Send
from bot.store import cohorts, milestones, turns
from bot.store.cohorts import Cohort
from bot.store.people import QUIET_FROM, QUIET_TO
from bot.store.tables import account, membership, person, step, turn
from bot.store.tables import outbox as rows
from bot.visit import Services

Clock: TypeAlias = tuple[str, time | None, time | None, int | None, time | None, date | None]
"""Zone, quiet from and to, own day and hour, paused until."""

AHEAD = timedelta(hours=48)
_SILENT_UNITS, _LOOK_BACK = 2, 4
_WITH_THE_PROMPT = (schedule.STEP, schedule.SILENCE)
_PUNCTUAL = timedelta(minutes=15)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
_OPEN_STEPS = (turns.OPEN, turns.NOT_YET, turns.PARTLY)


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
        self._restored = milestones.latest(tx, milestones.RESTORE)
        self._program: Program = services.program(tx, which)
        self._calendar: CohortPlan = cohorts.plan(tx, which)

    def plan_channel(self) -> None:
        which = self._which
        if which.place:
            outbox.put(
                self._tx,
                [
                    Intent(which.tenant, which.cohort, one.kind, one.number, which.place, one.due, True, one.expires)
                    for one in self._inside(schedule.channel_sends(self._program, self._calendar))
                ],
            )

    def plan_clock(self, clock: Clock) -> None:
        """Everybody who lives by this clock."""
        zone, quiet_from, quiet_to, day, hour, paused = clock
        here = (
            # Not a join, or SQLite goes through everybody of the tenant to find those of one cohort.
            exists().where(
                person.c.tenant == membership.c.tenant,
                person.c.person == membership.c.person,
                person.c.zone == zone,
                _same(person.c.quiet_from, quiet_from),
                _same(person.c.quiet_to, quiet_to),
            ),
            _same(membership.c.day, day),
            _same(membership.c.time, hour),
            _same(membership.c.paused_until, paused),
        )
        plan = MemberPlan(zone, quiet_from or QUIET_FROM, quiet_to or QUIET_TO, day, hour, _LONG_AGO, paused)
        sends = list(schedule.member_sends(self._program, self._calendar, plan))
        prompts = {one.number: one for one in sends if one.kind == schedule.PROMPT}
        for one in self._inside(sends):
            self._write(one, (*here, membership.c.started_at <= prompts[one.number].due))
        # Whoever said yes in the middle of a unit gets it from that moment on.
        for prompt in prompts.values():
            if prompt.due < self._now < prompt.expires:
                for row in self._tx.execute(
                    select(membership.c.person).where(
                        *started(self._which), *here, membership.c.started_at > prompt.due
                    )
                ).all():
                    self.plan_member(row.person)

    def plan_member(self, who: str) -> None:
        member = cohorts.member(self._tx, self._which.tenant, self._which.cohort, who)
        if member is not None:
            for one in self._inside(schedule.member_sends(self._program, self._calendar, member.plan)):
                self._write(one, (membership.c.person == who,))

    def _inside(self, sends: Iterable[Send]) -> list[Send]:
        return [one for one in sends if one.due <= self.ends and self._still_wanted(one)]

    def _still_wanted(self, send: Send) -> bool:
        if self._since is not None:
            return send.due > self._since
        if send.kind in _WITH_THE_PROMPT and send.due < self._now - _PUNCTUAL:
            return False  # its prompt is out, or comes late and by itself
        ends = outbox.expiry(send.kind, send.due, send.expires)
        return ends is None or ends > self._now

    def _write(self, send: Send, who: tuple[ColumnElement[bool], ...]) -> None:
        which = self._which
        first = outbox.key(which.cohort, send.kind, send.number, "")
        state = outbox.first_state(send.due, self._restored)
        values: Mapping[str, Any] = {
            "tenant": membership.c.tenant,
            "key": literal(first, String).concat(membership.c.person),
            "cohort": membership.c.cohort,
            "kind": literal(send.kind, String),
            "number": literal(send.number),
            "recipient": membership.c.person,
            "channel": false(),
            "subject": literal("", String),
            "due_at": literal(send.due, rows.c.due_at.type),
            "expires_at": literal(outbox.expiry(send.kind, send.due, send.expires), rows.c.expires_at.type),
            "state": literal(state["state"], String),
            "tried_at": literal(state["tried_at"], rows.c.tried_at.type),
            "reason": literal(state["reason"], rows.c.reason.type),
            "lane": func.coalesce(
                select(func.min(account.c.lane))
                .where(account.c.tenant == membership.c.tenant, account.c.person == membership.c.person)
                .scalar_subquery(),
                "",
            ),
        }
        chosen = select(*(value.label(name) for name, value in values.items())).where(
            *started(which), *who, *self._reason(send)
        )
        self._tx.execute(outbox.inserting(self._tx).from_select(list(values), chosen).on_conflict_do_nothing())

    def _reason(self, send: Send) -> tuple[ColumnElement[bool], ...]:
        """Looked at again when the words are made; here it keeps the outbox free of rows for nothing."""
        mine: tuple[ColumnElement[bool], ...] = (
            turn.c.tenant == membership.c.tenant,
            turn.c.cohort == membership.c.cohort,
            turn.c.person == membership.c.person,
        )
        if send.kind == schedule.REMINDER:
            return (~exists().where(*mine, turn.c.number == send.number),)
        if send.kind == schedule.STEP:
            latest = (
                select(step.c.outcome)
                .where(
                    step.c.tenant == membership.c.tenant,
                    step.c.cohort == membership.c.cohort,
                    step.c.person == membership.c.person,
                    step.c.number < send.number,
                )
                .order_by(step.c.number.desc())
                .limit(1)
                .scalar_subquery()
            )
            return (latest.in_(_OPEN_STEPS),)
        if send.kind == schedule.SILENCE:
            return self._silent(send, mine)
        return ()

    def _silent(self, send: Send, mine: tuple[ColumnElement[bool], ...]) -> tuple[ColumnElement[bool], ...]:
        earlier = [unit.number for unit in self._program.units if unit.number < send.number]
        if len(earlier) < _SILENT_UNITS:
            return (false(),)
        newest = select(func.max(turn.c.number)).where(*mine).correlate(membership).scalar_subquery()
        last = func.coalesce(newest, -1)

        def got(kind: str, numbers: Sequence[int]) -> ColumnElement[int]:
            keys = [
                literal(outbox.key(self._which.cohort, kind, number, ""), String).concat(membership.c.person)
                for number in numbers
            ]
            return (
                select(func.count())
                .select_from(rows)
                .where(
                    rows.c.tenant == membership.c.tenant,
                    rows.c.key.in_(keys),
                    rows.c.state == outbox.SENT,
                    rows.c.number > last,
                )
                .correlate(membership)
                .scalar_subquery()
            )

        return (
            last < earlier[-1],
            got(schedule.PROMPT, earlier[-_LOOK_BACK:]) >= _SILENT_UNITS,
            got(schedule.SILENCE, earlier) == 0,
        )


def _same(column: ColumnElement[Any], value: object) -> ColumnElement[bool]:
    return column.is_(None) if value is None else column == value
