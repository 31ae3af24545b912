"""Questions that somebody chose to put to a person. Only the two of them can read one.

Each is sealed with the asker's key for what they share, and to the one who was asked.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, exists, insert, or_, select, update

from bot.errors import Unreadable
from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import person, request, role
from bot.vault import rows
from bot.vault.kek import Purpose
from bot.vault.keyring import Owner
from bot.vault.vault import Vault

log = logging.getLogger(__name__)
OPEN, TAKEN, DONE = "open", "taken", "done"
_WAITS = (OPEN, TAKEN)
_BETWEEN = "\0"
"""Between the kind and the words. What people type never holds it."""


@dataclass(frozen=True, slots=True)
class Request:
    request: str
    cohort: str
    asker: str
    name: str
    """Of the other one of the two."""
    helper: str
    text: str
    state: str
    at: datetime
    kind: str = ""
    """What was asked for, as the program calls it; empty for a question of one's own."""


def put(
    tx: Connection,
    vault: Vault,
    who: Somebody,
    cohort: str,
    helper: str,
    text: str,
    now: datetime,
    ids: Ids,
    *,
    kind: str = "",
) -> str:
    made = _Bound(who.tenant, ids(), cohort, who.person, helper, now)
    owner = Owner(who.tenant, cohort, who.person)
    held = f"{kind}{_BETWEEN}{text}" if kind else text
    body = vault.seal(tx, Purpose.SHARED, owner, held.encode(), rows.bound(request, made))
    tx.execute(insert(request).values(**made._asdict(), state=OPEN, body=body))
    return made.request


def of_helper(tx: Connection, vault: Vault, helper: Somebody) -> list[Request]:
    """Open ones first seen first."""
    query = _all(helper.tenant).where(request.c.helper == helper.person, request.c.state.in_(_WAITS))
    return _opened(vault, tx.execute(query.order_by(request.c.at)).all())


def of_asker(tx: Connection, vault: Vault, who: Somebody) -> list[Request]:
    """One's own questions; the name is that of who was asked."""
    found = tx.execute(
        select(request, person.c.name)
        .join(person, (person.c.tenant == request.c.tenant) & (person.c.person == request.c.helper))
        .where(request.c.tenant == who.tenant, request.c.person == who.person)
        .order_by(request.c.at)
    )
    return _opened(vault, found.all())


def find(tx: Connection, vault: Vault, helper: Somebody, which: str) -> Request | None:
    """Raises Unreadable when there is such a question and it does not open."""
    query = _all(helper.tenant).where(request.c.helper == helper.person, request.c.request == which)
    return next(iter(_opened(vault, tx.execute(query).all(), strictly=True)), None)


def waits(tx: Connection, home: str, which: str, helper: str) -> bool:
    """Whether it is still this person's to answer."""
    mine = (request.c.tenant == home, request.c.request == which, request.c.helper == helper)
    return tx.execute(select(request.c.request).where(*mine, request.c.state.in_(_WAITS))).first() is not None


def take(tx: Connection, helper: Somebody, which: str) -> bool:
    """Somebody looks after it from now on; False when that was so, or when it is not theirs."""
    mine = (request.c.tenant == helper.tenant, request.c.request == which, request.c.helper == helper.person)
    return tx.execute(update(request).where(*mine, request.c.state == OPEN).values(state=TAKEN)).rowcount == 1


def close(tx: Connection, helper: Somebody, which: str) -> None:
    tx.execute(
        update(request)
        .where(
            request.c.tenant == helper.tenant,
            request.c.request == which,
            request.c.helper == helper.person,
        )
        .values(state=DONE)
    )


def without_owner(tx: Connection) -> list[tuple[str, str, str]]:
    """(tenant, request, asker) of what is open and was put to somebody who leads nothing here any more, or has left."""
    leads = exists().where(
        role.c.tenant == request.c.tenant,
        role.c.person == request.c.helper,
        role.c.cohort.in_(("", request.c.cohort)),
    )
    here = exists().where(
        person.c.tenant == request.c.tenant, person.c.person == request.c.helper, person.c.erase_after.is_(None)
    )
    found = tx.execute(
        select(request.c.tenant, request.c.request, request.c.person)
        .where(request.c.state.in_(_WAITS), or_(~leads, ~here))
        .order_by(request.c.at)
    )
    return [(row.tenant, row.request, row.person) for row in found]


def hand_over(tx: Connection, vault: Vault, home: str, which: str, helper: str) -> None:
    """Sealed anew to another person; who was asked before can open it no more. Raises Unreadable."""
    row = tx.execute(select(request).where(request.c.tenant == home, request.c.request == which)).one()
    text = vault.opener(Purpose.SHARED).open(rows.owner(row), row.body, rows.bound(request, row))
    made = _Bound(row.tenant, row.request, row.cohort, row.person, helper, row.at)
    body = vault.seal(tx, Purpose.SHARED, rows.owner(made), text, rows.bound(request, made))
    tx.execute(
        update(request)
        .where(request.c.tenant == home, request.c.request == which)
        .values(helper=helper, body=body, state=OPEN)
    )


class _Bound(NamedTuple):
    """A row without its words."""

    tenant: str
    request: str
    cohort: str
    person: str
    helper: str
    at: datetime


def _all(home: str) -> Select[Any]:
    return (
        select(request, person.c.name)
        .join(person, (person.c.tenant == request.c.tenant) & (person.c.person == request.c.person))
        .where(request.c.tenant == home)
    )


def _opened(vault: Vault, found: Sequence[Row[Any]], *, strictly: bool = False) -> list[Request]:
    """Those that do not open are left out, or raised when there is one that matters."""
    opener = vault.opener(Purpose.SHARED)
    opened = []
    for row in found:
        try:
            text = opener.open(rows.owner(row), row.body, rows.bound(request, row)).decode()
        except Unreadable as problem:
            key = rows.item(request, row.request)
            log.error("a row does not open", extra={"action": "vault.open", "key": key}, exc_info=problem)
            if strictly:
                raise
            continue
        kind, _, said = text.rpartition(_BETWEEN)
        opened.append(Request(row.request, row.cohort, row.person, row.name, row.helper, said, row.state, row.at, kind))
    return opened
