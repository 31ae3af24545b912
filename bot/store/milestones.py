"""Moments of the database itself: when it was copied, restored, and last gone through for what is over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from bot.store.tables import milestone

BACKUP, RESTORE, PURGE, NOTICES = "backup", "restore", "purge", "notices"


def record(tx: Connection, what: str, at: datetime) -> None:
    tx.execute(insert(milestone).values(what=what, at=at))


def latest(tx: Connection, what: str) -> datetime | None:
    return tx.execute(select(func.max(milestone.c.at)).where(milestone.c.what == what)).scalar()


def replace(tx: Connection, what: str, at: datetime) -> None:
    """For what happens every day: only the last time is worth knowing."""
    tx.execute(delete(milestone).where(milestone.c.what == what))
    record(tx, what, at)
