"""Lives that end in the middle, one after the other, and what arrived when all is over."""

from __future__ import annotations

import asyncio
import multiprocessing.connection
import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlalchemy import func, select

from bot import removals
from bot.messages import Address
from bot.store import Store, tables
from tests import databases
from tests.delivery import doors, hands
from tests.delivery.lives import forks
from tests.delivery.victim import LANES, PEOPLE, POINTS, TERMS, Life, live, words
from tests.fakes.apart import There, set_up
from tests.fakes.weather import Weather

_NONCE_WINDOW = 0.5
"""Shorter than the time after which a message is looked for: Discord's own help is over when we need ours."""
WEATHER = Weather(
    answer_lost=0.02, request_lost=0.02, server_error=0.02, pushed_back=0.01, lands_late=0.02, lateness=0.25
)


@dataclass(frozen=True)
class Result:
    kills: int
    messages: int
    lost: int
    doubled: int
    deleted: int
    """Second copies that whoever had sent them found out about and deleted."""
    seconds: float

    @property
    def told(self) -> str:
        return f"{self.lost} lost, {self.doubled} doubled of {self.messages:,}; {self.deleted} deleted soon after"


def ground(url: str, platform: str, there: There) -> None:
    """The people who get messages."""
    store = Store(url)
    with store.begin() as tx:
        for lane in range(LANES):
            hands.people(tx, *(f"{lane} {person}" for person in range(PEOPLE)), workspace=f"room{lane}")
        for number, account in enumerate(tx.execute(select(tables.account)).all()):
            address = Address(platform, doors.WORKSPACE[platform], "person", there.people[number])
            # One workspace, and yet many lanes, so that several lives have something to do at once.
            lane = f"{platform}:{account.person.split()[0]}"
            tx.execute(
                tables.account.update()
                .where(tables.account.c.address == account.address)
                .values(address=str(address), lane=lane)
            )
    store.close()


@contextmanager
def scene(url: str, folder: Path, platform: str, seed: int) -> Iterator[tuple[There, list[Life]]]:
    """A platform with its faults, and the lives of as many hosts as the database takes, before anything happened."""
    with set_up(platform, LANES * PEOPLE, replace(WEATHER, seed=seed), nonce_window=_NONCE_WINDOW) as there:
        ground(url, platform, there)
        hosts = [folder / f"host{number}.db" for number in range(1 if url.startswith(databases.SQLITE) else 3)]
        for host in hosts if platform == doors.DISCORD else ():
            asyncio.run(doors.remember(there, host))
        yield there, [Life(url, platform, there.port, host, messages=1_000_000) for host in hosts]
        databases.drop(url)


def kill(kind: str, folder: Path, platform: str, kills: int, *, asks: bool = True, seed: int = 1) -> Result:
    """So many lives end at random points while messages are planned and sent; then one life finishes the rest.

    `asks` False: what is unclear is sent again without looking.
    """
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311 - which point comes next is no secret
    with scene(databases.fresh(kind, folder), folder, platform, seed) as (there, lives):
        died = _end_lives([replace(life, asks=asks) for life in lives], kills, chance)
        finish(replace(lives[0], messages=0, asks=asks))
        return count(lives[0].url, there, died, began)


def _end_lives(lives: list[Life], kills: int, chance: random.Random) -> int:
    died, begun = 0, 0
    running: dict[int, ForkServerProcess] = {}
    while died < kills:
        for host, life in enumerate(lives):
            if host in running:
                continue
            point = POINTS[begun % len(POINTS)]
            often = 1 if point == "after look-up" else chance.randint(1, 12)
            notebook = life.notebook if life.asks or life.platform == doors.SLACK else _forgotten(life.notebook, begun)
            last = replace(life, dies_at=point, dies_after=often, notebook=notebook)
            running[host] = forks.Process(target=live, args=(last,))
            running[host].start()
            begun += 1
        if not multiprocessing.connection.wait([one.sentinel for one in running.values()], timeout=15):
            next(iter(running.values())).kill()  # it never comes by its point; this is a death like any other
        for host in [host for host, one in running.items() if one.exitcode is not None]:
            code = running.pop(host).exitcode
            assert code == -9, f"a life ended by itself: {code}"
            died += 1
    for one in running.values():
        one.kill()
        one.join()
    return died


def _forgotten(notebook: Path, begun: int) -> Path:
    """Who does not ask has no notes of earlier tries either."""
    return Path(shutil.copy(notebook, notebook.with_name(f"life{begun}.db")))


def stop(kind: str, folder: Path, platform: str, stops: int, *, seed: int = 1) -> Result:
    """Three lives are stopped for up to three leases, again and again, and go on as if nothing had happened."""
    began, chance = time.monotonic(), random.Random(seed)  # noqa: S311
    with scene(databases.fresh(kind, folder), folder, platform, seed) as (there, lives):
        hosts = (lives * 3)[:3]
        running = [forks.Process(target=live, args=(replace(life, alone=False),)) for life in hosts]
        for one in running:
            one.start()
        with ThreadPoolExecutor(len(running)) as threads:
            shares = [stops // 3 + (number < stops % 3) for number in range(3)]
            seeds = [chance.random() for _ in running]
            list(threads.map(_stop_and_go, running, shares, seeds))
        for one in running:
            one.kill()
            one.join()
        finish(replace(lives[0], messages=0, alone=False))
        return count(lives[0].url, there, stops, began)


def _stop_and_go(process: multiprocessing.process.BaseProcess, stops: int, seed: float) -> None:
    chance = random.Random(seed)  # noqa: S311
    assert process.pid is not None
    for _ in range(stops):
        time.sleep(0.2 + 0.3 * chance.random())
        os.kill(process.pid, signal.SIGSTOP)
        time.sleep(3 * TERMS.lease * chance.random())
        os.kill(process.pid, signal.SIGCONT)


def finish(life: Life) -> None:
    """One life without accidents, until everything is planned and nothing is open any more."""
    store = Store(life.url)
    last = forks.Process(target=live, args=(life,))
    last.start()
    try:
        until = time.monotonic() + 600
        open_ = tables.outbox.c.state.in_(("ready", "sending", "unknown"))
        while time.monotonic() < until:
            with store.begin() as tx:
                left, there = (
                    tx.execute(select(func.count()).select_from(tables.outbox).where(*some)).scalar_one()
                    for some in ((open_,), ())
                )
            if not left and there >= life.messages:
                return
            time.sleep(0.2)
        raise AssertionError(f"{left} messages are still open")
    finally:
        last.kill()
        last.join()
        store.close()


def count(url: str, there: There, kills: int, began: float) -> Result:
    time.sleep(WEATHER.lateness)
    store = Store(url)
    with store.begin() as tx:
        found = tx.execute(select(tables.outbox)).all()
    wanted = [words(row.number, row.recipient) for row in found if row.kind != removals.TAKE_AWAY]
    store.close()
    copies = there.arrived()
    lost = sum(not copies[one] for one in wanted)
    doubled = sum(copies[one] - 1 for one in wanted if copies[one])
    return Result(kills, len(wanted), lost, doubled, len(found) - len(wanted), time.monotonic() - began)
