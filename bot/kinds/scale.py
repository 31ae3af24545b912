"""Steps in words, from least to most. Key: `labels`, two to ten of them; the growth scale by default."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.kinds import Answer, Invalid
from bot.messages import Field

if TYPE_CHECKING:
    from bot.programs import Question

GROWTH = (
    "not yet",
    "starting, with some help",
    "doing it sometimes",
    "doing it most of the time",
    "helping others learn it",
)

LABEL = 70
"""Characters a label may have: with its number it must fit the shortest menu line of the platforms."""


def check(spec: Mapping[str, object]) -> list[str]:
    problems = [f'{key}: "{key}" is not a key of a scale question; allowed: labels' for key in spec if key != "labels"]
    labels = spec.get("labels", GROWTH)
    if not isinstance(labels, list | tuple) or not 2 <= len(labels) <= 10:
        return [*problems, "labels: must be a list of 2 to 10 texts, from least to most"]
    for place, label in enumerate(labels):
        if not isinstance(label, str) or not label.strip():
            problems.append(f"labels[{place}]: must be text; put quotes around a number")
        elif len(label) > LABEL:
            problems.append(f"labels[{place}]: has {len(label)} characters; at most {LABEL} fit a menu")
    return problems


def field(question: Question, initial: str | tuple[str, ...] = "") -> Field:
    first = initial if isinstance(initial, str) else next(iter(initial), "")
    steps = tuple((str(step), _line(step, label)) for step, label in enumerate(_labels(question), 1))
    return Field(
        name=question.id,
        label=question.ask,
        kind="choice",
        required=question.required,
        hint=question.hint,
        choices=steps,
        initial=first if first in dict(steps) else "",
    )


def read(raw: str | Sequence[str] | None, question: Question) -> int | None:
    given = [raw] if isinstance(raw, str) else list(raw or ())
    given = [each.strip() for each in given if each.strip()]
    if not given:
        if question.required:
            raise Invalid("This one needs an answer. Choose the step that is nearest.")
        return None
    steps = {str(step): step for step in range(1, len(_labels(question)) + 1)}
    if len(given) > 1 or given[0] not in steps:
        raise Invalid(f"Please choose one step from 1 to {len(steps)}.")
    return steps[given[0]]


def show(value: Answer, question: Question) -> str:
    labels = _labels(question)
    if isinstance(value, int) and 1 <= value <= len(labels):
        return _line(value, labels[value - 1])
    return str(value)


def point(value: Answer, question: Question) -> float | None:
    return float(value) if isinstance(value, int) else None


def _line(step: int, label: str) -> str:
    return f"{step} · {label}"


def _labels(question: Question) -> tuple[str, ...]:
    labels = question.spec.get("labels", GROWTH)
    return tuple(map(str, labels)) if isinstance(labels, list | tuple) else GROWTH
