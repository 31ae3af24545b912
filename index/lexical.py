"""Which passages share words with a question."""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Scores = NDArray[np.float32]

_SATURATION = 1.2
_LENGTH = 0.6
_LONG_ENOUGH = 5
_VERY_LONG = 8
"""A word of fewer letters, or one less alike, is as likely to be another word as a mistake."""

Document = Sequence[tuple[str, float]]
"""Its fields, each as (text, weight of a word in it)."""


class Lexicon:
    """Okapi BM25 with Lucene's idf, where a word that stands in most passages still counts a little."""

    def __init__(self, documents: Sequence[Document], language: Language | None = None) -> None:
        import numpy as np

        once = cache(words.split)  # titles and headings come again with each of their passages
        split = [[(once(text), weight) for text, weight in fields] for fields in documents]
        self.language = language or Language.of(found for fields in split for found, _ in fields)
        self._size = len(documents)
        postings: dict[str, tuple[list[int], list[float]]] = {}
        lengths = np.ones(len(documents), dtype=np.float32)
        for at, fields in enumerate(split):
            weights: dict[str, float] = defaultdict(float)
            for found, weight in fields:
                for term, times in Counter(self.language.reduced(found)).items():
                    weights[term] += weight * times
            lengths[at] = max(1.0, sum(weights.values()))
            for term, weight in weights.items():
                where, how_often = postings.setdefault(term, ([], []))
                where.append(at)
                how_often.append(weight)
        self._mean = float(lengths.mean()) if documents else 1.0
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * lengths / self._mean)
        self._numbers = {term: number for number, term in enumerate(postings)}
        sizes = [len(where) for where, _ in postings.values()]
        self._starts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)]).astype(np.int64)
        self._where = np.fromiter((at for where, _ in postings.values() for at in where), np.int32)
        counts = np.fromiter((tf for _, often in postings.values() for tf in often), np.float32)
        idf = np.array([self._rarity(size) for size in sizes], dtype=np.float32)
        weights_ = counts * (_SATURATION + 1) / (counts + norm[self._where])
        self._weights = (weights_ * np.repeat(idf, sizes)).astype(np.float32)

    def saved(self, name: str) -> dict[str, Any]:
        """Arrays to keep in one file, with `name` before the name of each."""
        import numpy as np

        return {
            f"{name}.size": np.array([self._size, self._mean]),
            f"{name}.terms": _packed(list(self._numbers)),
            f"{name}.starts": self._starts,
            f"{name}.where": self._where,
            f"{name}.weights": self._weights,
        }

    @classmethod
    def opened(cls, kept: Mapping[str, Any], name: str, language: Language) -> Lexicon:
        found = cls.__new__(cls)
        found.language = language
        found._size, found._mean = int(kept[f"{name}.size"][0]), float(kept[f"{name}.size"][1])
        found._numbers = {term: number for number, term in enumerate(_unpacked(kept[f"{name}.terms"]))}
        found._starts = kept[f"{name}.starts"]
        found._where = kept[f"{name}.where"]
        found._weights = kept[f"{name}.weights"]
        return found

    def terms(self, text: str) -> list[str]:
        """What a question is about, without repeats."""
        return list(self.counted(text))

    def counted(self, text: str) -> dict[str, float]:
        """Each term with how often it stands there; a word in capitals counts even if it is a common one."""
        found = [
            word
            for word in words.split(text)
            if word.casefold() not in words.COMMON or (word.isupper() and word.casefold() in self.language.acronyms)
        ]
        return {term: float(times) for term, times in Counter(self.language.meant(found, self._numbers)).items()}

    def known(self, term: str) -> bool:
        """Whether it stands anywhere."""
        return term in self._numbers

    def idf(self, term: str) -> float:
        number = self._numbers.get(term)
        return self._rarity(0 if number is None else int(self._starts[number + 1] - self._starts[number]))

    def scores(self, terms: Mapping[str, float] | Iterable[str]) -> Scores:
        """One number a document; zero where no term occurs. `terms` may each have a weight."""
        import numpy as np

        total = np.zeros(self._size, dtype=np.float32)
        for term, weight in _weighted(terms):
            number = self._numbers.get(term)
            if number is not None:
                part = slice(self._starts[number], self._starts[number + 1])
                total[self._where[part]] += self._weights[part] * np.float32(weight)
        return total

    def scores_at(self, terms: Mapping[str, float] | Iterable[str], documents: Numbers) -> Scores:
        """The same for some documents only, in the order given."""
        import numpy as np

        total = np.zeros(len(documents), dtype=np.float32)
        for term, weight in _weighted(terms):
            total += self.share(term, documents) * np.float32(weight)
        return total

    def share(self, term: str, documents: Numbers) -> Scores:
        """What one term adds to the score of each of these documents."""
        import numpy as np

        number = self._numbers.get(term)
        if number is None or not len(documents):
            return np.zeros(len(documents), dtype=np.float32)
        part = slice(self._starts[number], self._starts[number + 1])
        where = self._where[part]
        documents = documents.astype(np.int32, copy=False)  # of another width, all of `where` would be copied
        at = np.minimum(where.searchsorted(documents), len(where) - 1)
        shares: Scores = np.where(where[at] == documents, self._weights[part][at], np.float32(0))
        return shares

    def score_of(self, terms: Mapping[str, float], document: Document) -> float:
        """What a document would score that is not in the collection."""
        weights: dict[str, float] = defaultdict(float)
        for text, weight in document:
            for term in self.language.reduced(words.split(text)):
                weights[term] += weight
        norm = _SATURATION * (1 - _LENGTH + _LENGTH * sum(weights.values()) / self._mean)
        return sum(
            times * self.idf(term) * weights[term] * (_SATURATION + 1) / (weights[term] + norm)
            for term, times in terms.items()
            if term in weights and term in self._numbers
        )

    def holds(self, term: str, document: int) -> bool:
        import numpy as np

        number = self._numbers.get(term)
        if number is None:
            return False
        where = self._where[self._starts[number] : self._starts[number + 1]]
        at = int(where.searchsorted(np.int32(document)))
        return at < len(where) and int(where[at]) == document

    def covered(self, terms: Sequence[str], document: int) -> float:
        """The share of the question's terms, by their weight, that the document has."""
        whole = sum(self.idf(term) for term in terms)
        return sum(self.idf(term) for term in terms if self.holds(term, document)) / whole if whole else 0.0

    def _rarity(self, held_by: int) -> float:
        return math.log(1 + (self._size - held_by + 0.5) / (held_by + 0.5))


class Language:
    """The words of a collection: their stems, its acronyms, and what a mistyped word was meant to be."""

    def __init__(self, stems: dict[str, str], acronyms: Iterable[str]) -> None:
        self.acronyms = frozenset(acronyms)
        """In small letters."""
        self._stems = stems
        self._alike: dict[tuple[str, int], list[str]] | None = None
        self._terms: dict[str, str] = {}
        """Of words of the collection, as they are written."""

    @classmethod
    def of(cls, texts: Iterable[Sequence[str]]) -> Language:
        counts: Counter[str] = Counter()
        for found in texts:
            counts.update(found)
        small: Counter[str] = Counter()
        capital: Counter[str] = Counter()
        for word, times in counts.items():
            small[word.casefold()] += times
            if words.is_acronym(word):
                capital[word.casefold()] += times
        # A heading all in capitals makes no acronyms of words that are written small elsewhere.
        acronyms = {word for word, times in capital.items() if 2 * times >= small[word]}
        return cls(words.stems_of(small.keys()), acronyms)

    def saved(self) -> dict[str, Any]:
        return {
            "language.words": _packed(list(self._stems)),
            "language.stems": _packed(list(self._stems.values())),
            "language.acronyms": _packed(sorted(self.acronyms)),
        }

    @classmethod
    def opened(cls, kept: Mapping[str, Any]) -> Language:
        stems = dict(zip(_unpacked(kept["language.words"]), _unpacked(kept["language.stems"]), strict=True))
        return cls(stems, _unpacked(kept["language.acronyms"]))

    def reduced(self, found: Iterable[str]) -> list[str]:
        """Words of the collection as terms."""
        known = self._terms
        return [known.get(word) or known.setdefault(word, self._term(word)) for word in found]

    def _term(self, word: str) -> str:
        return words.terms([word], self.acronyms, self._stems)[0]

    def meant(self, found: Sequence[str], known: Mapping[str, int]) -> list[str]:
        """Words of a question as terms, with the mistyped ones put right."""
        small = {word.casefold() for word in found}
        fresh = small - self._stems.keys()
        stems = {word: self._stems[word] for word in small & self._stems.keys()}
        if fresh:
            for word, stem in words.stems_of(fresh).items():
                stems[word] = stem if stem in known else self._near(word) or stem
        return words.terms(found, self.acronyms, stems)

    def _near(self, word: str) -> str | None:
        """The term of the known word that a mistyped one was probably meant to be. Never an acronym."""
        if len(word) < _LONG_ENOUGH:
            return None
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        if self._alike is None:
            self._alike = {}
            for known in sorted(self._stems.keys() - self.acronyms):
                if known.isalpha():
                    self._alike.setdefault((known[0], len(known)), []).append(known)
        mistakes = 2 if len(word) >= _VERY_LONG else 1
        near = [
            known
            for size in range(len(word) - mistakes, len(word) + mistakes + 1)
            for known in self._alike.get((word[0], size), ())
        ]
        found = process.extractOne(word, near, scorer=OSA.distance, score_cutoff=mistakes)
        return self._stems[found[0]] if found else None


def _weighted(terms: Mapping[str, float] | Iterable[str]) -> Iterable[tuple[str, float]]:
    return terms.items() if isinstance(terms, Mapping) else ((term, 1.0) for term in terms)


def _packed(texts: Sequence[str]) -> Any:
    import numpy as np

    return np.frombuffer(json.dumps(texts, ensure_ascii=False).encode(), dtype=np.uint8)


def _unpacked(packed: Any) -> list[str]:
    found: list[str] = json.loads(packed.tobytes())
    return found


def write(path: Path, passages: Lexicon, entries: Lexicon) -> None:
    """Both, which share one language, in one file."""
    import numpy as np

    arrays = passages.language.saved() | passages.saved("passages") | entries.saved("entries")
    with path.open("wb") as file:
        np.savez(file, **arrays)


def read(path: Path) -> tuple[Lexicon, Lexicon]:
    import numpy as np

    with np.load(path, allow_pickle=False) as kept:
        arrays = {name: kept[name] for name in kept.files}
    language = Language.opened(arrays)
    return Lexicon.opened(arrays, "passages", language), Lexicon.opened(arrays, "entries", language)
