"""How a database is opened: SQLite as a file that survives a power cut, PostgreSQL as a server with a pool."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, CursorResult, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from tenacity import Retrying, retry_if_exception_message, stop_after_delay, wait_random

from bot.errors import CohortbookError

THREADS = 4
_PATIENCE = 30
"""Seconds to wait for somebody else's write."""
_PRAGMAS = {
    "busy_timeout": _PATIENCE * 1000,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a power cut must not undo what somebody was told is saved
    "foreign_keys": 1,
    "cache_size": -16_384,  # KiB a connection, taken as needed: a large cohort's week touches more than the usual 2 MiB
    "secure_delete": 1,
    "temp_store": 2,  # MEMORY: what is sorted or kept for a moment is never written anywhere else
}


def open_engine(url: str) -> Engine:
    # A failed statement's values may be somebody's words, and errors reach the log.
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_size=2 * THREADS, pool_pre_ping=True)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def written(tx: Connection, done: CursorResult[Any]) -> int:
    """How many rows a statement wrote. SQLite's driver does not count one that begins with WITH."""
    if tx.dialect.name == "sqlite":
        return int(tx.exec_driver_sql("SELECT changes()").scalar_one())
    return done.rowcount


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    # The driver would begin transactions by itself, and deferred; we say BEGIN (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    # Of two that turn a fresh file to WAL at once, SQLite refuses one straight away, whatever its busy timeout.
    patiently = Retrying(
        retry=retry_if_exception_message(match="database is locked"),
        wait=wait_random(0.001, 0.02),
        stop=stop_after_delay(_PATIENCE),
        reraise=True,
    )
    for name, value in _PRAGMAS.items():
        patiently(cursor.execute, f"PRAGMA {name} = {value}")
        cursor.execute(f"PRAGMA {name}")
        row = cursor.fetchone()
        if row is None or row[0] != value:
            raise CohortbookError(f"SQLite refused PRAGMA {name} = {value}; nothing was changed.")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once: a transaction that reads first and then asks for the lock fails
    # beside another writer instead of waiting.
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(reading)}")
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
