"""Brings a database to the schema of this release: numbered steps, each with its record in one transaction.

A step that was cut short has left nothing, and the next start begins with it again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, insert, inspect, select, update
from sqlalchemy.exc import DBAPIError

from bot.errors import CohortbookError
from bot.store import tables
from bot.store.steps import STEPS, Step

_RACES = 3


class SchemaError(CohortbookError):
    """The database was made by another release."""


def bring_up(engine: Engine, steps: Sequence[Step] = STEPS) -> int:
    """Make the tables, or change them to what they are today; returns the schema found before, 0 for none.

    Raises SchemaError for a database that is newer than this release, and changes nothing in it.
    """
    newest = steps[-1].number if steps else tables.SCHEMA_VERSION
    found = _found(engine) or _make(engine, newest)
    _refuse_newer(found, newest)
    for step in steps:
        if step.number > found:
            _take(engine, step)
    _refuse_newer(_found(engine) or newest, newest)  # another replica, of a newer release, was faster
    return found


def version(tx: Connection) -> int | None:
    """None for a database without our tables."""
    if not inspect(tx).has_table(tables.schema.name):
        return None
    return tx.execute(select(tables.schema.c.version)).scalar()


def _found(engine: Engine) -> int | None:
    with engine.connect().execution_options(read_only=True) as tx:
        return version(tx)


def _make(engine: Engine, newest: int) -> int:
    """Two replicas that start on an empty database race; the second finds what the first has made."""
    for attempt in range(_RACES):
        try:
            with engine.begin() as tx:
                found = version(tx)
                if found is not None:
                    return found
                tables.metadata.create_all(tx)
                tx.execute(insert(tables.schema).values(version=newest))
                return newest
        except DBAPIError:
            if attempt == _RACES - 1:
                raise
    raise AssertionError("every attempt returns or raises")


def _take(engine: Engine, step: Step) -> None:
    with _without_foreign_keys(engine) as tx:
        # Whoever comes second to the same step waits here, and then finds it done.
        found = tx.execute(select(tables.schema.c.version).with_for_update()).scalar_one()
        if found >= step.number:
            return
        if found != step.number - 1:
            raise SchemaError(
                f"This database has schema {found}, and the step to schema {step.number} cannot start from it. "
                "Nothing was changed. Start the releases in between first."
            )
        step.run(tx)
        tx.execute(update(tables.schema).values(version=step.number))
        if tx.dialect.name == "sqlite":
            broken = tx.exec_driver_sql("PRAGMA foreign_key_check").all()
            if broken:
                raise SchemaError(
                    f"After the step to schema {step.number}, {len(broken)} rows would point to nothing, so it was "
                    "taken back. Nothing was changed. Start the release that made this database, and report this."
                )


@contextmanager
def _without_foreign_keys(engine: Engine) -> Iterator[Connection]:
    """SQLite changes a table by making it again, which its foreign keys would not survive; they are checked after.

    The setting cannot be changed inside of a transaction, so the driver is told before one begins.
    """
    with engine.connect() as connection:
        driver = connection.connection.driver_connection if engine.dialect.name == "sqlite" else None
        if driver is not None:
            driver.execute("PRAGMA foreign_keys = OFF")
        try:
            with connection.begin():
                yield connection
        finally:
            if driver is not None:
                driver.execute("PRAGMA foreign_keys = ON")


def _refuse_newer(found: int, newest: int) -> None:
    if found > newest:
        raise SchemaError(
            f"This database has schema {found}, and this release knows schema {newest}. "
            "Nothing was changed. Start the release that made it."
        )
