"""The one store: SQLAlchemy Core, plain functions that take a transaction.

Database calls never run on the event loop. Writes share one thread, since SQLite has one writer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, insert, select
from sqlalchemy.engine.interfaces import DBAPIConnection

from bot.errors import CohortbookError
from bot.store import tables

T = TypeVar("T")
P = ParamSpec("P")

_PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,  # FULL: a power cut must not undo what somebody was told is saved
    "foreign_keys": 1,
    "secure_delete": 1,
    "busy_timeout": 30_000,
}


class SchemaError(CohortbookError):
    """The database was made by another release."""


class Store:
    """Opens the database and runs functions of the form `fn(tx, ...)` in threads of its own."""

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        self._writer = ThreadPoolExecutor(1, "store-write")
        self._readers = ThreadPoolExecutor(2, "store-read")
        self._prepare()

    @classmethod
    def in_folder(cls, folder: Path) -> Store:
        folder.mkdir(parents=True, exist_ok=True)
        return cls(f"sqlite:///{folder / 'cohortbook.sqlite'}")

    def _prepare(self) -> None:
        with self.begin() as tx:
            tables.metadata.create_all(tx)
            found = tx.execute(select(tables.schema.c.version)).scalar()
            if found is None:
                tx.execute(insert(tables.schema).values(version=tables.SCHEMA_VERSION))
            elif found != tables.SCHEMA_VERSION:
                raise SchemaError(
                    f"This database has schema {found}, and this release knows schema "
                    f"{tables.SCHEMA_VERSION}. Nothing was changed. Start the release that made it."
                )

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
        with self.engine.begin() as tx:
            return fn(tx, *args, **kwargs)

    def _look(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self.engine.connect().execution_options(read_only=True) as tx:
            return fn(tx, *args, **kwargs)

    def close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self.engine.dispose()


def _engine(url: str) -> Engine:
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: Any) -> None:
    # The driver would begin transactions by itself, and deferred; we say BEGIN (see _begin_sqlite).
    connection.isolation_level = None
    cursor = connection.cursor()
    for name, value in _PRAGMAS.items():
        cursor.execute(f"PRAGMA {name} = {value}")
        cursor.execute(f"PRAGMA {name}")
        row = cursor.fetchone()
        if row is None or row[0] != value:
            raise CohortbookError(f"SQLite refused PRAGMA {name} = {value}; nothing was changed.")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A write takes its lock at once: a transaction that reads first and then asks for the lock fails
    # beside another writer instead of waiting.
    reading = connection.get_execution_options().get("read_only", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
