"""What a member sent in and could not be saved as it was: sealed like an entry, for a day. Only features that serve
the writer may import this module.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from bot.errors import Unreadable
from bot.ids import Ids
from bot.keeping import UNSAVED
from bot.store.people import Somebody
from bot.store.tables import draft
from bot.vault import floors, rows
from bot.vault.kek import Purpose
from bot.vault.vault import Vault

log = logging.getLogger(__name__)

Values: TypeAlias = Mapping[str, str | Sequence[str]]


class Place(NamedTuple):
    """Which form it was. There is one draft for each."""

    cohort: str
    """Empty for a note."""
    number: int
    entry: str = ""
    """The entry that the form was to change; empty for a new one."""


@dataclass(frozen=True, slots=True)
class Draft:
    draft: str
    place: Place
    until: datetime
    values: Values
    """By the names of the form's fields."""

    @property
    def texts(self) -> list[str]:
        return [part for value in self.values.values() for part in ([value] if isinstance(value, str) else value)]


def keep(tx: Connection, vault: Vault, who: Somebody, place: Place, values: Values, at: datetime, ids: Ids) -> None:
    """In the place of an earlier one. `at`: the machine's clock, as everywhere in here."""
    made = _Bound(who.tenant, ids(), place.cohort, who.person, place.number, place.entry, at + UNSAVED)
    words = json.dumps({name: value if isinstance(value, str) else list(value) for name, value in values.items()})
    body = vault.seal(tx, Purpose.PRIVATE, rows.owner(made), words.encode(), rows.bound(draft, made))
    drop(tx, vault, who, place)
    tx.execute(insert(draft).values(**made._asdict(), body=body))


def drop(tx: Connection, vault: Vault, who: Somebody, place: Place) -> None:
    here = (draft.c.cohort == place.cohort, draft.c.number == place.number, draft.c.entry == place.entry)
    _remove(tx, vault, who, *here)


def drop_of_unit(tx: Connection, vault: Vault, who: Somebody, cohort: str, number: int) -> None:
    _remove(tx, vault, who, draft.c.cohort == cohort, draft.c.number == number)


def drop_of_entry(tx: Connection, vault: Vault, who: Somebody, entry: str) -> None:
    _remove(tx, vault, who, draft.c.entry == entry)


def remove(tx: Connection, vault: Vault, who: Somebody, which: str) -> None:
    _remove(tx, vault, who, draft.c.draft == which)


def of(tx: Connection, vault: Vault, who: Somebody, place: Place, at: datetime) -> Draft | None:
    return next((one for one in everything(tx, vault, who, at) if one.place == place), None)


def any_of(tx: Connection, who: Somebody, at: datetime) -> bool:
    """Without opening any."""
    return tx.execute(select(draft.c.draft).where(*_mine(who), draft.c.until > at).limit(1)).first() is not None


def everything(tx: Connection, vault: Vault, who: Somebody, at: datetime) -> list[Draft]:
    """Newest first. Those that do not open are left out, and named in the log."""
    found = tx.execute(select(draft).where(*_mine(who), draft.c.until > at).order_by(draft.c.until.desc())).all()
    opener = vault.opener(Purpose.PRIVATE)
    lowest = vault.floors(who.tenant, [rows.item(draft, row.draft) for row in found])
    opened = []
    for row in found:
        name = rows.item(draft, row.draft)
        try:
            if lowest.get(name) == floors.GONE:
                raise Unreadable("A draft that had been let go was put back")
            words = json.loads(opener.open(rows.owner(row), row.body, rows.bound(draft, row)))
        except Unreadable as problem:
            log.error("a row does not open", extra={"action": "vault.open", "key": name}, exc_info=problem)
            continue
        opened.append(Draft(row.draft, Place(row.cohort, row.number, row.entry), row.until, words))
    return opened


class _Bound(NamedTuple):
    """A row without its words."""

    tenant: str
    draft: str
    cohort: str
    person: str
    number: int
    entry: str
    until: datetime


def _mine(who: Somebody) -> tuple[ColumnElement[bool], ...]:
    return (draft.c.tenant == who.tenant, draft.c.person == who.person)


def _remove(tx: Connection, vault: Vault, who: Somebody, *which: ColumnElement[bool]) -> None:
    gone: Sequence[Any] = tx.execute(delete(draft).where(*_mine(who), *which).returning(draft.c.draft)).scalars().all()
    vault.lift(tx, who.tenant, who.person, {rows.item(draft, one): floors.GONE for one in gone})
