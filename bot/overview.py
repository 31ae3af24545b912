"""What a facilitator sees of a cohort. A member's look through a facilitator's eyes calls the same function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import islice

from sqlalchemy import Connection

from bot import kinds, outbox, schedule, shut_channels, tally, words
from bot.messages import Instant
from bot.programs import Program, Question
from bot.releases import FEWEST, Table
from bot.store import cohorts, doors, turns
from bot.store.cohorts import Cohort, Member
from bot.visit import Visit

_NEXT = 5
_SHOWN = 6
"""The newest tables; the others are further down in the list of all."""
_A_WEEK = timedelta(days=7)
NOTHING = "Nothing from ratings and choices yet."


def text(tx: Connection, visit: Visit, cohort: Cohort) -> str:
    """The one live count, what is to come, what could not be delivered. The same whoever asks."""
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    everybody = cohorts.members(tx, cohort)
    lines = [f"{program.title}. {words.people(len(everybody))} invited."]
    sends = list(schedule.channel_sends(program, plan))
    due = [send for send in sends if send.due <= visit.now]
    if due:
        unit = program.unit(due[-1].number)
        answered, asked = _count(tx, visit, cohort, everybody, unit.number)
        lines += ["", f"Now: {words.unit_name(program, unit)}. {words.how_many(answered, asked)}"]
    lines += ["", "Next in the channel:" if len(due) < len(sends) else "There are no more prompts to come."]
    for send in _coming(sends, visit):
        change = plan.change(send.number)
        swapped = " (the other prompt)" if change.swapped else ""
        lines.append(
            f"• {words.moment(send.due, cohort.zone)}: {words.unit_name(program, program.unit(send.number))}{swapped}"
        )
    lines += ["", "Members get theirs in a private message, at their own day and hour."]
    if shut_channels.since(tx, cohort) is not None:
        lines += ["", "I cannot write in the channel now. What is meant for it waits. Choose a channel under People."]
    shut_out = doors.told(tx, cohort)
    if shut_out:
        lines += ["", "No private message reaches:", *(f"• {words.people(many)}: {why}" for many, why in shut_out)]
        lines.append("They can open everything from the channel, and what waits for them comes when they act.")
    troubles = outbox.troubles(tx, cohort.tenant, cohort.cohort, visit.now - _A_WEEK)
    if troubles:
        lines += ["", "Not delivered in the last seven days:", *(f"• {count}: {why}" for why, count in troubles)]
    return "\n".join(lines)


def instants(tx: Connection, visit: Visit, cohort: Cohort) -> tuple[Instant, ...]:
    """The hours that `text` names: whoever leads a cohort may live in another zone."""
    sends = schedule.channel_sends(visit.services.program(tx, cohort), cohorts.plan(tx, cohort))
    return tuple(words.instant(send.due, cohort.zone) for send in _coming(sends, visit))


def _coming(sends: Iterable[schedule.Send], visit: Visit) -> list[schedule.Send]:
    return list(islice((one for one in sends if one.due > visit.now), _NEXT))


def _count(tx: Connection, visit: Visit, cohort: Cohort, everybody: list[Member], number: int) -> tuple[int, int]:
    """(answered or skipped, of how many). A pause or a door that is closed is not silence: they are not counted."""
    started = [one.person for one in everybody if one.state == cohorts.STARTED]
    acted = turns.who(tx, cohort.tenant, cohort.cohort, number)
    shut = set(outbox.undelivered(tx, cohort.tenant, cohort.cohort, schedule.PROMPT, number))
    today = visit.now.date()
    shut |= set(doors.shut(tx, cohort))
    shut |= {one.person for one in everybody if one.paused_until is not None and one.paused_until > today}
    asked = [one for one in started if one in acted or one not in shut]
    return len(acted & set(asked)), len(asked)


def ratings(tx: Connection, visit: Visit, cohort: Cohort) -> str:
    """What was released from ratings and choices, newest first."""
    program = visit.services.program(tx, cohort)
    blocks = []
    for one in reversed(tally.released(tx, cohort.tenant, cohort.cohort)):
        unit = program.unit(one.number)
        question = next((each for each in (*unit.questions, *unit.more) if each.id == one.question), None)
        if question is not None:
            late = ", answered later" if one.batch > 1 else ""
            blocks.append(
                "\n".join([f"{words.unit_name(program, unit)}{late}: {question.ask}", *_rows(one.table, question)])
            )
    return "\n\n".join(blocks[:_SHOWN]) if blocks else f"{NOTHING} {_why(program)}"


def _rows(table: Table, question: Question) -> list[str]:
    if table.silent:
        return [f"• {table.answered} answered. Too close together or too far apart to show."]
    show = kinds.find(question.kind).show
    found = [f"• {show(_value(value, question), question)}: {count}" for value, count in _ordered(table.shown)]
    found += [f"• other answers: {table.others}"] if table.others else []
    return [*found, f"• of {table.answered} who answered"]


def _ordered(shown: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(shown.items(), key=lambda pair: (not pair[0].isdigit(), pair[0].zfill(3)))


def _value(value: str, question: Question) -> str | int:
    return int(value) if question.kind == "scale" and value.isdigit() else value


def _why(program: Program) -> str:
    if not schedule.clocked(program):
        return "This program has no calendar, so no week of it closes, and nothing is counted."
    return (
        f"They are counted when a prompt's week has closed, for the whole cohort, from {FEWEST} answers on, "
        "and only where no answer of one person follows."
    )
