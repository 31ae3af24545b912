"""The house while it runs: its worker, its loops, its control door; and its end in order."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot import audit_commands, backup, control, daily_round, first_facilitators, key_commands, person_commands
from bot.app import House, build
from bot.clock import machine_now
from bot.config import Settings
from bot.ids import Ids, random_id
from bot.platforms import Clock
from bot.store import milestones, ownership

if TYPE_CHECKING:
    from bot.search import Search
    from bot.worker import Worker

log = logging.getLogger(__name__)
_LOOK_AT_CLOCK_SECONDS = 1.0
_FINISH_SECONDS = 10.0
_KEEP_RECORD_SECONDS = 3600.0


@asynccontextmanager
async def open_house(
    settings: Settings, clock: Clock, ids: Ids = random_id, doing: str = "run"
) -> AsyncIterator[House]:
    """The house with its worker running; closes it all in order."""
    house = build(settings, clock, ids, doing)
    vault = house.services.vault

    async def note(what: str) -> None:
        await house.store.write(milestones.record, what, machine_now())

    if vault.cause:
        await note(milestones.LOCKED)
    commands = key_commands.commands(vault.keyring, vault.cause, settings.key_places, machine_now, note)
    people_of = person_commands.commands(house.services, settings.key_places)
    record_of = audit_commands.commands(house.services)
    copying = backup.command(settings.data / ownership.DATABASE, machine_now, note)
    door = control.Door(settings.data, {"backup": copying, **commands, **people_of, **record_of})
    try:
        if house.owned is not None:
            await door.open(house.owned)
        left = await house.welcome_facilitators()
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(first_facilitators.welcome_later(left, house.services)),
                tasks.create_task(house.worker.run(_LOOK_AT_CLOCK_SECONDS)),
                tasks.create_task(_warm(house.search)),
                tasks.create_task(house.metrics.measure_lag()),
                tasks.create_task(_keep_record(house)),
                tasks.create_task(daily_round.run(house.services, settings.backups)),
                *(tasks.create_task(one.run(house.desk)) for one in house.platforms.values() if hasattr(one, "run")),
            ]
            yield house
            await _finish(house.worker)
            for task in running:
                task.cancel()
    finally:
        await door.close()
        house.close()


async def _keep_record(house: House) -> None:
    while True:
        try:
            await house.keep_record()
        except Exception:  # noqa: BLE001 - a full disk must not end the bot; the next hour tries again
            log.warning("the audit's head could not be kept", extra={"action": "audit"})
        await asyncio.sleep(_KEEP_RECORD_SECONDS)


async def _finish(worker: Worker) -> None:
    try:
        await asyncio.wait_for(worker.finish(), _FINISH_SECONDS)
    except TimeoutError:
        # What was being sent is looked up at the next start.
        log.warning("a message was still being sent", extra={"action": "stop"})


async def _warm(search: Search) -> None:
    """The first question should not wait for the model to load."""
    try:
        await search.warm()
    except Exception:  # noqa: BLE001 - a bot without answers still delivers and keeps; the question will say so
        log.warning("search is not ready", extra={"action": "warm"})
