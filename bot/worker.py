"""The loop: plan what comes, take what is due, hand it to the sender, settle what became of it.

What `bot.lanes` decides, it decides inside one transaction; what a platform is asked, `bot.sender` asks
outside of any.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
from collections.abc import Callable, Mapping

from sqlalchemy import Connection

from bot import findings, lanes, outbox
from bot.errands import Errand, Held, LaneKey, Manners, Outcome, Terms, Turn
from bot.ids import random_id
from bot.in_time import elapsed
from bot.metrics import Metrics
from bot.pace import FLOOR
from bot.router import FrontDesk
from bot.seam import Platform
from bot.sender import Sender
from bot.visit import Services

log = logging.getLogger(__name__)
_BREATH = 0.02
"""Seconds in which answers are gathered, so that one commit settles them all."""


class Worker:
    def __init__(
        self,
        services: Services,
        desk: FrontDesk,
        platforms: Mapping[str, Platform],
        terms: Terms = Terms(),  # noqa: B008 - it is frozen
        who: Callable[[], str] = random_id,
    ) -> None:
        self._services = services
        self._desk = desk
        self._terms = terms
        self._who = who()
        self._manners = {
            name: Manners(
                getattr(one, "rate", math.inf), getattr(one, "repeats_safely", 0.0), getattr(one, "first_rate", FLOOR)
            )
            for name, one in platforms.items()
        }
        self._sender = Sender(services, desk, platforms, terms, self._covers, self._take_back)
        self._held: Mapping[LaneKey, Held] = {}
        self._leases: dict[LaneKey, tuple[int, float]] = {}
        """Lane to its fence and to when its lease ends, in elapsed seconds."""
        self._outcomes: list[Outcome] = []
        self._running: set[asyncio.Task[None]] = set()
        self._one_at_a_time = asyncio.Lock()
        self._woken = asyncio.Event()
        self._came_back = asyncio.Event()
        self._sent = 0
        self._stopping = False
        self.metrics: Metrics | None = None

    def wake(self) -> None:
        """Something was put into the outbox; do not wait for the next turn of the clock."""
        self._woken.set()

    async def run(self, every: float) -> None:
        """Until cancelled. `every`: seconds between two looks at the clock."""
        while True:
            for action, step in (("plan", self._plan), ("tick", self._turn)):  # what is planned already still goes out
                try:
                    await step()
                except Exception:
                    log.exception("%s failed; it is tried again", action, extra={"action": action})
                    await asyncio.sleep(every)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), every)
            self._woken.clear()

    async def tick(self) -> int:
        """Everything that is due now; returns how many messages went out."""
        before = self._sent
        await self._plan()
        while True:
            self._came_back.clear()
            taken = await self._turn()
            if self._running:
                await self._came_back.wait()
            elif not taken and not self._outcomes:
                return self._sent - before

    async def finish(self) -> None:
        """Take nothing new; returns when what is being sent is settled."""
        self._stopping = True
        while self._running:
            await asyncio.wait(self._running)
        await self._turn()

    async def _plan(self) -> None:
        now, faults = self._services.now(), []
        for feature in self._desk.plans:
            try:
                while feature.plan is not None and await self._services.store.write(feature.plan, self._services, now):
                    pass
            except Exception as fault:
                log.exception("%s could not be planned", feature.name, extra={"action": "plan"})
                faults.append(fault)
        if faults:  # after the others had their turn
            raise faults[0]

    async def _turn(self) -> int:
        """One look at the clock, in one transaction; returns how many rows were taken or missed."""
        async with self._one_at_a_time:
            began = elapsed()
            outcomes, self._outcomes = self._outcomes, []
            try:
                turn = await self._services.store.write(self._settle_and_take, outcomes)
            except BaseException:
                self._outcomes = outcomes + self._outcomes
                raise
            self._held = turn.held
            ends = began + self._terms.lease
            self._leases = {key: (one.fence, ends) for key, one in turn.held.items()}
            self._start(turn, began)
            self._count(outcomes)
            # What is missed or held may have put another message into the outbox.
            return len(turn.errands) + len(turn.missed) + sum(one.state == outbox.HELD for one in outcomes)

    def _settle_and_take(self, tx: Connection, outcomes: list[Outcome]) -> Turn:
        services, now = self._services, self._services.now()
        at = services.store.machine_now(tx)
        findings.learn(tx, outcomes, now, at, services.keeping)
        turn = lanes.turn(
            tx, self._who, self._held, outcomes, self._manners, now, at, self._terms, stopping=self._stopping
        )
        held = [one.errand.row for one in outcomes if one.state == outbox.HELD]
        outbox.put(tx, [intent for row in turn.missed for intent in self._desk.missed(tx, row)])
        outbox.put(tx, [intent for row in held for intent in self._desk.held(tx, row)])
        return turn

    def _start(self, turn: Turn, began: float) -> None:
        by_lane: dict[LaneKey, list[Errand]] = {}
        for errand in turn.errands:
            by_lane.setdefault((errand.row.intent.tenant, errand.row.lane), []).append(errand)
        for errands in by_lane.values():
            task = asyncio.create_task(self._sender.run(errands, began))
            self._running.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._came_back.set()

    def _covers(self, lane: LaneKey, fence: int) -> bool:
        """A call that begins now ends before anybody else may take the lane."""
        held, ends = self._leases.get(lane, (0, 0.0))
        return held == fence and elapsed() + self._terms.timeout + self._terms.margin < ends

    def _take_back(self, outcome: Outcome) -> None:
        self._outcomes.append(outcome)
        if len(self._outcomes) == 1:
            loop = asyncio.get_running_loop()
            loop.call_later(_BREATH, self._woken.set)
            loop.call_later(_BREATH, self._came_back.set)

    def _count(self, outcomes: list[Outcome]) -> None:
        for one in outcomes:
            if one.state == outbox.SENT:
                self._sent += 1
                if self.metrics is not None:
                    intent = one.errand.row.intent
                    self.metrics.sent(intent.kind, (self._services.now() - intent.due).total_seconds())
        if self.metrics is not None:
            self.metrics.ticked()
