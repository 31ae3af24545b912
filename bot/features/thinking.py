"""Thinking with a prompt's questions and storing nothing: the same form, and not a word of it is kept."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import choose, outbox, reflection_form, schedule, upcoming, words
from bot.errors import NotAllowed
from bot.messages import Outgoing, Reply
from bot.programs import Unit
from bot.store import turns
from bot.store.cohorts import Cohort
from bot.vault import drafts
from bot.visit import Feature, Visit


async def open_form(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    cohort, unit = _unit(tx, visit)
    program = visit.services.program(tx, cohort)
    form = reflection_form.show(
        visit.services.ids(),
        "thinking.done",
        f"{cohort.cohort}:{unit.number}",
        words.unit_name(program, unit),
        unit,
        counted=False,
    )
    kept = "Nothing of what you write here is stored or counted."
    return replace(
        form,
        fields=tuple(replace(field, required=False) for field in form.fields),
        intro=f"{kept}\n\n{unit.prompt}\n\n{reflection_form.minutes(unit)}",
        submit="Done",
    )


async def done(visit: Visit) -> Reply:
    return await visit.write(_done, visit)


def _done(tx: Connection, visit: Visit) -> Reply:
    """The values of the form are not looked at."""
    cohort, unit = _unit(tx, visit)
    mine = (visit.who.tenant, cohort.cohort, visit.who.person)
    turns.mark(tx, *mine, unit.number, turns.SKIPPED)
    drafts.drop_of_unit(tx, visit.vault, visit.who, cohort.cohort, unit.number)
    outbox.cancel(tx, *mine, schedule.REMINDER, unit.number)
    return Outgoing("I stored nothing of it. No reminder comes for this prompt, and it counts like a skip.")


def _unit(tx: Connection, visit: Visit) -> tuple[Cohort, Unit]:
    which, _, number = visit.value.partition(":")
    found = choose.my_cohort(tx, visit, "thinking.open", which) if which else None
    at = words.whole_number(number)
    if found is None or isinstance(found, Outgoing) or at is None:
        raise NotAllowed("This button is out of date. Nothing was changed; /reflect opens the current form.")
    try:
        unit = upcoming.as_asked(tx, found[0], visit.services.program(tx, found[0]), at, visit.who.person)
        if not unit.questions:
            raise KeyError(at)
        return found[0], unit
    except KeyError:
        raise NotAllowed("This prompt is not in your program any more. Nothing was changed.") from None


feature = Feature("thinking", presses={"open": open_form}, submissions={"done": done})
