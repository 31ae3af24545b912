"""Cohorts of any size, written straight into the tables: the planner sees only those."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, insert

from bot.programs import Program
from bot.store import Store, tables

MONDAY = date(2027, 1, 4)
NOW = datetime(2027, 1, 4, 0, 0, tzinfo=UTC)
"""Sunday evening in America; the first prompt comes on Monday at ten past eight."""
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "Pacific/Honolulu",
    "Europe/London",
)


@dataclass(frozen=True)
class Soul:
    """A member with a clock of their own."""

    name: str
    zone: str = "America/New_York"
    quiet_from: time | None = None
    quiet_to: time | None = None
    day: int | None = None
    time: time | None = None
    started: datetime = LONG_AGO
    paused_until: date | None = None


def services(of: Program, now: datetime = NOW) -> Any:
    return SimpleNamespace(program=lambda tx, which: of, readable=lambda tx, which: of, now=lambda: now)


def tenant(tx: Connection, name: str = "t") -> None:
    tx.execute(insert(tables.tenant).values(tenant=name, created_at=LONG_AGO))
    tx.execute(insert(tables.program).values(tenant=name, program="toy", version="1", text=""))
    tx.execute(insert(tables.place).values(tenant=name, place="square", address="1|toy|room0|channel|square"))


def cohort(tx: Connection, name: str = "c", home: str = "t", start: date = MONDAY) -> None:
    tx.execute(
        insert(tables.cohort).values(
            tenant=home,
            cohort=name,
            name=name,
            program="toy",
            version="1",
            place="square",
            start=start,
            zone="America/New_York",
            state="running",
            created_by="nobody",
            created_at=LONG_AGO,
        )
    )


def join(tx: Connection, souls: Sequence[Soul], which: str = "c", home: str = "t") -> None:
    for one in souls:
        tx.execute(
            insert(tables.person).values(
                tenant=home,
                person=one.name,
                name=one.name,
                zone=one.zone,
                quiet_from=one.quiet_from,
                quiet_to=one.quiet_to,
                created_at=LONG_AGO,
            )
        )
        tx.execute(
            insert(tables.account).values(tenant=home, address=f"1|toy|room0|person|{one.name}", person=one.name)
        )
        tx.execute(
            insert(tables.membership).values(
                tenant=home,
                cohort=which,
                person=one.name,
                state="started",
                joined_at=LONG_AGO,
                started_at=one.started,
                day=one.day,
                time=one.time,
                paused_until=one.paused_until,
            )
        )


def multitude(store: Store, members: int, cohorts: int) -> None:
    """So many members, evenly in so many cohorts and six zones; made by the database itself."""
    each = members // cohorts
    numbers = (
        "WITH RECURSIVE series(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM series WHERE n < {last}) "
        "SELECT n FROM series"
        if store.embedded
        else "SELECT n FROM generate_series(0, {last}) AS series(n)"
    ).format(last=members - 1)
    zones = " ".join(f"WHEN {index} THEN '{zone}'" for index, zone in enumerate(ZONES))
    ago = "'2020-01-01 00:00:00.000000'"
    with store.begin() as tx:
        tenant(tx)
        for index in range(cohorts):
            cohort(tx, f"c{index}")
        for table, columns, values in (
            (
                "person",
                "tenant, person, name, zone, created_at",
                f"'t', 'p' || n, 'p' || n, CASE n % {len(ZONES)} {zones} END, {ago}",
            ),
            (
                "account",
                "tenant, address, person, lane",
                "'t', '1|toy|room' || (n % 100) || '|person|p' || n, 'p' || n, 'toy:room' || (n % 100)",
            ),
            (
                "membership",
                "tenant, cohort, person, state, joined_at, started_at",
                f"'t', 'c' || (n / {each}), 'p' || n, 'started', {ago}, {ago}",
            ),
        ):
            if not store.embedded:
                values = values.replace(ago, f"TIMESTAMP {ago}").replace("%", "%%")
            tx.exec_driver_sql(f"INSERT INTO {table} ({columns}) SELECT {values} FROM ({numbers}) AS counted")  # noqa: S608
    if not store.embedded:
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as tx:
            tx.exec_driver_sql("ANALYZE")
