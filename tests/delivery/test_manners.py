"""How fast each platform is gone to: Slack's limit is learned and kept with the workspace, Discord's is known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import outbox
from bot.errands import Terms
from bot.store import Store, tables
from bot.worker import Worker
from tests.delivery import doors
from tests.delivery.crashes import ground
from tests.delivery.victim import LANES, PEOPLE, Desk, services, wave
from tests.fakes.apart import set_up
from tests.fakes.weather import Weather


@pytest.mark.parametrize(("platform", "learns"), [(doors.SLACK, True), (doors.DISCORD, False)])
async def test_every_workspace_has_its_pace(platform: str, learns: bool, database: str, tmp_path: Path) -> None:
    """Two messages for each of twenty workspaces: each is noted, and what is learned only gets faster by them."""
    with set_up(platform, LANES * PEOPLE, Weather()) as there:
        ground(database, platform, there)
        if platform == doors.DISCORD:
            await doors.remember(there, tmp_path / "notes.db")
        store = Store(database)
        desk: Any = Desk()
        async with doors.opened(platform, there.port, tmp_path / "notes.db") as door:
            with store.begin() as tx:
                outbox.put(tx, wave(0))
            worker = Worker(services(store), desk, {platform: door.platform}, Terms(ahead=2))
            assert await worker.tick() == len(wave(0))
        with store.begin() as tx:
            paces = tx.execute(select(tables.lane.c.rate, tables.lane.c.paced_to)).all()
        store.close()
    assert len(paces) == LANES
    assert all(one.paced_to is not None for one in paces)
    assert all(one.rate >= 3 if learns else one.rate is None for one in paces)
