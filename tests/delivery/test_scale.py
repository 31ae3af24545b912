"""How planning grows with the number of members, and many planners at once. The long draws are proofs."""

from __future__ import annotations

import asyncio
import multiprocessing.synchronize
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select, update

from bot import outbox, planner
from bot.outbox import Intent
from bot.store import Store, tables
from tests import databases
from tests.databases import BOTH
from tests.delivery import crowds
from tests.delivery.lives import forks
from tests.prove import Proof
from tests.test_schedule import program

WEEK_THREE = crowds.NOW + timedelta(days=14, hours=12)
"""Monday everywhere in America and Europe: the week before is over for everybody."""


@dataclass(frozen=True)
class Planning:
    members: int
    first: float
    again: float
    rows: int
    new_again: int

    @property
    def each(self) -> float:
        """Microseconds a member."""
        return self.first / self.members * 1e6


def plan_a_week(url: str, members: int, cohorts: int) -> Planning:
    """The third week of so many members: who has a step or was silent is looked at too."""
    store = Store(url)
    crowds.multitude(store, members, cohorts)
    times, counts = [], []
    for _ in range(2):
        began = time.monotonic()
        while _plan_one(store):
            pass
        times.append(time.monotonic() - began)
        with store.begin() as tx:
            counts.append(tx.execute(select(func.count()).select_from(tables.outbox)).scalar_one())
            tx.execute(update(tables.cohort).values(planned_to=None))
    store.close()
    return Planning(members, times[0], times[1], counts[0], counts[1] - counts[0])


def _plan_one(store: Store) -> bool:
    with store.begin() as tx:
        return planner.plan(tx, crowds.services(program(reminder=72)), WEEK_THREE)


def test_ten_thousand_members_are_planned_once_each(database: str) -> None:
    """One prompt a member and one announcement a cohort; the second plan finds everything written."""
    done = plan_a_week(database, 10_000, 10)
    assert (done.rows, done.new_again) == (10_010, 0)
    assert done.first < 30  # a plan that reads all rows for each member takes minutes


@pytest.mark.prove(5)
@pytest.mark.parametrize("kind", BOTH)
def test_a_million_members_are_planned_in_half_a_minute(kind: str, tmp_path: Path, proof: Proof) -> None:
    """A million members' week is planned in 30 s, again in 10 s, and a member costs no more than among 10,000."""
    each = 0.0
    for members in (10_000, 100_000, 1_000_000):
        url = databases.fresh(kind, tmp_path, durable=True)
        done = plan_a_week(url, members, members // 1000)
        databases.drop(url)
        assert (done.rows, done.new_again) == (members + members // 1000, 0)
        each = each or done.each
        asked = members < 1_000_000 or (done.first < 30 and done.again < 10)
        proof(
            f"{kind}, {members:,}",
            f"{done.first:.1f} s, again {done.again:.1f} s, {done.each:.0f} µs each",
            f"30 s, 10 s, {1.25 * each:.0f} µs" if members == 1_000_000 else f"{1.25 * each:.0f} µs",
            asked and done.each <= 1.25 * each,
        )


def some(number: int) -> Intent:
    return Intent("t", "c", "prompt", 1, f"p{number}", crowds.NOW)


def write_keys(url: str, seed: int, keys: int, together: multiprocessing.synchronize.Barrier) -> None:
    """In an order of one's own, at the same time as others."""
    store = Store(url)
    order = Random(seed).sample(range(0, keys, 100), keys // 100)  # noqa: S311 - an order, not a secret
    together.wait()
    for start in order:
        with store.begin() as tx:
            outbox.put(tx, [some(n) for n in range(start, start + 100)])
    store.close()


@pytest.mark.prove(4)
@pytest.mark.parametrize("kind", BOTH)
def test_four_planning_processes_write_twenty_thousand_keys_once(kind: str, tmp_path: Path, proof: Proof) -> None:
    """Four planners racing over 20,000 keys leave exactly 20,000 rows; planning again adds none."""
    keys, url = 20_000, databases.fresh(kind, tmp_path)
    Store(url).close()
    together = forks.Barrier(4)
    planners = [forks.Process(target=write_keys, args=(url, seed, keys, together)) for seed in range(4)]
    for one in planners:
        one.start()
    for one in planners:
        one.join()
        assert one.exitcode == 0
    rows, again = planned(url, keys)
    databases.drop(url)
    proof(kind, f"{rows} rows, {again} new again", f"{keys} and 0", (rows, again) == (keys, 0))


async def test_four_planning_tasks_write_each_key_once(database: str) -> None:
    """In one process, as on SQLite: they take turns at the database, and the keys decide."""
    store = Store(database)
    keys = 2_000

    async def write(seed: int) -> None:
        for start in Random(seed).sample(range(0, keys, 100), keys // 100):  # noqa: S311 - an order, not a secret
            await store.write(outbox.put, [some(n) for n in range(start, start + 100)])

    await asyncio.gather(*(write(seed) for seed in range(4)))
    store.close()
    assert planned(database, keys) == (keys, 0)


def planned(url: str, keys: int) -> tuple[int, int]:
    """How many rows there are, and how many more when everything is planned again."""
    store = Store(url)
    with store.begin() as tx:
        again = outbox.put(tx, [some(n) for n in range(keys)])
        rows = tx.execute(select(func.count()).select_from(tables.outbox)).scalar_one()
    store.close()
    return rows, again


def test_large_cohorts_do_not_share_a_commit(database: str) -> None:
    """Whoever saves an answer meanwhile waits for some thousand rows at most, and not for twenty cohorts."""
    store = Store(database)
    crowds.multitude(store, 24_000, 8)
    assert _plan_one(store)
    with store.begin() as tx:
        together = tx.execute(select(func.count()).where(tables.cohort.c.planned_to.is_not(None))).scalar_one()
    store.close()
    assert together == 2
