"""What was deleted leaves the files of SQLite too: its free pages, and the log beside it.

`secure_delete` has overwritten the cells. What is left stands in the log until every reader has gone on, so that is
asked again and again, in short steps between which others write. On a server the rows' keys are gone, and its own
vacuum makes room.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from sqlalchemy import Engine

_STEP = 250
"""Milliseconds that one step may hold up a writer."""
_PATIENCE = 45.0
_LARGEST = 500_000_000
"""Bytes. Rewriting a larger file would hold up every writer for seconds, and its free pages are overwritten anyway."""


def vacuum(engine: Engine) -> None:
    """Blocks, about a second for each 100 MB."""
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is None:
            raise LookupError("an open connection has a driver's")
        if engine.dialect.name != "sqlite":
            driver.autocommit = True
            try:
                driver.execute("VACUUM")
            finally:
                driver.autocommit = False
            return
        (pages,), (size,) = (driver.execute(f"PRAGMA {name}").fetchone() for name in ("page_count", "page_size"))
        driver.execute("PRAGMA query_only = 0")
        if pages * size <= _LARGEST:
            driver.execute("VACUUM")


def fold(engine: Engine) -> bool:
    """The log into the file, and the log emptied. False while somebody still reads what was. Blocks for a moment."""
    if engine.dialect.name != "sqlite":
        return True
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        if driver is None:
            raise LookupError("an open connection has a driver's")
        (before,) = driver.execute("PRAGMA busy_timeout").fetchone()
        driver.execute(f"PRAGMA busy_timeout = {_STEP}")
        try:
            (busy, _, _) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            driver.execute(f"PRAGMA busy_timeout = {before}")
        return not busy


async def until_folded(step: Callable[[], Awaitable[bool]], patience: float = _PATIENCE) -> bool:
    """False when somebody read all the while, a backup for example."""
    until = time.monotonic() + patience
    while not await step():
        if time.monotonic() > until:
            return False
        await asyncio.sleep(_STEP / 1000)
    return True
