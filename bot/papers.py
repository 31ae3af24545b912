"""A team's paper as one of its members sees it: sections with what stands in them, and versions that stay.

A version is kept when the unit that asks for it has ended. It is written down with the next change, before it: until
then the paper is that version.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import Connection, insert, select

from bot import schedule
from bot.programs import Artifact, Program, Section
from bot.store import cohorts, people, teams
from bot.store.cohorts import Cohort
from bot.store.people import Somebody
from bot.store.tables import kept_paper
from bot.store.teams import Team
from bot.vault import papers
from bot.vault.papers import COMMENT, Part
from bot.vault.vault import Vault
from bot.visit import Services


@dataclass(frozen=True, slots=True)
class Standing:
    """One section as it stands."""

    section: Section
    lines: tuple[Part, ...]
    """The newest alone where a section keeps the latest; those that the reader may read."""
    comments: tuple[Part, ...]
    closed: int
    """How many parts were written before the reader came."""


@dataclass(frozen=True, slots=True)
class Version:
    unit: int
    name: str
    number: int
    """The last part that belongs to it."""
    at: datetime


def of_team(program: Program, which: Team) -> list[Artifact]:
    return [one for one in program.artifacts if one.team == which.kind]


def standing(
    tx: Connection, vault: Vault, which: Team, artifact: Artifact, reader: Somebody, until: int | None = None
) -> list[Standing]:
    """`until`: the last part of a version. Nothing is shown to whoever is not on the team."""
    if reader.person not in teams.members(tx, which):
        return []
    found = [
        one
        for one in papers.parts(tx, vault, which, artifact.id, reader)
        if until is None or (one.number <= until and one.kind != COMMENT)
    ]
    return [_section(one, [part for part in found if part.section == one.id]) for one in artifact.sections]


def _section(section: Section, parts: Sequence[Part]) -> Standing:
    lines = [one for one in parts if one.kind != COMMENT]
    stands = lines if section.collects == "all" else lines[-1:]
    comments = [one for one in parts if one.kind == COMMENT]
    return Standing(
        section,
        tuple(one for one in stands if one.readers),
        tuple(one for one in comments if one.readers),
        sum(not one.readers for one in (*stands, *comments)),
    )


def so_far(tx: Connection, vault: Vault, program: Program, cohort: str, artifact: str, reader: Somebody) -> str:
    """What the reader's own team has in an artifact, with the titles of its sections; empty when there is nothing."""
    for which in teams.of_person(tx, reader.tenant, cohort, reader.person, closed=True):
        for one in of_team(program, which):
            if one.id == artifact:
                found = standing(tx, vault, which, one, reader)
                said = [(each.section.title, line.text) for each in found for line in each.lines]
                told = "\n".join(f"{title}: {text}" for title, text in said)
                return f"Your team has so far: {told}" if said else ""
    return ""


# --- who reads it ------------------------------------------------------------------------------------


def later(tx: Connection, vault: Vault, which: Team, artifact: str, reader: Somebody) -> list[str]:
    """Who is on the team and cannot open all that the reader can: they came later."""
    there = teams.readers(tx, which, reader.person)
    mine = [set(one.readers) for one in papers.parts(tx, vault, which, artifact, reader) if one.readers]
    return [one for one in there if any(one not in readers for readers in mine)]


def audience(people_there: Sequence[str]) -> str:
    """Stands for these people in a button: whoever presses it means the people that they were shown."""
    return hashlib.sha256(" ".join(sorted(people_there)).encode()).hexdigest()[:12]


def named(tx: Connection, which: Team, but: str) -> list[str]:
    return people.names(tx, which.tenant, [one for one in teams.readers(tx, which, but) if one != but])


# --- versions ----------------------------------------------------------------------------------------


def versions(
    tx: Connection, services: Services, which: Cohort, team: Team, artifact: Artifact, now: datetime
) -> list[Version]:
    """Those that were kept, and those that are to be kept by now, in the order of their units."""
    here = (kept_paper.c.tenant == team.tenant, kept_paper.c.team == team.team, kept_paper.c.artifact == artifact.id)
    kept = {
        row.unit: Version(row.unit, row.name, row.number, row.at) for row in tx.execute(select(kept_paper).where(*here))
    }
    program, plan = services.program(tx, which), cohorts.plan(tx, which)
    for unit in program.units if schedule.clocked(program) else ():
        for freeze in unit.freezes:
            if freeze.artifact != artifact.id or unit.number in kept or plan.change(unit.number).skipped:
                continue
            ended = schedule.instant(schedule.unit_end(program, plan, unit), time(0), which.zone)
            if ended <= now:
                kept[unit.number] = Version(unit.number, freeze.name, papers.newest(tx, team, artifact.id), ended)
    return [kept[number] for number in sorted(kept)]


def keep(tx: Connection, services: Services, which: Cohort, team: Team, artifact: Artifact, now: datetime) -> int:
    """Write down what is to be kept, before the paper changes; returns the last part that stays as it is."""
    teams.hold(tx, team)
    found = versions(tx, services, which, team, artifact, now)
    known = (kept_paper.c.tenant == team.tenant, kept_paper.c.team == team.team, kept_paper.c.artifact == artifact.id)
    there = set(tx.execute(select(kept_paper.c.unit).where(*known)).scalars())
    for one in found:
        if one.unit not in there:
            tx.execute(
                insert(kept_paper).values(
                    tenant=team.tenant,
                    team=team.team,
                    artifact=artifact.id,
                    unit=one.unit,
                    name=one.name,
                    number=one.number,
                    at=one.at,
                )
            )
    return max((one.number for one in found), default=0)
