"""How sure a search may be that its first hit answers the question."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, TypeAlias

FITTED = Path(__file__).with_name("confidence.json")

Band: TypeAlias = Literal["answer", "closest", "none"]
"""answer: show it as the answer. closest: say that it may not be. none: say so, and name a person to ask."""


@dataclass(frozen=True, slots=True)
class Features:
    """What is known about the first hit before anyone has read it."""

    cosine: float
    covered: float
    """The share of the question's words, by weight, that stand in it."""
    named: float
    """How plainly the question calls it by its name."""
    agreed: float
    """1 if words and meaning both put its entry first, less the further down either has it."""


@dataclass(frozen=True, slots=True)
class Scale:
    """A logistic curve over the features, with the two places where the bands part."""

    weights: Mapping[str, float]
    """One for each of the `Features`."""
    offset: float
    answer_from: float
    closest_from: float

    def probability(self, features: Features) -> float:
        """That the first hit is from the right entry."""
        sum_ = self.offset + sum(weight * getattr(features, name) for name, weight in self.weights.items())
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, sum_))))

    def band(self, features: Features) -> Band:
        probability = self.probability(features)
        if probability >= self.answer_from:
            return "answer"
        return "closest" if probability >= self.closest_from else "none"


@cache
def fitted() -> Scale:
    """The scale in confidence.json, which `python -m index.fit` writes with what it was fitted on."""
    found = json.loads(FITTED.read_text("utf-8"))
    return Scale(found["weights"], found["offset"], found["answer_from"], found["closest_from"])
