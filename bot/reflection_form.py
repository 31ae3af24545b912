"""The form of a unit: how it is shown, and how what comes back is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot import kinds, moments, tally
from bot.messages import Errors, Field, Form
from bot.programs import Program, Question, Unit
from bot.vault.private import Entry, Value, Words
from bot.visit import Visit
from bot.words import length

STEP = "step"
_STEP_LIMIT = 500
PAGE = 5
"""Fields that a form may have on every platform."""

Earlier = Callable[[str], str]
"""What stands in an artifact, by its id, with whose words they are; empty when there are none yet."""


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
    counted: bool = True,
) -> Form:
    """`words`: what to start from, when the member comes back to an entry. `counted`: the program's weeks close."""
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
        intro=f"{prompt}\n\n{minutes(unit)} {_needed(unit)}\n\n{reader(unit)}"
        f"{_told(unit.questions, counted and not moments.is_one(unit.number))}",
    )


def show_more(
    form: str, action: str, value: str, title: str, unit: Unit, start: int, words: Words, *, counted: bool = True
) -> Form:
    """The ratings of a unit after its questions, a page at a time. All of them may stay empty."""
    page = more(unit, start)
    return Form(
        form,
        title,
        action,
        tuple(_field(question, words, lambda artifact: "") for question in page),
        value,
        intro=f"You may leave any of these empty.\n\n{reader(unit)}{_told(page, counted)}",
    )


def more(unit: Unit, start: int) -> tuple[Question, ...]:
    """One page of what comes after the unit's questions; empty past the end."""
    return unit.more[start : start + PAGE]


def asked(unit: Unit) -> tuple[Question, ...]:
    """Everything that a unit asks, on all of its pages."""
    return (*unit.questions, *unit.more)


def read(visit: Visit, unit: Unit) -> Words | Errors:
    """What the member wrote on a unit's first page, or what to tell them beside each field."""
    answers, wrong = read_page(visit, unit.questions)
    step = visit.field(STEP)
    if length(step) > _STEP_LIMIT:
        wrong[STEP] = (
            f"This is {length(step)} characters long and {_STEP_LIMIT} fit. "
            "Nothing is lost: please shorten it and save again."
        )
    return Errors(wrong) if wrong else Words(answers, step)


def read_page(visit: Visit, questions: Sequence[Question]) -> tuple[dict[str, Value], dict[str, str]]:
    """(answers, what is wrong), both by question id."""
    answers: dict[str, Value] = {}
    wrong: dict[str, str] = {}
    for question in questions:
        try:
            answers[question.id] = kinds.find(question.kind).read(visit.values.get(question.id), question)
        except kinds.Invalid as problem:
            wrong[question.id] = str(problem)
    return answers, wrong


def pairs(unit: Unit, words: Words) -> list[tuple[str, str]]:
    """(question, answer) as the writer reads them, without what was left empty."""
    found = said(asked(unit), words.answers)
    if words.step:
        found.append((unit.step.ask if unit.step else "Next step", words.step))
    return found


def blank(question: Question) -> Field:
    return _field(question, None, lambda artifact: "")


def said(questions: Sequence[Question], answers: Mapping[str, Value]) -> list[tuple[str, str]]:
    """(question, answer) in their order, without what was left empty."""
    found = [(question, answers.get(question.id)) for question in questions]
    return [(question.ask, _shown(question, value)) for question, value in found if value not in (None, "", [])]


def for_a_team(program: Program, unit: Unit, words: Words) -> bool:
    """Whether an answer belongs into something that a team writes together."""
    written = {one.id for one in program.artifacts if one.team}
    return any(one.keeps.split(".")[0] in written and words.answers.get(one.id) for one in unit.questions)


def reader(unit: Unit) -> str:
    return f"Who can read it? {unit.reader}"


def _told(questions: Sequence[Question], counted: bool) -> str:
    return f" {tally.TOLD}" if counted and any(one.kind in tally.COUNTED for one in questions) else ""


def _needed(unit: Unit) -> str:
    some = any(question.required for question in unit.questions)
    return "Only the first question needs an answer." if some else "You may leave any of these empty."


def minutes(unit: Unit) -> str:
    return f"About {unit.minutes} minutes."


def revision(entry: Entry) -> str:
    """A form's value that says which entry it changes, and which state of it the form showed."""
    home = "" if moments.is_one(entry.number) else entry.cohort  # whose writer may be of no cohort
    return f"{home}:{entry.number}:{entry.entry}:{entry.revision}"


def _field(question: Question, words: Words | None, earlier: Earlier) -> Field:
    value = words.answers.get(question.id) if words else None
    initial = tuple(value) if isinstance(value, list) else "" if value is None else str(value)
    field = kinds.find(question.kind).field(question, initial)
    if question.shows and (before := earlier(question.shows)):
        field = replace(field, hint=f"{field.hint} {before}".strip())
    return field


def _shown(question: Question, value: Value) -> str:
    return "" if value is None else kinds.find(question.kind).show(value, question)
