"""Which passages share words with a question, and which entries it calls by name."""

from __future__ import annotations

import difflib
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from index import words
from index.documents import Entry

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SATURATION = 1.2
_LENGTH = 0.4
WHOLE = 3.0
"""For a question that is nothing but a name ("what is LEEP?"); one that only holds it gets 1."""
_LONG_ENOUGH = 5
_ALIKE = 0.85
"""A word of fewer letters, or one less alike, is as likely to be another word as a mistake."""
_LONGEST_NAME = 12
"""Words. No one types a longer title in full."""


class Lexicon:
    """Okapi BM25 with Lucene's idf, where a word that stands in most passages still counts a little."""

    def __init__(self, documents: Sequence[Sequence[tuple[str, float]]]) -> None:
        """`documents`: the fields of each, as (text, weight of a word in it)."""
        import numpy as np

        split = [[(words.split(text), weight) for text, weight in fields] for fields in documents]
        every = {word for fields in split for found, _ in fields for word in found}
        self._acronyms = frozenset(word.casefold() for word in every if words.is_acronym(word))
        self._stems = words.stems_of({word.casefold() for word in every})
        self._plain = sorted(self._stems.keys() - self._acronyms)
        postings: dict[str, tuple[list[int], list[float]]] = {}
        lengths = np.ones(len(documents), dtype=np.float32)
        for at, fields in enumerate(split):
            weights: dict[str, float] = defaultdict(float)
            for found, weight in fields:
                for term in words.terms(found, self._acronyms, self._stems):
                    weights[term] += weight
            lengths[at] = max(1.0, sum(weights.values()))
            for term, weight in weights.items():
                where, how_often = postings.setdefault(term, ([], []))
                where.append(at)
                how_often.append(weight)
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / lengths.mean()) if documents else lengths
        self._size = len(documents)
        self._postings: dict[str, tuple[NDArray[np.int64], NDArray[np.float32]]] = {}
        self._idf: dict[str, float] = {}
        for term, (where, how_often) in postings.items():
            at_ = np.array(where, dtype=np.int64)
            tf = np.array(how_often, dtype=np.float32)
            self._postings[term] = at_, (tf * (_SATURATION + 1) / (tf + norm[at_])).astype(np.float32)
            self._idf[term] = math.log(1 + (self._size - len(where) + 0.5) / (len(where) + 0.5))

    def terms(self, text: str) -> list[str]:
        """What a question is about, without repeats; a word in capitals counts even if it is a common one."""
        found = [
            word
            for word in words.split(text)
            if word.casefold() not in words.COMMON or (word.isupper() and word.casefold() in self._acronyms)
        ]
        small = {word.casefold() for word in found}
        fresh = words.stems_of(small - self._stems.keys())
        for word, stem in fresh.items():
            if stem not in self._postings:
                fresh[word] = self._near(word) or stem
        stems = fresh | {word: self._stems[word] for word in small & self._stems.keys()}
        return list(dict.fromkeys(words.terms(found, self._acronyms, stems)))

    def _near(self, word: str) -> str | None:
        """The term of the known word that a mistyped one was probably meant to be. Never an acronym."""
        if len(word) < _LONG_ENOUGH:
            return None
        alike = (known for known in self._plain if known[0] == word[0] and abs(len(known) - len(word)) <= 2)
        near = difflib.get_close_matches(word, alike, 1, _ALIKE)
        return self._stems[near[0]] if near else None

    def idf(self, term: str) -> float:
        return self._idf.get(term, math.log(1 + (self._size + 0.5) / 0.5))

    def scores(self, terms: Iterable[str]) -> NDArray[np.float32]:
        """One number a document; zero where no term occurs."""
        import numpy as np

        total = np.zeros(self._size, dtype=np.float32)
        for term in terms:
            if term in self._postings:
                where, weight = self._postings[term]
                total[where] += self._idf[term] * weight
        return total

    def holds(self, term: str, document: int) -> bool:
        if term not in self._postings:
            return False
        where = self._postings[term][0]
        at = int(where.searchsorted(document))
        return at < len(where) and int(where[at]) == document

    def covered(self, terms: Sequence[str], document: int) -> float:
        """The share of the question's terms, by their weight, that the document has."""
        whole = sum(self.idf(term) for term in terms)
        return sum(self.idf(term) for term in terms if self.holds(term, document)) / whole if whole else 0.0


class Names:
    """Titles, aliases and ids, to see when a question calls an entry by its name."""

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
            whole = all(word.casefold() in words.COMMON for word in beside)
            for owner in owners:
                called[owner] = max(called.get(owner, 0.0), (WHOLE if whole else 1.0) / len(owners))
        return called


def _folded(split: Sequence[str]) -> tuple[str, ...]:
    return tuple(word.casefold() for word in split)


def _common(split: Sequence[str]) -> bool:
    """ "it" and "ed" are words before they are acronyms; in capitals they are acronyms."""
    return len(split) == 1 and split[0].casefold() in words.COMMON and not split[0].isupper()
