"""Writes what the clock makes due in the next two days into the outbox, one cohort at a time.

Members with the same clock (zone, quiet hours, own day and hour, pause) get everything at the same instants,
so there is one statement for all of them. Prompts and announcements are planned for everybody; a step, a
reminder, a question after silence only for those who have a reason for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    false,
    func,
    or_,
    select,
    text,
    true,
    tuple_,
    update,
)

from bot import outbox, schedule
from bot.errors import NoProgram
from bot.horizon import Clock, Horizon, started
from bot.store import cohorts, plans
from bot.store.cohorts import Cohort
from bot.store.tables import account, cohort, membership, person
from bot.visit import Services

_AGAIN = timedelta(hours=24)
_MEMBERS_AT_ONCE = 500
_COHORTS_AT_ONCE, _ROWS_AT_ONCE = 20, 5_000
"""So that nobody who saves an answer waits long for the planner."""
Resting: TypeAlias = list[tuple[str, str]]
"""Tenant and cohort of those whose program cannot be read. They are tried at each turn, and hold up nobody."""
_MARKED = text("membership.replan")
"""In the words of the index that holds only those; any others, and SQLite would go through everybody."""


def plan(tx: Connection, services: Services, now: datetime) -> bool:
    """Plan a part of what is missing; False when nothing is. Any number of planners may do so at once."""
    if _plan_members(tx, services, now):
        return True
    _go_from_cohort_to_members(tx)
    written, done = 0, 0
    resting: Resting = []
    while done < _COHORTS_AT_ONCE and written < _ROWS_AT_ONCE:  # small ones share a commit
        row = _next_cohort(tx, now, resting)
        if row is None:
            break
        try:
            written += _plan_cohort(tx, services, now, row)
            done += 1
        except NoProgram:
            resting.append((row.tenant, row.cohort))
    return bool(done)


def next_due(tx: Connection, services: Services, now: datetime) -> datetime | None:
    """The next moment at which the clock may send something that is not written yet."""
    found: list[datetime] = []
    for which in cohorts.running(tx):
        program, calendar = services.readable(tx, which), cohorts.plan(tx, which)
        if program is None:
            continue
        written = outbox.written(tx, which.tenant, which.cohort)
        wanted = [(send, which.place) for send in schedule.channel_sends(program, calendar) if which.place]
        for member in cohorts.members(tx, which):
            wanted += [(send, member.person) for send in schedule.member_sends(program, calendar, member.plan)]
        found += [
            send.due
            for send, who in wanted
            if send.due > now and outbox.key(which.cohort, send.kind, send.number, str(who)) not in written
        ]
    return min(found, default=None)


# --- a cohort --------------------------------------------------------------------------------------


def _next_cohort(tx: Connection, now: datetime, but: Resting) -> Row[Any] | None:
    """None when every cohort is planned."""
    return tx.execute(
        select(cohort)
        .where(
            cohort.c.state == cohorts.RUNNING,
            or_(cohort.c.replan == true(), cohort.c.planned_to.is_(None), cohort.c.planned_to < now + _AGAIN),
            *(tuple_(cohort.c.tenant, cohort.c.cohort) != one for one in but),
        )
        .order_by(cohort.c.planned_to.nulls_first())
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()


def _plan_cohort(tx: Connection, services: Services, now: datetime, row: Row[Any]) -> int:
    """How many rows were new. Raises NoProgram before anything is changed."""
    which = _found(tx, row)
    # What came due while nobody planned is written as missed. After a change nothing of the past is written.
    since = None if row.replan else row.planned_to
    horizon = Horizon(tx, services, which, now, since)
    if row.replan:
        plans.drop_cohort(tx, which.tenant, which.cohort)
    horizon.plan_channel()
    horizon.plan_clocks(_clocks(tx, which))
    if horizon.written:
        _open_lanes(tx, which)
    tx.execute(
        update(cohort)
        .where(cohort.c.tenant == which.tenant, cohort.c.cohort == which.cohort)
        .values(planned_to=horizon.ends, replan=false())
    )
    return horizon.written


def _go_from_cohort_to_members(tx: Connection) -> None:
    """PostgreSQL would read all people of the tenant for each cohort, since one long read looks cheap to it."""
    if tx.dialect.name == "postgresql":
        for setting in ("join_collapse_limit = 1", "enable_hashjoin = off", "enable_mergejoin = off"):
            tx.exec_driver_sql(f"SET LOCAL {setting}")


def _found(tx: Connection, row: Row[Any]) -> Cohort:
    which = cohorts.find(tx, row.tenant, row.cohort)
    if which is None:
        raise LookupError("a cohort that was there a moment ago")
    return which


def _clocks(tx: Connection, which: Cohort) -> dict[Clock, datetime]:
    """Each with when the last of those who live by it started."""
    clock = (
        person.c.zone,
        person.c.quiet_from,
        person.c.quiet_to,
        membership.c.day,
        membership.c.time,
        membership.c.paused_until,
        membership.c.role,
        membership.c.sits_on,
    )
    found = tx.execute(
        select(*clock, func.max(membership.c.started_at).label("last"))
        # From the left only, or SQLite goes through everybody of the tenant to find those of one cohort.
        .join_from(membership, person, _same_person(), isouter=True)
        .where(*started(which))
        .group_by(*clock)
    )
    return {tuple(one)[:-1]: one.last for one in found}


def _same_person() -> ColumnElement[bool]:
    return (person.c.tenant == membership.c.tenant) & (person.c.person == membership.c.person)


def _open_lanes(tx: Connection, which: Cohort) -> None:
    found = tx.execute(
        select(account.c.lane)
        .join_from(
            membership,
            account,
            (account.c.tenant == membership.c.tenant) & (account.c.person == membership.c.person),
            isouter=True,
        )
        .where(*started(which))
        .distinct()
    )
    outbox.open_lanes(tx, [(which.tenant, row.lane or "") for row in found])


# --- single members --------------------------------------------------------------------------------


def _plan_members(tx: Connection, services: Services, now: datetime) -> bool:
    """Those whose own clock has changed since, or who have a new reason for a message."""
    resting: Resting = []
    while (marked := _next_marked(tx, resting)) is not None:
        try:
            _plan_marked(tx, services, now, marked)
        except NoProgram:
            resting.append((marked.tenant, marked.cohort))
        else:
            return True
    return False


def _next_marked(tx: Connection, but: Resting) -> Row[str, str] | None:
    here = (membership.c.tenant, membership.c.cohort)
    return tx.execute(select(*here).where(_MARKED, *(tuple_(*here) != one for one in but)).limit(1)).first()


def _plan_marked(tx: Connection, services: Services, now: datetime, marked: Row[str, str]) -> None:
    """Some of one cohort's. Raises NoProgram before anything is changed."""
    # Whoever plans the whole cohort at this moment goes first, or comes after.
    tx.execute(
        select(cohort.c.cohort)
        .where(cohort.c.tenant == marked.tenant, cohort.c.cohort == marked.cohort)
        .with_for_update()
    )
    which = cohorts.find(tx, marked.tenant, marked.cohort)
    horizon = Horizon(tx, services, which, now, None) if which and which.state == cohorts.RUNNING else None
    key = (membership.c.tenant, membership.c.cohort, membership.c.person)
    chosen = (
        select(*key)
        .where(_MARKED, membership.c.tenant == marked.tenant, membership.c.cohort == marked.cohort)
        .limit(_MEMBERS_AT_ONCE)
    )
    who = [
        row.person
        for row in tx.execute(
            update(membership).where(tuple_(*key).in_(chosen)).values(replan=false()).returning(membership.c.person)
        )
    ]
    if which is None or horizon is None:
        return
    for one in who:
        plans.drop_member(tx, which.tenant, which.cohort, one, horizon.numbers)
        horizon.plan_member(one)
    _open_lanes(tx, which)
