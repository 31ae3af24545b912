"""Moments of the database itself: when it was copied, restored, last gone through for what is over, and since when
something waits to be made up for."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select

from bot.store.tables import milestone

BACKUP, RESTORE, PURGE, NOTICES, RENEWALS = "backup", "restore", "purge", "notices", "renewals"
COPIED, ROTATED, RETIRED, LOCKED, MOVED = "copied", "keys.rotate", "keys.retire", "locked", "move"
BY_OPERATORS = (BACKUP, RESTORE, COPIED, ROTATED, RETIRED, LOCKED, MOVED)
"""What whoever runs the bot did to the whole house. It goes on record while the bot runs."""
UNLINK = "unlink"
"""Somebody was erased while the vault was locked, and what was counted of them still stands under their pseudonym."""


def record(tx: Connection, what: str, at: datetime) -> None:
    tx.execute(insert(milestone).values(what=what, at=at))


def latest(tx: Connection, what: str) -> datetime | None:
    return tx.execute(select(func.max(milestone.c.at)).where(milestone.c.what == what)).scalar()


def after(tx: Connection, what: str, at: datetime | None) -> list[datetime]:
    """Oldest first; all of them where there is no moment."""
    later = (milestone.c.at > at,) if at else ()
    query = select(milestone.c.at).where(milestone.c.what == what, *later).order_by(milestone.c.at)
    return list(tx.execute(query).scalars())


def replace(tx: Connection, what: str, at: datetime) -> None:
    """For what happens every day: only the last time is worth knowing."""
    forget(tx, what)
    record(tx, what, at)


def forget(tx: Connection, what: str) -> None:
    tx.execute(delete(milestone).where(milestone.c.what == what))
