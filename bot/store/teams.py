"""Teams of a cohort, and who sits on them. Where somebody sits decides what the clock sends them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from bot.ids import Ids
from bot.store import plans
from bot.store.cohorts import ASKED, LEFT, Cohort
from bot.store.tables import membership, person, seat, team

OFFERED, TAKEN = "offered", "taken"


@dataclass(frozen=True, slots=True)
class Team:
    tenant: str
    team: str
    cohort: str
    kind: str
    """As the program calls it."""
    inside: str
    """The team that it is part of; empty for the cohort itself."""
    name: str
    closed: bool = False
    """It takes nobody in and writes no more. Who sat on it can read what it wrote."""


@dataclass(frozen=True, slots=True)
class Offer:
    team: Team
    role: str


def make(tx: Connection, which: Cohort, kind: str, inside: str, name: str, now: datetime, ids: Ids) -> Team:
    made = Team(which.tenant, ids(), which.cohort, kind, inside, name)
    tx.execute(
        insert(team).values(
            tenant=made.tenant,
            team=made.team,
            cohort=made.cohort,
            kind=kind,
            inside=inside,
            name=name,
            made_at=now,
        )
    )
    return made


def find(tx: Connection, home: str, which: str) -> Team | None:
    row = tx.execute(select(team).where(team.c.tenant == home, team.c.team == which)).one_or_none()
    return None if row is None else _team(row)


def hold(tx: Connection, which: Team) -> None:
    """Until this transaction ends nobody else joins, so that a team never has one too many."""
    tx.execute(select(team.c.team).where(team.c.tenant == which.tenant, team.c.team == which.team).with_for_update())


def of_cohort(tx: Connection, which: Cohort) -> list[Team]:
    here = (team.c.tenant == which.tenant, team.c.cohort == which.cohort)
    return [_team(row) for row in tx.execute(select(team).where(*here).order_by(team.c.name, team.c.team))]


def of_person(tx: Connection, home: str, cohort: str, who: str, *, closed: bool = False) -> list[Team]:
    """Where somebody sits. `closed`: also on teams that were closed, which they can still read."""
    found = [_team(row) for row in tx.execute(_seated(home, who, TAKEN).where(team.c.cohort == cohort))]
    return [one for one in found if closed or not one.closed]


def offers(tx: Connection, home: str, cohort: str, who: str) -> list[Offer]:
    rows = tx.execute(_seated(home, who, OFFERED).where(team.c.cohort == cohort))
    return [Offer(_team(row), row.role) for row in rows]


def offered_as(tx: Connection, home: str, offer: str, who: str) -> Offer | None:
    """What one message is about; None when it was answered or made anew."""
    row = tx.execute(_seated(home, who, OFFERED).where(seat.c.offer == offer)).one_or_none()
    return None if row is None else Offer(_team(row), row.role)


def members(tx: Connection, which: Team) -> list[str]:
    """Persons, by their names. Whoever left the cohort sits nowhere."""
    rows = tx.execute(
        select(seat.c.person)
        .join(person, (person.c.tenant == seat.c.tenant) & (person.c.person == seat.c.person))
        .join(
            membership,
            (membership.c.tenant == seat.c.tenant)
            & (membership.c.person == seat.c.person)
            & (membership.c.cohort == which.cohort),
        )
        .where(*_of(which), seat.c.state == TAKEN, membership.c.state != LEFT)
        .order_by(person.c.name, seat.c.person)
    )
    return [row.person for row in rows]


def readers(tx: Connection, which: Team, writer: str) -> list[str]:
    """For whom something new is open, the writer among them: not for those who were asked whether to go on."""
    asked = (membership.c.tenant == which.tenant, membership.c.cohort == which.cohort, membership.c.state == ASKED)
    resting = set(tx.execute(select(membership.c.person).where(*asked)).scalars())
    return [one for one in members(tx, which) if one == writer or one not in resting]


def offer(tx: Connection, which: Team, who: str, role: str, now: datetime, name: str) -> None:
    """One place for each, until they answer. `name`: of this offer; an earlier one is answered by nobody any more."""
    tx.execute(delete(seat).where(*_of(which), seat.c.person == who, seat.c.state == OFFERED))
    _sit(tx, which, who, OFFERED, role, now, name)


def join(tx: Connection, which: Team, who: str, role: str, now: datetime) -> None:
    """`role`: what they are from now on; empty leaves it."""
    tx.execute(delete(seat).where(*_of(which), seat.c.person == who))
    _sit(tx, which, who, TAKEN, role, now, "")
    if role:
        tx.execute(update(membership).where(*_member(which.tenant, which.cohort, who)).values(role=role))
    _settle(tx, which.tenant, which.cohort, who)


def leave(tx: Connection, which: Team, who: str) -> None:
    """With every team inside of it. An offer that was not answered goes in the same way."""
    for one in [which, *_within(tx, which)]:
        tx.execute(delete(seat).where(*_of(one), seat.c.person == who))
    _settle(tx, which.tenant, which.cohort, who)


def rename(tx: Connection, which: Team, name: str) -> None:
    tx.execute(update(team).where(team.c.tenant == which.tenant, team.c.team == which.team).values(name=name))


def close(tx: Connection, which: Team, now: datetime) -> None:
    """With every team inside of it. Places that were offered are gone; who sits there stays, to read."""
    for one in [which, *_within(tx, which)]:
        this = (team.c.tenant == one.tenant, team.c.team == one.team, team.c.closed_at.is_(None))
        tx.execute(update(team).where(*this).values(closed_at=now))
        tx.execute(delete(seat).where(*_of(one), seat.c.state == OFFERED))
        for who in tx.execute(select(seat.c.person).where(*_of(one))).scalars().all():
            _settle(tx, which.tenant, which.cohort, who)


def leave_all(tx: Connection, which: Cohort, who: str) -> None:
    theirs = select(team.c.team).where(team.c.tenant == which.tenant, team.c.cohort == which.cohort)
    tx.execute(delete(seat).where(seat.c.tenant == which.tenant, seat.c.person == who, seat.c.team.in_(theirs)))
    _settle(tx, which.tenant, which.cohort, who)


def _within(tx: Connection, which: Team) -> Sequence[Team]:
    rows = tx.execute(select(team).where(team.c.tenant == which.tenant, team.c.inside == which.team)).all()
    inner = [_team(row) for row in rows]
    return [*inner, *(one for each in inner for one in _within(tx, each))]


def _settle(tx: Connection, home: str, cohort: str, who: str) -> None:
    """The clock reads the kinds of somebody's teams where it reads the rest of them."""
    kinds = sorted({one.kind for one in of_person(tx, home, cohort, who)})
    tx.execute(update(membership).where(*_member(home, cohort, who)).values(sits_on=" ".join(kinds)))
    plans.mark_member(tx, home, cohort, who)


def _sit(tx: Connection, which: Team, who: str, state: str, role: str, now: datetime, name: str) -> None:
    row = {"tenant": which.tenant, "team": which.team, "person": who, "state": state, "role": role}
    tx.execute(insert(seat).values(**row, offer=name, at=now))


def _seated(home: str, who: str, state: str) -> Select[Any]:
    return (
        select(team, seat.c.role)
        .join(seat, (seat.c.tenant == team.c.tenant) & (seat.c.team == team.c.team))
        .where(team.c.tenant == home, seat.c.person == who, seat.c.state == state)
        .order_by(team.c.name, team.c.team)
    )


def _of(which: Team) -> tuple[ColumnElement[bool], ...]:
    return (seat.c.tenant == which.tenant, seat.c.team == which.team)


def _member(home: str, cohort: str, who: str) -> tuple[ColumnElement[bool], ...]:
    return (membership.c.tenant == home, membership.c.cohort == cohort, membership.c.person == who)


def _team(row: Row[Any]) -> Team:
    return Team(row.tenant, row.team, row.cohort, row.kind, row.inside, row.name, row.closed_at is not None)
