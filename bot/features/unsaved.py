"""What a member sent in and could not be saved: to read, to go on with, or to let go."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import kinds, reflection_form, upcoming, words
from bot.messages import Option, Outgoing, Quote, Reply
from bot.programs import Question, Unit
from bot.store import cohorts
from bot.vault import drafts
from bot.vault.drafts import Draft
from bot.visit import Feature, Visit

_LET_GO = "Remove it now"


async def look(visit: Visit) -> Reply:
    return await visit.read(_look, visit)


def _look(tx: Connection, visit: Visit) -> Reply:
    """The newest one, and a way to those before it."""
    found = drafts.everything(tx, visit.vault, visit.who, visit.services.store.machine_now(tx))
    at = next((place for place, one in enumerate(found) if one.draft == visit.value), 0)
    if not found:
        return Outgoing(
            "Nothing is waiting. What could not be saved is kept for a day, and then it goes.",
            options=(Option("My journal", "journal.list"),),
            replaces=True,
        )
    one = found[at]
    title, pairs = _shown(tx, visit, one)
    options = [*_way_back(tx, visit, one), Option(_LET_GO, "unsaved.let-go", one.draft, "danger")]
    if at + 1 < len(found):
        options.append(Option("Show the one before", "unsaved.look", found[at + 1].draft))
    return Outgoing(
        "You sent this in, and it could not be saved as it was.",
        title=title,
        quotes=tuple(Quote(said, title=ask) for ask, said in pairs),
        note=f"Kept sealed until {words.moment(one.until, visit.who.zone)}, and then it goes. Only you see this.",
        options=(*options, Option("My journal", "journal.list")),
        replaces=True,
    )


def _way_back(tx: Connection, visit: Visit, one: Draft) -> list[Option]:
    """Into the form that it was written in, where that still opens."""
    if one.place.entry:
        return [Option("Open the form again", "journal.edit", one.place.entry, "primary")]
    member = cohorts.member(tx, visit.who.tenant, one.place.cohort, visit.who.person)
    if member is None or member.state != cohorts.STARTED:
        return []
    value = f"{one.place.cohort}:{one.place.number}"
    return [Option("Open the form again", "reflections.open", value, "primary")]


def _shown(tx: Connection, visit: Visit, one: Draft) -> tuple[str, list[tuple[str, str]]]:
    """(title, what was asked and answered) as far as the questions are still there."""
    unit, title = _unit(tx, visit, one)
    asked = {question.id: question for question in reflection_form.asked(unit)} if unit else {}
    pairs = []
    for name, value in one.values.items():
        said = "\n".join([value] if isinstance(value, str) else value)
        if said:
            question = asked.get(name)
            pairs.append((question.ask if question else "", _in_words(question, said) if question else said))
    return title, pairs


def _unit(tx: Connection, visit: Visit, one: Draft) -> tuple[Unit | None, str]:
    cohort = cohorts.find(tx, visit.who.tenant, one.place.cohort) if one.place.cohort else None
    if cohort is None:
        return None, "Note"
    program = visit.services.program(tx, cohort)
    try:
        unit = upcoming.as_asked(tx, cohort, program, one.place.number, visit.who.person)
    except KeyError:  # moved to a version of the program without it
        return None, cohort.name
    return unit, words.unit_name(program, unit)


def _in_words(question: Question, said: str) -> str:
    """A choice by its label; what somebody typed as they typed it."""
    try:
        value = kinds.find(question.kind).read(said.split("\n") if question.kind == "choice" else said, question)
    except kinds.Invalid:
        return said
    return said if value is None else kinds.find(question.kind).show(value, question)


async def let_go(visit: Visit) -> Reply:
    return await visit.write(_let_go, visit)


def _let_go(tx: Connection, visit: Visit) -> Reply:
    drafts.remove(tx, visit.vault, visit.who, visit.value)
    return Outgoing(
        "Removed. Nothing of it is kept.",
        options=(Option("My journal", "journal.list"),),
        replaces=True,
    )


feature = Feature("unsaved", presses={"look": look, "let-go": let_go})
