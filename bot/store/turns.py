"""Whether a member answered or skipped a unit, and what became of the step they set themselves.

A skip counts like an answer, so that nobody can tell one from the other. No times are kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select

from bot.store import plans
from bot.store.tables import step, turn

ANSWERED, SKIPPED = "answered", "skipped"
OPEN, DONE, PARTLY, NOT_YET, CHANGED = "open", "done", "partly", "not-yet", "changed"


def mark(tx: Connection, tenant: str, cohort: str, who: str, number: int, state: str) -> None:
    """An answer replaces a skip; a skip never replaces an answer."""
    before = state_of(tx, tenant, cohort, who, number)
    if before in (ANSWERED, state):
        return
    _set(tx, turn, tenant, cohort, who, number, state=state)


def unmark(tx: Connection, tenant: str, cohort: str, who: str, number: int) -> None:
    tx.execute(delete(turn).where(*_here(turn, tenant, cohort, who, number)))


def state_of(tx: Connection, tenant: str, cohort: str, who: str, number: int) -> str | None:
    return tx.execute(select(turn.c.state).where(*_here(turn, tenant, cohort, who, number))).scalar()


def anybodys(tx: Connection, tenant: str, cohort: str, number: int) -> bool:
    """Whether anybody answered or skipped a unit."""
    here = (turn.c.tenant == tenant, turn.c.cohort == cohort, turn.c.number == number)
    return tx.execute(select(turn.c.number).where(*here).limit(1)).first() is not None


def numbers(tx: Connection, tenant: str, cohort: str, who: str) -> list[int]:
    """The units that one member answered or skipped."""
    rows = tx.execute(
        select(turn.c.number).where(turn.c.tenant == tenant, turn.c.cohort == cohort, turn.c.person == who)
    )
    return [row.number for row in rows]


def answered(tx: Connection, tenant: str, cohort: str, who: str) -> int:
    """How many units one member answered."""
    rows = tx.execute(
        select(turn.c.number).where(
            turn.c.tenant == tenant, turn.c.cohort == cohort, turn.c.person == who, turn.c.state == ANSWERED
        )
    )
    return len(rows.all())


def who(tx: Connection, tenant: str, cohort: str, number: int) -> set[str]:
    """Who answered or skipped a unit."""
    rows = tx.execute(
        select(turn.c.person).where(turn.c.tenant == tenant, turn.c.cohort == cohort, turn.c.number == number)
    )
    return {row.person for row in rows}


def set_step(tx: Connection, tenant: str, cohort: str, who: str, number: int, outcome: str) -> None:
    _set(tx, step, tenant, cohort, who, number, outcome=outcome)
    plans.mark_member(tx, tenant, cohort, who)


def drop_step(tx: Connection, tenant: str, cohort: str, who: str, number: int) -> None:
    tx.execute(delete(step).where(*_here(step, tenant, cohort, who, number)))


def latest_step(tx: Connection, tenant: str, cohort: str, who: str, units: Sequence[int]) -> tuple[int, str] | None:
    """(unit number, outcome) of the newest step that was set in one of these units."""
    row = tx.execute(
        select(step.c.number, step.c.outcome)
        .where(step.c.tenant == tenant, step.c.cohort == cohort, step.c.person == who, step.c.number.in_(units))
        .order_by(step.c.number.desc())
        .limit(1)
    ).one_or_none()
    return None if row is None else (row.number, row.outcome)


def _here(table: Table, tenant: str, cohort: str, who: str, number: int) -> tuple[ColumnElement[bool], ...]:
    return (
        table.c.tenant == tenant,
        table.c.cohort == cohort,
        table.c.person == who,
        table.c.number == number,
    )


def _set(tx: Connection, table: Table, tenant: str, cohort: str, who: str, number: int, **values: str) -> None:
    tx.execute(delete(table).where(*_here(table, tenant, cohort, who, number)))
    tx.execute(insert(table).values(tenant=tenant, cohort=cohort, person=who, number=number, **values))
