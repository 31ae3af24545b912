"""What is held for a few minutes and never written down: an open form with its words, an answer not yet read."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

FIFTEEN_MINUTES = 15 * 60.0
_MOST = 2000


class Held(Generic[T]):
    """Only its owner gets a thing back. The oldest go first when there are too many."""

    def __init__(self, seconds: Callable[[], float], lasts: float) -> None:
        self._seconds = seconds
        self._lasts = lasts
        self._things: OrderedDict[str, tuple[int, T, float]] = OrderedDict()

    def put(self, key: str, owner: int, thing: T) -> None:
        self._things.pop(key, None)
        self._things[key] = (owner, thing, self._seconds() + self._lasts)
        while len(self._things) > _MOST or self._stale():
            self._things.popitem(last=False)

    def get(self, key: str, owner: int) -> T | None:
        found = self._things.get(key)
        if found is None or found[0] != owner or found[2] < self._seconds():
            return None
        return found[1]

    def owned(self, key: str) -> bool:
        """Whether it is here for anybody, so that others can be told that it is not theirs."""
        found = self._things.get(key)
        return found is not None and found[2] >= self._seconds()

    def _stale(self) -> bool:
        first = next(iter(self._things.values()), None)
        return first is not None and first[2] < self._seconds()
