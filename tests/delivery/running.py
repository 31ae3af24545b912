"""A real worker against a post office, until everything that it should send is sent."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select

from bot import outbox
from bot.errands import Terms
from bot.outbox import Intent
from bot.store import Store, tables
from bot.worker import Worker
from tests.delivery import hands
from tests.delivery.door import Door
from tests.delivery.victim import Desk, services

OPEN = tables.outbox.c.state.in_(("ready", "sending", "unknown"))
NOW = hands.NOW - timedelta(days=365)
"""Past for the real clock, so that everything is due."""


def people(store: Store, rooms: Mapping[str, int]) -> None:
    """So many people in each workspace of the post office, named after it."""
    with store.begin() as tx:
        tx.execute(insert(tables.tenant).values(tenant="t", created_at=NOW))
        for room, count in rooms.items():
            names = [f"{room}-{number}" for number in range(count)]
            tx.execute(
                insert(tables.person),
                [{"tenant": "t", "person": one, "name": one, "zone": "UTC", "created_at": NOW} for one in names],
            )
            tx.execute(
                insert(tables.account),
                [
                    {"tenant": "t", "address": f"1|office|{room}|person|{one}", "person": one, "lane": f"office:{room}"}
                    for one in names
                ],
            )


def queue(store: Store, rooms: Mapping[str, int], kind: str = "prompt", number: int = 1) -> None:
    """One message for so many people of each workspace."""
    with store.begin() as tx:
        for room, count in rooms.items():
            outbox.put(tx, [Intent("t", "c", kind, number, f"{room}-{one}", NOW) for one in range(count)])


async def deliver(
    store: Store, door: Door, rooms: Sequence[str], terms: Terms | None = None, seconds: float = 600
) -> float:
    """Until nothing of these workspaces is open; returns the seconds that it took."""
    desk: Any = Desk()
    platforms: Any = {"office": door}
    worker = Worker(services(store), desk, platforms, terms or Terms())
    began = time.monotonic()
    task = asyncio.create_task(worker.run(0.5))
    try:
        async with asyncio.timeout(seconds):
            while await store.read(_left, rooms):  # noqa: ASYNC110 - only the database knows
                await asyncio.sleep(0.1)
        return time.monotonic() - began
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        await worker.finish()
        door.close()


def _left(tx: Any, rooms: Sequence[str]) -> int:
    lanes = [f"office:{room}" for room in rooms]
    return int(
        tx.execute(
            select(func.count()).select_from(tables.outbox).where(OPEN, tables.outbox.c.lane.in_(lanes))
        ).scalar_one()
    )
