"""Titles, aliases and ids, to see when a question calls an entry by its name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from index import words
from index.documents import Entry

WHOLE = 3.0
"""For a question that is nothing but a name ("what is LEEP?"); one that holds it among others gets at most 1."""
_LONGEST_NAME = 12
"""Words. No one types a longer title in full."""


class Names:
    def __init__(self, entries: Iterable[Entry]) -> None:
        self._owners: dict[tuple[str, ...], set[str]] = {}
        for entry in entries:
            for name in (entry.title, *entry.aliases, entry.id):
                split = words.split(name)
                self._owners.setdefault(_folded(split), set()).add(entry.id)

    def called(self, question: str) -> Mapping[str, float]:
        """Entry -> how plainly it is named, up to `WHOLE`. A name of several entries counts less for each."""
        split = words.split(question)
        found: list[tuple[int, int, set[str]]] = []
        for length in range(min(_LONGEST_NAME, len(split)), 0, -1):
            for start in range(len(split) - length + 1):
                part = split[start : start + length]
                owners = self._owners.get(_folded(part))
                # The longest name wins: "targeted universalism primer" does not also name its parts.
                inside = any(first <= start and start + length <= last for first, last, _ in found)
                if owners and not inside and not _common(part):
                    found.append((start, start + length, owners))
        called: dict[str, float] = {}
        for first, last, owners in found:
            beside = (*split[:first], *split[last:])
            others = sum(word.casefold() not in words.COMMON for word in beside)
            # The less of the question the name is, the more likely it asks for another entry that uses it.
            plainly = (last - first) / (last - first + others) if others else WHOLE
            for owner in owners:
                called[owner] = max(called.get(owner, 0.0), plainly / len(owners))
        return called


def _folded(split: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in split)


def _common(split: Sequence[str]) -> bool:
    """ "it" and "ed" are words before they are acronyms; in capitals they are acronyms."""
    return len(split) == 1 and split[0].casefold() in words.COMMON and not split[0].isupper()
