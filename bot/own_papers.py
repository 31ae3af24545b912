"""What a member's own answers have become: a statement, a plan, a log, with the versions that the program names.

Nothing is stored beside the entries. A version is what the answers up to its unit say, so that an entry which its
writer edits or deletes is edited or deleted here too.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from bot import kinds, schedule
from bot.programs import Artifact, Program, Section, Unit
from bot.programs.seats import calendar
from bot.schedule import CohortPlan
from bot.vault.private import Words


@dataclass(frozen=True, slots=True)
class Written:
    section: Section
    lines: tuple[str, ...]
    """One, or for a section that collects everything one for each answer."""


@dataclass(frozen=True, slots=True)
class Version:
    unit: Unit
    name: str


def of_program(program: Program) -> list[Artifact]:
    """Those that each member has for themselves."""
    return [one for one in program.artifacts if not one.team]


def written(
    program: Program, entries: Mapping[int, Words], artifact: Artifact, until: Unit | None = None
) -> list[Written]:
    """The sections that hold something. `entries`: by unit number; `until`: the last unit of a version."""
    units = program.units if until is None else _up_to(program, until)
    found = []
    for section in artifact.sections:
        lines = [
            kinds.find(question.kind).show(value, question)
            for unit in units
            for question in unit.questions
            if question.keeps == f"{artifact.id}.{section.id}"
            and unit.number in entries
            and (value := entries[unit.number].answers.get(question.id)) not in (None, "", [])
        ]
        if lines:
            found.append(Written(section, tuple(lines if section.collects == "all" else lines[-1:])))
    return found


def _up_to(program: Program, last: Unit) -> list[Unit]:
    """Of its own calendar, and of the others what came no later."""
    own = {unit.number for unit in calendar(program, last) if unit.number <= last.number}
    return [
        unit for unit in program.units if unit.number in own or (unit.whom != last.whom and unit.after <= last.after)
    ]


def versions(
    program: Program, plan: CohortPlan, entries: Mapping[int, Words], which: str, today: date
) -> list[Version]:
    """Kept with the end of a unit; in a program without a calendar, once the unit is answered."""
    return [
        Version(unit, freeze.name)
        for unit in program.units
        for freeze in unit.freezes
        if freeze.artifact == which and not plan.change(unit.number).skipped
        if (schedule.unit_end(program, plan, unit) <= today if schedule.clocked(program) else unit.number in entries)
    ]


def so_far(program: Program, entries: Mapping[int, Words], which: str) -> str:
    """For the small print of a form: all of it, each part after its title where there are several."""
    artifact = next((one for one in program.artifacts if one.id == which), None)
    found = written(program, entries, artifact) if artifact else []
    titled = artifact is not None and len(artifact.sections) > 1
    said = [f"{one.section.title}: {line}" if titled else line for one in found for line in one.lines]
    return "You wrote earlier: " + "\n".join(said) if said else ""
