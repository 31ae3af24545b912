"""The tick: plan what is due, claim it, send it, settle it.

The words are made at the moment of sending, outside of any write. A row whose sending had no clear answer
is looked up on the platform before any second try.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import outbox
from bot.errors import DeliveryError, Refused, Unknown, Wait
from bot.messages import Address, Outgoing, Platform
from bot.outbox import Row
from bot.router import FrontDesk
from bot.store import people
from bot.visit import Replacement, Services

log = logging.getLogger(__name__)
_CATCH_UP = 1000


class Worker:
    def __init__(self, services: Services, desk: FrontDesk, platforms: Mapping[str, Platform]) -> None:
        self._services = services
        self._desk = desk
        self._platforms = platforms
        self._one_at_a_time = asyncio.Lock()
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something was put into the outbox; do not wait for the next turn of the clock."""
        self._woken.set()

    async def run(self, every: float) -> None:
        """Until cancelled. `every`: seconds between two looks at the clock."""
        while True:
            try:
                await self.tick()
            except Exception:
                log.exception("tick failed; it is tried again", extra={"action": "tick"})
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), every)
            self._woken.clear()

    async def tick(self) -> int:
        """Everything that is due now; returns how many messages went out."""
        async with self._one_at_a_time:
            now = self._services.now()
            for row in await self._services.store.read(outbox.unfinished):
                await self._look_up(row)
            await self._services.store.write(self._plan, now)
            sent = 0
            for _ in range(_CATCH_UP):
                rows = await self._services.store.write(outbox.claim, now)
                if not rows:
                    break
                for row in rows:
                    sent += await self._deliver(row)
            return sent

    def _plan(self, tx: Connection, now: datetime) -> None:
        for feature in self._desk.plans:
            if feature.plan is not None:
                outbox.put(tx, feature.plan(tx, self._services, now))

    async def _deliver(self, row: Row) -> bool:
        try:
            address, message = await self._services.store.read(self._compose, row)
        except LookupError:
            await self._settle(row, outbox.CANCELLED, reason="nothing to say any more")
            return False
        if message is None:
            await self._settle(row, outbox.CANCELLED, reason="no longer needed")
            return False
        if address is None or address.platform not in self._platforms:
            await self._settle(row, outbox.REFUSED, reason="no address on a running platform")
            return False
        platform = self._platforms[address.platform]
        try:
            if isinstance(message, Replacement):
                ref = message.ref
                await (platform.delete(ref) if message.outgoing is None else platform.edit(ref, message.outgoing))
            else:
                ref = await platform.send(address, message, row.key)
        except Wait as pause:
            until = self._services.now() + timedelta(seconds=pause.seconds)
            await self._services.store.write(outbox.postpone, row, until)
            return False
        except Refused as refusal:
            await self._settle(row, outbox.REFUSED, reason=str(refusal))
            return False
        except Unknown:
            await self._settle(row, outbox.UNKNOWN)
            return False
        await self._settle(row, outbox.SENT, ref=ref, sent_at=self._services.now())
        log.info("sent", extra={"action": row.intent.kind, "key": row.key})
        return True

    async def _look_up(self, row: Row) -> None:
        """Did it arrive? Found: settled. Not found: it may go again. No answer: it waits."""
        address = await self._services.store.read(_address, row)
        platform = self._platforms.get(address.platform) if address else None
        if platform is None or address is None:
            return
        try:
            ref = await platform.find(address, row.key)
        except DeliveryError:
            return
        if ref is None:
            await self._settle(row, outbox.READY)
        else:
            await self._settle(row, outbox.SENT, ref=ref, sent_at=self._services.now())

    def _compose(self, tx: Connection, row: Row) -> tuple[Address | None, Outgoing | Replacement | None]:
        return _address(tx, row), self._desk.composer(row)(tx, self._services, row)

    async def _settle(self, row: Row, state: str, **values: object) -> None:
        def settle(tx: Connection) -> None:
            outbox.settle(tx, row, state, **values)

        await self._services.store.write(settle)


def _address(tx: Connection, row: Row) -> Address | None:
    intent = row.intent
    if intent.channel:
        return people.place_address(tx, intent.tenant, intent.recipient)
    return people.address_of(tx, intent.tenant, intent.recipient)
