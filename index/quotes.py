"""The one or two sentences of a passage that best meet a question, exact to the letter."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from index import sentences

LONGEST = 320
"""Characters of a quote: what a phone shows without scrolling."""
_SHORT = 60
_BLOCK = re.compile(r"(?:[^\n]+(?:\n(?!\s*(?:[-*+>|]|\d+[.)]|#)\s|\s*\n)[^\n]+)*)")
_MARK = re.compile(r"\s*(?:[-*+>]|\d+[.)])\s+")


def best(text: str, weigh: Callable[[str], float]) -> str:
    """A slice of `text`. `weigh` says how much of the question a sentence meets; the first of equals wins."""
    spans = _spans(text)
    if not spans:
        return text[:LONGEST]
    weights = [weigh(text[start:end]) for start, end in spans]
    top = max(range(len(spans)), key=lambda at: (weights[at] + (0.15 if at == 0 else 0), -at))
    start, end = spans[top]
    # A short sentence seldom stands alone; what follows it explains it.
    follows = top + 1 < len(spans) and spans[top + 1][1] - start <= LONGEST
    if follows and (end - start < _SHORT or weights[top + 1] >= 0.5 * max(weights[top], 0.01)):
        end = spans[top + 1][1]
    if end - start > LONGEST:
        cut = text.rfind(" ", start, start + LONGEST)
        end = cut if cut > start else start + LONGEST
    return text[start:end]


@lru_cache(4096)
def _spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where its sentences are; remembered, since few passages are shown often."""
    found = []
    for block in _BLOCK.finditer(text):
        mark = _MARK.match(block[0])
        offset = block.start() + (mark.end() if mark else 0)
        for start, end in sentences.spans(text[offset : block.end()]):
            if any(letter.isalnum() for letter in text[offset + start : offset + end]):
                found.append((offset + start, offset + end))
    return tuple(found)
