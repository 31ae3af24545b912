"""What is still to come: a member's next prompts, the day it is where they are, and units that nobody has met."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import moments, outbox, schedule
from bot.programs import Program, Unit
from bot.programs.seats import worded
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort, Member
from bot.visit import Visit

_NEXT = 5


def next_prompts(tx: Connection, visit: Visit, cohort: Cohort, member: Member) -> list[schedule.Send]:
    """Without those that have come already: in a zone farther west their hour may come again."""
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    got = received(tx, cohort, program, member)
    ahead = (
        send
        for send in schedule.member_sends(program, plan, member.plan)
        if send.kind == schedule.PROMPT and send.due >= visit.now and send.number not in got
    )
    return list(islice(ahead, _NEXT))


def current(tx: Connection, cohort: Cohort, program: Program, member: Member, now: datetime) -> Unit | None:
    """The member's present unit; None before the first. Of several, the first that waits for a word of theirs."""
    got = received(tx, cohort, program, member)
    found = schedule.current_units(program, cohorts.plan(tx, cohort), member.plan, now, got)
    done = turns.numbers(tx, cohort.tenant, cohort.cohort, member.person) if len(found) > 1 else []
    return next((unit for unit in found if unit.number not in done), found[0] if found else None)


def as_asked(tx: Connection, cohort: Cohort, program: Program, number: int, who: str) -> Unit:
    """A unit in the words that this person's role gets, or a message around an event; raises KeyError."""
    if moments.is_one(number):
        return moments.of_entry(tx, cohort, program, number)
    member = cohorts.member(tx, cohort.tenant, cohort.cohort, who)
    unit = program.unit(number)
    return unit if member is None else worded(program, unit, member.seat)


def received(tx: Connection, cohort: Cohort, program: Program, member: Member) -> list[int]:
    """The units whose prompts have come."""
    numbers = [unit.number for unit in program.units]
    return outbox.received(tx, cohort.tenant, cohort.cohort, schedule.PROMPT, member.person, numbers)


def today(visit: Visit, member: Member) -> date:
    return visit.now.astimezone(ZoneInfo(member.zone)).date()


def untouched(tx: Connection, cohort: Cohort, program: Program, unit: Unit, now: datetime) -> bool:
    """Nobody has got it or written about it, and nobody is about to: its day has not begun anywhere on Earth."""
    if outbox.out(tx, cohort.tenant, cohort.cohort, unit.number):
        return False
    if not schedule.clocked(program):
        return not turns.anybodys(tx, cohort.tenant, cohort.cohort, unit.number)
    day = schedule.unit_day(program, cohorts.plan(tx, cohort), unit)
    return schedule.instant(day, time(0), "Pacific/Kiritimati") > now
