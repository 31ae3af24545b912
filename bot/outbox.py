"""Intents to send, as rows. Uniqueness lives in the key, so any number of planners may write the same one.

States: ready, sending, unknown (no clear answer: it is looked up before any second try), and the final
ones: sent, missed (too late to be kind), cancelled (no longer needed), refused (the platform said no).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy
from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import outbox

READY, SENDING, UNKNOWN = "ready", "sending", "unknown"
SENT, MISSED, CANCELLED, REFUSED = "sent", "missed", "cancelled", "refused"
_CLAIM_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Intent:
    """One message to one recipient. The words are made when it is sent, from what is true then."""

    tenant: str
    cohort: str
    kind: str
    number: int
    recipient: str
    """Our own id of a person, or of a place when `channel`."""
    due: datetime
    channel: bool = False
    expires: datetime | None = None
    subject: str = ""
    """What it is about where kind and number do not say it: a broadcast, a share."""

    @property
    def key(self) -> str:
        return f"{self.cohort}:{self.kind}:{self.number}:{self.subject}:{self.recipient}"


@dataclass(frozen=True, slots=True)
class Row:
    intent: Intent
    key: str
    state: str
    ref: str | None


def put(tx: Connection, intents: Sequence[Intent]) -> int:
    """Write what is not written yet; returns how many were new."""
    if not intents:
        return 0
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(outbox).on_conflict_do_nothing()
    new = 0
    for one in intents:
        new += tx.execute(
            statement.values(
                tenant=one.tenant,
                key=one.key,
                cohort=one.cohort,
                kind=one.kind,
                number=one.number,
                recipient=one.recipient,
                channel=one.channel,
                subject=one.subject,
                due_at=one.due,
                expires_at=one.expires,
                state=READY,
            )
        ).rowcount
    return new


def claim(tx: Connection, now: datetime) -> list[Row]:
    """Take what is due; what is past its time becomes missed."""
    tx.execute(
        update(outbox)
        .where(outbox.c.state == READY, outbox.c.expires_at.is_not(None), outbox.c.expires_at <= now)
        .values(state=MISSED, reason="its time had passed")
    )
    rows = tx.execute(
        select(outbox)
        .where(outbox.c.state == READY, outbox.c.due_at <= now)
        .order_by(outbox.c.due_at, outbox.c.kind.desc(), outbox.c.key)  # a step comes before its prompt
        .limit(_CLAIM_AT_ONCE)
    ).all()
    taken = [_row(row) for row in rows]
    for one in taken:
        settle(tx, one, SENDING, tried_at=now)
    return taken


def unfinished(tx: Connection) -> list[Row]:
    """Rows that a process died over, or whose sending had no clear answer."""
    rows = tx.execute(select(outbox).where(outbox.c.state.in_((SENDING, UNKNOWN)))).all()
    return [_row(row) for row in rows]


def settle(tx: Connection, row: Row, state: str, **values: object) -> None:
    tx.execute(
        update(outbox)
        .where(outbox.c.tenant == row.intent.tenant, outbox.c.key == row.key)
        .values(state=state, **values)
    )


def postpone(tx: Connection, row: Row, until: datetime) -> None:
    settle(tx, row, READY, due_at=until)


def cancel(tx: Connection, tenant: str, cohort: str, person: str, kind: str, number: int) -> None:
    """In the answer's own transaction: what no longer has a reason does not go out."""
    tx.execute(
        update(outbox)
        .where(
            outbox.c.tenant == tenant,
            outbox.c.cohort == cohort,
            outbox.c.recipient == person,
            outbox.c.kind == kind,
            outbox.c.number == number,
            outbox.c.state == READY,
        )
        .values(state=CANCELLED)
    )


def written(tx: Connection, tenant: str, cohort: str) -> set[str]:
    """The keys that a cohort already has, in any state."""
    rows = tx.execute(select(outbox.c.key).where(outbox.c.tenant == tenant, outbox.c.cohort == cohort))
    return {row.key for row in rows}


def sent(tx: Connection, tenant: str, cohort: str, kind: str, subject: str = "") -> list[Row]:
    rows = tx.execute(
        select(outbox).where(
            outbox.c.tenant == tenant,
            outbox.c.cohort == cohort,
            outbox.c.kind == kind,
            outbox.c.subject == subject,
            outbox.c.state == SENT,
        )
    ).all()
    return [_row(row) for row in rows]


def out(tx: Connection, tenant: str, cohort: str, number: int) -> bool:
    """Whether anything of a unit has gone out, or may have."""
    return (
        tx.execute(
            select(outbox.c.key).where(
                outbox.c.tenant == tenant,
                outbox.c.cohort == cohort,
                outbox.c.kind == "prompt",
                outbox.c.number == number,
                outbox.c.state.in_((SENDING, UNKNOWN, SENT)),
            )
        ).first()
        is not None
    )


def next_due(tx: Connection) -> datetime | None:
    return tx.execute(
        select(outbox.c.due_at).where(outbox.c.state == READY).order_by(outbox.c.due_at).limit(1)
    ).scalar()


def _row(row: sqlalchemy.Row[Any]) -> Row:
    intent = Intent(
        row.tenant,
        row.cohort,
        row.kind,
        row.number,
        row.recipient,
        row.due_at,
        row.channel,
        row.expires_at,
        row.subject,
    )
    return Row(intent, row.key, row.state, row.ref)
