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

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.disk import own_folder
from bot.store import aftermath, migrations, sweeping
from bot.store.engine import THREADS, open_engine
from bot.store.migrations import SchemaError

__all__ = ["SchemaError", "Store"]

T = TypeVar("T")
P = ParamSpec("P")

_TRIES = 5
_OTHERS_WON = ("40001", "40P01", "23505")
"""PostgreSQL let another transaction go first, or that one wrote the same row; ours left nothing and is done again."""


class Store:
    """Opens the database and runs functions of the form `fn(tx, ...)` in threads of its own."""

    def __init__(self, url: str, machine: Callable[[], datetime] | None = None) -> None:
        """`machine`: the clock for leases; by default the database server's own, or this machine's."""
        self.engine = open_engine(url)
        self._machine = machine
        self._writer = ThreadPoolExecutor(1 if self.embedded else THREADS, "store-write")
        self._readers = ThreadPoolExecutor(2 if self.embedded else THREADS, "store-read")
        try:
            self._prepare()
        except BaseException:
            self.close()
            raise

    @classmethod
    def in_folder(cls, folder: Path, machine: Callable[[], datetime] | None = None) -> Store:
        own_folder(folder)
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
            aftermath.take(tx)  # of a transaction on this connection that came to nothing
            yield tx
            waiting = aftermath.take(tx)
        for act in waiting:
            act()

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run `fn` in a write transaction; when this returns, the commit is on disk."""
        return await asyncio.get_running_loop().run_in_executor(
            self._writer, lambda: self._transact(fn, *args, **kwargs)
        )

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, lambda: self._look(fn, *args, **kwargs))

    async def sweep(self) -> bool:
        """What was deleted leaves the files. False when a reader held on to it all the while."""
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(self._writer, sweeping.vacuum, self.engine)
        return await sweeping.until_folded(lambda: loop.run_in_executor(self._writer, sweeping.fold, self.engine))

    def _transact(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(_TRIES):
            try:
                with self.begin() as tx:
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
