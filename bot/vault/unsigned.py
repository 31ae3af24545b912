"""Copies given without a name: they wait for five writers, and then nothing leads from one to its writer.

Until the release a writer can take theirs back. At the release every note gets another id and another place, and the
link to its writer is destroyed, so that nobody can say whose it is: not whoever runs the database either.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select

from bot.errors import Unreadable
from bot.ids import Ids
from bot.releases import FLOOR
from bot.store.people import Somebody
from bot.store.tables import unsigned, unsigned_reader
from bot.vault import rows
from bot.vault.kek import Purpose
from bot.vault.vault import Vault

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Note:
    note: str
    cohort: str
    day: date
    """When the whole batch was released."""
    title: str
    parts: tuple[tuple[str, str], ...]
    number: int = 0
    """Of the prompt that it is about."""


class _Bound(NamedTuple):
    """All that a note is bound to, as it stands in the table."""

    tenant: str
    note: str
    cohort: str
    number: int
    audience: str
    person: str | None
    day: date
    batch: str | None


def put(
    tx: Connection,
    vault: Vault,
    who: Somebody,
    cohort: str,
    number: int,
    audience: str,
    readers: Sequence[str],
    title: str,
    parts: Sequence[tuple[str, str]],
    now: datetime,
    ids: Ids,
) -> str:
    """One of each writer waits for a prompt and an audience; another takes its place."""
    for waits in waiting(tx, who, cohort, number, audience):
        withdraw(tx, who, waits)
    made = _Bound(who.tenant, ids(), cohort, number, audience, who.person, now.date(), None)
    _write(tx, vault, made, {"title": title, "parts": list(parts), "readers": sorted(readers)})
    return made.note


def give_at_once(
    tx: Connection, vault: Vault, tenant: str, audience: str, readers: Sequence[str], text: str, today: date, ids: Ids
) -> str:
    """One that waits for no others, since its writer knows that it may be alone. Nothing leads to them from here."""
    made = _Bound(tenant, ids(), "", 0, audience, None, today, ids())
    _write(tx, vault, made, {"title": text, "parts": [], "readers": sorted(readers)})
    return made.note


def _write(tx: Connection, vault: Vault, made: _Bound, words: dict[str, Any]) -> None:
    """Its readers stand inside of it, so that nobody who is written into the tables later can open it."""
    body = vault.seal(tx, Purpose.SHARED, rows.owner(made), json.dumps(words).encode(), rows.bound(unsigned, made))
    tx.execute(insert(unsigned).values(**made._asdict(), body=body))
    for reader in words["readers"]:
        tx.execute(insert(unsigned_reader).values(tenant=made.tenant, note=made.note, person=reader))


def _opened(vault: Vault, found: Sequence[Row[Any]]) -> dict[str, dict[str, Any]]:
    """By note; one that does not open is left out, and named in the log."""
    opener, opened = vault.opener(Purpose.SHARED), {}
    for row in found:
        try:
            opened[row.note] = json.loads(opener.open(rows.owner(row), row.body, rows.bound(unsigned, row)))
        except Unreadable as problem:
            key = rows.item(unsigned, row.note)
            log.error("a row does not open", extra={"action": "vault.open", "key": key}, exc_info=problem)
    return opened


def waiting(tx: Connection, who: Somebody, cohort: str, number: int, audience: str = "") -> list[str]:
    """The ids of one's own notes that are not released yet."""
    mine = (unsigned.c.tenant == who.tenant, unsigned.c.person == who.person, unsigned.c.batch.is_(None))
    here = (unsigned.c.cohort == cohort, unsigned.c.number == number)
    rows = tx.execute(select(unsigned.c.note, unsigned.c.audience).where(*mine, *here).order_by(unsigned.c.note))
    return [row.note for row in rows if audience in ("", row.audience)]


def own(tx: Connection, vault: Vault, who: Somebody) -> list[Note]:
    """One's own notes that still wait; of what was released nobody knows whose it is."""
    mine = (unsigned.c.tenant == who.tenant, unsigned.c.person == who.person, unsigned.c.batch.is_(None))
    found = tx.execute(select(unsigned).where(*mine).order_by(unsigned.c.day, unsigned.c.note)).all()
    opened = _opened(vault, found)
    return [_note(row, opened[row.note]) for row in found if row.note in opened]


def withdraw(tx: Connection, who: Somebody, which: str) -> bool:
    """False once it is released: then nobody knows whose it was."""
    mine = tx.execute(
        select(unsigned.c.note).where(
            unsigned.c.tenant == who.tenant, unsigned.c.note == which, unsigned.c.person == who.person
        )
    ).first()
    if mine is not None:
        _drop(tx, who.tenant, [which])
    return mine is not None


def withdraw_in(tx: Connection, who: Somebody, cohort: str) -> None:
    """What waits in one cohort, about whichever prompt."""
    mine = (unsigned.c.tenant == who.tenant, unsigned.c.person == who.person, unsigned.c.cohort == cohort)
    _drop(tx, who.tenant, tx.execute(select(unsigned.c.note).where(*mine)).scalars().all())


def withdraw_all(tx: Connection, who: Somebody) -> None:
    mine = select(unsigned.c.note).where(unsigned.c.tenant == who.tenant, unsigned.c.person == who.person)
    _drop(tx, who.tenant, tx.execute(mine).scalars().all())


def release(tx: Connection, vault: Vault, now: datetime, ids: Ids, shuffle: Callable[[list[Any]], None]) -> bool:
    """Release one batch, if one is complete; False when none is. Never on the day on which a note was given."""
    groups: dict[tuple[str, str, int, str], list[Row[Any]]] = {}
    old = select(unsigned).where(unsigned.c.batch.is_(None), unsigned.c.day < now.date())
    for row in tx.execute(old.order_by(unsigned.c.note)):
        groups.setdefault((row.tenant, row.cohort, row.number, row.audience), []).append(row)
    for (tenant, *_), waits in groups.items():
        if not vault.cause and len({row.person for row in waits}) >= FLOOR:
            _release(tx, vault, tenant, waits, now.date(), ids, shuffle)
            return True
    return False


def _release(
    tx: Connection,
    vault: Vault,
    tenant: str,
    waits: list[Row[Any]],
    today: date,
    ids: Ids,
    shuffle: Callable[[list[Any]], None],
) -> None:
    opened = _opened(vault, waits)
    waits = [row for row in waits if row.note in opened]
    readers = set.intersection(*(set(words["readers"]) for words in opened.values())) if opened else set()
    batch = ids()
    shuffle(waits)
    _drop(tx, tenant, [row.note for row in waits])
    for row in waits:
        made = _Bound(tenant, ids(), row.cohort, row.number, row.audience, None, today, batch)
        _write(tx, vault, made, opened[row.note] | {"readers": sorted(readers)})


def read(tx: Connection, vault: Vault, reader: Somebody, which: str) -> Note | None:
    return next(iter(_notes(tx, vault, reader, unsigned.c.note == which)), None)


def given_to(tx: Connection, vault: Vault, reader: Somebody, cohort: str) -> list[Note]:
    """In no order that tells anything."""
    return _notes(tx, vault, reader, unsigned.c.cohort == cohort)


def given_about(tx: Connection, vault: Vault, reader: Somebody, cohort: str, number: int) -> list[Note]:
    return _notes(tx, vault, reader, (unsigned.c.cohort == cohort) & (unsigned.c.number == number))


def given_for(tx: Connection, vault: Vault, reader: Somebody, audience: str) -> list[Note]:
    """Those that belong to no cohort."""
    return _notes(tx, vault, reader, (unsigned.c.cohort == "") & (unsigned.c.audience == audience))


def _notes(tx: Connection, vault: Vault, reader: Somebody, which: ColumnElement[bool]) -> list[Note]:
    found = tx.execute(_given(reader).where(which).order_by(unsigned.c.day.desc(), unsigned.c.note)).all()
    opened = _opened(vault, found)
    return [
        _note(row, opened[row.note])
        for row in found
        if row.note in opened and reader.person in opened[row.note]["readers"]
    ]


def _given(reader: Somebody) -> Any:
    return (
        select(unsigned)
        .join(
            unsigned_reader,
            (unsigned_reader.c.tenant == unsigned.c.tenant) & (unsigned_reader.c.note == unsigned.c.note),
        )
        .where(
            unsigned.c.tenant == reader.tenant,
            unsigned.c.batch.is_not(None),
            unsigned_reader.c.person == reader.person,
        )
    )


def take_away(tx: Connection, tenant: str, notes: Sequence[str]) -> None:
    _drop(tx, tenant, notes)


def _drop(tx: Connection, tenant: str, notes: Sequence[str]) -> None:
    for table in (unsigned_reader, unsigned):
        tx.execute(delete(table).where(table.c.tenant == tenant, table.c.note.in_(notes)))


def _note(row: Row[Any], words: dict[str, Any]) -> Note:
    parts = tuple((ask, said) for ask, said in words["parts"])
    return Note(row.note, row.cohort, row.day, words["title"], parts, row.number)
