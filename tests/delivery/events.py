"""What people do, told to the bot again and again while its processes die: how often each had its effect.

A press counts one more each time that it has an effect, so that a second effect shows. What a process had not
acknowledged when it died is told again, as the platforms do.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from bot.held import Held
from bot.house_keys import derived
from bot.ids import random_id
from bot.messages import Address, Incoming, Outgoing, Person, Press, Reply, Submission
from bot.router import FrontDesk
from bot.store import Store, tables, verdicts
from bot.visit import Feature, Visit
from tests import databases
from tests.delivery.lives import end_with, forks

_AT_ONCE = 8
_PEOPLE = 50


@dataclass(frozen=True)
class Effects:
    told: int
    deaths: int
    wrong: int
    """Events that had no effect, or more than one."""


async def _count(visit: Visit) -> Reply:
    await visit.once(verdicts.count, visit.who.tenant, visit.value, True)
    return Outgoing("Thank you.")


_TALLY = Feature("tally", presses={"press": _count}, submissions={"form": _count})


def _incoming(number: int) -> Incoming:
    """Every second one is a form, which may come again under another event, from another tab."""
    who = Address("toy", "room", "person", f"p{number % _PEOPLE}")
    if number % 2:
        return Incoming(random_id(), who, who, Submission(f"form{number}", "tally.form", f"e{number}", {}))
    return Incoming(f"event{number}", who, who, Press("tally.press", f"e{number}"))


class _Everybody:
    async def person(self, who: Address) -> Person:
        return Person(who.id, "UTC")


def answer(url: str, told: Sequence[int], dies_after: int, acknowledged: Path) -> None:
    """A life: some answers at a time, each acknowledged after it was given, until it dies or all are told."""
    Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    left = count(1)

    async def one(desk: FrontDesk, number: int, file: int, at_once: asyncio.Semaphore) -> None:
        async with at_once:
            await desk.answer(_incoming(number))
        os.write(file, f"{number}\n".encode())
        if next(left) == dies_after:
            os.kill(os.getpid(), signal.SIGKILL)

    async def work() -> None:
        store = Store(url)
        services: Any = SimpleNamespace(
            store=store,
            directory=_Everybody(),
            now=lambda: datetime.now(UTC),
            ids=random_id,
            held=Held(),
            keys=derived(b"0" * 32),
        )
        desk, at_once = FrontDesk(services, [_TALLY]), asyncio.Semaphore(_AT_ONCE)
        file = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        ended = await asyncio.gather(*(one(desk, number, file, at_once) for number in told), return_exceptions=True)
        os.close(file)
        store.close()
        for problem in ended:  # else whatever is broken would be told for ever
            if problem is not None:
                raise problem

    asyncio.run(work())


def tell(kind: str, folder: Path, events: int, deaths: int, seed: int = 1) -> Effects:
    """Each event one to four times, in any order, to as many processes as the database takes."""
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    url = databases.fresh(kind, folder)
    Store(url).close()
    waiting = [number for number in range(events) for _ in range(chance.randint(1, 4))]
    chance.shuffle(waiting)
    processes, told, died = (1 if kind == databases.SQLITE else 2), 0, 0
    each = max(1, len(waiting) // (deaths // processes + 1) // processes)
    for turn in count():
        if not waiting:
            break
        rounds, lives = [], []
        for place in range(processes):
            some, waiting = waiting[:each], waiting[each:]
            file = folder / f"acknowledged-{turn}-{place}"
            after = chance.randint(1, max(1, len(some))) if died < deaths else 0
            lives.append(forks.Process(target=answer, args=(url, some, after, file)))
            rounds.append((some, file))
            lives[-1].start()
        for life, (some, file) in zip(lives, rounds, strict=True):
            life.join()
            assert life.exitcode in (0, -9), life.exitcode
            died += life.exitcode == -9
            done = Counter(map(int, file.read_text().split())) if file.exists() else Counter[int]()
            told += len(some)
            waiting += (Counter(some) - done).elements()
    wrong = _wrong(url, events)
    databases.drop(url)
    return Effects(told, died, wrong)


def _wrong(url: str, events: int) -> int:
    store = Store(url)
    with store.begin() as tx:
        found = Counter[str]()
        for row in tx.execute(select(tables.verdict)):
            found[row.entry] += row.count
    store.close()
    return sum(found[f"e{number}"] != 1 for number in range(events))
