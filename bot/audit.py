"""What facilitators and operators did, and what was refused: appended, numbered, chained, and by ids alone.

Each entry's code covers the one before it, so that nothing can be altered, dropped, inserted or moved by somebody
without the key. A cut end leaves a chain that is whole: that is noticed by whoever kept a later code (`bot.heads`).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, or_, select, text

from bot.store.tables import audit, tenant

DONE, REFUSED = "done", "refused"
OPERATOR = "operator"
ACKNOWLEDGED = "audit.acknowledge"
"""An operator has looked at the entries up to the one that is named, and stands for those without the key."""
NO_KEY = b""
"""While the vault is locked the record goes on under this one, and what is written then is told apart for ever."""
_BEGINNING = bytes(32)


@dataclass(frozen=True, slots=True)
class Deed:
    actor: str
    action: str
    outcome: str = DONE
    cohort: str = ""
    touched: str = ""
    """The person it was about; empty for everybody in the cohort."""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    number: int
    at: datetime
    deed: Deed


@dataclass(frozen=True, slots=True)
class Head:
    """How far a chain has come. Twelve signs that two people can compare."""

    tenant: str
    number: int
    code: str


def append(tx: Connection, key: bytes, home: str, at: datetime, deeds: Sequence[Deed]) -> None:
    """In the transaction of what was done: it happened and is recorded, or neither."""
    if not deeds:
        return
    if tx.dialect.name == "postgresql":  # one at a time; SQLite has one writer anyway
        tx.execute(text("SELECT pg_advisory_xact_lock(hashtext(:what))"), {"what": f"audit {home}"})
    last = _last(tx, home)
    number, before = (0, _BEGINNING) if last is None else (last.number, last.mac)
    for deed in deeds:
        number += 1
        before = _mac(key, before, home, number, at, deed)
        tx.execute(
            insert(audit).values(
                tenant=home,
                number=number,
                at=at,
                actor=deed.actor,
                action=deed.action[:100],
                outcome=deed.outcome,
                cohort=deed.cohort,
                touched=deed.touched,
                subject=deed.subject,
                mac=before,
            )
        )


def operator(tx: Connection, key: bytes, at: datetime, action: str) -> None:
    """What is done to the whole house stands in the record of everybody in it."""
    for home in tx.execute(select(tenant.c.tenant).order_by(tenant.c.tenant)).scalars().all():
        append(tx, key, home, at, [Deed(OPERATOR, action)])


def last_operator_deed(tx: Connection, action: str) -> datetime | None:
    return tx.execute(select(func.max(audit.c.at)).where(audit.c.actor == OPERATOR, audit.c.action == action)).scalar()


def entries(tx: Connection, home: str, newest: int | None = None) -> list[Entry]:
    """Newest first."""
    rows = tx.execute(select(audit).where(audit.c.tenant == home).order_by(audit.c.number.desc()).limit(newest))
    return [_entry(row) for row in rows]


def touching(tx: Connection, home: str, person: str, cohorts: Iterable[str]) -> list[Entry]:
    """What was about a person, or about everybody in a cohort of theirs, or about the whole house. Newest first."""
    rows = tx.execute(
        select(audit)
        .where(
            audit.c.tenant == home,
            or_(
                audit.c.touched == person,
                (audit.c.touched == "") & audit.c.cohort.in_(list(cohorts)) & (audit.c.actor != person),
                audit.c.actor == OPERATOR,
            ),
        )
        .order_by(audit.c.number.desc())
    )
    return [_entry(row) for row in rows]


def head(tx: Connection, home: str) -> Head | None:
    last = _last(tx, home)
    return None if last is None else Head(home, last.number, code(last.mac))


def heads(tx: Connection) -> list[Head]:
    homes = tx.execute(select(audit.c.tenant).distinct().order_by(audit.c.tenant)).scalars().all()
    return [found for home in homes if (found := head(tx, home)) is not None]


def code(mac: bytes) -> str:
    signs = base64.b32encode(mac)[:12].decode()
    return "-".join(signs[at : at + 4] for at in (0, 4, 8))


def problems(tx: Connection, key: bytes, kept: Iterable[Head] = ()) -> list[str]:
    """What is wrong, in sentences; empty when every entry is as it was written. `kept`: heads from outside."""
    found: list[str] = []
    bare: dict[tuple[str, int], str] = {}
    codes: dict[tuple[str, int], str] = {}
    at: dict[str, tuple[int, bytes]] = {}
    for row in tx.execute(select(audit).order_by(audit.c.tenant, audit.c.number)):
        number, before = at.get(row.tenant, (0, _BEGINNING))
        if row.number != number + 1:
            found.append(f"{row.tenant}: after entry {number} comes entry {row.number}.")
        entry = _entry(row)
        this = (before, row.tenant, row.number, entry.at, entry.deed)
        if hmac.compare_digest(_mac(NO_KEY, *this), row.mac):
            bare[row.tenant, row.number] = (
                f"{row.tenant}: entry {row.number} was written without the key, as while the vault is locked, so "
                "anybody who can change the database could have written it."
            )
        elif not hmac.compare_digest(_mac(key, *this), row.mac):
            found.append(f"{row.tenant}: entry {row.number} is not what was written, or not where it was written.")
        elif _acknowledges(entry.deed):  # made with the key, over all that stands before it
            bare = {at: said for at, said in bare.items() if at[0] != row.tenant or at[1] > int(entry.deed.subject)}
        at[row.tenant] = (row.number, row.mac)
        codes[row.tenant, row.number] = code(row.mac)
    for one in kept:
        if codes.get((one.tenant, one.number)) != one.code:
            found.append(f"{one.tenant}: entry {one.number} was {one.code} once and is gone, or is another now.")
    return found + list(bare.values())


def without_key(tx: Connection) -> dict[str, list[Entry]]:
    """By tenant, what was written without the key and nobody has acknowledged."""
    found: dict[str, list[Entry]] = {}
    before: dict[str, bytes] = {}
    for row in tx.execute(select(audit).order_by(audit.c.tenant, audit.c.number)):
        entry = _entry(row)
        mine = found.setdefault(row.tenant, [])
        known = before.get(row.tenant, _BEGINNING)
        if hmac.compare_digest(_mac(NO_KEY, known, row.tenant, row.number, entry.at, entry.deed), row.mac):
            mine.append(entry)
        elif _acknowledges(entry.deed):
            found[row.tenant] = [one for one in mine if one.number > int(entry.deed.subject)]
        before[row.tenant] = row.mac
    return {home: some for home, some in found.items() if some}


def acknowledge(tx: Connection, key: bytes, at: datetime, seen: Mapping[str, int]) -> int:
    """`seen`: the last of the entries that the operator was shown, by tenant; returns how many these were.

    The entry that says so is made with the key and covers them: whoever changes one of them afterwards is noticed.
    """
    count = 0
    for home, some in without_key(tx).items():
        shown = [one for one in some if one.number <= seen.get(home, 0)]
        if shown:
            append(tx, key, home, at, [Deed(OPERATOR, ACKNOWLEDGED, subject=str(shown[-1].number))])
            count += len(shown)
    return count


def _acknowledges(deed: Deed) -> bool:
    return deed.actor == OPERATOR and deed.action == ACKNOWLEDGED and deed.subject.isascii() and deed.subject.isdigit()


def _last(tx: Connection, home: str) -> Any:
    return tx.execute(
        select(audit.c.number, audit.c.mac).where(audit.c.tenant == home).order_by(audit.c.number.desc()).limit(1)
    ).one_or_none()


def _entry(row: Row[Any]) -> Entry:
    return Entry(row.number, row.at, Deed(row.actor, row.action, row.outcome, row.cohort, row.touched, row.subject))


def _mac(key: bytes, before: bytes, home: str, number: int, at: datetime, deed: Deed) -> bytes:
    moment = at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = [before]
    for part in (home, str(number), moment, deed.actor, deed.action[:100], deed.outcome):
        parts.append(part.encode())
    parts += [part.encode() for part in (deed.cohort, deed.touched, deed.subject)]
    return hmac.new(key, b"".join(len(part).to_bytes(4, "big") + part for part in parts), hashlib.sha256).digest()
