"""How fast a lane may go: at a rate that the platform told, or at one that is learned from its pushing back.

A pace is a row's worth of facts (`rate`, `paced_to`), so that it moves with its lane from one process to the
next. Moments are those of the machine's clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

FLOOR, CEILING = 1.0, 50.0
"""Messages a second between which a rate is learned."""
_DOUBLES_IN = 1.0
_BURST = 0.5
"""Seconds' worth of messages that may go at once after a rest: fewer than platforms allow, for ours may be held up
on their way and arrive together."""
_FIRST_BACK, _BACK, _GENTLY = 0.5, 0.85, 0.001
"""After the first pushing back the true rate is not far below; then a little down, and up with each message."""


@dataclass(frozen=True, slots=True)
class Pace:
    rate: float = math.inf
    learning: bool = False
    met_limit: bool = False
    """The platform has pushed back before, so the rate is near its own."""
    paced_to: datetime | None = None
    """Where the messages taken so far end, laid one after the other at this rate."""

    @classmethod
    def of(
        cls, told: float | None, learned: float | None, met_limit: bool, paced_to: datetime | None, first: float = FLOOR
    ) -> Pace:
        """`told`: what the platform says of itself; None when it does not say, and then `first` begins."""
        if told is None:
            return cls(learned or first, True, met_limit, paced_to)
        return cls(told, False, met_limit, paced_to)

    def room(self, at: datetime, ahead: float) -> int | None:
        """How many messages may start within so many seconds from now; None: any number."""
        if math.isinf(self.rate):
            return None
        ahead = max(ahead, 1 / self.rate)  # a slow lane still looks as far as its next message
        return max(0, math.floor((ahead - self._behind(at)) * self.rate + self._burst - 1) + 1)

    def take(self, at: datetime, count: int) -> tuple[Pace, list[float]]:
        """The pace after so many messages, and each one's start in seconds from now."""
        if math.isinf(self.rate) or not count:
            return self, [0.0] * count
        first = self._behind(at) - (self._burst - 1) / self.rate
        starts = [max(0.0, first + number / self.rate) for number in range(count)]
        return replace(self, paced_to=self._free(at) + timedelta(seconds=count / self.rate)), starts

    def give_back(self, count: int) -> Pace:
        """So many of those taken never went to the platform."""
        if math.isinf(self.rate) or self.paced_to is None or not count:
            return self
        return replace(self, paced_to=self.paced_to - timedelta(seconds=count / self.rate))

    def went_well(self, count: int) -> Pace:
        """So many messages that the pace had held back were taken by the platform."""
        if not self.learning:
            return self
        rate = self.rate
        for _ in range(count):
            rate *= 1 + (_GENTLY if self.met_limit else math.log(2) / (rate * _DOUBLES_IN))
        return replace(self, rate=min(rate, CEILING))

    def pushed_back(self, until: datetime) -> Pace:
        """Nothing goes before `until`, and then one by one."""
        rate = self.rate
        if self.learning:
            rate = max(FLOOR, rate * (_BACK if self.met_limit else _FIRST_BACK))
        slower = replace(self, rate=rate, met_limit=True)
        rest = 0.0 if math.isinf(rate) else slower._burst / rate
        return replace(slower, paced_to=until + timedelta(seconds=rest))

    @property
    def _burst(self) -> float:
        return max(1.0, self.rate * _BURST)

    def _free(self, at: datetime) -> datetime:
        return at if self.paced_to is None else max(at, self.paced_to)

    def _behind(self, at: datetime) -> float:
        return (self._free(at) - at).total_seconds()
