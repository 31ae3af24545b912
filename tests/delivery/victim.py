"""A process that plans and sends until it dies at a named point, as often as the test wants."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select

from bot import lanes, outbox, removals
from bot.errands import Terms
from bot.keeping import Keeping
from bot.messages import Option, Outgoing
from bot.outbox import Intent
from bot.store import Store
from bot.store.tables import outbox as rows
from bot.visit import Feature, Replacement
from bot.worker import Worker
from tests.delivery import doors
from tests.delivery.lives import end_with

POINTS = (
    "after plan",
    "after claim",
    "before send",
    "request written",
    "after send",
    "after look-up",
    "before settle",
    "after settle",
)
LANES, PEOPLE = 20, 5
_WAVE, _AHEAD = 40, 120
_DUE = datetime(2026, 1, 5, 13, 10, tzinfo=UTC)
TERMS = Terms(lease=2.0, timeout=0.8, margin=0.1, look_after=1.5, ahead=0.5, looks=50)


@dataclass(frozen=True)
class Life:
    url: str
    platform: str
    port: int
    notebook: Path
    dies_at: str = ""
    dies_after: int = 1
    """Passings of the point."""
    messages: int = 0
    """It plans until there are so many."""
    asks: bool = True
    alone: bool = True
    """No other process has the file, so the leases of the dead are free at once."""
    terms: Terms = TERMS


class Watched(Store):
    """Tells when something is committed."""

    def __init__(self, url: str, passing: Callable[[str], None]) -> None:
        super().__init__(url)
        self._passing = passing

    async def write(self, fn: Any, *args: Any, **kwargs: Any) -> Any:
        turn = fn.__name__ == "_settle_and_take"
        if turn and args[0]:
            self._passing("before settle")
        result = await super().write(fn, *args, **kwargs)
        if not turn:
            self._passing("after plan")
        elif args[0]:
            self._passing("after settle")
        if turn and result.errands:
            self._passing("after claim")
        return result


class Desk:
    """As much of the house as a worker sees: who plans, and who makes the words."""

    def __init__(self, plan: Callable[..., bool] | None = None) -> None:
        self.plans = [] if plan is None else [Feature("planner", plan=plan)]

    def composer(self, row: outbox.Row) -> Callable[..., Outgoing | Replacement]:
        if row.intent.kind == removals.TAKE_AWAY:
            return lambda tx, services, row: Replacement(row.ref, None)
        return lambda tx, services, row: prompt(row.intent)

    def missed(self, tx: object, row: outbox.Row) -> list[Intent]:
        return []


def prompt(intent: Intent) -> Outgoing:
    """Its words tell which one it is, so that what arrived is counted as people read it."""
    return Outgoing(words(intent.number, intent.recipient), options=(Option("Write", "reflections.open", "c:1"),))


def words(number: int, recipient: str) -> str:
    return f"Prompt {number} for {recipient}"


def services(store: Store) -> Any:
    return SimpleNamespace(store=store, now=lambda: datetime.now(UTC), keeping=Keeping())


def wave(number: int) -> list[Intent]:
    """The same for whoever plans it, and whenever."""
    return [
        Intent("t", "c", "prompt", index // (LANES * PEOPLE), f"{index % LANES} {index // LANES % PEOPLE}", _DUE)
        for index in range(number, number + _WAVE)
    ]


def live(life: Life) -> None:
    """Until killed, by itself or by who started it."""
    left = life.dies_after

    def passing(point: str) -> None:
        nonlocal left
        if point == life.dies_at:
            left -= 1
            if not left:
                os.kill(os.getpid(), signal.SIGKILL)

    def plan(tx: Any, _: object, now: datetime) -> bool:
        there, open_ = (
            tx.execute(select(func.count()).select_from(rows).where(*some)).scalar_one()
            for some in ((), (rows.c.state.in_(("ready", "sending", "unknown")),))
        )
        if there < life.messages and open_ < _AHEAD:
            outbox.put(tx, wave(there // _WAVE * _WAVE))
        return False

    async def work() -> None:
        store = Watched(life.url, passing if life.dies_at else doors.nothing)
        if store.embedded and life.alone:
            with store.begin() as tx:
                lanes.forget(tx)
        desk: Any = Desk(plan if life.messages else None)
        async with doors.opened(life.platform, life.port, life.notebook, passing, asks=life.asks) as door:
            platforms: Any = {life.platform: door}
            await Worker(services(store), desk, platforms, life.terms).run(0.05)

    Thread(target=end_with, args=(os.getppid(),), daemon=True).start()
    asyncio.run(work())
