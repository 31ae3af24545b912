"""The messages around an event as units, so that what is answered there is kept, shown and shared like any reflection.

Units have numbers up to 999. Every event of a cohort has three numbers above them, and keeps them when it moves.
"""

from __future__ import annotations

from sqlalchemy import Connection

from bot.event_times import EXIT_NOTE, FOLLOW_UP, MOMENTS, PRE_WORK
from bot.programs import Event, Moment, Program, Unit
from bot.store import occasions
from bot.store.cohorts import Cohort
from bot.store.occasions import Occasion

FIRST = 1000
_TITLED = {PRE_WORK: "before", EXIT_NOTE: "exit note", FOLLOW_UP: "afterwards"}
_READER = "Only you, unless you choose to share it."
UNSIGNED = (
    "The facilitators, without your name, and only once five people have written. They see it on a later day, in "
    "another order. Until then you can take it back. People may know you by your style or by what you tell."
)


def is_one(number: int) -> bool:
    return number >= FIRST


def number(which: Occasion, kind: str) -> int:
    return FIRST + len(MOMENTS) * which.number + MOMENTS.index(kind)


def event(program: Program, which: Occasion) -> Event | None:
    """None where the program has no such event any more."""
    return next((one for one in program.events if one.id == which.kind), None)


def moment(of: Event, kind: str) -> Moment | None:
    return {PRE_WORK: of.pre_work, EXIT_NOTE: of.exit_note, FOLLOW_UP: of.follow_up}[kind]


def unit(tx: Connection, cohort: Cohort, program: Program, number: int) -> Unit:
    """Raises KeyError for a number that belongs to no event of this cohort."""
    order, place = divmod(number - FIRST, len(MOMENTS))
    which = occasions.numbered(tx, cohort, order)
    of = event(program, which) if which else None
    said = moment(of, MOMENTS[place]) if of else None
    if which is None or said is None:
        raise KeyError(number)
    return as_unit(which, MOMENTS[place], said)


def of_entry(tx: Connection, cohort: Cohort, program: Program, number: int) -> Unit:
    """What was asked; without a question where the event is not known here, as after words were brought back."""
    try:
        return unit(tx, cohort, program, number)
    except KeyError:
        gone = "An event that is not there any more"
        return Unit(number, "", gone, "", "", "", "", 0, _READER, (), None, (), 0, follow_up=True)


def as_unit(which: Occasion, kind: str, said: Moment) -> Unit:
    return Unit(
        number=number(which, kind),
        id=f"{which.kind}-{kind}",
        title=f"{which.title} · {_TITLED[kind]}",
        phase="",
        aim="",
        prompt=said.prompt,
        alternative="",
        minutes=said.minutes,
        reader=UNSIGNED if said.anonymous else _READER,
        questions=said.questions,
        step=said.step,
        read=(),
        after=0,
        follow_up=True,  # it is called by its title, and counts in no calendar
    )
