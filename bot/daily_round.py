"""Once a day, by the machine's clock: what is over goes. Doing it twice is harmless, and so is a day without it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, delete

from bot import backup, downloads, outbox, passed_on, removals, retention
from bot.errors import Locked
from bot.forgetting import AlreadyGone
from bot.store import milestones
from bot.store.tables import draft, inbox
from bot.store.tables import outbox as rows
from bot.visit import Services

log = logging.getLogger(__name__)
EVERY = timedelta(hours=24)
_LOOK_SECONDS = 600.0
_EVENTS = timedelta(days=7)
_FINAL = (outbox.SENT, outbox.REFUSED, outbox.CANCELLED, outbox.MISSED)


async def run(services: Services, backups: Path) -> None:
    """Until cancelled."""
    while True:
        try:
            await once(services, backups)
        except Exception:
            log.exception("the daily round failed; it is tried again", extra={"action": "round"})
        await asyncio.sleep(_LOOK_SECONDS)


async def once(services: Services, backups: Path) -> int:
    """Returns how much was let go; does nothing within a day of the last time."""
    store = services.store
    at = await store.read(store.machine_now)
    last = await store.read(milestones.latest, milestones.PURGE)
    if last is not None and last <= at < last + EVERY:
        return 0
    gone = 0
    for whose in await store.read(retention.over, services, at):
        with contextlib.suppress(Locked):  # their day comes again when the vault is open
            gone += await services.forgetting.let_go(*whose)
    for who in await store.read(retention.left_long_ago, at):
        with contextlib.suppress(AlreadyGone):  # another process was faster
            await services.forgetting.forget(*who)
            gone += 1
    await store.write(_tidy, services, at)
    await asyncio.to_thread(backup.prune, backups, at - timedelta(days=services.keeping.backups))
    await services.forgetting.sweep()
    log.info("went through what is over", extra={"action": "round"})
    return gone


def _tidy(tx: Connection, services: Services, at: datetime) -> None:
    tx.execute(delete(inbox).where(inbox.c.at < services.now() - _EVENTS))  # their moments are the calendar's
    downloads.drop_old(tx, at)
    tx.execute(delete(draft).where(draft.c.until <= at))
    passed_on.drop_before(tx, at.date() - timedelta(days=services.keeping.after_end))
    tx.execute(
        delete(rows).where(rows.c.kind == removals.TAKE_AWAY, rows.c.state.in_(_FINAL), rows.c.tried_at < at - EVERY)
    )
    milestones.replace(tx, milestones.PURGE, at)
