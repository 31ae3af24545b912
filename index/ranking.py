"""The order of the candidates, what each one's score is the sum of, and what is known about the first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from index.confidence import Features
from index.found import Part
from index.fusion import Candidates, Legs
from index.names import WHOLE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

NAMED = 0.15
"""What an entry gains when the question holds its name."""
_WHOLE = 1 + NAMED * WHOLE


@dataclass(frozen=True, slots=True)
class Ranked:
    """The candidates in order, by their rows."""

    weight: float
    name: NDArray[np.float32]
    score: NDArray[np.float32]
    order: tuple[int, ...]
    by_words: NDArray[np.int64]
    by_meaning: NDArray[np.int64]


def rank(
    found: Candidates, named: Mapping[int, float], weight: float, families: NDArray[np.int64], k: int, *, meant: bool
) -> Ranked:
    """`named`: entries that the question calls by name. `meant`: there was a vector to compare with."""
    import numpy as np

    weight = weight if meant else 0.0
    name = np.zeros(len(found.entries), dtype=np.float32)
    for entry, value in named.items():
        name[found.entries == entry] = value
    score = ((found.joined(weight) + NAMED * name) / _WHOLE).astype(np.float32)
    order = np.lexsort((found.entries, -score))
    return Ranked(
        weight,
        name,
        score,
        _one_of_each_family(order.tolist(), families[found.entries], name, k),
        _places(found.words),
        _places(found.meaning) if meant else np.zeros(len(score), dtype=np.int64),
    )


def _one_of_each_family(
    order: Sequence[int], families: NDArray[np.int64], name: NDArray[np.float32], k: int
) -> tuple[int, ...]:
    """The best entry of each family, unless another was named."""
    kept: list[int] = []
    seen: set[int] = set()
    for row in order:
        family = int(families[row])
        if family in seen and not name[row]:
            continue
        kept.append(row)
        seen.add(family)
        if len(kept) == max(k, 1):
            break
    return tuple(kept)


def _places(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The place of each, from 1; those of equal score share one."""
    import numpy as np

    order = np.sort(-scores)
    places: NDArray[np.int64] = order.searchsorted(-scores) + 1
    return places


def parts(legs: Legs, found: Candidates, ranked: Ranked, row: int, terms: Mapping[str, float]) -> tuple[Part, ...]:
    """What the score of a row is the sum of."""
    import numpy as np

    entry = int(found.entries[row])
    at = np.arange(legs.first[entry], legs.first[entry + 1])
    by_passage = {term: legs.passages.share(term, at) * times for term, times in terms.items()}
    best = int(sum(by_passage.values(), np.zeros(len(at))).argmax())
    here = np.array([entry])
    made = [Part("meaning", float(ranked.weight * found.meaning[row] / _WHOLE))]
    for term, times in terms.items():
        share = float(by_passage[term][best]) / found.tops[0]
        share += float(legs.entries.share(term, here)[0]) * times / found.tops[1]
        made.append(Part("word", (1 - ranked.weight) * share / 2 / _WHOLE, term))
    made.append(Part("name", NAMED * float(ranked.name[row]) / _WHOLE))
    return tuple(part for part in made if part.value)


def features(legs: Legs, found: Candidates, ranked: Ranked, terms: Sequence[str]) -> Features:
    """What is known about the first of them, whose order must not be empty."""
    first = ranked.order[0]
    return Features(
        cosine=float(found.cosine[first]),
        covered=legs.passages.covered(terms, int(found.passages[first])),
        named=float(ranked.name[first]),
        agreed=1 / float(max(ranked.by_words[first], ranked.by_meaning[first], 1)),
    )
