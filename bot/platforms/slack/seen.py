"""Slack may deliver one thing several times. The first delivery does the work; the others share its outcome."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_MOST = 10_000


class Seen:
    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._events: OrderedDict[str, asyncio.Task[Any] | None] = OrderedDict()

    def first_time(self, event: str) -> bool:
        if event in self._events:
            return False
        self._keep(event, None)
        return True

    def once(self, event: str, work: Callable[[], Coroutine[Any, Any, T]]) -> Awaitable[T]:
        """The outcome of the first delivery, also while it is still being made."""
        task = self._events.get(event)
        if task is None:
            task = asyncio.create_task(work())
            self._keep(event, task)
        return asyncio.shield(task)

    def forget(self, event: str) -> None:
        """For work that failed: the next delivery tries it again."""
        self._events.pop(event, None)

    def _keep(self, event: str, task: asyncio.Task[Any] | None) -> None:
        self._events[event] = task
        while len(self._events) > self._most:
            self._events.popitem(last=False)
