"""The facilitator's home: counts, the cohort's calendar, and changes to prompts that are still to come.

Nothing here can open a member's words: there is no import path to them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import choose, overview, schedule, tally, words
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Reply
from bot.programs import Program, Unit
from bot.programs.seats import calendar
from bot.schedule import Change
from bot.store import calendars, cohorts, people
from bot.store.cohorts import Cohort
from bot.upcoming import untouched
from bot.visit import Feature, Services, Visit

_FARTHEST = timedelta(days=366)
_PLANNED, _MOVE, _SKIP, _SWAP = "planned", "move", "skip", "swap"


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    led = cohorts.led_by(tx, visit.who)
    may_create = people.has_role(tx, visit.who.tenant, people.WHOLE_TENANT, visit.who.person, people.FACILITATOR)
    if not led and not may_create:
        raise NotAllowed(
            "This is for facilitators. If you should be one, ask a facilitator of your cohort to add you. "
            "/cohort shows what is yours."
        )
    if visit.value:
        led = [cohort for cohort in led if cohort.cohort == visit.value] or led
    new: tuple[Option, ...] = ()
    if may_create:
        new = (
            Option("New cohort", "setup.new"),
            Option("Questions passed on", "curating.list"),
            Option("Entries", "entries.list"),
        )
    if not led:
        return Outgoing(
            "You have no cohort yet. Making one takes two short forms, and nobody hears of it before you say so.",
            title="Facilitate",
            options=new,
        )
    if len(led) > 1:
        return Outgoing(
            "Which cohort?",
            title="Facilitate",
            options=(*(Option(one.name, "facilitation.home", one.cohort) for one in led), *new),
        )
    return _overview(tx, visit, led[0], new)


def _overview(tx: Connection, visit: Visit, cohort: Cohort, new: tuple[Option, ...]) -> Outgoing:
    visit.note(cohort.cohort)
    if cohort.state == cohorts.DRAFT:
        return Outgoing(
            "This cohort is a draft. Nobody has heard of it yet.",
            title=cohort.name,
            options=(
                Option("Go on: channel and people", "setup.roster", cohort.cohort, "primary"),
                *new,
            ),
        )
    which = cohort.cohort
    shipped = visit.services.library.shipped().get(cohort.program)
    newer: tuple[Option, ...] = ()
    if shipped is not None and shipped.version != cohort.version:
        newer = (Option("See the newer version", "edition.show", which),)
    program = visit.services.program(tx, cohort)
    teams = (Option("Teams", "seating.home", which),) if program.teams else ()
    events = (Option("Events", "planning.home", which),) if program.events else ()
    return Outgoing(
        overview.text(tx, visit, cohort),
        title=cohort.name,
        note="Counts only. What members write is not shown here, to anybody.",
        options=(
            Option("Write to the cohort", "broadcasts.write", which, "primary"),
            Option("Change an upcoming prompt", "facilitation.upcoming", which),
            *newer,
            Option("What I sent", "broadcasts.list", which),
            Option("Ratings and choices", "facilitation.ratings", which),
            Option("People", "setup.people", which),
            *teams,
            *events,
            Option("Shared with me", "shared-with-me.list", which),
            Option("Questions for me", "requests.list"),
            *new,
        ),
        instants=overview.instants(tx, visit, cohort),
    )


async def ratings(visit: Visit) -> Reply:
    return await visit.read(_ratings, visit)


def _ratings(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    return Outgoing(
        overview.ratings(tx, visit, cohort),
        title=f"Ratings and choices in {cohort.name}",
        note="Each answer is counted once, and what is shown here never changes.",
        options=(Option("Back to the cohort", "facilitation.home", cohort.cohort),),
    )


def _release(tx: Connection, services: Services, now: datetime) -> bool:
    return tally.freeze(tx, now)


# --- moving, skipping, swapping ------------------------------------------------------------------


async def upcoming(visit: Visit) -> Reply:
    return await visit.read(_upcoming, visit)


def _upcoming(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    units = [unit for unit in program.units if untouched(tx, cohort, program, unit, visit.now)]
    if not units:
        return Outgoing("No prompt is still to come, so there is nothing to change.")
    more = (
        (
            Option("Make a break of some weeks", "breaks.open", cohort.cohort),
            Option("Public holidays", "breaks.holidays", cohort.cohort),
        )
        if schedule.clocked(program)
        else ()
    )
    return Outgoing(
        "Which prompt would you like to move, skip or swap? Those already sent stay as they are.",
        options=tuple(
            Option(
                words.cut(
                    f"{words.day(schedule.unit_day(program, plan, unit))}: {unit.title}{_mark(plan, unit)}",
                    75,
                ),
                "facilitation.change",
                f"{cohort.cohort}:{unit.number}",
            )
            for unit in units[:10]
        )
        + more,
    )


def _mark(plan: schedule.CohortPlan, unit: Unit) -> str:
    change = plan.change(unit.number)
    return " (skipped)" if change.skipped else " (the other prompt)" if change.swapped else ""


async def change(visit: Visit) -> Reply:
    return await visit.read(_change, visit)


def _change(tx: Connection, visit: Visit) -> Reply:
    cohort, program, unit = _unit(tx, visit)
    plan = cohorts.plan(tx, cohort)
    now = plan.change(unit.number)
    kind = _SKIP if now.skipped else _SWAP if now.swapped else _MOVE if now.moved_to else _PLANNED
    return Form(
        visit.services.ids(),
        words.cut(f"Change: {unit.title}", 45),
        "facilitation.save-change",
        (
            Field(
                "what",
                "What should happen?",
                "choice",
                True,
                choices=(
                    (_PLANNED, "As the program plans it"),
                    (_MOVE, "Move it to another day"),
                    (_SKIP, "Leave it out"),
                    (_SWAP, "Send its other prompt instead"),
                ),
                initial=kind,
            ),
            Field(
                "day",
                "New day, if it moves",
                "date",
                initial=schedule.unit_day(program, plan, unit).isoformat(),
            ),
        ),
        f"{cohort.cohort}:{unit.number}",
        intro=f"The prompt: {unit.prompt}\n\nThe other prompt: {unit.alternative}",
    )


async def save_change(visit: Visit) -> Reply:
    return await visit.write(_save_change, visit)


def _save_change(tx: Connection, visit: Visit) -> Reply:
    cohort, program, unit = _unit(tx, visit)
    if not untouched(tx, cohort, program, unit, visit.now):
        return Errors({"": "This prompt has gone out to somebody already, so it stays as it is."})
    plan, what = cohorts.plan(tx, cohort), visit.field("what")
    before = schedule.unit_day(program, plan, unit)
    if what not in (_PLANNED, _MOVE, _SKIP, _SWAP):
        return Errors({"what": "Please choose what should happen."})
    to = plan.change(unit.number).moved_to if what in (_SKIP, _SWAP) else None
    if what == _MOVE:
        try:
            to = date.fromisoformat(visit.field("day"))
        except ValueError:
            return Errors({"day": "Please give the new day."})
    new = Change(to, skipped=what == _SKIP, swapped=what == _SWAP)
    if what in (_MOVE, _PLANNED):
        wanted = replace(plan, changes={**plan.changes, unit.number: new})
        wrong = _misplaced(visit, cohort, program, plan, unit, schedule.unit_day(program, wanted, unit))
        if wrong:
            return Errors({"day" if what == _MOVE else "what": wrong})
    calendars.set_change(tx, cohort, unit.number, new)
    after = schedule.unit_day(program, cohorts.plan(tx, cohort), unit)
    said = {
        _PLANNED: f"It goes out as planned, on {words.day(after)}.",
        _MOVE: f"It moves from {words.day(before)} to {words.day(after)}.",
        _SKIP: "It is left out. Members are sent nothing for it.",
        _SWAP: f"Its other prompt goes out on {words.day(after)}.",
    }[what]
    return Outgoing(
        f"{unit.title}: {said} The rest stays as it was.",
        options=(Option("Back to the cohort", "facilitation.home", cohort.cohort),),
    )


def _misplaced(visit: Visit, cohort: Cohort, program: Program, plan: schedule.CohortPlan, unit: Unit, to: date) -> str:
    """Why a prompt cannot move to a day; empty when it can."""
    if to <= visit.now.astimezone(ZoneInfo(cohort.zone)).date():
        return "Please choose a day after today, so that everybody gets it once."
    if to > schedule.unit_day(program, schedule.CohortPlan(plan.start, plan.zone), unit) + _FARTHEST:
        return "That is more than a year later than planned. Please choose an earlier day."
    for other in calendar(program, unit):
        day = schedule.unit_day(program, plan, other)
        if other.number < unit.number and day >= to and not plan.change(other.number).skipped:
            return f"{other.title} comes on {words.day(day)}. Please choose a later day, or move that one first."
        if other.number > unit.number and day <= to and not plan.change(other.number).skipped:
            return f"{other.title} comes on {words.day(day)}. Please choose an earlier day, or move that one first."
    return ""


def _unit(tx: Connection, visit: Visit) -> tuple[Cohort, Program, Unit]:
    which, _, number = visit.value.partition(":")
    cohort = choose.led_cohort(tx, visit, which)
    program, at = visit.services.program(tx, cohort), words.whole_number(number)
    unit = next((one for one in program.units if one.number == at), None)
    if unit is None:
        raise NotAllowed("This button is out of date, so nothing was changed. /facilitate shows the calendar.")
    return cohort, program, unit


feature = Feature(
    "facilitation",
    commands={"facilitate": (home, "For facilitators: counts, calendar, messages, people")},
    presses={"home": home, "upcoming": upcoming, "change": change, "ratings": ratings},
    submissions={"save-change": save_change},
    plan=_release,
)
