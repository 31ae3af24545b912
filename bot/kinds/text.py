"""Words typed freely. Keys: `limit` (characters, at most 3000), `lines` (height of the box, 1 to 10)."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.kinds import Answer, Invalid
from bot.messages import Field

if TYPE_CHECKING:
    from bot.programs import Question

LIMIT = 3000
LINES = 4

# Letters and marks that draw nothing on a screen, though Unicode does not call them spaces.
_BLANK = set("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0").union(map(chr, range(0xFE00, 0xFE10)))


def check(spec: Mapping[str, object]) -> list[str]:
    problems = [
        f'{key}: "{key}" is not a key of a text question; allowed: limit, lines'
        for key in spec
        if key not in ("limit", "lines")
    ]
    for key, highest in (("limit", LIMIT), ("lines", 10)):
        value = spec.get(key, 1)
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= highest:
            problems.append(f"{key}: must be a whole number from 1 to {highest}")
    return problems


def field(question: Question, initial: str | tuple[str, ...] = "") -> Field:
    return Field(
        name=question.id,
        label=question.ask,
        kind="text",
        required=question.required,
        hint=question.hint,
        initial=initial if isinstance(initial, str) else "\n".join(initial),
        limit=_whole(question, "limit", LIMIT),
        lines=_whole(question, "lines", LINES),
    )


def read(raw: str | Sequence[str] | None, question: Question) -> str | None:
    words = clean(raw if isinstance(raw, str) else "\n".join(raw or ()))
    if not words:
        if question.required:
            raise Invalid("This one needs an answer. One line is enough.")
        return None
    limit = _whole(question, "limit", LIMIT)
    length = len(words.encode("utf-16-le")) // 2
    if length > limit:
        raise Invalid(
            f"This is {length} characters long and {limit} fit. Your words are still here: "
            f"please take out about {length - limit}. An emoji can count as two or more."
        )
    return words


def show(value: Answer, question: Question) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value)


def point(value: Answer, question: Question) -> float | None:
    return None


def clean(raw: str) -> str:
    """The same words in a form that every database and screen can take; empty when nothing is visible."""
    paired = raw.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    lines = paired.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
    return kept if any(map(_visible, kept)) else ""


def _visible(character: str) -> bool:
    return character not in _BLANK and unicodedata.category(character) not in ("Cf", "Cc", "Zs", "Zl", "Zp")


def _whole(question: Question, key: str, default: int) -> int:
    value = question.spec.get(key, default)
    return value if isinstance(value, int) else default
