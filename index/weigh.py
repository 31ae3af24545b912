"""How much meaning should count beside words in a collection, found out from the collection itself.

Titles, headings and first sentences are asked as if they were questions. What is asked is first taken out
of its own entry, so that neither way of finding can simply recognise it. The weight that finds most of
these entries again is chosen, drawn towards the usual one where the difference is small: these questions
share the style of their texts, which real ones do not.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from index import sentences
from index.documents import Entry
from index.encoder import Encoder
from index.fusion import USUAL, Legs
from index.lexical import Document
from index.passages import BETWEEN, Passage

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST = 120
"""Questions that are asked; more cost time and change little."""
_ENOUGH = 12
_SHARE = 8
"""One question for so many passages, so that a build does not spend its time on this; but never under `_FEW`."""
_FEW = 48
_PULL = 0.35
"""What it costs to leave the usual weight, in nDCG for each squared step."""
_STEPS = tuple(step / 20 for step in range(2, 19))
_CHANGED = 0.2
"""The share of passages by which a collection may grow or shrink before it is weighed again."""
_WORDS = 4
"""A shorter title or sentence could be asked of many entries."""


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    entry: int
    document: Document
    """The passage that should be found, without what is asked."""
    embedded: str


def kept(old: dict[str, Any] | None, model: str, passages: int) -> dict[str, Any] | None:
    """The weight of the build before, if the collection is much the same."""
    if old is None or old["model"] != model:
        return None
    weighed: dict[str, Any] = old["weighed"]
    near = abs(weighed["passages"] - passages) <= _CHANGED * max(passages, 1)
    return weighed if near else None


def fitted(legs: Legs, entries: Sequence[Entry], passages: Sequence[Passage], encoder: Encoder) -> dict[str, Any]:
    """The weight, with what it was found from."""
    import numpy as np

    questions = _questions(entries, passages)
    usual = {"meaning": USUAL, "questions": len(questions), "passages": len(passages)}
    if len(questions) < _ENOUGH or encoder.dimension == 1:
        return usual
    asked = encoder.encode([question.text for question in questions], questions=True)
    hidden = encoder.encode([question.embedded for question in questions])
    found = np.zeros(len(_STEPS))
    for question, vector, row in zip(questions, asked, hidden, strict=True):
        found += _gains(legs, question, vector, float(row @ vector))
    found /= len(questions)
    usual_at = np.array([_PULL * (step - USUAL) ** 2 for step in _STEPS])
    chosen = int((found - usual_at).argmax())
    return usual | {
        "meaning": _STEPS[chosen],
        "ndcg": round(float(found[chosen]), 4),
        "ndcg_by_weight": {f"{step:g}": round(float(value), 4) for step, value in zip(_STEPS, found, strict=True)},
    }


def _questions(entries: Sequence[Entry], passages: Sequence[Passage]) -> list[_Question]:
    """Spread over the collection, the same ones each time."""
    number = {entry.id: at for at, entry in enumerate(entries)}
    order = sorted(passages, key=lambda passage: hashlib.sha256(passage.id.encode()).digest())
    most = min(MOST, max(_FEW, len(passages) // _SHARE))
    found: list[_Question] = []
    used: set[str] = set()
    for passage in order:
        if len(found) == most:
            break
        if passage.entry in used and len(used) < len(entries):
            continue
        question = _asked(passage, number[passage.entry], len(found))
        if question is not None:
            used.add(passage.entry)
            found.append(question)
    return found


def _asked(passage: Passage, entry: int, turn: int) -> _Question | None:
    """By turns the title, the last heading and the first sentence, as far as they say enough."""
    spans = sentences.spans(passage.text)
    first = passage.text[slice(*spans[0])] if len(spans) > 1 else ""
    heading = passage.heading.split(BETWEEN)[-1]
    choices = [passage.title, heading, first]
    for text in choices[turn % 3 :] + choices[: turn % 3]:
        if len(text.split()) < _WORDS:
            continue
        title = "" if text == passage.title else passage.title
        under = "" if text == heading else passage.heading
        rest = passage.text.replace(first, "", 1) if text == first else passage.text
        if len(rest.split()) < _WORDS:
            continue
        prefix = BETWEEN.join(part for part in (title, under) if part)
        return _Question(text, entry, [(title, 2.0), (under, 1.5), (rest, 1.0)], f"{prefix}\n{rest}")
    return None


def _gains(legs: Legs, question: _Question, vector: NDArray[np.float32], cosine: float) -> NDArray[np.float64]:
    """What each weight would earn: 1 for the first place, less for a later one."""
    import numpy as np

    terms = legs.passages.counted(question.text)
    found = legs.candidates(vector, terms, USUAL)
    others = found.entries != question.entry
    words = legs.passages.score_of(terms, question.document) / found.tops[0]
    top = float(found.cosine[others].max(initial=1e-6))
    meaning, by_words = found.cosine[others] / top, found.words[others]
    gains = []
    for step in _STEPS:
        own = step * max(cosine, 0.0) / top + (1 - step) * words
        before = int((step * meaning + (1 - step) * by_words > own).sum())
        gains.append(1 / math.log2(before + 2) if before < 10 else 0.0)
    return np.array(gains)
