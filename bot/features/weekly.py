"""The program's prompts: when they go out, what they say, and the buttons under them."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from bot import answers, choose, outbox, planner, reasons, schedule, words
from bot.errors import Wait
from bot.messages import Audience, Option, Outgoing, Quote, Reply
from bot.outbox import NothingToSay, NotYet, Row
from bot.programs import Program, Unit
from bot.programs.seats import gets, worded
from bot.reflection_form import minutes, reader
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort, Member
from bot.vault import drafts, private
from bot.visit import Feature, Services, Visit

OUTCOMES = (
    (turns.DONE, "Done"),
    (turns.PARTLY, "Partly"),
    (turns.NOT_YET, "Not yet"),
    (turns.CHANGED, "Changed my mind"),
)
_UNTIL_PLANNED = 1.0
"""Seconds until a row is looked at again whose calendar has changed: by then it is planned anew, or gone."""
_LATE = timedelta(minutes=15)
"""What is later than this was held up, and looks at the member's wall clock again."""


def _member(tx: Connection, services: Services, row: Row) -> Member | None:
    """The recipient, if they still want messages. What comes late waits for the end of their quiet hours."""
    one = cohorts.member(tx, row.intent.tenant, row.intent.cohort, row.intent.recipient)
    if one is None or one.state != cohorts.STARTED:
        return None
    if one.changed:
        raise Wait(_UNTIL_PLANNED)
    now = services.now()
    awake = schedule.after_quiet(now, one.plan)
    if now - row.intent.due >= _LATE and awake > now:
        raise NotYet(awake)
    return one


def _unit(tx: Connection, services: Services, row: Row) -> tuple[Cohort, Program, Unit]:
    cohort = cohorts.find(tx, row.intent.tenant, row.intent.cohort)
    if cohort is None:
        raise NothingToSay
    if cohort.changed:
        raise Wait(_UNTIL_PLANNED)
    program = services.program(tx, cohort)
    unit = next((one for one in program.units if one.number == row.intent.number), None)
    if unit is None:
        raise NothingToSay
    return cohort, program, unit


def announcement(tx: Connection, services: Services, row: Row) -> Outgoing:
    """In the channel: that a prompt is here, and a button for whom a private message cannot reach."""
    cohort, program, unit = _unit(tx, services, row)
    return Outgoing(
        f"A new prompt comes to your private messages at your own hour. You can also open it here. {minutes(unit)}",
        title=words.unit_name(program, unit),
        note="The form is private: what you write is shown to you alone, unless you choose to share it.",
        options=(Option("Reflect privately", "reflections.open", _value(cohort, unit), "primary"),),
        audience=Audience.CHANNEL,
    )


def prompt(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    member = _member(tx, services, row)
    if member is None:
        return None
    cohort, program, unit = _unit(tx, services, row)
    if not gets(program, unit.whom, member.seat):
        return None
    if turns.state_of(tx, cohort.tenant, cohort.cohort, member.person, unit.number):
        return None  # they came by the channel's button and were faster
    swapped = cohorts.plan(tx, cohort).change(unit.number).swapped
    return _prompt_message(cohort, program, worded(program, unit, member.seat), swapped)


def _prompt_message(cohort: Cohort, program: Program, unit: Unit, swapped: bool) -> Outgoing:
    value = _value(cohort, unit)
    shown, first, second = unit.prompt, "reflections.open", "reflections.other"
    if swapped:
        shown, first, second = unit.alternative, second, first
    options = [Option("Reflect privately", first, value, "primary")]
    if unit.alternative:
        options.append(Option("A different prompt", second, value))
    options.append(Option("Think, store nothing", "thinking.open", value))
    options.append(Option("Skip this one", "weekly.skip", value))
    if unit.read:
        options.append(Option("Something to read", "weekly.reading", value))
    return Outgoing(
        shown,
        title=words.unit_name(program, unit),
        note=f"{cohort.name} · {minutes(unit)} {reader(unit)}",
        options=tuple(options),
        audience=Audience.DM,
    )


def step(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """Last unit's next step is taken up again, without repeating a word of it."""
    if _member(tx, services, row) is None:
        return None
    intent = row.intent
    cohort, program, _ = _unit(tx, services, row)
    units = [unit.number for unit in reasons.before(program, intent.number)]
    before = turns.latest_step(tx, intent.tenant, intent.cohort, intent.recipient, units)
    if before is None or before[1] not in (turns.OPEN, turns.NOT_YET, turns.PARTLY):
        return None
    value = f"{cohort.cohort}:{before[0]}"
    return Outgoing(
        "You set yourself a step last time. What became of it? Any answer is fine.",
        note="Only you see your answer.",
        options=(
            Option("Show it to me", "weekly.show-step", value),
            *(Option(label, "weekly.outcome", f"{value}:{outcome}") for outcome, label in OUTCOMES),
        ),
        audience=Audience.DM,
    )


def reminder(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    intent = row.intent
    member = _member(tx, services, row)
    if member is None or turns.state_of(tx, intent.tenant, intent.cohort, intent.recipient, intent.number):
        return None
    cohort, program, unit = _unit(tx, services, row)
    prompted = outbox.sent_at(tx, intent.tenant, intent.cohort, schedule.PROMPT, intent.number, intent.recipient)
    if prompted is None or services.now() - prompted < timedelta(hours=program.reminder_hours or 0) / 2:
        return None  # the prompt itself came late, and the two would come together
    value = _value(cohort, unit)
    return Outgoing(
        f"This prompt is still open: {words.unit_name(program, unit)}. One line is enough, and skipping is fine.",
        note=f"{cohort.name} · {minutes(unit)} This is the only reminder.",
        options=(
            Option("Reflect privately", "reflections.open", value, "primary"),
            Option("Skip this one", "weekly.skip", value),
        ),
        audience=Audience.DM,
        quiet=True,
    )


def silence(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """Two units without a word bring one question, and then no other until the member has acted."""
    intent = row.intent
    if _member(tx, services, row) is None:
        return None
    cohort, program, _ = _unit(tx, services, row)
    spoken = set(turns.numbers(tx, intent.tenant, intent.cohort, intent.recipient))
    if spoken & set(reasons.words_elsewhere(program, intent.number)):
        return None
    here = {intent.number, *(unit.number for unit in reasons.before(program, intent.number))}
    last = max(spoken & here, default=-1)
    since = [unit.number for unit in reasons.before(program, intent.number) if unit.number > last]
    silent = outbox.received(tx, intent.tenant, intent.cohort, schedule.PROMPT, intent.recipient, since)
    asked = outbox.received(tx, intent.tenant, intent.cohort, schedule.SILENCE, intent.recipient, since)
    if len(silent) < reasons.SILENT_UNITS or asked:
        return None
    return Outgoing(
        "Perhaps you were busy when the last two prompts came. That is all right. What would help?",
        note=f"{cohort.name} · Nobody else sees this, and no answer is needed.",
        options=(
            Option("Pause for two weeks", "pausing.pause-two-weeks", cohort.cohort),
            Option("Change day or hour", "own-clock.settings", cohort.cohort),
            Option("Stop the prompts", "pausing.leave", cohort.cohort),
            Option("Keep them coming", "pausing.keep", cohort.cohort),
        ),
        audience=Audience.DM,
        quiet=True,
    )


# --- the buttons ---------------------------------------------------------------------------------


async def skip(visit: Visit) -> Reply:
    return await visit.write(_skip, visit)


def _skip(tx: Connection, visit: Visit) -> Reply:
    found = _mine(tx, visit)
    if isinstance(found, Outgoing):
        return found
    cohort, number, _ = found
    if turns.state_of(tx, cohort.tenant, cohort.cohort, visit.who.person, number) == turns.ANSWERED:
        return Outgoing("You have answered this one already, so there is nothing to skip. Your answer stays.")
    turns.mark(tx, cohort.tenant, cohort.cohort, visit.who.person, number, turns.SKIPPED)
    drafts.drop_of_unit(tx, visit.vault, visit.who, cohort.cohort, number)
    outbox.cancel(tx, cohort.tenant, cohort.cohort, visit.who.person, schedule.REMINDER, number)
    return Outgoing("Skipped. No reason needed, and no reminder will come for this one.")


async def reading(visit: Visit) -> Reply:
    """What the program links to this unit, as cards."""
    found = await visit.read(_linked, visit)
    if isinstance(found, Outgoing):
        return found
    return await answers.reading(visit, found)


def _linked(tx: Connection, visit: Visit) -> Outgoing | tuple[str, ...]:
    found = _mine(tx, visit)
    if isinstance(found, Outgoing):
        return found
    cohort, number, _ = found
    return visit.services.program(tx, cohort).unit(number).read


async def show_step(visit: Visit) -> Reply:
    return await visit.read(_show_step, visit)


def _show_step(tx: Connection, visit: Visit) -> Reply:
    found = _mine(tx, visit)
    if isinstance(found, Outgoing):
        return found
    cohort, number, _ = found
    steps = [
        entry.words.step
        for entry in private.of_unit(tx, visit.vault, visit.who, cohort.cohort, number)
        if entry.words.step
    ]
    if not steps:
        return Outgoing("That step is no longer in your journal.")
    return Outgoing(
        "This is the step you set yourself:",
        quotes=(Quote(steps[-1]),),
        options=tuple(
            Option(label, "weekly.outcome", f"{cohort.cohort}:{number}:{outcome}") for outcome, label in OUTCOMES
        ),
    )


async def outcome(visit: Visit) -> Reply:
    return await visit.write(_outcome, visit)


def _outcome(tx: Connection, visit: Visit) -> Reply:
    found = _mine(tx, visit)
    if isinstance(found, Outgoing):
        return found
    cohort, number, chosen = found
    if chosen not in dict(OUTCOMES):
        return Outgoing("That answer is not one of the choices. Nothing was changed; please press again.")
    latest = turns.latest_step(tx, cohort.tenant, cohort.cohort, visit.who.person, [number])
    if latest is None:
        return Outgoing("That step is no longer in your journal. Nothing was changed.")
    turns.set_step(tx, cohort.tenant, cohort.cohort, visit.who.person, number, chosen)
    return Outgoing(
        {
            turns.DONE: "Noted: done. Thank you for coming back to it.",
            turns.PARTLY: "Noted: partly. It can come up again next time.",
            turns.NOT_YET: "Noted: not yet. It can come up again next time.",
            turns.CHANGED: "Noted: you changed your mind. That is an answer too.",
        }[chosen]
    )


def _mine(tx: Connection, visit: Visit) -> tuple[Cohort, int, str] | Outgoing:
    """(cohort, unit number, rest) from a button's value, if the presser belongs to that cohort."""
    which, _, rest = visit.value.partition(":")
    number, _, last = rest.partition(":")
    found = choose.my_cohort(tx, visit, "weekly.skip", which)
    if isinstance(found, Outgoing):
        return found
    at = words.whole_number(number)
    if at not in {unit.number for unit in visit.services.program(tx, found[0]).units}:
        return Outgoing("This button is out of date. Nothing was changed; /cohort shows where you are.")
    return found[0], at, last


def _value(cohort: Cohort, unit: Unit) -> str:
    return f"{cohort.cohort}:{unit.number}"


feature = Feature(
    "weekly",
    presses={"skip": skip, "reading": reading, "show-step": show_step, "outcome": outcome},
    compose={
        schedule.ANNOUNCEMENT: announcement,
        schedule.PROMPT: prompt,
        schedule.STEP: step,
        schedule.REMINDER: reminder,
        schedule.SILENCE: silence,
    },
    plan=planner.plan,
    next_due=planner.next_due,
)
