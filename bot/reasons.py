"""Who has a reason for a message that is not for everybody, asked of the database.

The same is asked again when the words are made; here it keeps the outbox free of rows for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, and_, exists, func, literal, or_, select

from bot import moments, outbox, schedule
from bot.programs import Program, Unit
from bot.programs.seats import calendar
from bot.store import turns
from bot.store.columns import ByteByByte
from bot.store.tables import outbox as rows
from bot.store.tables import step, turn

SILENT_UNITS, _LOOK_BACK = 2, 4
_OPEN_STEPS = (turns.OPEN, turns.NOT_YET, turns.PARTLY)


def given(line: FromClause, member: FromClause, program: Program, silences: Iterable[int]) -> ColumnElement[bool]:
    """Whether a member has a reason for the send of a line. `silences`: the units whose question is among them."""
    calendars = list(dict.fromkeys(calendar(program, unit) for unit in program.units))
    numbers = [None] if len(calendars) == 1 else [[unit.number for unit in one] for one in calendars]
    return or_(
        line.c.kind == schedule.PROMPT,
        and_(line.c.kind == schedule.REMINDER, ~exists().where(*_mine(member, turn), turn.c.number == line.c.number)),
        *(_open_step(line, member, each) for each in numbers),
        *(
            and_(line.c.kind == schedule.SILENCE, line.c.number == number, *_silent(member, program, number))
            for number in silences
        ),
    )


def _mine(member: FromClause, table: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == member.c.tenant,
        table.c.cohort == member.c.cohort,
        table.c.person == member.c.person,
    )


def _open_step(line: FromClause, member: FromClause, numbers: Sequence[int] | None) -> ColumnElement[bool]:
    """Whether the newest step before the unit is open. `numbers`: the units of its calendar, if there are several."""
    newest = select(step.c.outcome).where(*_mine(member, step), step.c.number < line.c.number)
    if numbers is not None:
        newest = newest.where(step.c.number.in_(numbers))
    outcome = newest.order_by(step.c.number.desc()).limit(1).correlate(member, line).scalar_subquery()
    here = [] if numbers is None else [line.c.number.in_(numbers)]
    return and_(line.c.kind == schedule.STEP, *here, outcome.in_(_OPEN_STEPS))


def _silent(member: FromClause, program: Program, number: int) -> tuple[ColumnElement[bool], ...]:
    """Two prompts received since the last word, and no question since."""
    units, elsewhere = before(program, number), words_elsewhere(program, number)
    earlier = [unit.number for unit in units]
    newest = select(func.max(turn.c.number)).where(*_mine(member, turn), turn.c.number < moments.FIRST)
    if len(calendar(program, program.unit(number))) < len(program.units):
        newest = newest.where(turn.c.number.in_([*earlier, number]))
    last = func.coalesce(newest.correlate(member).scalar_subquery(), -1)

    def got(kind: str, numbers: Sequence[int]) -> ColumnElement[int]:
        between = [literal(outbox.key("", kind, each, ""), String) for each in numbers]
        keys = [ByteByByte(member.c.cohort.concat(one).concat(member.c.person)) for one in between]
        return (
            select(func.count())
            .select_from(rows)
            .where(
                rows.c.tenant == member.c.tenant,
                rows.c.key.in_(keys),
                rows.c.state == outbox.SENT,
                rows.c.number > last,
            )
            .correlate(member)
            .scalar_subquery()
        )

    return (
        last < earlier[-SILENT_UNITS],
        got(schedule.PROMPT, earlier[-_LOOK_BACK:]) >= SILENT_UNITS,
        got(schedule.SILENCE, earlier) == 0,
        *([~exists().where(*_mine(member, turn), turn.c.number.in_(elsewhere))] if elsewhere else []),
    )


def before(program: Program, number: int) -> list[Unit]:
    """What the same people get before a unit."""
    return [unit for unit in calendar(program, program.unit(number)) if unit.number < number]


def words_elsewhere(program: Program, number: int) -> list[int]:
    """Units of other calendars that are as new as the last two: a word about one of them is no silence."""
    last = before(program, number)[-SILENT_UNITS:]
    here = program.unit(number).whom
    return [unit.number for unit in program.units if last and unit.whom != here and unit.after >= last[0].after]


def may_be_silent(program: Program, number: int) -> bool:
    """Whether so many prompts came before this unit at all."""
    return len(before(program, number)) >= SILENT_UNITS
