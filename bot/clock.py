"""The calendar clock: the real one, or a demo's, which can be moved forward from send to send."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, Protocol

from bot.disk import own_folder

_STRIDES = {"day": timedelta(days=1), "week": timedelta(weeks=1)}
_MOST_STEPS = 2000


def machine_now() -> datetime:
    return datetime.now(UTC)


class RealClock:
    movable = False

    def now(self) -> datetime:
        return machine_now()

    async def advance(self, by: str, after_step: Callable[[], Awaitable[None]]) -> None:
        raise RuntimeError("only a demo's clock can be moved")


class Deliver(Protocol):
    """What moves with the clock."""

    async def tick(self) -> int: ...

    async def next_due(self) -> datetime | None: ...


class DemoClock:
    """Ahead of the machine's clock by an offset that survives a restart."""

    movable = True

    def __init__(self, file: Path, machine: Callable[[], datetime] = machine_now) -> None:
        self._file = file
        self._machine = machine
        self._ahead = timedelta(0)
        self.deliver: Deliver | None = None
        if file.exists():
            self._ahead = timedelta(seconds=json.loads(file.read_text("utf-8"))["ahead_seconds"])

    @property
    def fresh(self) -> bool:
        return not self._file.exists()

    def now(self) -> datetime:
        return self._machine() + self._ahead

    def set(self, moment: datetime) -> None:
        self._ahead = moment - self._machine()
        own_folder(self._file.parent)
        self._file.write_text(json.dumps({"ahead_seconds": self._ahead.total_seconds()}), "utf-8")

    async def advance(self, by: Literal["next", "day", "week"], after_step: Callable[[], Awaitable[None]]) -> None:
        """From due send to due send, so that whoever answers does so in between.

        "next" stops at the first moment at which something really went out.
        """
        if self.deliver is None:
            raise RuntimeError("the clock has nothing to deliver yet")
        until = None if by == "next" else self.now() + _STRIDES[by]
        for _ in range(_MOST_STEPS):
            due = await self.deliver.next_due()
            if due is None or (until is not None and due > until):
                break
            if due > self.now():
                self.set(due)
            sent = await self.deliver.tick()
            await after_step()
            if by == "next" and sent:
                return
        if until is not None and until > self.now():
            self.set(until)
            await self.deliver.tick()
            await after_step()
