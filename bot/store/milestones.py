"""Moments of the database itself: when it was copied, restored, last gone through for what is over, and since when
something waits to be made up for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from bot.store.tables import milestone

BACKUP, RESTORE, PURGE, NOTICES = "backup", "restore", "purge", "notices"
UNLINK = "unlink"
"""Somebody was erased while the vault was locked, and what was counted of them still stands under their pseudonym."""


def record(tx: Connection, what: str, at: datetime) -> None:
    tx.execute(insert(milestone).values(what=what, at=at))


def latest(tx: Connection, what: str) -> datetime | None:
    return tx.execute(select(func.max(milestone.c.at)).where(milestone.c.what == what)).scalar()


def replace(tx: Connection, what: str, at: datetime) -> None:
    """For what happens every day: only the last time is worth knowing."""
    forget(tx, what)
    record(tx, what, at)


def forget(tx: Connection, what: str) -> None:
    tx.execute(delete(milestone).where(milestone.c.what == what))
