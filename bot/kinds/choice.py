"""Picks from a list. Keys: `choices`, `pick` (one or several), `up_to` (how many, which implies several)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from bot.kinds import Answer, Invalid
from bot.messages import Field

if TYPE_CHECKING:
    from bot.programs import Question

MOST = 25
LABEL = 75
"""Both are what the strictest platform's menu takes."""

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def check(spec: Mapping[str, object]) -> list[str]:
    allowed = ("choices", "pick", "up_to")
    problems = [
        f'{key}: "{key}" is not a key of a choice question; allowed: {", ".join(allowed)}'
        for key in spec
        if key not in allowed
    ]
    pick = spec.get("pick", "several" if "up_to" in spec else "one")
    if pick not in ("one", "several"):
        problems.append(f'pick: "{pick}" is not allowed; allowed: one, several')
    up_to = spec.get("up_to", 2)
    if not isinstance(up_to, int) or isinstance(up_to, bool) or not 2 <= up_to <= MOST:
        problems.append(f"up_to: must be a whole number from 2 to {MOST}")
    elif "up_to" in spec and pick == "one":
        problems.append("up_to: has no meaning with pick: one; leave one of them out")
    choices = spec.get("choices")
    if not isinstance(choices, list | tuple) or not 2 <= len(choices) <= MOST:
        return [*problems, f"choices: must be a list of 2 to {MOST} texts"]
    seen: dict[str, int] = {}
    for place, choice in enumerate(choices):
        here = f"choices[{place}]"
        fault = _fault(choice)
        if fault:
            problems.append(f"{here}: {fault}")
            continue
        value, _ = _pair(choice)
        if value in seen:
            problems.append(f'{here}: "{value}" is already choices[{seen[value]}]')
        seen.setdefault(value, place)
    return problems


def field(question: Question, initial: str | tuple[str, ...] = "") -> Field:
    several = _several(question)
    choices = _choices(question)
    first = (initial,) if isinstance(initial, str) else initial
    known = tuple(each for each in first if each in dict(choices))
    hint = question.hint or (f"Up to {_up_to(question)}." if "up_to" in question.spec else "")
    return Field(
        name=question.id,
        label=question.ask,
        kind="choices" if several else "choice",
        required=question.required,
        hint=hint,
        choices=choices,
        initial=known if several else next(iter(known), ""),
    )


def read(raw: str | Sequence[str] | None, question: Question) -> str | list[str] | None:
    given = [raw] if isinstance(raw, str) else list(raw or ())
    given = [each.strip() for each in given if each.strip()]
    if not given:
        if question.required:
            raise Invalid("This one needs an answer. Choose what comes nearest.")
        return None
    known = dict(_choices(question))
    if any(each not in known for each in given):
        raise Invalid("Please choose from the list.")
    picked = [value for value in known if value in given]
    if not _several(question):
        if len(picked) > 1:
            raise Invalid("Please choose one.")
        return picked[0]
    if len(picked) > _up_to(question):
        raise Invalid(f"Please choose up to {_up_to(question)}. You chose {len(picked)}.")
    return picked


def show(value: Answer, question: Question) -> str:
    labels = dict(_choices(question))
    values = value if isinstance(value, list) else [str(value)]
    return ", ".join(labels.get(each, each) for each in values)


def point(value: Answer, question: Question) -> float | None:
    return None


def _fault(choice: object) -> str:
    """What is wrong with one entry of the list; empty when it can be used."""
    if isinstance(choice, Mapping):
        if set(choice) != {"id", "label"} or not all(isinstance(part, str) for part in choice.values()):
            return "must be a text, or an id and a label that are both text"
    elif not isinstance(choice, str):
        return "must be text; put quotes around a number"
    value, label = _pair(choice)
    if not label.strip() or len(label) > LABEL:
        return f"has {len(label)} characters; from 1 to {LABEL} fit a menu"
    if not _ID.fullmatch(value):
        return 'needs an id of its own in lowercase letters, digits and "-", e.g. {id: rule, label: A rule}'
    return ""


def _pair(choice: object) -> tuple[str, str]:
    if isinstance(choice, Mapping):
        return str(choice.get("id", "")), str(choice.get("label", ""))
    return re.sub(r"[^a-z0-9]+", "-", str(choice).lower()).strip("-")[:40].strip("-"), str(choice)


def _choices(question: Question) -> tuple[tuple[str, str], ...]:
    choices = question.spec.get("choices", ())
    return tuple(map(_pair, choices)) if isinstance(choices, list | tuple) else ()


def _several(question: Question) -> bool:
    return "up_to" in question.spec or question.spec.get("pick") == "several"


def _up_to(question: Question) -> int:
    up_to = question.spec.get("up_to", MOST)
    return up_to if isinstance(up_to, int) else MOST
