"""What was planned for a calendar that has changed: it goes in the change's own transaction, and is planned anew."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, delete, literal_column, update

from bot.schedule import ANNOUNCEMENT, PROMPT, REMINDER, SILENCE, STEP
from bot.store.tables import cohort, membership, outbox

CLOCK = (ANNOUNCEMENT, PROMPT, REMINDER, SILENCE, STEP)
"""The kinds that the clock sends."""
_READY: ColumnElement[str] = literal_column("'ready'")


def forget_member(tx: Connection, home: str, which: str, who: str) -> None:
    drop(tx, home, who, which)
    need_member(tx, home, which, who)


def need_member(tx: Connection, home: str, which: str, who: str) -> None:
    """There may be more to send to this member now; what is planned stays."""
    tx.execute(
        update(membership)
        .where(membership.c.tenant == home, membership.c.cohort == which, membership.c.person == who)
        .values(replan=True)
    )


def forget_person(tx: Connection, home: str, who: str) -> None:
    """In every cohort of theirs."""
    drop(tx, home, who)
    tx.execute(update(membership).where(membership.c.tenant == home, membership.c.person == who).values(replan=True))


def forget_cohort(tx: Connection, home: str, which: str) -> None:
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
    tx.execute(update(cohort).where(cohort.c.tenant == home, cohort.c.cohort == which).values(replan=True))


def drop(tx: Connection, home: str, who: str, which: str | None = None) -> None:
    """Rows that are still ready; in any other state somebody may have the message."""
    here = [] if which is None else [outbox.c.cohort == which]
    tx.execute(
        delete(outbox).where(
            outbox.c.tenant == home,
            outbox.c.recipient == who,
            outbox.c.state == _READY,
            outbox.c.kind.in_(CLOCK),
            *here,
        )
    )
