"""Every copy of a facilitator's message: one in the channel, or one in each member's private messages.

What becomes of the copies is counted, with reasons and never with names.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot import outbox
from bot.outbox import Intent, Row
from bot.store import cohorts
from bot.store.broadcasts import Broadcast
from bot.store.cohorts import Cohort
from bot.store.tables import outbox as rows

_STOPPED = "stopped"
_NOT_REACHED = (outbox.REFUSED, outbox.HELD)
SEND, CORRECT, LATE = "broadcast", "broadcast-correction", "broadcast-late"


@dataclass(frozen=True, slots=True)
class Progress:
    sent: int = 0
    waiting: int = 0
    unclear: int = 0
    """Sent without a clear answer; looked for."""
    missed: int = 0
    stopped: int = 0
    unreachable: Counter[str] = field(default_factory=Counter)
    """Why, and how many."""


def recipients(tx: Connection, cohort: Cohort) -> list[str]:
    """Everybody who said yes and has not left."""
    return [one.person for one in cohorts.members(tx, cohort) if one.state == cohorts.STARTED]


def send(tx: Connection, cohort: Cohort, found: Broadcast, now: datetime) -> None:
    where = recipients(tx, cohort) if found.private else [cohort.place or ""]
    _put(tx, cohort, SEND, 0, where, not found.private, found, now)


def replace(tx: Connection, cohort: Cohort, found: Broadcast, now: datetime) -> None:
    """A correction or a withdrawal, for every copy there is or may be."""
    before = outbox.about(tx, cohort.tenant, cohort.cohort, CORRECT, found.broadcast)
    where = [row.intent.recipient for row in _copies(tx, found)]
    _put(tx, cohort, CORRECT, before + 1, where, not found.private, found, now)


def _put(
    tx: Connection,
    cohort: Cohort,
    kind: str,
    number: int,
    where: Sequence[str],
    channel: bool,
    found: Broadcast,
    now: datetime,
) -> None:
    outbox.put(
        tx,
        [
            Intent(cohort.tenant, cohort.cohort, kind, number, one, now, channel, subject=found.broadcast)
            for one in where
        ],
    )


def _copies(tx: Connection, found: Broadcast) -> list[Row]:
    return outbox.rows(tx, found.tenant, found.cohort, SEND, found.broadcast)


def copy_for(tx: Connection, row: Row) -> Row | None:
    """What a correction corrects: the same recipient's copy."""
    intent = row.intent
    key = outbox.key(intent.cohort, SEND, 0, intent.recipient, intent.subject)
    found = tx.execute(select(*outbox.WRITTEN).where(rows.c.tenant == intent.tenant, rows.c.key == key)).one_or_none()
    return None if found is None else outbox.row_of(found)


def progress(tx: Connection, found: Broadcast) -> Progress:
    copies = _copies(tx, found)
    count = Counter(row.state for row in copies)
    return Progress(
        count[outbox.SENT],
        count[outbox.READY] + count[outbox.SENDING],
        count[outbox.UNKNOWN],
        count[outbox.MISSED],
        sum(row.state == outbox.CANCELLED and row.reason == _STOPPED for row in copies),
        Counter(row.reason or "the platform said no" for row in copies if row.state in _NOT_REACHED),
    )


def stop(tx: Connection, found: Broadcast) -> int:
    """What has not gone out does not go out; returns how many."""
    return _turn(tx, found, (outbox.READY, outbox.HELD), state=outbox.CANCELLED, reason=_STOPPED)


def again(tx: Connection, found: Broadcast, now: datetime) -> int:
    """What was missed goes out now, where somebody decided so."""
    return _turn(
        tx,
        found,
        (outbox.MISSED,),
        state=outbox.READY,
        reason=None,
        due_at=now,
        expires_at=outbox.expiry(SEND, now),
    )


def _turn(tx: Connection, found: Broadcast, before: Sequence[str], **values: object) -> int:
    return tx.execute(
        update(rows)
        .where(
            *outbox.beginning(found.tenant, found.cohort, SEND, 0, found.broadcast),
            rows.c.state.in_(before),
        )
        .values(**values)
    ).rowcount


def ask(found: Broadcast, now: datetime) -> list[Intent]:
    """One question to whoever wrote it, however many copies were missed."""
    return [Intent(found.tenant, found.cohort, LATE, 0, found.person, now, subject=found.broadcast)]
