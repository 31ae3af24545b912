"""What just happened, for every open page: a short memory of events, read as server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from .wire import Json

REMEMBERED = 2000


@dataclass(frozen=True, slots=True)
class Event:
    number: int
    to: str | None
    """A person's id, or None for everybody."""
    kind: str
    data: Json

    def __str__(self) -> str:
        return f"id: {self.number}\nevent: {self.kind}\ndata: {json.dumps(self.data)}\n\n"


class Stream:
    def __init__(self) -> None:
        self.newest = 0
        self._events: deque[Event] = deque(maxlen=REMEMBERED)
        self._bells: set[asyncio.Event] = set()
        self._closed = False

    def publish(self, kind: str, data: Json, to: str | None = None) -> None:
        self.newest += 1
        self._events.append(Event(self.newest, to, kind, data))
        self._ring()

    async def follow(self, person: str, after: int, pause: float = 15.0) -> AsyncIterator[str]:
        """Everything since event `after`; a line every `pause` seconds shows that the link is alive."""
        bell = asyncio.Event()
        self._bells.add(bell)
        try:
            oldest = self._events[0].number if self._events else self.newest + 1
            if after > self.newest or after < oldest - 1:
                yield str(Event(self.newest, person, "reload", {}))
                after = self.newest
            yield ": open\n\n"
            while not self._closed:
                bell.clear()
                for event in [event for event in self._events if event.number > after]:
                    after = event.number
                    if event.to in (None, person):
                        yield str(event)
                if self.newest > after:
                    continue
                try:
                    await asyncio.wait_for(bell.wait(), pause)
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._bells.discard(bell)

    def close(self) -> None:
        """Ends every open stream, so that the server can stop."""
        self._closed = True
        self._ring()

    def _ring(self) -> None:
        for bell in self._bells:
            bell.set()
