"""Words that wait for their writer's decision: in memory, for an hour at most, never on disk."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta

_KEPT_FOR = timedelta(hours=1)
_MOST = 1000


class Held:
    """Gone when the process ends, which is the point."""

    def __init__(self) -> None:
        self._words: OrderedDict[str, tuple[str, str, datetime]] = OrderedDict()

    def put(self, key: str, person: str, text: str, now: datetime) -> None:
        self._forget(now)
        self._words[key] = (person, text, now + _KEPT_FOR)
        while len(self._words) > _MOST:
            self._words.popitem(last=False)

    def take(self, key: str, person: str, now: datetime) -> str | None:
        self._forget(now)
        owner, text, _ = self._words.get(key, ("", "", now))
        if owner != person:
            return None
        del self._words[key]
        return text

    def look(self, key: str, person: str, now: datetime) -> str | None:
        """Without taking it out."""
        self._forget(now)
        owner, text, _ = self._words.get(key, ("", "", now))
        return text if owner == person else None

    def owner(self, key: str) -> str | None:
        """Whose words wait under a key; None when none do."""
        return self._words[key][0] if key in self._words else None

    def drop(self, person: str) -> None:
        """Everything that waits for this person."""
        for key in [key for key, (owner, _, _) in self._words.items() if owner == person]:
            del self._words[key]

    def _forget(self, now: datetime) -> None:
        for key in [key for key, (_, _, until) in self._words.items() if until <= now]:
            del self._words[key]
