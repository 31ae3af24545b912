"""Cohorts and their members: one program version, one calendar, one roster."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import Connection, Row, Select, Update, delete, insert, select, update

from bot import days_off
from bot.ids import Ids
from bot.programs.seats import Seat
from bot.schedule import Change, CohortPlan, MemberPlan
from bot.store import plans
from bot.store.people import FACILITATOR, QUIET_FROM, QUIET_TO, Somebody, grant, has_role
from bot.store.tables import change, cohort, membership, other_place, person

DRAFT, RUNNING, CLOSED = "draft", "running", "closed"
INVITED, LATER, STARTED, LEFT = "invited", "later", "started", "left"
ASKED = "asked"
"""Their yes has held for its time, and they were asked whether to go on."""


_MADE = [cohort.c[name] for name in ("tenant", "cohort", "name", "program", "version", "start", "zone", "country")]
_MADE += [cohort.c.state, cohort.c.created_by, cohort.c.created_at]


@dataclass(frozen=True, slots=True)
class Cohort:
    tenant: str
    cohort: str
    name: str
    program: str
    version: str
    place: str | None
    start: date
    zone: str
    state: str
    created_by: str
    country: str = ""
    """Whose public holidays hold, such as US or US-CA; empty for none."""
    changed: bool = False
    """Its calendar changed, and what was planned before may not go out."""
    follows: bool = False
    """Whoever joins its channel is asked to take part, and whoever leaves it whether to go on."""


@dataclass(frozen=True, slots=True)
class Member:
    tenant: str
    cohort: str
    person: str
    name: str
    state: str
    started_at: datetime | None
    zone: str
    quiet_from: time
    quiet_to: time
    day: int | None
    time: time | None
    paused_until: date | None
    changed: bool = False
    """Their clock changed, and what was planned before may not go out."""
    seat: Seat = field(default_factory=Seat)

    @property
    def plan(self) -> MemberPlan:
        started = self.started_at if self.state == STARTED else None
        quiet = (self.quiet_from, self.quiet_to)
        return MemberPlan(self.zone, *quiet, self.day, self.time, started, self.paused_until, self.seat)


def create(
    tx: Connection,
    by: Somebody,
    name: str,
    program_name: str,
    version: str,
    start: date,
    zone: str,
    now: datetime,
    ids: Ids,
    country: str = "",
) -> Cohort:
    """A draft: nobody is told anything until it is set running."""
    made = Cohort(by.tenant, ids(), name, program_name, version, None, start, zone, DRAFT, by.person, country)
    tx.execute(insert(cohort).values({column.name: getattr(made, column.name, now) for column in _MADE}))
    grant(tx, by.tenant, made.cohort, by.person, FACILITATOR)
    return made


def set_place(tx: Connection, which: Cohort, place: str) -> None:
    tx.execute(_this(which).values(place=place))
    plans.mark_cohort(tx, which.tenant, which.cohort)


def set_follows(tx: Connection, which: Cohort, follows: bool) -> None:
    tx.execute(_this(which).values(follows=follows))


def set_state(tx: Connection, which: Cohort, state: str) -> None:
    tx.execute(_this(which).values(state=state))


def set_version(tx: Connection, which: Cohort, version: str) -> None:
    """Another version of its program, which is pinned already."""
    tx.execute(_this(which).values(version=version))
    plans.mark_cohort(tx, which.tenant, which.cohort)


def find(tx: Connection, home: str, which: str) -> Cohort | None:
    row = tx.execute(select(cohort).where(cohort.c.tenant == home, cohort.c.cohort == which)).one_or_none()
    return None if row is None else _cohort(row)


def running(tx: Connection, *, over: bool = False) -> list[Cohort]:
    """Every running cohort of every tenant. `over`: also those that were closed."""
    states = (RUNNING, CLOSED) if over else (RUNNING,)
    return [_cohort(row) for row in tx.execute(select(cohort).where(cohort.c.state.in_(states)))]


def in_place(tx: Connection, home: str, place: str) -> list[Cohort]:
    too = select(other_place.c.cohort).where(other_place.c.tenant == home, other_place.c.place == place)
    there = (cohort.c.place == place) | cohort.c.cohort.in_(too)
    rows = tx.execute(select(cohort).where(cohort.c.tenant == home, there, cohort.c.state == RUNNING))
    return [_cohort(row) for row in rows]


def in_tenant(tx: Connection, home: str) -> list[Cohort]:
    """Every cohort that is not over."""
    rows = tx.execute(
        select(cohort).where(cohort.c.tenant == home, cohort.c.state != CLOSED).order_by(cohort.c.created_at)
    )
    return [_cohort(row) for row in rows]


def led_by(tx: Connection, who: Somebody) -> list[Cohort]:
    return [
        found for found in in_tenant(tx, who.tenant) if has_role(tx, who.tenant, found.cohort, who.person, FACILITATOR)
    ]


def of_person(tx: Connection, who: Somebody) -> list[tuple[Cohort, Member]]:
    """The running cohorts that a person belongs to and has not left."""
    found = []
    for row in tx.execute(
        select(membership.c.cohort)
        .join(cohort, (cohort.c.tenant == membership.c.tenant) & (cohort.c.cohort == membership.c.cohort))
        .where(
            membership.c.tenant == who.tenant,
            membership.c.person == who.person,
            membership.c.state != LEFT,
            cohort.c.state == RUNNING,
        )
        .order_by(cohort.c.created_at)
    ):
        which, mine = find(tx, who.tenant, row.cohort), member(tx, who.tenant, row.cohort, who.person)
        if which is not None and mine is not None:
            found.append((which, mine))
    return found


def ever_of(tx: Connection, who: Somebody) -> list[str]:
    """The ids of the cohorts that a person belongs to or has left."""
    rows = tx.execute(
        select(membership.c.cohort).where(membership.c.tenant == who.tenant, membership.c.person == who.person)
    )
    return [row.cohort for row in rows]


def member(tx: Connection, home: str, which: str, who: str) -> Member | None:
    row = tx.execute(_members(home, which).where(membership.c.person == who)).one_or_none()
    return None if row is None else _member(row)


def members(tx: Connection, which: Cohort, *, left: bool = False) -> list[Member]:
    """Everybody who belongs and has not left. `left`: also who has."""
    everybody = _members(which.tenant, which.cohort)
    return [_member(row) for row in tx.execute(everybody if left else everybody.where(membership.c.state != LEFT))]


def add_member(tx: Connection, which: Cohort, who: str, now: datetime) -> bool:
    """True when somebody new (or returning) was invited."""
    known = member(tx, which.tenant, which.cohort, who)
    if known is None:
        tx.execute(
            insert(membership).values(
                tenant=which.tenant, cohort=which.cohort, person=who, state=INVITED, joined_at=now
            )
        )
        return True
    if known.state == LEFT:
        set_member(tx, known, state=INVITED)
        return True
    return False


def set_member(tx: Connection, who: Member, **values: object) -> None:
    tx.execute(
        update(membership)
        .where(
            membership.c.tenant == who.tenant,
            membership.c.cohort == who.cohort,
            membership.c.person == who.person,
        )
        .values(**values)
    )
    plans.mark_member(tx, who.tenant, who.cohort, who.person)


def remove_member(tx: Connection, who: Member) -> None:
    tx.execute(
        delete(membership).where(
            membership.c.tenant == who.tenant,
            membership.c.cohort == who.cohort,
            membership.c.person == who.person,
        )
    )


def plan(tx: Connection, which: Cohort) -> CohortPlan:
    rows = tx.execute(select(change).where(change.c.tenant == which.tenant, change.c.cohort == which.cohort))
    return CohortPlan(
        which.start,
        which.zone,
        {row.number: Change(row.moved_to, row.skipped, row.swapped) for row in rows},
        days_off.of(which.country, which.start.year),
    )


def _this(which: Cohort) -> Update:
    return update(cohort).where(cohort.c.tenant == which.tenant, cohort.c.cohort == which.cohort)


def _members(home: str, which: str) -> Select[Any]:
    return (
        select(membership, person.c.name, person.c.zone, person.c.quiet_from, person.c.quiet_to)
        .join(person, (person.c.tenant == membership.c.tenant) & (person.c.person == membership.c.person))
        .where(membership.c.tenant == home, membership.c.cohort == which)
        .order_by(person.c.name)
    )


def _cohort(row: Row[Any]) -> Cohort:
    return Cohort(
        row.tenant,
        row.cohort,
        row.name,
        row.program,
        row.version,
        row.place,
        row.start,
        row.zone,
        row.state,
        row.created_by,
        row.country,
        row.replan,
        row.follows,
    )


def _member(row: Row[Any]) -> Member:
    return Member(
        row.tenant,
        row.cohort,
        row.person,
        row.name,
        row.state,
        row.started_at,
        row.zone,
        row.quiet_from or QUIET_FROM,
        row.quiet_to or QUIET_TO,
        row.day,
        row.time,
        row.paused_until,
        row.replan,
        Seat(row.role, frozenset(row.sits_on.split())),
    )
