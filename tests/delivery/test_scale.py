"""How planning grows with the number of members, and many planners at once. The long draws are proofs."""

from __future__ import annotations

import multiprocessing
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
from tests.test_schedule import program

WEEK_THREE = crowds.NOW + timedelta(days=14, hours=12)
"""Monday everywhere in America and Europe: the week before is over for everybody."""
_forks = multiprocessing.get_context("forkserver")


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

    def line(self, what: str) -> str:
        return (
            f"{what:<28} {self.members:>9} {self.rows:>9} {self.first:>8.1f} {self.again:>8.1f} "
            f"{self.new_again:>5} {self.each:>8.1f}"
        )


HEAD = f"{'planning a week':<28} {'members':>9} {'rows':>9} {'first s':>8} {'again s':>8} {'new':>5} {'µs each':>8}"


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
    assert done.first < 10


@pytest.mark.prove
@pytest.mark.parametrize("kind", BOTH)
def test_a_million_members_are_planned_in_half_a_minute(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """And again in ten seconds; a member costs no more among a million than among ten thousand."""
    with capsys.disabled():
        print(f"\n{HEAD}")
        done = []
        for members in (10_000, 100_000, 1_000_000):
            url = databases.fresh(kind, tmp_path, durable=True)
            done.append(plan_a_week(url, members, members // 1000))
            databases.drop(url)
            print(done[-1].line(kind), flush=True)
    million = done[-1]
    assert million.first < 30
    assert million.again < 10
    assert (million.rows, million.new_again) == (1_001_000, 0)
    assert million.each < 1.25 * done[0].each


def write_keys(url: str, seed: int, keys: int, together: multiprocessing.synchronize.Barrier) -> None:
    """In an order of one's own, at the same time as others."""
    store = Store(url)
    order = Random(seed).sample(range(0, keys, 100), keys // 100)  # noqa: S311 - an order, not a secret
    together.wait()
    for start in order:
        with store.begin() as tx:
            outbox.put(tx, [Intent("t", "c", "prompt", 1, f"p{n}", crowds.NOW) for n in range(start, start + 100)])
    store.close()


@pytest.mark.prove
@pytest.mark.parametrize("kind", BOTH)
def test_four_planning_processes_write_twenty_thousand_keys_once(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exactly so many rows; planning again adds none."""
    keys, url = 20_000, databases.fresh(kind, tmp_path)
    Store(url).close()
    together, began = _forks.Barrier(4), time.monotonic()
    planners = [_forks.Process(target=write_keys, args=(url, seed, keys, together)) for seed in range(4)]
    for one in planners:
        one.start()
    for one in planners:
        one.join()
        assert one.exitcode == 0
    store = Store(url)
    with store.begin() as tx:
        again = outbox.put(tx, [Intent("t", "c", "prompt", 1, f"p{n}", crowds.NOW) for n in range(keys)])
        rows = tx.execute(select(func.count()).select_from(tables.outbox)).scalar_one()
    store.close()
    with capsys.disabled():
        seconds = time.monotonic() - began
        print(f"\nfour planners, {keys} keys, {kind}: {rows} rows, {again} new when planned again, {seconds:.0f} s")
    assert (rows, again) == (keys, 0)
