"""Short texts that are about the same thing, side by side: by meaning where there is a model, else by their words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from index.encoder import Encoder
from index.errors import ModelProblem
from index.words import COMMON, split

ALIKE = 0.5
"""The cosine from which two questions count as one. Of 35 questions on ten matters, 19 of the 25 pairs on one matter
lie above it, and none of the others."""
ALIKE_IN_WORDS = 0.4
"""The share of their words that two have in common."""


def together(texts: Sequence[str], encoder: Encoder) -> list[list[int]]:
    """The places of the texts, the largest group first. Members of a group are like its first."""
    try:
        vectors = encoder.encode(texts, questions=True)
    except ModelProblem:
        return _grouped(len(texts), _in_words(texts))
    return _grouped(len(texts), lambda one, other: float(vectors[one] @ vectors[other]) >= ALIKE)


def _in_words(texts: Sequence[str]) -> Callable[[int, int], bool]:
    words = [{word for word in split(text.casefold()) if word not in COMMON} for text in texts]

    def alike(one: int, other: int) -> bool:
        return len(words[one] & words[other]) >= ALIKE_IN_WORDS * max(1, len(words[one] | words[other]))

    return alike


def _grouped(count: int, alike: Callable[[int, int], bool]) -> list[list[int]]:
    """Each joins the group whose first member it is like, so that no chain of likenesses joins what is far apart."""
    groups: list[list[int]] = []
    for at in range(count):
        home = next((group for group in groups if alike(group[0], at)), None)
        if home is None:
            groups.append([at])
        else:
            home.append(at)
    return sorted(groups, key=lambda group: -len(group))
