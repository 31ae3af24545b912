"""Two brakes: how fast private messages are opened, and how many bad answers Discord is allowed to give us.

Discord blocks a bot that opens many private messages at once, and an address that collects 10,000 bad answers
in ten minutes. Both brakes ask for a pause long before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from bot.errors import Wait

_AT_ONCE = 10
_ONE_EVERY = 20.0
_WINDOW = 600.0
_MOST_BAD = 500
BAD = frozenset({401, 403, 429})


class Openings:
    """Ten private messages may be opened at once, then one every twenty seconds."""

    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._left = float(_AT_ONCE)
        self._at = seconds()
        self._shut_until = self._at

    def take(self) -> None:
        """Raises Wait when it is too soon; whoever has a private message open is not concerned."""
        now = self._seconds()
        if now < self._shut_until:
            raise Wait(self._shut_until - now, only_this=True)
        self._left = min(float(_AT_ONCE), self._left + (now - self._at) / _ONE_EVERY)
        self._at = now
        if self._left < 1:
            raise Wait((1 - self._left) * _ONE_EVERY, only_this=True)
        self._left -= 1

    def shut(self, seconds: float) -> None:
        """Discord said that it was too fast: nothing is opened for that long."""
        self._shut_until = self._seconds() + seconds


class BadAnswers:
    def __init__(self, seconds: Callable[[], float]) -> None:
        self._seconds = seconds
        self._at: deque[float] = deque(maxlen=_MOST_BAD)

    def note(self, status: int) -> None:
        if status in BAD:
            self._at.append(self._seconds())

    def check(self) -> None:
        """Raises Wait while the last ten minutes hold too many."""
        if len(self._at) == _MOST_BAD and (rest := self._at[0] + _WINDOW - self._seconds()) > 0:
            raise Wait(rest)
