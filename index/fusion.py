"""Both ways of finding, by words and by meaning, joined with one weight.

Either way says of each entry how well its best passage fits and how well the whole of it does. Each is
divided by the best that was found, so that the two can be added whatever their scale.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index.lexical import Lexicon
from index.vectors import Vectors, best

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Scores = NDArray[np.float32]

USUAL = 0.65
"""How much meaning counts beside words where nothing else is known."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """Entries that either way proposed, with what each says of them. One row an entry in every array."""

    entries: Numbers
    meaning: Scores
    words: Scores
    """Both are 1 for the best, never below 0."""
    cosine: Scores
    """Of the best passage by meaning; 0 where there is no vector."""
    passages: Numbers
    """Which passage to show."""
    tops: tuple[float, float]
    """What the scores by words were divided by: of a passage, of a whole entry."""

    def joined(self, weight: float) -> Scores:
        import numpy as np

        return (np.float32(weight) * self.meaning + np.float32(1 - weight) * self.words).astype(np.float32)


class Legs:
    """Passages in the order of their entries: those of one entry stand together."""

    def __init__(self, passages: Lexicon, entries: Lexicon, vectors: Vectors, owners: Sequence[int], size: int) -> None:
        """`owners`: the number of the entry of each passage. `size`: how many entries there are."""
        import numpy as np

        self.passages = passages
        self.entries = entries
        self.vectors = vectors
        self.owner = np.asarray(owners, dtype=np.int64)
        counts = np.bincount(self.owner, minlength=size) if size else np.zeros(0, dtype=np.int64)
        self.first = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._length = np.ones(size, dtype=np.float32)
        for entry in np.flatnonzero(counts > 1):
            middle = vectors.rows[self.first[entry] : self.first[entry + 1]].mean(axis=0)
            self._length[entry] = max(float(np.linalg.norm(middle)), 1e-6)

    def candidates(
        self,
        vector: Scores | None,
        terms: Mapping[str, float],
        weight: float,
        *,
        more: Collection[int] = (),
        allowed: Collection[int] | None = None,
        count: int = 100,
    ) -> Candidates:
        """`more`: entries that are proposed in any case. `allowed`: none but these. `count`: passages of either way."""
        import numpy as np

        by_words = self.passages.scores(terms)
        numbers = None
        if allowed is not None:
            chosen = sorted(allowed)
            numbers = self._spread(np.asarray(chosen, dtype=np.int64))[0]
            near_words = best(by_words[numbers], count, numbers)
            more = [entry for entry in more if entry in set(chosen)]
        else:
            near_words = best(by_words, count)
        proposed = [near_words[by_words[near_words] > 0]]
        if vector is not None:
            proposed.append(self.vectors.near(vector, count, None if numbers is None else numbers.tolist()))
        entries = np.unique(
            np.concatenate([*(self.owner[part] for part in proposed), np.asarray(list(more), np.int64)])
        )
        entries = entries.astype(np.int64)
        entries = entries[self.first[entries + 1] > self.first[entries]]
        return self._measured(entries, vector, terms, by_words, weight)

    def _measured(
        self, entries: Numbers, vector: Scores | None, terms: Mapping[str, float], by_words: Scores, weight: float
    ) -> Candidates:
        import numpy as np

        if not len(entries):
            nothing = np.zeros(0, dtype=np.float32)
            return Candidates(entries, nothing, nothing, nothing, entries, (1.0, 1.0))
        at, starts = self._spread(entries)
        passage_words = by_words[at]
        passage_top = float(passage_words.max()) or 1.0
        entry_words = self.entries.scores_at(terms, entries)
        entry_top = float(entry_words.max()) or 1.0
        words = (np.maximum.reduceat(passage_words, starts) / passage_top + entry_words / entry_top) / 2
        cosines = self.vectors.rows[at] @ vector if vector is not None else np.zeros(len(at), dtype=np.float32)
        cosine = np.maximum.reduceat(cosines, starts)
        sizes = np.diff(np.append(starts, len(at)))
        whole = np.add.reduceat(cosines, starts) / sizes / self._length[entries]
        meaning = np.maximum((cosine + whole) / 2, 0)
        meaning = meaning / (float(meaning.max()) or 1.0)
        part = weight if vector is not None else 0.0
        shown = part * cosines / (float(np.abs(cosines).max()) or 1.0) + (1 - part) * passage_words / passage_top
        order = np.lexsort((at, -shown, np.repeat(np.arange(len(entries)), sizes)))
        return Candidates(
            entries,
            meaning.astype(np.float32),
            words.astype(np.float32),
            cosine.astype(np.float32),
            at[order[starts]],
            (passage_top, entry_top),
        )

    def _spread(self, entries: Numbers) -> tuple[Numbers, Numbers]:
        """The passages of these entries, and where in that list those of each begin."""
        import numpy as np

        sizes = self.first[entries + 1] - self.first[entries]
        starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        at: Any = np.arange(starts[-1]) + np.repeat(self.first[entries] - starts[:-1], sizes)
        return at.astype(np.int64), starts[:-1]
