"""From the file in the data folder to a PostgreSQL server: every row of every table, in one transaction.

Nothing is changed on the way, so the next start finds what it would have found: what was being sent is looked up
once its lease has run out. A move that is cut short leaves the server's database empty and the file in place.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, Table, func, insert, select
from sqlalchemy.exc import DBAPIError

from bot.errors import CohortbookError
from bot.store import Store, milestones, ownership, tables

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Content:
    """What a table holds, however its rows are sorted."""

    rows: int
    digest: int


@dataclass(frozen=True, slots=True)
class Moved:
    tables: dict[str, Content]
    kept: Path
    """The file that was in use, out of the bot's way."""

    @property
    def rows(self) -> int:
        return sum(one.rows for one in self.tables.values())


def move(folder: Path, url: str, now: datetime) -> Moved:
    """Only for the owner of the folder."""
    place = folder / ownership.DATABASE
    if not place.exists():
        raise CohortbookError(f"There is no database at {place}, so there is nothing to move.")
    source = Store.in_folder(folder)
    try:
        moved = _across(source, _reached(url), now)
    finally:
        source.close()
    kept = place.with_name(f"{place.name}.moved-{now.astimezone(UTC):%Y%m%d-%H%M%S}")
    place.rename(kept)
    return Moved(moved, kept)


def _reached(url: str) -> Store:
    try:
        return Store(url)
    except DBAPIError as problem:
        raise CohortbookError(
            f"The server's database cannot be opened: {problem.orig}. Nothing was changed. Check the address, and that "
            "the database exists and its user may make tables in it."
        ) from None


def _across(source: Store, target: Store, now: datetime) -> dict[str, Content]:
    try:
        with source.begin() as here, target.begin() as there:
            _must_be_empty(there)
            found = {}
            for table in _in_order():
                for some in _pages(here, table):
                    there.execute(insert(table), [dict(row._mapping) for row in some])
                found[table.name] = content(here, table)
                if content(there, table) != found[table.name]:
                    raise CohortbookError(
                        f"The table {table.name} did not arrive as it left, so the move was taken back. The file is "
                        "as it was, and the bot can go on with it. Please report this."
                    )
            milestones.record(there, milestones.MOVED, now)
            return found
    except DBAPIError as problem:
        raise CohortbookError(
            f"The server did not take everything: {problem.orig}. The move was taken back, the file is as it was. "
            "Mend that and run it again."
        ) from None
    finally:
        target.close()


def content(tx: Connection, table: Table) -> Content:
    """Rows, and a sum over each row's own hash: the two databases sort texts differently."""
    rows, total = 0, 0
    for some in _pages(tx, table):
        for row in some:
            rows += 1
            total += int.from_bytes(hashlib.sha256(repr(tuple(row)).encode()).digest(), "big")
    return Content(rows, total % (1 << 256))


def _in_order() -> list[Table]:
    """What others point to first. The schema's own number is written by whoever makes the tables."""
    return [one for one in tables.metadata.sorted_tables if one is not tables.schema]


def _must_be_empty(tx: Connection) -> None:
    full = [one.name for one in _in_order() if tx.execute(select(func.count()).select_from(one)).scalar_one()]
    if full:
        raise CohortbookError(
            f"The server's database already holds something ({full[0]}), and two lives cannot be joined. Nothing was "
            "changed. Name an empty database."
        )


def _pages(tx: Connection, table: Table) -> Iterator[list[Row[Any]]]:
    for some in tx.execute(select(table).execution_options(yield_per=_AT_ONCE)).partitions():
        yield list(some)
