"""The events of a cohort: drafts, dates, changes, and who comes from outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, or_, select, update

from bot.event_times import MOMENTS, When
from bot.store.cohorts import Cohort
from bot.store.tables import cohort, guest, occasion, outbox

DRAFT, PLANNED, CANCELLED = "draft", "planned", "cancelled"
NOBODY = "-"
"""In the place of a person who was erased."""


@dataclass(frozen=True, slots=True)
class Occasion:
    tenant: str
    occasion: str
    cohort: str
    number: int
    """1, 2, 3 … in its cohort; 0 while it is a draft."""
    kind: str
    """The event, as the program calls it."""
    team: str
    """For this team alone; empty for all whom the program names."""
    person: str
    """For this member alone; empty for more than one."""
    title: str
    when: When
    place: str
    state: str
    sequence: int
    changes: str
    """Of a draft: what it would change; empty for a new one."""
    span: tuple[datetime, datetime]
    """Nothing about it is due before the first of these, nor after the second."""


def draft(tx: Connection, made: Occasion) -> None:
    """One draft for each thing that is to be changed."""
    if made.changes:
        tx.execute(delete(occasion).where(occasion.c.tenant == made.tenant, occasion.c.changes == made.changes))
    tx.execute(insert(occasion).values(tenant=made.tenant, occasion=made.occasion, **_values(made)))


def rename(tx: Connection, which: Occasion, title: str) -> None:
    tx.execute(update(occasion).where(*_this(which)).values(title=title))


def discard(tx: Connection, which: Occasion) -> None:
    tx.execute(delete(occasion).where(*_this(which), occasion.c.state == DRAFT))


def settle(tx: Connection, which: Occasion) -> Occasion:
    """A draft becomes what it says: a new event, or the change of one. Returns the event."""
    home = (cohort.c.tenant == which.tenant, cohort.c.cohort == which.cohort)
    tx.execute(select(cohort.c.cohort).where(*home).with_for_update())  # so that no two get one number
    if not which.changes:
        here = (occasion.c.tenant == which.tenant, occasion.c.cohort == which.cohort)
        last = tx.execute(select(func.max(occasion.c.number)).where(*here)).scalar_one()
        made = replace(which, number=last + 1, state=PLANNED)
    else:
        before = find(tx, which.tenant, which.changes)
        if before is None:
            raise LookupError("a change of nothing")
        discard(tx, which)
        made = replace(which, occasion=before.occasion, number=before.number, state=PLANNED, changes="")
        made = replace(made, sequence=before.sequence + 1)
    tx.execute(update(occasion).where(*_this(made)).values(**_values(made), looked_at=None))
    drop_ready(tx, made)
    return made


def cancel(tx: Connection, which: Occasion) -> Occasion:
    made = replace(which, state=CANCELLED, sequence=which.sequence + 1)
    tx.execute(update(occasion).where(*_this(made)).values(state=made.state, sequence=made.sequence))
    drop_ready(tx, made)
    return made


def drop_ready(tx: Connection, which: Occasion) -> None:
    """What nobody can have yet; in any other state somebody may have the message."""
    for kind in MOMENTS:
        first = f"{which.cohort}:{kind}"
        tx.execute(
            delete(outbox).where(
                outbox.c.tenant == which.tenant,
                outbox.c.key >= f"{first}:",
                outbox.c.key < f"{first};",
                outbox.c.subject == which.occasion,
                outbox.c.state == "ready",
            )
        )


def may_change(which: Occasion, now: datetime) -> bool:
    return which.state == PLANNED and which.when.starts > now


# --- reading ---------------------------------------------------------------------------------------


def find(tx: Connection, home: str, which: str) -> Occasion | None:
    row = tx.execute(select(occasion).where(occasion.c.tenant == home, occasion.c.occasion == which)).one_or_none()
    return None if row is None else _occasion(row)


def numbered(tx: Connection, which: Cohort, number: int) -> Occasion | None:
    if number < 1:
        return None
    row = tx.execute(select(occasion).where(*_of(which), occasion.c.number == number)).one_or_none()
    return None if row is None else _occasion(row)


def of_cohort(tx: Connection, which: Cohort, *, cancelled: bool = False) -> list[Occasion]:
    """In order of time, without drafts."""
    states = (PLANNED, CANCELLED) if cancelled else (PLANNED,)
    rows = tx.execute(select(occasion).where(*_of(which), occasion.c.state.in_(states)))
    return sorted(map(_occasion, rows), key=lambda one: (one.when.starts, one.number))


def to_plan(tx: Connection, now: datetime, since: datetime) -> list[Occasion]:
    """Those about which something may be due soon, and that nobody has looked at since then."""
    stale = or_(occasion.c.looked_at.is_(None), occasion.c.looked_at <= since, occasion.c.looked_at > now)
    rows = tx.execute(
        select(occasion)
        .where(occasion.c.state == PLANNED, occasion.c.first_at <= now, occasion.c.last_at >= now, stale)
        .order_by(occasion.c.tenant, occasion.c.occasion)
        .with_for_update(skip_locked=True)
    )
    return [_occasion(row) for row in rows]


def to_come(tx: Connection, now: datetime) -> list[Occasion]:
    """Those about which anything may still be due."""
    rows = tx.execute(select(occasion).where(occasion.c.state == PLANNED, occasion.c.last_at >= now))
    return [_occasion(row) for row in rows]


def looked(tx: Connection, which: Occasion, now: datetime) -> None:
    tx.execute(update(occasion).where(*_this(which)).values(looked_at=now))


# --- who comes from outside --------------------------------------------------------------------------


def come(tx: Connection, which: Occasion, who: str, now: datetime) -> None:
    if came_at(tx, which, who) is None:
        tx.execute(insert(guest).values(tenant=which.tenant, occasion=which.occasion, person=who, at=now))
        tx.execute(update(occasion).where(*_this(which)).values(looked_at=None))


def stay_away(tx: Connection, which: Occasion, who: str) -> bool:
    mine = (guest.c.tenant == which.tenant, guest.c.occasion == which.occasion, guest.c.person == who)
    return tx.execute(delete(guest).where(*mine)).rowcount > 0


def came_at(tx: Connection, which: Occasion, who: str) -> datetime | None:
    """When somebody said that they will come; None for who did not."""
    mine = (guest.c.tenant == which.tenant, guest.c.occasion == which.occasion, guest.c.person == who)
    return tx.execute(select(guest.c.at).where(*mine)).scalar()


def guests(tx: Connection, which: Occasion) -> Sequence[tuple[str, datetime]]:
    here = (guest.c.tenant == which.tenant, guest.c.occasion == which.occasion)
    return [(row.person, row.at) for row in tx.execute(select(guest).where(*here).order_by(guest.c.person))]


def as_guest(tx: Connection, home: str, who: str) -> list[Occasion]:
    rows = tx.execute(
        select(occasion)
        .join(guest, (guest.c.tenant == occasion.c.tenant) & (guest.c.occasion == occasion.c.occasion))
        .where(occasion.c.tenant == home, guest.c.person == who)
    )
    return sorted(map(_occasion, rows), key=lambda one: one.when.starts)


def came_from_outside(tx: Connection) -> list[tuple[Occasion, str]]:
    rows = tx.execute(
        select(occasion, guest.c.person.label("who")).join(
            guest, (guest.c.tenant == occasion.c.tenant) & (guest.c.occasion == occasion.c.occasion)
        )
    )
    return [(_occasion(row), row.who) for row in rows]


def forget_person(tx: Connection, home: str, who: str) -> None:
    """Events that were for them alone are nobody's from then on. Their numbers stay, for whoever brings words back."""
    theirs = (occasion.c.tenant == home, occasion.c.person == who)
    tx.execute(update(occasion).where(*theirs).values(person=NOBODY, state=CANCELLED))


def forget_guest(tx: Connection, home: str, which: str, who: str) -> None:
    here = select(occasion.c.occasion).where(occasion.c.tenant == home, occasion.c.cohort == which)
    tx.execute(delete(guest).where(guest.c.tenant == home, guest.c.person == who, guest.c.occasion.in_(here)))


def _of(which: Cohort) -> tuple[ColumnElement[bool], ...]:
    return (occasion.c.tenant == which.tenant, occasion.c.cohort == which.cohort)


def _this(which: Occasion) -> tuple[ColumnElement[bool], ...]:
    return (occasion.c.tenant == which.tenant, occasion.c.occasion == which.occasion)


def _values(of: Occasion) -> dict[str, Any]:
    own = ("cohort", "number", "kind", "team", "person", "title", "place", "state", "sequence", "changes")
    when = {name: getattr(of.when, name) for name in ("day", "hour", "zone", "minutes")}
    return {name: getattr(of, name) for name in own} | when | dict(zip(("first_at", "last_at"), of.span, strict=True))


def _occasion(row: Row[Any]) -> Occasion:
    return Occasion(
        row.tenant,
        row.occasion,
        row.cohort,
        row.number,
        row.kind,
        row.team,
        row.person,
        row.title,
        When(row.day, row.hour, row.zone, row.minutes),
        row.place,
        row.state,
        row.sequence,
        row.changes,
        (row.first_at, row.last_at),
    )
