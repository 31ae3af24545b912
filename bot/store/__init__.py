"""The one store: SQLAlchemy Core, plain functions that take a transaction, on SQLite or PostgreSQL.

Database calls never run on the event loop. On SQLite all writes share one thread, since it has one writer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from tenacity import Retrying, retry_if_exception_message, stop_after_delay, wait_random

from bot.errors import CohortbookError
from bot.store import migrations
from bot.store.migrations import SchemaError

__all__ = ["SchemaError", "Store"]

T = TypeVar("T")
P = ParamSpec("P")

_PATIENCE = 30
"""Seconds to wait for somebody else's write."""
_PRAGMAS = {
    "busy_timeout": _PATIENCE * 1000,
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a power cut must not undo what somebody was told is saved
    "foreign_keys": 1,
    "secure_delete": 1,
}

_THREADS = 4
_TRIES = 5
_OTHERS_WON = ("40001", "40P01")
"""PostgreSQL chose another transaction to go first; this one left nothing and is done again."""


class Store:
    """Opens the database and runs functions of the form `fn(tx, ...)` in threads of its own."""

    def __init__(self, url: str, machine: Callable[[], datetime] | None = None) -> None:
        """`machine`: the clock for leases; by default the database server's own, or this machine's."""
        self.engine = _engine(url)
        self._machine = machine
        self._writer = ThreadPoolExecutor(1 if self.embedded else _THREADS, "store-write")
        self._readers = ThreadPoolExecutor(2 if self.embedded else _THREADS, "store-read")
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @classmethod
    def in_folder(cls, folder: Path, machine: Callable[[], datetime] | None = None) -> Store:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{folder / 'cohortbook.sqlite'}", machine)

    @property
    def embedded(self) -> bool:
        """A file of one process, not a server for many."""
        return self.engine.dialect.name == "sqlite"

    def machine_now(self, tx: Connection) -> datetime:
        """One clock for everybody who shares the database: several machines may disagree on the time."""
        if self._machine is not None:
            return self._machine()
        if self.embedded:
            return datetime.now(UTC)
        found: datetime = tx.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return found.astimezone(UTC)

    def _prepare(self) -> None:
        migrations.bring_up(self.engine)

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """A write transaction, for commands and tests that own the calling thread."""
        with self.engine.begin() as tx:
            yield tx

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` in a write transaction; when this returns, the commit is on disk."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._transact(fn, *args, **kwargs)
        )

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: self._look(fn, *args, **kwargs))

    def _transact(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(_TRIES):
            try:
                with self.engine.begin() as tx:
                    return fn(tx, *args, **kwargs)
            except DBAPIError as error:
                if attempt == _TRIES - 1 or getattr(error.orig, "sqlstate", None) not in _OTHERS_WON:
                    raise
        raise AssertionError("every attempt returns or raises")

    def _look(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.engine.connect().execution_options(read_only=True, **self._reading) as tx:
            return fn(tx, *args, **kwargs)

    @property
    def _reading(self) -> dict[str, Any]:
        return {} if self.embedded else {"postgresql_readonly": True}

    def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self.engine.dispose()


def _engine(url: str) -> Engine:
    # A failed statement's values may be somebody's words, and errors reach the log.
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True, pool_size=2 * _THREADS, pool_pre_ping=True)
    engine = create_engine(url, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


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
