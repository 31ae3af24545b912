"""Runs errands: makes the words, asks the platform, and reports what became of each."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from bot.errands import Errand, LaneKey, Outcome, Terms
from bot.errors import NoProgram, Refused, Shut, Unknown, Wait
from bot.in_time import elapsed, in_time
from bot.messages import Address, Outgoing
from bot.outbox import CANCELLED, HELD, READY, REFUSED, SENT, UNKNOWN, NothingToSay, NotYet
from bot.router import FrontDesk
from bot.seam import Platform
from bot.store import doors
from bot.visit import Replacement, Services

T = TypeVar("T")

log = logging.getLogger(__name__)
_REPEAT_AN_EDIT = 5.0
_UNTIL_READABLE = 600.0


class Sender:
    """`covers` says whether the lease of a lane, with this fence, still covers one whole call."""

    def __init__(
        self,
        services: Services,
        desk: FrontDesk,
        platforms: Mapping[str, Platform],
        terms: Terms,
        covers: Callable[[LaneKey, int], bool],
        report: Callable[[Outcome], None],
    ) -> None:
        self._services = services
        self._desk = desk
        self._platforms = platforms
        self._terms = terms
        self._covers = covers
        self._report = report

    async def run(self, errands: Sequence[Errand], began: float) -> None:
        """What one turn took for one lane. Each recipient's messages keep their order; nobody waits for another."""
        halted = asyncio.Event()
        by_recipient: dict[str, list[Errand]] = {}
        for errand in errands:
            by_recipient.setdefault(errand.row.intent.recipient, []).append(errand)
        await asyncio.gather(*(self._in_order(some, began, halted) for some in by_recipient.values()))

    async def _in_order(self, errands: Sequence[Errand], began: float, halted: asyncio.Event) -> None:
        rest = 0.0
        for errand in errands:
            outcome = Outcome(errand, UNKNOWN, fault=True)
            try:
                await asyncio.sleep(max(0.0, began + errand.start - elapsed()))
                outcome = _not_made(errand, rest) if rest else await self._one(errand, halted)
            except Exception:
                log.exception("failed; it is looked up before any second try", extra=_about(errand))
            finally:
                if outcome.pause is not None:
                    halted.set()
                if outcome.asked:
                    rest = outcome.rest  # the recipient's next message does not go past this one
                self._report(outcome)

    async def _one(self, errand: Errand, halted: asyncio.Event) -> Outcome:
        intent = errand.row.intent
        if halted.is_set() or not self._covers((intent.tenant, errand.row.lane), errand.row.fence):
            return _not_made(errand)
        platform = self._platforms.get(errand.address.platform) if errand.address else None
        if errand.look:
            return await self._look(errand, platform)
        try:
            message = await self._services.store.read(self._compose, errand)
        except NothingToSay:
            return Outcome(errand, CANCELLED, reason="nothing to say any more")
        except NotYet as later:
            return Outcome(errand, READY, due=later.until)
        except Wait as rest:
            return Outcome(errand, READY, rest=rest.seconds)
        except NoProgram:  # a release that can read it may come before the message's time is over
            return Outcome(errand, READY, rest=_UNTIL_READABLE)
        except Exception:
            log.exception("the words could not be made; tried again later", extra=_about(errand))
            return Outcome(errand, READY, fault=True)
        if message is None:
            return Outcome(errand, CANCELLED, reason="no longer needed")
        if errand.address is None or platform is None:
            return Outcome(errand, REFUSED, reason="no address on a running platform")
        if errand.door in doors.TOLD and not isinstance(message, Replacement):
            return Outcome(errand, HELD, reason=doors.TOLD[errand.door])
        if not self._covers((intent.tenant, errand.row.lane), errand.row.fence):  # the words took their time
            return Outcome(errand, READY)
        return await self._send(errand, platform, errand.address, message)

    def _compose(self, tx: Connection, errand: Errand) -> Outgoing | Replacement | None:
        return self._desk.composer(errand.row)(tx, self._services, errand.row)

    async def _send(
        self, errand: Errand, platform: Platform, address: Address, message: Outgoing | Replacement
    ) -> Outcome:
        try:
            if isinstance(message, Replacement):
                ref = message.ref
                await self._in_time(
                    platform.delete(ref) if message.outgoing is None else platform.edit(ref, message.outgoing)
                )
            else:
                ref = await self._in_time(platform.send(address, message, errand.row.key))
        except Wait as pause:
            if pause.only_this:
                return Outcome(errand, READY, rest=pause.seconds, asked=True)
            return Outcome(errand, READY, pause=pause.seconds, asked=True)
        except Refused as refusal:
            if isinstance(refusal, Shut) and not isinstance(message, Replacement):
                reason = doors.TOLD[refusal.why] if address.kind == "person" else str(refusal)
                return Outcome(errand, HELD, reason=reason, door=refusal.why, asked=True)
            return Outcome(errand, REFUSED, reason=str(refusal), asked=True)
        except (Unknown, TimeoutError):
            if isinstance(message, Replacement):
                return Outcome(errand, READY, rest=_REPEAT_AN_EDIT, asked=True)
            return Outcome(errand, UNKNOWN, asked=True)
        log.info("sent", extra=_about(errand))
        proved = doors.OPEN if address.kind == "person" and errand.door != doors.OPEN else ""
        return Outcome(errand, SENT, ref=ref, sent_at=self._services.now(), door=proved, asked=True)

    async def _look(self, errand: Errand, platform: Platform | None) -> Outcome:
        """Did it arrive? Not found: it may go again. No answer: it waits."""
        if platform is None or errand.address is None:
            return Outcome(errand, UNKNOWN)
        try:
            ref = await self._in_time(platform.find(errand.address, errand.row.key))
        except Wait as pause:
            return Outcome(errand, UNKNOWN, rest=pause.seconds, asked=True)
        except Refused as refusal:
            return Outcome(errand, UNKNOWN, reason=str(refusal), asked=True, hopeless=True)
        except (Unknown, TimeoutError):
            return Outcome(errand, UNKNOWN, asked=True, counts=True)
        if ref is None:
            return Outcome(errand, READY, asked=True)
        return Outcome(errand, SENT, ref=ref, sent_at=self._services.now(), asked=True)

    async def _in_time(self, asked: Awaitable[T]) -> T:
        return await in_time(asked, self._terms.timeout)


def _not_made(errand: Errand, rest: float = 0) -> Outcome:
    """As it was before it was taken."""
    return Outcome(errand, UNKNOWN if errand.look else READY, rest=rest)


def _about(errand: Errand) -> dict[str, str]:
    return {"action": errand.row.intent.kind, "key": errand.row.key}
