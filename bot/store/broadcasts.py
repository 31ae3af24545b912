"""What facilitators say to a whole channel. These words are public from the start, so they are not sealed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import broadcast

DRAFT, SENT, WITHDRAWN = "draft", "sent", "withdrawn"


@dataclass(frozen=True, slots=True)
class Broadcast:
    tenant: str
    broadcast: str
    cohort: str
    person: str
    text: str
    state: str
    at: datetime
    private: bool = False
    """In each member's private messages, and not in the channel."""


def draft(tx: Connection, who: Somebody, cohort: str, text: str, private: bool, now: datetime, ids: Ids) -> str:
    made = ids()
    tx.execute(
        insert(broadcast).values(
            tenant=who.tenant,
            broadcast=made,
            cohort=cohort,
            person=who.person,
            text=text,
            private=private,
            state=DRAFT,
            at=now,
        )
    )
    return made


def find(tx: Connection, tenant: str, which: str) -> Broadcast | None:
    row = tx.execute(
        select(broadcast).where(broadcast.c.tenant == tenant, broadcast.c.broadcast == which)
    ).one_or_none()
    return None if row is None else _broadcast(row)


def sent(tx: Connection, tenant: str, cohort: str) -> list[Broadcast]:
    rows = tx.execute(
        select(broadcast)
        .where(broadcast.c.tenant == tenant, broadcast.c.cohort == cohort, broadcast.c.state == SENT)
        .order_by(broadcast.c.at.desc())
    )
    return [_broadcast(row) for row in rows]


def change(tx: Connection, which: Broadcast, **values: object) -> None:
    tx.execute(
        update(broadcast)
        .where(broadcast.c.tenant == which.tenant, broadcast.c.broadcast == which.broadcast)
        .values(**values)
    )


def _broadcast(row: Row[Any]) -> Broadcast:
    return Broadcast(row.tenant, row.broadcast, row.cohort, row.person, row.text, row.state, row.at, row.private)
