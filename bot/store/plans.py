"""A calendar that has changed is marked in the change's own transaction.

While a mark stands, nothing goes out that was planned before it; the planner takes it away with those rows, and
plans anew.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, delete, literal_column, update

from bot.schedule import ANNOUNCEMENT, PROMPT, REMINDER, SILENCE, STEP
from bot.store.tables import cohort, membership, outbox

CLOCK = (ANNOUNCEMENT, PROMPT, REMINDER, SILENCE, STEP)
"""The kinds that the clock sends."""
_READY: ColumnElement[str] = literal_column("'ready'")


def mark_member(tx: Connection, home: str, which: str, who: str) -> None:
    """This member's clock, or what they have a reason to be sent, has changed."""
    tx.execute(
        update(membership)
        .where(membership.c.tenant == home, membership.c.cohort == which, membership.c.person == who)
        .values(replan=True)
    )


def mark_person(tx: Connection, home: str, who: str) -> None:
    """In every cohort of theirs."""
    tx.execute(update(membership).where(membership.c.tenant == home, membership.c.person == who).values(replan=True))


def mark_cohort(tx: Connection, home: str, which: str) -> None:
    tx.execute(update(cohort).where(cohort.c.tenant == home, cohort.c.cohort == which).values(replan=True))


def drop_member(tx: Connection, home: str, which: str, who: str, numbers: Sequence[int]) -> None:
    """Rows that are still ready; in any other state somebody may have the message."""
    keys = [f"{which}:{kind}:{number}::{who}" for kind in CLOCK for number in numbers]
    tx.execute(delete(outbox).where(outbox.c.tenant == home, outbox.c.key.in_(keys), outbox.c.state == _READY))


def drop_cohort(tx: Connection, home: str, which: str) -> None:
    for kind in CLOCK:
        first = f"{which}:{kind}"
        tx.execute(
            delete(outbox).where(
                outbox.c.tenant == home,
                outbox.c.key >= f"{first}:",
                outbox.c.key < f"{first};",
                outbox.c.state == _READY,
            )
        )
