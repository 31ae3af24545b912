"""What a newer version of a program would change for a cohort that runs: in plain words, and whether it may.

What people were sent or wrote stands under a unit's number. So a unit keeps its number, and one that was sent is
neither taken out nor moved; a new one whose day is over is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date

from bot import schedule, words
from bot.programs import Event, Program, Unit
from bot.schedule import Change, CohortPlan

_PARTS = (
    ("prompt", "the prompt"),
    ("alternative", "the other prompt"),
    ("questions", "the questions"),
    ("more", "the ratings"),
    ("step", "the next step"),
    ("read", "what there is to read"),
    ("minutes", "the minutes"),
    ("reader", "who can read it"),
)


@dataclass(frozen=True, slots=True)
class Difference:
    lines: tuple[str, ...]
    obstacles: tuple[str, ...] = ()
    """Why it cannot be used; empty when it can."""
    changes: Mapping[int, Change] = field(default_factory=dict)
    """What the cohort's calendar keeps or leaves out, so that nothing of the past moves."""


def difference(
    old: Program, new: Program, plan: CohortPlan, gone: Set[int], today: date, held: Set[str] = frozenset()
) -> Difference:
    """`gone`: the numbers of units that somebody was sent, wrote about, or whose day has come. `today`: the latest
    date on Earth. `held`: the events that have a date, or had one."""
    obstacles = [*_obstacles(old, new, gone), *_event_obstacles(old, new, held)]
    if obstacles:
        return Difference((), tuple(obstacles))
    kept = _kept(old, new, plan, gone, today)
    then = replace(plan, changes={**plan.changes, **kept})
    before = {unit.id: unit for unit in old.units}
    lines = [*_clock(old, new)]
    for unit in new.units:
        if unit.id not in before:
            lines.append(_added(new, then, unit))
        else:
            lines += _changed(old, new, plan, then, before[unit.id], unit, unit.number in gone)
    after = {unit.id for unit in new.units}
    lines += [f"Taken out: {words.unit_name(old, unit)}." for unit in old.units if unit.id not in after]
    return Difference(tuple(lines or ["Only small things that members do not see."]), changes=kept)


def _obstacles(old: Program, new: Program, gone: Set[int]) -> list[str]:
    numbers = {unit.id: unit.number for unit in new.units}
    names = {unit.number: unit.id for unit in old.units}
    found = []
    if new.clock != old.clock:
        found.append(f"It is a {new.clock} program, and this cohort runs a {old.clock} one.")
    for unit in old.units:
        if unit.id not in numbers:
            if unit.number in gone:
                found.append(f"{words.unit_name(old, unit)} was sent already, and is missing from it.")
        elif numbers[unit.id] != unit.number:
            found.append(f"{unit.title} has the number {unit.number} here and {numbers[unit.id]} there.")
    for unit in new.units:
        if unit.id != names.get(unit.number, unit.id) and unit.number in gone:
            found.append(f"{unit.title} has the number {unit.number}, under which another was sent already.")
    asked = {unit.id: {each.id for each in (*unit.questions, *unit.more)} for unit in new.units}
    for unit in old.units:
        lost = {each.id for each in (*unit.questions, *unit.more)} - asked.get(unit.id, set())
        if unit.number in gone and unit.id in asked and lost:
            found.append(f"{words.unit_name(old, unit)} was answered already, and a question of it is missing there.")
    return found


def _event_obstacles(old: Program, new: Program, held: Set[str]) -> list[str]:
    found = []
    there = {event.id: _asked(event) for event in new.events}
    for event in old.events:
        if event.id in held and event.id not in there:
            found.append(f"The event {event.title} has a date, and is missing from it.")
        elif event.id in held and _asked(event) - there[event.id]:
            found.append(f"The event {event.title} has a date, and a question around it is missing there.")
    return found


def _asked(event: Event) -> set[tuple[str, str]]:
    around = {"before": event.pre_work, "exit": event.exit_note, "after": event.follow_up}
    return {(when, question.id) for when, moment in around.items() if moment for question in moment.questions}


def _kept(old: Program, new: Program, plan: CohortPlan, gone: Set[int], today: date) -> dict[int, Change]:
    """The days of what is past stay where they were; what is new and would be past already is left out."""
    if not schedule.clocked(new):
        return {}
    before = {unit.id: unit for unit in old.units}
    kept = {}
    for unit in new.units:
        if unit.id not in before:
            if schedule.unit_day(new, plan, unit) <= today:
                kept[unit.number] = replace(plan.change(unit.number), skipped=True)
        elif unit.number in gone:
            day = schedule.unit_day(old, plan, before[unit.id])
            if schedule.unit_day(new, plan, unit) != day:
                kept[unit.number] = replace(plan.change(unit.number), moved_to=day)
        elif schedule.unit_day(new, plan, unit) <= today:
            # Its day would lie in the past: it comes on the day on which it would have come.
            kept[unit.number] = replace(
                plan.change(unit.number), moved_to=schedule.unit_day(old, plan, before[unit.id])
            )
    return kept


def _clock(old: Program, new: Program) -> list[str]:
    lines = []
    if old.title != new.title:
        lines.append(f"The program is called “{new.title}” now.")
    if schedule.clocked(new) and old.time != new.time:
        lines.append(
            f"Prompts come at {new.time:%H:%M} and no longer at {old.time:%H:%M}, except at members' own hours."
        )
    if old.reminder_hours != new.reminder_hours:
        lines.append(
            "There are no reminders any more."
            if new.reminder_hours is None
            else f"The reminder comes {new.reminder_hours} hours after the prompt."
        )
    return lines


def _added(new: Program, then: CohortPlan, unit: Unit) -> str:
    name = words.unit_name(new, unit)
    if then.change(unit.number).skipped:
        return f"New: {name}. Its day is over, so it is not sent."
    return f"New: {name}{_on(new, then, unit)}."


def _changed(
    old: Program, new: Program, plan: CohortPlan, then: CohortPlan, before: Unit, unit: Unit, sent: bool
) -> list[str]:
    lines = []
    if before.title != unit.title:
        lines.append(f"Renamed: “{before.title}” is called “{unit.title}”.")
    if schedule.clocked(new):
        was, is_ = schedule.unit_day(old, plan, before), schedule.unit_day(new, then, unit)
        if was != is_:
            lines.append(f"Another day: {unit.title} moves from {words.day(was)} to {words.day(is_)}.")
    parts = [name for part, name in _PARTS if getattr(before, part) != getattr(unit, part)]
    if parts:
        sent_before = " It was sent already and is not sent again; its form has the new words." if sent else ""
        lines.append(f"New words in {unit.title}: {words.listed(parts)}.{sent_before}")
    return lines


def _on(program: Program, plan: CohortPlan, unit: Unit) -> str:
    return f", on {words.day(schedule.unit_day(program, plan, unit))}" if schedule.clocked(program) else ""
