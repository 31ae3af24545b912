"""Lives that end in the middle, one after the other, and what arrived when all is over."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select

from bot.messages import Address
from bot.store import Store, tables
from tests import databases
from tests.delivery import hands
from tests.delivery.victim import LANES, PEOPLE, POINTS, TERMS, Life, live
from tests.fakes.post_office import Running, Ways, open_office

FAULTS = Ways(answer_lost=0.02, request_lost=0.02, server_error=0.02, lands_late=0.02, lateness=0.25)
_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(["tests.delivery.victim", "psycopg"])


@dataclass(frozen=True)
class Result:
    kills: int
    messages: int
    lost: int
    doubled: int
    seconds: float

    def line(self, what: str) -> str:
        return f"{what:<44} {self.kills:>5} {self.messages:>9} {self.lost:>5} {self.doubled:>8} {self.seconds:>8.0f}"


HEAD = f"{'':<44} {'kills':>5} {'messages':>9} {'lost':>5} {'doubled':>8} {'seconds':>8}"


def ground(kind: str, folder: Path) -> str:
    """A database with the people who get messages; returns its URL."""
    url = databases.fresh(kind, folder)
    store = Store(url)
    with store.begin() as tx:
        for lane in range(LANES):
            hands.people(tx, *(f"{lane} {person}" for person in range(PEOPLE)), workspace=f"room{lane}")
        for account in tx.execute(select(tables.account)).all():
            where = Address.parse(account.address)
            there = Address("office", where.workspace, where.kind, where.id)
            tx.execute(
                tables.account.update()
                .where(tables.account.c.address == account.address)
                .values(address=str(there), lane=f"office:{where.workspace}")
            )
    store.close()
    return url


def kill(kind: str, folder: Path, kills: int, *, nonce: bool = False, asks: bool = True, seed: int = 1) -> Result:
    """So many lives end at random points while messages are planned and sent; then one life finishes the rest.

    `nonce`: the platform takes a repeat for the first within its window, as Discord does. `asks` False: what
    is unclear is sent again without looking.
    """
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 - which point comes next is no secret
    url = ground(kind, folder)
    window = 3.0 if nonce else 0.0
    with open_office(replace(FAULTS, nonce_window=window, seed=seed)) as office:
        life = Life(url, office.port, messages=1_000_000, repeats_safely=1.5 if nonce else 0, asks=asks)
        processes = 1 if kind == databases.SQLITE else 3
        died = _end_lives(life, kills, processes, chance)
        _finish(replace(life, messages=0), url)
        time.sleep(FAULTS.lateness)
        result = _count(url, office, died, time.monotonic() - began)
    databases.drop(url)
    return result


def _end_lives(life: Life, kills: int, processes: int, chance: random.Random) -> int:
    died, begun = 0, 0
    running: list[multiprocessing.context.ForkServerProcess] = []
    while died < kills:
        while len(running) < processes:
            point = POINTS[begun % len(POINTS)]
            often = 1 if point == "after look-up" else chance.randint(1, 12)
            process = _forks.Process(target=live, args=(replace(life, dies_at=point, dies_after=often),))
            process.start()
            running.append(process)
            begun += 1
        if not multiprocessing.connection.wait([one.sentinel for one in running], timeout=15):
            running[0].kill()  # it never comes by its point; this is a death like any other
        for one in [one for one in running if one.exitcode is not None]:
            assert one.exitcode == -9, f"a life ended by itself: {one.exitcode}"
            running.remove(one)
            died += 1
    for one in running:
        one.kill()
        one.join()
    return died


def stop(kind: str, folder: Path, stops: int, *, nonce: bool = False, seed: int = 1) -> Result:
    """Three lives are stopped for up to three leases, again and again, and go on as if nothing had happened."""
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311
    url = ground(kind, folder)
    with open_office(replace(FAULTS, nonce_window=3.0 if nonce else 0.0, seed=seed)) as office:
        life = Life(url, office.port, messages=1_000_000, repeats_safely=1.5 if nonce else 0, alone=False)
        running = [_forks.Process(target=live, args=(life,)) for _ in range(3)]
        for one in running:
            one.start()
        with ThreadPoolExecutor(len(running)) as threads:
            shares = [stops // 3 + (number < stops % 3) for number in range(3)]
            seeds = [chance.random() for _ in running]
            list(threads.map(_stop_and_go, running, shares, seeds))
        for one in running:
            one.kill()
            one.join()
        _finish(replace(life, messages=0), url)
        time.sleep(FAULTS.lateness)
        result = _count(url, office, stops, time.monotonic() - began)
    databases.drop(url)
    return result


def _stop_and_go(process: multiprocessing.process.BaseProcess, stops: int, seed: float) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert process.pid is not None
    for _ in range(stops):
        time.sleep(0.2 + 0.3 * chance.random())
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(3 * TERMS.lease * chance.random())
        os.kill(process.pid, signal.SIGCONT)


def _finish(life: Life, url: str) -> None:
    """One life without accidents, until nothing is open any more."""
    store = Store(url)
    last = _forks.Process(target=live, args=(life,))
    last.start()
    try:
        until = time.monotonic() + 120
        open_ = tables.outbox.c.state.in_(("ready", "sending", "unknown"))
        while time.monotonic() < until:
            with store.begin() as tx:
                left = tx.execute(select(func.count()).select_from(tables.outbox).where(open_)).scalar_one()
            if not left:
                return
            time.sleep(0.2)
        raise AssertionError(f"{left} messages are still open")
    finally:
        last.kill()
        last.join()
        store.close()


def _count(url: str, office: Running, kills: int, seconds: float) -> Result:
    store = Store(url)
    with store.begin() as tx:
        keys = [row.key for row in tx.execute(select(tables.outbox.c.key))]
    store.close()
    copies = office.copies()
    lost = sum(not copies[key] for key in keys)
    return Result(kills, len(keys), lost, sum(copies[key] - 1 for key in keys if copies[key]), seconds)
