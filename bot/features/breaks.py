"""A break of a whole cohort: some weeks without prompts, and all that come after them later by as many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection

from bot import choose, schedule, words
from bot.cohort_form import UNKNOWN_COUNTRY, country_field, country_in
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Reply
from bot.programs import Program, Unit
from bot.schedule import CohortPlan
from bot.store import calendars, cohorts
from bot.store.cohorts import Cohort
from bot.upcoming import untouched
from bot.visit import Feature, Visit

_LONGEST = {"weekly": 8, "monthly": 3}
_PERIOD = {"weekly": "week", "monthly": "month"}
_SHOWN = 12
_FIRST = 10


async def open_(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    cohort, program, plan = _calendar(tx, visit, visit.value)
    coming = _coming(tx, visit, cohort, program)
    if not coming:
        return Outgoing("No prompt is still to come, so there is nothing to move.")
    period = _PERIOD[program.clock]
    return Form(
        visit.services.ids(),
        "Make a break",
        "breaks.look",
        (
            Field(
                "before",
                "The break comes before",
                "choice",
                True,
                choices=tuple(
                    (str(one.number), words.cut(f"{one.title}, {words.day(schedule.unit_day(program, plan, one))}", 75))
                    for one in coming[:_FIRST]
                ),
                initial=str(coming[0].number),
            ),
            Field(
                "periods",
                "How long is it?",
                "choice",
                True,
                choices=tuple((str(one), _length(one, period)) for one in range(1, _LONGEST[program.clock] + 1)),
                initial="1",
            ),
        ),
        cohort.cohort,
        intro="That prompt and all after it come later. You see the new days before anything changes.",
        submit="Show the new days",
    )


async def look(visit: Visit) -> Reply:
    return await visit.read(_look, visit)


def _look(tx: Connection, visit: Visit) -> Reply:
    cohort, program, plan = _calendar(tx, visit, visit.value)
    number, periods = words.whole_number(visit.field("before")), words.whole_number(visit.field("periods"))
    if periods is None or not 1 <= periods <= _LONGEST[program.clock]:
        return Errors({"periods": "Please choose how long the break is."})
    moved = _moved(tx, visit, cohort, program, number, periods)
    if not moved:
        return Errors({"before": "This prompt has gone out to somebody already. Please choose a later one."})
    if sorted(moved.values()) != list(moved.values()):
        return Errors({"periods": "Two prompts would change places. Please choose another length."})
    titles = {one.number: one for one in program.units}
    lines = [
        f"\u2022 {titles[at].title}: {words.day(schedule.unit_day(program, plan, titles[at]))} \u2192 {words.day(day)}"
        for at, day in moved.items()
    ]
    if len(lines) > _SHOWN:
        lines[_SHOWN:] = [f"\u2022 and {len(lines) - _SHOWN} more, each later by the same time"]
    return Outgoing(
        "\n".join(lines),
        title=f"A break of {_length(periods, _PERIOD[program.clock])}",
        note="Nothing is changed yet. Nobody is told by this; you can write to the cohort afterwards.",
        options=(
            Option("Make this break", "breaks.make", _meaning(cohort, number, periods, moved), "primary"),
            Option("Leave everything as it is", "facilitation.home", cohort.cohort),
        ),
    )


async def make(visit: Visit) -> Reply:
    return await visit.write(_make, visit, 1)


async def undo(visit: Visit) -> Reply:
    return await visit.write(_make, visit, -1)


def _make(tx: Connection, visit: Visit, way: int) -> Reply:
    which, number, periods, day = (*visit.value.split(":"), "", "", "")[:4]
    cohort, program, plan = _calendar(tx, visit, which)
    count = words.whole_number(periods)
    if count is None or not 1 <= count <= _LONGEST[program.clock]:
        raise NotAllowed(_OLD)
    first = words.whole_number(number)
    moved = _moved(tx, visit, cohort, program, first, way * count)
    # Without the day a second press would move everything once more.
    if first is None or first not in moved or moved[first].isoformat() != day:
        raise NotAllowed(_OLD)
    before = {unit.number: schedule.unit_day(program, plan, unit) for unit in program.units}
    today = visit.now.astimezone(ZoneInfo(cohort.zone)).date()
    if min(moved.values()) <= today:
        return Outgoing("The break has begun already, so its prompts stay where they are now. You can move each one.")
    as_planned = CohortPlan(plan.start, plan.zone)
    for unit in program.units:
        if unit.number in moved:
            then = moved[unit.number]
            own = None if then == schedule.unit_day(program, as_planned, unit) else then
            calendars.set_change(tx, cohort, unit.number, replace(plan.change(unit.number), moved_to=own))
    comes = words.day(min(moved.values()))
    back = Option("Back to the cohort", "facilitation.home", cohort.cohort)
    if way < 0:
        return Outgoing(f"The break is taken back. The first prompt comes on {comes}.", options=(back,))
    return Outgoing(
        f"The break is made. After it, the first prompt comes on {comes}.",
        options=(
            Option("Write to the cohort", "broadcasts.write", cohort.cohort, "primary"),
            Option("Take the break back", "breaks.undo", _meaning(cohort, first, count, before)),
            back,
        ),
    )


def _meaning(cohort: Cohort, number: int | None, periods: int, days: Mapping[int, date]) -> str:
    """Of a button: a break before this prompt, which then comes on this day."""
    return f"{cohort.cohort}:{number}:{periods}:{days[number] if number is not None else ''}"


_OLD = "This button is out of date, so nothing was changed. /facilitate shows the calendar."


def _calendar(tx: Connection, visit: Visit, which: str) -> tuple[Cohort, Program, CohortPlan]:
    cohort = choose.led_cohort(tx, visit, which)
    program = visit.services.program(tx, cohort)
    if not schedule.clocked(program):
        raise NotAllowed("In this program everybody takes the next unit when they like, so there is nothing to move.")
    return cohort, program, cohorts.plan(tx, cohort)


def _coming(tx: Connection, visit: Visit, cohort: Cohort, program: Program) -> list[Unit]:
    """What nobody has got yet, in order of days."""
    plan = cohorts.plan(tx, cohort)
    found = [unit for unit in program.units if untouched(tx, cohort, program, unit, visit.now)]
    return sorted(found, key=lambda unit: schedule.unit_day(program, plan, unit))


def _moved(
    tx: Connection, visit: Visit, cohort: Cohort, program: Program, number: int | None, periods: int
) -> Mapping[int, date]:
    """The new day of each prompt from this one on; nothing when it is not one of those to come."""
    coming, plan = _coming(tx, visit, cohort, program), cohorts.plan(tx, cohort)
    days = {unit.number: schedule.unit_day(program, plan, unit) for unit in coming}
    if number not in days:
        return {}
    return {at: _later(program, day, periods) for at, day in days.items() if day >= days[number]}


def _later(program: Program, day: date, periods: int) -> date:
    """By weeks; or by months, on the same weekday of the month, such as its first Monday, or else its last."""
    if program.clock != "monthly":
        return day + timedelta(weeks=periods)
    month = day.replace(day=1) + relativedelta(months=periods)
    there = month + timedelta(days=(day.weekday() - month.weekday()) % 7, weeks=(day.day - 1) // 7)
    return there if there.month == month.month else there - timedelta(weeks=1)


def _length(periods: int, period: str) -> str:
    return f"{periods} {period}" if periods == 1 else f"{periods} {period}s"


# --- public holidays -------------------------------------------------------------------------------


async def holidays(visit: Visit) -> Reply:
    return await visit.read(_holidays, visit)


def _holidays(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    return Form(
        visit.services.ids(),
        "Public holidays",
        "breaks.save-holidays",
        (country_field(cohort.country),),
        cohort.cohort,
        intro="A prompt whose day is a public holiday comes on another working day of the same week or month.",
    )


async def save_holidays(visit: Visit) -> Reply:
    return await visit.write(_save_holidays, visit)


def _save_holidays(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    country = country_in(visit)
    if country is None:
        return Errors({"country": UNKNOWN_COUNTRY})
    calendars.set_country(tx, cohort, country)
    said = f"Prompts leave out the holidays of {country}." if country else "Prompts also come on public holidays."
    return Outgoing(said, options=(Option("Back to the cohort", "facilitation.home", cohort.cohort),))


feature = Feature(
    "breaks",
    presses={"open": open_, "make": make, "undo": undo, "holidays": holidays},
    submissions={"look": look, "save-holidays": save_holidays},
)
