"""A member's own entries. Only features that serve the writer may import this module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import entry

Value: TypeAlias = str | int | list[str] | None


@dataclass(frozen=True, slots=True)
class Words:
    """What one form held: answers by question id, and the next step."""

    answers: Mapping[str, Value]
    step: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    entry: str
    cohort: str
    number: int
    revision: int
    saved_at: datetime
    words: Words


def save(
    tx: Connection,
    who: Somebody,
    cohort: str,
    number: int,
    form: str,
    words: Words,
    now: datetime,
    ids: Ids,
) -> tuple[Entry, bool]:
    """Keep what a form held, once per form; False when this very form was kept before."""
    known = of_form(tx, who, form)
    if known is not None:
        return known, False
    made = Entry(ids(), cohort, number, 1, now, words)
    tx.execute(
        insert(entry).values(
            tenant=who.tenant,
            entry=made.entry,
            cohort=cohort,
            person=who.person,
            number=number,
            form=form,
            revision=1,
            saved_at=now,
            body=_pack(words),
        )
    )
    return made, True


def revise(tx: Connection, who: Somebody, which: Entry, words: Words) -> None:
    tx.execute(
        update(entry)
        .where(entry.c.tenant == who.tenant, entry.c.person == who.person, entry.c.entry == which.entry)
        .values(revision=which.revision + 1, body=_pack(words))
    )


def remove(tx: Connection, who: Somebody, which: str) -> None:
    tx.execute(delete(entry).where(entry.c.tenant == who.tenant, entry.c.person == who.person, entry.c.entry == which))


def remove_all(tx: Connection, who: Somebody) -> None:
    tx.execute(delete(entry).where(entry.c.tenant == who.tenant, entry.c.person == who.person))


def find(tx: Connection, who: Somebody, which: str) -> Entry | None:
    row = tx.execute(_mine(who).where(entry.c.entry == which)).one_or_none()
    return None if row is None else _entry(row)


def of_form(tx: Connection, who: Somebody, form: str) -> Entry | None:
    """What this very form was kept as."""
    row = tx.execute(_mine(who).where(entry.c.form == form)).one_or_none()
    return None if row is None else _entry(row)


def of_unit(tx: Connection, who: Somebody, cohort: str, number: int) -> list[Entry]:
    """Usually one; two when the same unit was answered from two open windows."""
    rows = tx.execute(_mine(who).where(entry.c.cohort == cohort, entry.c.number == number).order_by(entry.c.saved_at))
    return [_entry(row) for row in rows]


def everything(tx: Connection, who: Somebody) -> list[Entry]:
    rows = tx.execute(_mine(who).order_by(entry.c.saved_at, entry.c.entry))
    return [_entry(row) for row in rows]


def _mine(who: Somebody) -> Select[Any]:
    return select(entry).where(entry.c.tenant == who.tenant, entry.c.person == who.person)


def _pack(words: Words) -> bytes:
    return json.dumps({"answers": dict(words.answers), "step": words.step}).encode()


def _entry(row: Row[Any]) -> Entry:
    held = json.loads(row.body)
    return Entry(
        row.entry,
        row.cohort,
        row.number,
        row.revision,
        row.saved_at,
        Words(held["answers"], held["step"]),
    )
