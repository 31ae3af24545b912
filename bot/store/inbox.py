"""Events that were handled, so that a second delivery has no second effect."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import inbox


def first_time(tx: Connection, tenant: str, event: str, now: datetime) -> bool:
    """Record an event in the transaction of its effect; False when it was recorded before."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(inbox).values(tenant=tenant, event=event, at=now)
    return tx.execute(statement.on_conflict_do_nothing().returning(inbox.c.event)).first() is not None


def forget(tx: Connection, tenant: str, event: str) -> None:
    tx.execute(delete(inbox).where(inbox.c.tenant == tenant, inbox.c.event == event))
