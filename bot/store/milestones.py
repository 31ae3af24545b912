"""Moments of the database itself: when a copy of it was made, and when it was restored from one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from bot.store.tables import milestone

BACKUP, RESTORE = "backup", "restore"


def record(tx: Connection, what: str, at: datetime) -> None:
    tx.execute(insert(milestone).values(what=what, at=at))


def latest(tx: Connection, what: str) -> datetime | None:
    return tx.execute(select(func.max(milestone.c.at)).where(milestone.c.what == what)).scalar()
