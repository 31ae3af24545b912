"""Questions that somebody chose to put to a person. Only the two of them can read one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, select, update

from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import person, request

OPEN, DONE = "open", "done"


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


def put(tx: Connection, who: Somebody, cohort: str, helper: str, text: str, now: datetime, ids: Ids) -> str:
    made = ids()
    tx.execute(
        insert(request).values(
            tenant=who.tenant,
            request=made,
            cohort=cohort,
            person=who.person,
            helper=helper,
            text=text,
            state=OPEN,
            at=now,
        )
    )
    return made


def of_helper(tx: Connection, helper: Somebody) -> list[Request]:
    """Open ones first seen first."""
    rows = tx.execute(
        _all(helper.tenant).where(request.c.helper == helper.person, request.c.state == OPEN).order_by(request.c.at)
    )
    return [_request(row) for row in rows]


def of_asker(tx: Connection, who: Somebody) -> list[Request]:
    """One's own questions; the name is that of who was asked."""
    rows = tx.execute(
        select(request, person.c.name)
        .join(person, (person.c.tenant == request.c.tenant) & (person.c.person == request.c.helper))
        .where(request.c.tenant == who.tenant, request.c.person == who.person)
        .order_by(request.c.at)
    )
    return [_request(row) for row in rows]


def find(tx: Connection, helper: Somebody, which: str) -> Request | None:
    row = tx.execute(
        _all(helper.tenant).where(request.c.helper == helper.person, request.c.request == which)
    ).one_or_none()
    return None if row is None else _request(row)


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


def _all(home: str) -> Select[Any]:
    return (
        select(request, person.c.name)
        .join(person, (person.c.tenant == request.c.tenant) & (person.c.person == request.c.person))
        .where(request.c.tenant == home)
    )


def _request(row: Row[Any]) -> Request:
    return Request(row.request, row.cohort, row.person, row.name, row.helper, row.text, row.state, row.at)
