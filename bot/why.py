"""Why an answer was given, in words for its asker: what each part of the score adds, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence

from bot.words import listed
from index.search import Answer, Part


def told(answer: Answer) -> str:
    """For an answer that has passages."""
    first = answer.passages[0]
    lines = [f"Why “{first.title}” comes first:"]
    lines += [f"• {line}" for line in _parts(first.parts)]
    if first.rank_by_words and first.rank_by_meaning:
        lines.append(
            f"By its words alone it would be number {first.rank_by_words}, by its meaning alone number "
            f"{first.rank_by_meaning}."
        )
    if answer.also_searched:
        lines.append(f"I also looked for {listed(answer.also_searched)}.")
    lines += ["", f"That this is the right entry is about {_of_ten(answer.probability)} likely."]
    return "\n".join(lines)


def _parts(parts: Sequence[Part]) -> list[str]:
    whole = sum(part.value for part in parts) or 1.0
    named = {
        "meaning": "its meaning is close to your question",
        "name": "your question holds its name",
    }
    told = []
    for part in sorted(parts, key=lambda one: -one.value):
        reason = f"the word “{part.word}…” is in it" if part.what == "word" else named[part.what]
        told.append(f"{reason}: {round(100 * part.value / whole)} %")
    return told


def _of_ten(probability: float) -> str:
    return f"{max(1, min(9, round(10 * probability)))} in 10"
