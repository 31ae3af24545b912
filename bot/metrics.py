"""Numbers for whoever watches over the bot: how much is due, sent, unknown, missed, how late, how quick.

Labels are states, kinds of message and lanes (a platform and a workspace); never a person and never a text.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, or_, select

from bot import outbox
from bot.store import Store
from bot.store.tables import lane
from bot.store.tables import outbox as rows

_LATE = (0.5, 1, 2, 5, 15, 60, 300, 900, 3600, 6 * 3600)
_LAG = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)
_COUNT_ALL_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the outbox and the lanes hold at one moment."""

    due: Mapping[str, int]
    """By kind: it could go out now and has not."""
    oldest: datetime | None
    """The due time of the one that waits longest."""
    by_state: Mapping[tuple[str, str], int]
    """(state, kind) to how many, for those on their way and those nobody is sure of."""
    rates: Mapping[str, float]
    """Lane to the messages a second that its platform was found to take."""
    blocked: Mapping[str, float]
    """Lane to the seconds that its platform still asks us to wait."""


def waiting(tx: Connection, now: datetime, machine: datetime) -> Waiting:
    """Looks at open rows alone, of which there are few however many were sent."""
    due = func.sum(case((and_(outbox.is_(outbox.READY), rows.c.due_at <= now), 1), else_=0))
    found = tx.execute(
        select(rows.c.state, rows.c.kind, func.count(), due, func.min(rows.c.due_at))
        .where(or_(*(outbox.is_(state) for state in (outbox.READY, outbox.SENDING, outbox.UNKNOWN))))
        .group_by(rows.c.state, rows.c.kind)
    ).all()
    ready = [row for row in found if row[0] == outbox.READY]
    lanes = tx.execute(select(lane.c.lane, lane.c.rate, lane.c.blocked_until)).all()
    return Waiting(
        {kind: count for _, kind, _, count, _ in ready if count},
        min((oldest for _, _, _, count, oldest in ready if count), default=None),
        {(state, kind): count for state, kind, count, _, _ in found if state != outbox.READY},
        {name: rate for name, rate, _ in lanes if rate is not None},
        {name: max(0.0, (until - machine).total_seconds()) for name, _, until in lanes if until is not None},
    )


def given_up(tx: Connection) -> dict[tuple[str, str], int]:
    """(missed, refused or held, kind) to how many there ever were. Reads the whole outbox: not for every call."""
    found = tx.execute(
        select(rows.c.state, rows.c.kind, func.count())
        .where(rows.c.state.in_((outbox.MISSED, outbox.REFUSED, outbox.HELD)))
        .group_by(rows.c.state, rows.c.kind)
    )
    return {(state, kind): count for state, kind, count in found}


class Metrics:
    """What the process counts itself, and the page that shows it beside what the database knows."""

    def __init__(self, machine: Callable[[], float] = time.monotonic) -> None:
        from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

        self._machine = machine
        self._ticked = machine()
        self.registry = CollectorRegistry()

        def gauge(name: str, about: str, *labels: str) -> Gauge:
            return Gauge(f"cohortbook_{name}", about, labels, registry=self.registry)

        self._sent = Counter("cohortbook_sent", "Messages sent by this process.", ["kind"], registry=self.registry)
        self._late = Histogram(
            "cohortbook_lateness_seconds", "From due to sent.", buckets=_LATE, registry=self.registry
        )
        self._lag = Histogram(
            "cohortbook_loop_lag_seconds",
            "How much later than asked the event loop came back.",
            buckets=_LAG,
            registry=self.registry,
        )
        self._tick_age = gauge("tick_age_seconds", "Since the worker last went through the outbox.")
        self._due = gauge("due", "Messages that could go out now and have not.", "kind")
        self._oldest = gauge("oldest_due_seconds", "How long the oldest of them has waited.")
        self._rows = gauge("messages", "Messages in sending, unknown, held, missed or refused.", "state", "kind")
        self._rates = gauge("lane_rate", "Messages a second that a lane was found to take.", "lane")
        self._blocked = gauge("lane_blocked_seconds", "How long a lane still waits because it was asked to.", "lane")
        self._given_up: dict[tuple[str, str], int] = {}
        self._counted: float | None = None

    def sent(self, kind: str, seconds_late: float) -> None:
        self._sent.labels(kind).inc()
        self._late.observe(max(0.0, seconds_late))

    def ticked(self) -> None:
        self._ticked = self._machine()

    @property
    def tick_age(self) -> float:
        """Seconds since the worker last went through the outbox, or since the start."""
        return self._machine() - self._ticked

    async def measure_lag(self, every: float = 0.25) -> None:
        """Until cancelled: how long the event loop is held up by something that should be in a thread."""
        while True:
            asked = self._machine()
            await asyncio.sleep(every)
            self._lag.observe(max(0.0, self._machine() - asked - every))

    async def page(self, store: Store, now: datetime) -> bytes:
        """Everything, in the text form that Prometheus reads."""
        from prometheus_client import generate_latest

        if self._counted is None or self._machine() - self._counted > _COUNT_ALL_SECONDS:
            self._given_up = await store.read(given_up)
            self._counted = self._machine()
        self._show(await store.read(lambda tx: waiting(tx, now, store.machine_now(tx))), now)
        return generate_latest(self.registry)

    def _show(self, held: Waiting, now: datetime) -> None:
        self._tick_age.set(self.tick_age)
        self._oldest.set((now - held.oldest).total_seconds() if held.oldest else 0)
        for gauge in (self._due, self._rows, self._rates, self._blocked):
            gauge.clear()
        for kind, count in held.due.items():
            self._due.labels(kind).set(count)
        for (state, kind), count in {**self._given_up, **held.by_state}.items():
            self._rows.labels(state, kind).set(count)
        for name, rate in held.rates.items():
            self._rates.labels(name).set(rate)
        for name, seconds in held.blocked.items():
            self._blocked.labels(name).set(seconds)
