"""How many questions found no answer, or none that helped: a count for each week, without a word of any."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Connection, insert, select, update

from bot import words
from bot.store.gaps import NONE, NOT_HELPFUL, unanswered

__all__ = ["NONE", "NOT_HELPFUL", "count", "said"]
_WEEKS = 4


def count(tx: Connection, tenant: str, today: date, outcome: str) -> None:
    week = _monday(today)
    here = (unanswered.c.tenant == tenant, unanswered.c.week == week, unanswered.c.outcome == outcome)
    if not tx.execute(update(unanswered).where(*here).values(count=unanswered.c.count + 1)).rowcount:
        tx.execute(insert(unanswered).values(tenant=tenant, week=week, outcome=outcome, count=1))


def said(tx: Connection, tenant: str, today: date) -> str:
    """A line for each of the last weeks in which there was anything; empty when there was nothing."""
    oldest = _monday(today) - timedelta(weeks=_WEEKS - 1)
    columns = (unanswered.c.week, unanswered.c.outcome, unanswered.c.count.label("how_many"))
    rows = tx.execute(select(*columns).where(unanswered.c.tenant == tenant, unanswered.c.week >= oldest))
    found = {(row.week, row.outcome): row.how_many for row in rows}
    weeks = sorted({week for week, _ in found}, reverse=True)
    return "\n".join(
        f"• Week of {words.day(week)}: without an answer {_number(found.get((week, NONE), 0))}, "
        f"not helpful {_number(found.get((week, NOT_HELPFUL), 0))}"
        for week in weeks
    )


def _number(of: int) -> str:
    return str(of) if of >= words.CROWD else f"fewer than {words.CROWD}"


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
