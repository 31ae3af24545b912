"""Copies that a member gave to a named audience. The audience is fixed when the copy is given.

A copy is sealed with its writer's key for what they share, and its readers stand inside of it: a reader who was
written into the tables later finds nothing to open. No private key is needed here, and none is asked for.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, delete, insert, select, update

from bot.errors import Unreadable
from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import person, share, share_reader
from bot.vault import floors, rows
from bot.vault.kek import Purpose
from bot.vault.keyring import Owner
from bot.vault.vault import Vault

log = logging.getLogger(__name__)

FACILITATORS, COHORT, COACH = "facilitators", "cohort", "coach"
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
    readers: tuple[str, ...]
    """Persons, fixed when the copy was made."""


def propose(
    tx: Connection,
    vault: Vault,
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
    made = _Bound(who.tenant, ids(), entry, cohort, who.person, audience, _PROPOSED, now)
    words = json.dumps({"title": title, "parts": list(parts), "readers": list(readers)}).encode()
    tx.execute(insert(share).values(**made._asdict(), body=_sealed(tx, vault, made, words)))
    for reader in readers:
        tx.execute(insert(share_reader).values(tenant=who.tenant, share=made.share, person=reader))
    return made.share


def give(tx: Connection, vault: Vault, who: Somebody, which: str, now: datetime) -> Shared | None:
    """The writer's yes. None when there is nothing of theirs waiting under this id."""
    row = tx.execute(
        select(share)
        .where(
            share.c.tenant == who.tenant,
            share.c.person == who.person,
            share.c.share == which,
            share.c.state == _PROPOSED,
        )
        .with_for_update()
    ).one_or_none()
    if row is None:
        return None
    words = _words(vault, [row], strictly=True)[which]
    given = _Bound(row.tenant, row.share, row.entry, row.cohort, row.person, row.audience, _SHARED, now)
    tx.execute(
        update(share)
        .where(share.c.tenant == who.tenant, share.c.share == which)
        .values(state=_SHARED, at=now, body=_sealed(tx, vault, given, words))
    )
    return _one(tx, vault, _given().where(share.c.tenant == who.tenant, share.c.share == which))


def take_back(tx: Connection, vault: Vault, who: Somebody, which: str) -> bool:
    """Remove the copy, given or only proposed."""
    return _remove(tx, vault, who, share.c.share == which) > 0


def take_back_of(tx: Connection, vault: Vault, who: Somebody, entry: str) -> None:
    """Every copy of one entry."""
    _remove(tx, vault, who, share.c.entry == entry)


def drop_proposals(tx: Connection, vault: Vault, who: Somebody, entry: str) -> None:
    """A new look at what to share replaces the one before."""
    _remove(tx, vault, who, share.c.entry == entry, share.c.state == _PROPOSED)


def of_entry(tx: Connection, vault: Vault, who: Somebody, entry: str) -> list[Shared]:
    query = _given().where(share.c.tenant == who.tenant, share.c.person == who.person, share.c.entry == entry)
    return _all(tx, vault, query)


def read(tx: Connection, vault: Vault, reader: Somebody, which: str) -> Shared | None:
    """What was given to this reader under this id; None for everybody else."""
    found = _one(tx, vault, _for(reader).where(share.c.share == which))
    return found if found is not None and reader.person in found.readers else None


def given_to(tx: Connection, vault: Vault, reader: Somebody, cohort: str) -> list[Shared]:
    query = _for(reader).where(share.c.cohort == cohort).order_by(share.c.at.desc())
    return [one for one in _all(tx, vault, query) if reader.person in one.readers]


def readers(tx: Connection, who: Somebody, which: str) -> list[str]:
    """The persons that a copy of this writer's was fixed for."""
    rows = tx.execute(
        select(share_reader.c.person)
        .join(share, (share_reader.c.tenant == share.c.tenant) & (share_reader.c.share == share.c.share))
        .where(share.c.tenant == who.tenant, share.c.person == who.person, share.c.share == which)
    )
    return [row.person for row in rows]


def _for(reader: Somebody) -> Select[Any]:
    """The reader's row only finds a copy; whether it was given to them is said inside of it."""
    return (
        _given()
        .join(share_reader, (share_reader.c.tenant == share.c.tenant) & (share_reader.c.share == share.c.share))
        .where(share.c.tenant == reader.tenant, share_reader.c.person == reader.person)
    )


def _given() -> Select[Any]:
    return (
        select(share, person.c.name)
        .join(person, (person.c.tenant == share.c.tenant) & (person.c.person == share.c.person))
        .where(share.c.state == _SHARED)
    )


def _remove(tx: Connection, vault: Vault, who: Somebody, *which: ColumnElement[bool]) -> int:
    mine = (share.c.tenant == who.tenant, share.c.person == who.person, *which)
    gone = list(tx.execute(select(share.c.share).where(*mine)).scalars())
    if gone:
        tx.execute(delete(share_reader).where(share_reader.c.tenant == who.tenant, share_reader.c.share.in_(gone)))
        tx.execute(delete(share).where(share.c.tenant == who.tenant, share.c.share.in_(gone)))
        vault.lift(tx, who.tenant, who.person, {rows.item(share, one): floors.GONE for one in gone})
    return len(gone)


class _Bound(NamedTuple):
    """A row without its words."""

    tenant: str
    share: str
    entry: str
    cohort: str
    person: str
    audience: str
    state: str
    at: datetime


def _sealed(tx: Connection, vault: Vault, row: _Bound, words: bytes) -> bytes:
    owner = Owner(row.tenant, row.cohort, row.person)
    return vault.seal(tx, Purpose.SHARED, owner, words, rows.bound(share, row))


def _words(vault: Vault, found: Sequence[Any], *, strictly: bool = False) -> dict[str, bytes]:
    """By share. Those that do not open are left out, or raised when there is one that matters."""
    opener = vault.opener(Purpose.SHARED)
    lowest = vault.floors(found[0].tenant, [rows.item(share, row.share) for row in found]) if found else {}
    opened = {}
    for row in found:
        name = rows.item(share, row.share)
        try:
            if lowest.get(name) == floors.GONE:
                raise Unreadable("A copy that its writer had taken back was put back")
            opened[row.share] = opener.open(rows.owner(row), row.body, rows.bound(share, row))
        except Unreadable as problem:
            log.error("a row does not open", extra={"action": "vault.open", "key": name}, exc_info=problem)
            if strictly:
                raise
    return opened


def _one(tx: Connection, vault: Vault, query: Select[Any]) -> Shared | None:
    return next(iter(_all(tx, vault, query, strictly=True)), None)


def _all(tx: Connection, vault: Vault, query: Select[Any], *, strictly: bool = False) -> list[Shared]:
    found = tx.execute(query).all()
    words = _words(vault, found, strictly=strictly)
    return [_shared(row, words[row.share]) for row in found if row.share in words]


def _shared(row: Row[Any], words: bytes) -> Shared:
    held = json.loads(words)
    return Shared(
        row.share,
        row.entry,
        row.cohort,
        row.name,
        row.audience,
        row.at,
        held["title"],
        tuple((question, answer) for question, answer in held["parts"]),
        tuple(held["readers"]),
    )


def of_writer(tx: Connection, vault: Vault, who: Somebody) -> list[Shared]:
    """Everything that somebody has given and not taken back."""
    mine = _given().where(share.c.tenant == who.tenant, share.c.person == who.person)
    return _all(tx, vault, mine.order_by(share.c.at))


def stands(tx: Connection, home: str, which: str) -> bool:
    """Whether a copy is given and not taken back. Nothing is opened."""
    given = (share.c.tenant == home, share.c.share == which, share.c.state == _SHARED)
    return tx.execute(select(share.c.share).where(*given)).first() is not None


def writer_of(tx: Connection, reader: Somebody, which: str) -> str:
    """The id of whoever gave a copy; empty when it is gone."""
    found = tx.execute(select(share.c.person).where(share.c.tenant == reader.tenant, share.c.share == which)).scalar()
    return found or ""
