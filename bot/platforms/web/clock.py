"""The calendar the playground shows and moves. Its owner is the house; the page only asks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

Stride: TypeAlias = Literal["next", "day", "week"]
"""How far to move: to the next send, by one day, by one week."""


class Clock(Protocol):
    @property
    def movable(self) -> bool: ...

    def now(self) -> datetime:
        """Aware, in UTC."""
        ...

    async def advance(self, by: Stride, after_step: Callable[[], Awaitable[None]]) -> None:
        """Step from due send to due send; `after_step` runs after each, so that simulated people answer."""
        ...
