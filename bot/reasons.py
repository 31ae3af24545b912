"""Who has a reason for a message that is not for everybody, asked of the database.

The same is asked again when the words are made; here it keeps the outbox free of rows for nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, String, and_, exists, func, literal, or_, select

from bot import outbox, schedule
from bot.store import turns
from bot.store.columns import ByteByByte
from bot.store.tables import membership, step, turn
from bot.store.tables import outbox as rows

_SILENT_UNITS, _LOOK_BACK = 2, 4
_OPEN_STEPS = (turns.OPEN, turns.NOT_YET, turns.PARTLY)


def given(line: FromClause, cohort: str, units: Sequence[int], silences: Iterable[int]) -> ColumnElement[bool]:
    """Whether the member has a reason for the send of a line. `silences`: the units whose question is among them."""
    return or_(
        line.c.kind == schedule.PROMPT,
        and_(line.c.kind == schedule.REMINDER, ~exists().where(*_mine(turn), turn.c.number == line.c.number)),
        and_(line.c.kind == schedule.STEP, _latest_step(line).in_(_OPEN_STEPS)),
        *(
            and_(line.c.kind == schedule.SILENCE, line.c.number == number, *_silent(cohort, units, number))
            for number in silences
        ),
    )


def _mine(table: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == membership.c.tenant,
        table.c.cohort == membership.c.cohort,
        table.c.person == membership.c.person,
    )


def _latest_step(line: FromClause) -> ColumnElement[Any]:
    """What became of the newest step before the unit."""
    return (
        select(step.c.outcome)
        .where(*_mine(step), step.c.number < line.c.number)
        .order_by(step.c.number.desc())
        .limit(1)
        .correlate(membership, line)
        .scalar_subquery()
    )


def _silent(cohort: str, units: Sequence[int], number: int) -> tuple[ColumnElement[bool], ...]:
    """Two prompts received since the last word, and no question since."""
    earlier = [unit for unit in units if unit < number]
    newest = select(func.max(turn.c.number)).where(*_mine(turn)).correlate(membership).scalar_subquery()
    last = func.coalesce(newest, -1)

    def got(kind: str, numbers: Sequence[int]) -> ColumnElement[int]:
        first = [literal(outbox.key(cohort, kind, each, ""), String) for each in numbers]
        keys = [ByteByByte(one.concat(membership.c.person)) for one in first]
        return (
            select(func.count())
            .select_from(rows)
            .where(
                rows.c.tenant == membership.c.tenant,
                rows.c.key.in_(keys),
                rows.c.state == outbox.SENT,
                rows.c.number > last,
            )
            .correlate(membership)
            .scalar_subquery()
        )

    return (
        last < earlier[-_SILENT_UNITS],
        got(schedule.PROMPT, earlier[-_LOOK_BACK:]) >= _SILENT_UNITS,
        got(schedule.SILENCE, earlier) == 0,
    )


def may_be_silent(units: Sequence[int], number: int) -> bool:
    """Whether so many prompts came before this unit at all."""
    return sum(unit < number for unit in units) >= _SILENT_UNITS
