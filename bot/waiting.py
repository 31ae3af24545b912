"""Messages that wait at a shut door, and what becomes of them when their recipient comes by another way."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot import outbox
from bot.outbox import HELD, Row, is_
from bot.store import doors
from bot.store.people import Somebody
from bot.store.tables import outbox as rows


def of(tx: Connection, who: Somebody, now: datetime) -> list[Row]:
    """In order, while there is time."""
    found = tx.execute(
        select(*outbox.WRITTEN)
        .where(rows.c.tenant == who.tenant, rows.c.recipient == who.person, *doors.waits(now))
        .order_by(rows.c.due_at, rows.c.kind.desc())
    )
    return [outbox.row_of(row) for row in found]


def anybodys(tx: Connection, home: str, cohort: str, now: datetime) -> set[str]:
    """The kinds of what waits for anybody."""
    return set(
        tx.execute(select(rows.c.kind).where(*outbox.beginning(home, cohort), *doors.waits(now)).distinct()).scalars()
    )


def name(row: Row) -> str:
    """For a button, which whoever presses it makes whole: the key without its recipient."""
    return row.key.removesuffix(row.intent.recipient)


def let_go(tx: Connection, who: Somebody, named: str, state: str, now: datetime) -> None:
    """It was shown, or has lost its reason."""
    tx.execute(
        update(rows)
        .where(rows.c.tenant == who.tenant, rows.c.key == f"{named}{who.person}", is_(HELD))
        .values(state=state, reason=None, sent_at=now if state == outbox.SENT else None)
    )
