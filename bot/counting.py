"""A member's own submission puts their ratings and choices where they are counted; nobody else can.

The member is told so in the form, before they write.
"""

from __future__ import annotations

from sqlalchemy import Connection

from bot import moments, reflection_form, schedule, tally
from bot.programs import Program, Unit
from bot.store import cohorts
from bot.store.cohorts import Cohort
from bot.vault.private import Words
from bot.visit import Visit


def count(tx: Connection, visit: Visit, cohort: Cohort, program: Program, unit: Unit, written: Words) -> None:
    """Of a current member, in a program whose weeks close; not around events, of which too few answer one."""
    if moments.is_one(unit.number):
        return
    member = cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person)
    if not schedule.clocked(program) or member is None or member.state == cohorts.LEFT:
        return
    tally.put(
        tx,
        cohort.tenant,
        cohort.cohort,
        _pseudonym(visit, cohort.cohort),
        unit.number,
        reflection_form.asked(unit),
        written.answers,
        schedule.unit_end(program, cohorts.plan(tx, cohort), unit),
        visit.now.date(),
    )


def take_back(tx: Connection, visit: Visit, cohort: str, number: int) -> None:
    tally.take_back(tx, visit.who.tenant, cohort, _pseudonym(visit, cohort), number)


def _pseudonym(visit: Visit, cohort: str) -> str:
    return tally.pseudonym(visit.services.keys.pseudonyms, visit.who.tenant, cohort, visit.who.person)
