"""The form of a unit: how it is shown, and how what comes back is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot import kinds
from bot.messages import Errors, Field, Form
from bot.programs import Program, Question, Unit
from bot.vault.private import Value, Words
from bot.visit import Visit

STEP = "step"
_STEP_LIMIT = 500

Earlier = Callable[[str], str]
"""The writer's own words in an artifact, by its id; empty when there are none yet."""


def show(
    form: str,
    action: str,
    value: str,
    title: str,
    unit: Unit,
    *,
    alternative: bool = False,
    words: Words | None = None,
    earlier: Earlier = lambda artifact: "",
) -> Form:
    """`words`: what to start from, when the member comes back to an entry."""
    fields = [_field(question, words, earlier) for question in unit.questions]
    if unit.step is not None:
        fields.append(
            Field(
                STEP,
                unit.step.ask,
                hint=f"For example: {unit.step.example}" if unit.step.example else "",
                initial=words.step if words else "",
                limit=_STEP_LIMIT,
                lines=2,
            )
        )
    prompt = unit.alternative if alternative else unit.prompt
    return Form(
        form,
        title,
        action,
        tuple(fields),
        value,
        intro=f"{prompt}\n\n{minutes(unit)} Only the first question needs an answer.\n\n{reader(unit)}",
    )


def read(visit: Visit, unit: Unit) -> Words | Errors:
    """What the member wrote, or what to tell them beside each field."""
    answers: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    for question in unit.questions:
        try:
            answers[question.id] = kinds.find(question.kind).read(visit.values.get(question.id), question)
        except kinds.Invalid as problem:
            wrong[question.id] = str(problem)
    step = visit.field(STEP).strip()
    if length(step) > _STEP_LIMIT:
        wrong[STEP] = (
            f"This is {length(step)} characters long and {_STEP_LIMIT} fit. "
            "Nothing is lost: please shorten it and save again."
        )
    return Errors(wrong) if wrong else Words(answers, step)


def pairs(unit: Unit, words: Words) -> list[tuple[str, str]]:
    """(question, answer) as the writer reads them, without what was left empty."""
    found = []
    for question in unit.questions:
        value = words.answers.get(question.id)
        if value not in (None, "", []):
            found.append((question.ask, _shown(question, value)))
    if words.step:
        found.append((unit.step.ask if unit.step else "Next step", words.step))
    return found


def artifact(program: Program, entries: Mapping[int, Words], which: str) -> str:
    """The latest words of each section of an artifact, joined."""
    found: dict[str, str] = {}
    for unit in program.units:
        words = entries.get(unit.number)
        for question in unit.questions if words else ():
            value = words.answers.get(question.id) if words else None
            if question.keeps.split(".")[0] == which and value not in (None, "", []):
                found[question.keeps] = _shown(question, value)
    return "\n".join(found.values())


def reader(unit: Unit) -> str:
    return f"Who can read it? {unit.reader}"


def minutes(unit: Unit) -> str:
    return f"About {unit.minutes} minutes."


def length(text: str) -> int:
    """Characters as the strictest platform counts them: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _field(question: Question, words: Words | None, earlier: Earlier) -> Field:
    value = words.answers.get(question.id) if words else None
    initial = tuple(value) if isinstance(value, list) else "" if value is None else str(value)
    field = kinds.find(question.kind).field(question, initial)
    if question.shows and (before := earlier(question.shows)):
        hint = f"You wrote earlier: {before}"
        field = replace(field, hint=f"{field.hint} {hint}".strip())
    return field


def _shown(question: Question, value: Value) -> str:
    return "" if value is None else kinds.find(question.kind).show(value, question)
