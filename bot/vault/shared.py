"""Copies that a member gave to a named audience. The audience is fixed when the copy is given."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import person, share, share_reader

FACILITATORS, COHORT = "facilitators", "cohort"
_PROPOSED, _SHARED = "proposed", "shared"


@dataclass(frozen=True, slots=True)
class Shared:
    share: str
    entry: str
    cohort: str
    writer: str
    audience: str
    at: datetime
    title: str
    parts: tuple[tuple[str, str], ...]
    """(question, answer) pairs, as their writer saw them before giving them."""


def propose(
    tx: Connection,
    who: Somebody,
    cohort: str,
    entry: str,
    audience: str,
    readers: Sequence[str],
    title: str,
    parts: Sequence[tuple[str, str]],
    now: datetime,
    ids: Ids,
) -> str:
    """A copy that waits for its writer's yes; nobody else can open it yet."""
    made = ids()
    tx.execute(
        insert(share).values(
            tenant=who.tenant,
            share=made,
            entry=entry,
            cohort=cohort,
            person=who.person,
            audience=audience,
            state=_PROPOSED,
            at=now,
            body=json.dumps({"title": title, "parts": list(parts)}).encode(),
        )
    )
    for reader in readers:
        tx.execute(insert(share_reader).values(tenant=who.tenant, share=made, person=reader))
    return made


def give(tx: Connection, who: Somebody, which: str, now: datetime) -> Shared | None:
    """The writer's yes. None when there is nothing of theirs waiting under this id."""
    changed = tx.execute(
        update(share)
        .where(
            share.c.tenant == who.tenant,
            share.c.person == who.person,
            share.c.share == which,
            share.c.state == _PROPOSED,
        )
        .values(state=_SHARED, at=now)
    ).rowcount
    return _one(tx, who.tenant, which) if changed else None


def take_back(tx: Connection, who: Somebody, which: str) -> bool:
    """Remove the copy, given or only proposed."""
    mine = tx.execute(
        select(share.c.share).where(share.c.tenant == who.tenant, share.c.person == who.person, share.c.share == which)
    ).first()
    if mine is None:
        return False
    tx.execute(delete(share_reader).where(share_reader.c.tenant == who.tenant, share_reader.c.share == which))
    tx.execute(delete(share).where(share.c.tenant == who.tenant, share.c.share == which))
    return True


def take_back_of(tx: Connection, who: Somebody, entry: str | None = None) -> None:
    """Every copy of one entry, or of all entries."""
    rows = select(share.c.share).where(share.c.tenant == who.tenant, share.c.person == who.person)
    if entry is not None:
        rows = rows.where(share.c.entry == entry)
    for row in tx.execute(rows).all():
        take_back(tx, who, row.share)


def drop_proposals(tx: Connection, who: Somebody, entry: str) -> None:
    """A new look at what to share replaces the one before."""
    rows = select(share.c.share).where(
        share.c.tenant == who.tenant,
        share.c.person == who.person,
        share.c.entry == entry,
        share.c.state == _PROPOSED,
    )
    for row in tx.execute(rows).all():
        take_back(tx, who, row.share)


def of_entry(tx: Connection, who: Somebody, entry: str) -> list[Shared]:
    rows = tx.execute(
        _given().where(share.c.tenant == who.tenant, share.c.person == who.person, share.c.entry == entry)
    )
    return [_shared(row) for row in rows]


def read(tx: Connection, reader: Somebody, which: str) -> Shared | None:
    """What was given to this reader under this id; None for everybody else."""
    row = tx.execute(
        _given()
        .join(
            share_reader,
            (share_reader.c.tenant == share.c.tenant) & (share_reader.c.share == share.c.share),
        )
        .where(
            share.c.tenant == reader.tenant,
            share.c.share == which,
            share_reader.c.person == reader.person,
        )
    ).one_or_none()
    return None if row is None else _shared(row)


def readers(tx: Connection, who: Somebody, which: str) -> list[str]:
    """The persons that a copy of this writer's was fixed for."""
    rows = tx.execute(
        select(share_reader.c.person)
        .join(share, (share_reader.c.tenant == share.c.tenant) & (share_reader.c.share == share.c.share))
        .where(share.c.tenant == who.tenant, share.c.person == who.person, share.c.share == which)
    )
    return [row.person for row in rows]


def given_to(tx: Connection, reader: Somebody, cohort: str) -> list[Shared]:
    rows = tx.execute(
        _given()
        .join(
            share_reader,
            (share_reader.c.tenant == share.c.tenant) & (share_reader.c.share == share.c.share),
        )
        .where(
            share.c.tenant == reader.tenant,
            share.c.cohort == cohort,
            share_reader.c.person == reader.person,
        )
        .order_by(share.c.at.desc())
    )
    return [_shared(row) for row in rows]


def _given() -> Select[Any]:
    return (
        select(share, person.c.name)
        .join(person, (person.c.tenant == share.c.tenant) & (person.c.person == share.c.person))
        .where(share.c.state == _SHARED)
    )


def _one(tx: Connection, home: str, which: str) -> Shared | None:
    row = tx.execute(_given().where(share.c.tenant == home, share.c.share == which)).one_or_none()
    return None if row is None else _shared(row)


def _shared(row: Row[Any]) -> Shared:
    held = json.loads(row.body)
    return Shared(
        row.share,
        row.entry,
        row.cohort,
        row.name,
        row.audience,
        row.at,
        held["title"],
        tuple((question, answer) for question, answer in held["parts"]),
    )
