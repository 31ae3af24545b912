"""A member's own entries. Only features that serve the writer may import this module.

An entry is sealed with everything that its row says of it, so what somebody edits in the row does not open.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import Connection, Row, Select, delete, insert, select, update

from bot.errors import Unreadable
from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import entry
from bot.vault import floors, rows
from bot.vault.kek import Purpose
from bot.vault.keyring import Owner
from bot.vault.vault import Vault

log = logging.getLogger(__name__)

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
    form: str = ""
    readable: bool = True
    """False: its row was changed or damaged, and the words are empty."""


def save(
    tx: Connection,
    vault: Vault,
    who: Somebody,
    cohort: str,
    number: int,
    form: str,
    words: Words,
    now: datetime,
    ids: Ids,
) -> tuple[Entry, bool]:
    """Keep what a form held, once per form; False when this very form was kept before."""
    known = of_form(tx, vault, who, form)
    if known is not None:
        return known, False
    made = Entry(ids(), cohort, number, 1, now, words, form)
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
            body=_sealed(tx, vault, who, made),
        )
    )
    return made, True


def put_back(tx: Connection, vault: Vault, who: Somebody, made: Entry, ids: Ids) -> bool:
    """An entry as its writer had taken it along; False when its form is kept already and opens."""
    for kept in _opened(tx, vault, who, _mine(who).where(entry.c.form == made.form)):
        if kept.readable:
            return False
        remove(tx, vault, who, kept.entry)
        made = replace(made, entry=ids())
    taken = select(entry.c.entry).where(entry.c.tenant == who.tenant, entry.c.entry == made.entry)
    name = rows.item(entry, made.entry)
    lowest = vault.floors(who.tenant, [name]).get(name, 0)
    if lowest > made.revision or tx.execute(taken).first() is not None:
        made = replace(made, entry=ids())  # an entry that was deleted stays deleted; this is another one
    tx.execute(
        insert(entry).values(
            tenant=who.tenant,
            entry=made.entry,
            cohort=made.cohort,
            person=who.person,
            number=made.number,
            form=made.form,
            revision=made.revision,
            saved_at=made.saved_at,
            body=_sealed(tx, vault, who, made),
        )
    )
    return True


def revise(tx: Connection, vault: Vault, who: Somebody, which: Entry, words: Words) -> None:
    after = replace(which, revision=which.revision + 1, words=words)
    tx.execute(
        update(entry)
        .where(entry.c.tenant == who.tenant, entry.c.person == who.person, entry.c.entry == which.entry)
        .values(revision=after.revision, body=_sealed(tx, vault, who, after))
    )
    vault.lift(tx, who.tenant, who.person, {rows.item(entry, which.entry): after.revision})


def remove(tx: Connection, vault: Vault, who: Somebody, which: str) -> None:
    tx.execute(delete(entry).where(entry.c.tenant == who.tenant, entry.c.person == who.person, entry.c.entry == which))
    vault.lift(tx, who.tenant, who.person, {rows.item(entry, which): floors.GONE})


def find(tx: Connection, vault: Vault, who: Somebody, which: str) -> Entry | None:
    """Raises Unreadable when there is such an entry and it does not open."""
    return _one(_opened(tx, vault, who, _mine(who).where(entry.c.entry == which)))


def look(tx: Connection, vault: Vault, who: Somebody, which: str) -> Entry | None:
    """Also one that does not open: its writer may still delete it."""
    return next(iter(_opened(tx, vault, who, _mine(who).where(entry.c.entry == which))), None)


def of_form(tx: Connection, vault: Vault, who: Somebody, form: str) -> Entry | None:
    """What this very form was kept as."""
    return _one(_opened(tx, vault, who, _mine(who).where(entry.c.form == form)))


def of_unit(tx: Connection, vault: Vault, who: Somebody, cohort: str, number: int) -> list[Entry]:
    """Usually one; two when the same unit was answered from two open windows."""
    query = _mine(who).where(entry.c.cohort == cohort, entry.c.number == number).order_by(entry.c.saved_at)
    return _opened(tx, vault, who, query)


def everything(tx: Connection, vault: Vault, who: Somebody) -> list[Entry]:
    return _opened(tx, vault, who, _mine(who).order_by(entry.c.saved_at, entry.c.entry))


def _mine(who: Somebody) -> Select[Any]:
    return select(entry).where(entry.c.tenant == who.tenant, entry.c.person == who.person)


def _one(found: Sequence[Entry]) -> Entry | None:
    if found and not found[0].readable:
        raise Unreadable("This entry was changed or damaged outside of me")
    return found[0] if found else None


def _sealed(tx: Connection, vault: Vault, who: Somebody, made: Entry) -> bytes:
    words = json.dumps({"answers": dict(made.words.answers), "step": made.words.step}).encode()
    row = _Bound(who.tenant, made.entry, made.cohort, who.person, made.number, made.form, made.saved_at)
    owner = Owner(who.tenant, made.cohort, who.person)
    return vault.seal(tx, Purpose.PRIVATE, owner, words, rows.bound(entry, row, made.revision))


class _Bound(NamedTuple):
    tenant: str
    entry: str
    cohort: str
    person: str
    number: int
    form: str
    saved_at: datetime


def _opened(tx: Connection, vault: Vault, who: Somebody, query: Select[Any]) -> list[Entry]:
    opener = vault.opener(Purpose.PRIVATE)
    found = tx.execute(query).all()
    lowest = vault.floors(who.tenant, [rows.item(entry, row.entry) for row in found])
    opened, behind = [], {}
    for row in found:
        name = rows.item(entry, row.entry)
        held = None
        try:
            held = opener.open(rows.owner(row), row.body, rows.bound(entry, row, row.revision))
        except Unreadable as problem:
            log.error("a row does not open", extra={"action": "vault.open", "key": name}, exc_info=problem)
        if row.revision < lowest.get(name, 0):
            held = None
            log.error("an older row was put back", extra={"action": "vault.open", "key": name})
        elif held is not None and row.revision > max(lowest.get(name, 0), 1):
            behind[name] = row.revision
        opened.append(_entry(row, held))
    vault.catch_up(tx, who.tenant, who.person, behind)
    return opened


def _entry(row: Row[Any], held: bytes | None) -> Entry:
    words = Words({}, "")
    if held is not None:
        read = json.loads(held)
        words = Words(read["answers"], read["step"])
    return Entry(row.entry, row.cohort, row.number, row.revision, row.saved_at, words, row.form, held is not None)
