"""Intents to send, as rows. Uniqueness lives in the key, so any number of planners may write the same one.

States: ready, sending, unknown (no clear answer: it is looked up before any second try), held (the recipient's
private messages cannot be reached, until they act), and the final ones: sent, missed (too late to be kind),
cancelled (no longer needed), refused (the platform said no).
Who sends what, and how a row gets from state to state, is in `bot.lanes`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.store import milestones
from bot.store.tables import account, lane, outbox, place

READY, SENDING, UNKNOWN = "ready", "sending", "unknown"
SENT, MISSED, CANCELLED, REFUSED = "sent", "missed", "cancelled", "refused"
HELD = "held"
RESTORED = "due before a backup was restored"

GRACE = {
    "reminder": timedelta(hours=6),
    "announcement": timedelta(days=2),
    "broadcast": timedelta(hours=1),
    "broadcast-correction": timedelta(days=30),
    "welcome": timedelta(days=14),
    "renew": timedelta(days=14),
    "hello": timedelta(hours=1),
    **dict.fromkeys(
        ("closing", "kept-until", "channel-closed", "left-channel", "lacking", "event-news"), timedelta(days=7)
    ),
}
"""How late a message of a kind may still come, after the bot or the platform was away. Then it is missed."""
_NOTICES = timedelta(days=1)
_WITH_THEIR_UNIT = ("prompt", "step", "silence", "pre-work", "exit-note", "follow-up")
"""They come as long as their unit lasts, or what they say of an event can still be used."""
_AT_ONCE = 500


class NothingToSay(Exception):
    """What a row was about is there no more, or was of another release."""


class NotYet(Exception):
    """There is something to say, and a better moment (on the calendar) to say it."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"not before {until:%Y-%m-%d %H:%M}")
        self.until = until


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
        return key(self.cohort, self.kind, self.number, self.recipient, self.subject)


@dataclass(frozen=True, slots=True)
class Row:
    intent: Intent
    key: str
    state: str
    ref: str | None
    lane: str = ""
    fence: int = 0
    attempts: int = 0
    """Tries in a row that had no clear answer."""
    faults: int = 0
    """Errors of our own that it ran into."""
    reason: str = ""


WRITTEN = tuple(
    outbox.c[name]
    for name in (
        *("tenant", "cohort", "kind", "number", "recipient", "due_at", "channel", "expires_at", "subject"),
        *("key", "state", "ref", "lane", "fence", "attempts", "faults", "reason"),
    )
)
"""What `row_of` reads, by place: a turn reads many, and by name it takes three times as long."""


def key(cohort: str, kind: str, number: int, recipient: str, subject: str = "") -> str:
    return f"{cohort}:{kind}:{number}:{subject}:{recipient}"


def is_(state: str) -> ColumnElement[bool]:
    """Written out rather than bound, so that a database sees that an index of open rows will do."""
    return outbox.c.state == literal_column(f"'{state}'")


# --- writing ---------------------------------------------------------------------------------------


def expiry(kind: str, due: datetime, ends: datetime | None = None) -> datetime | None:
    """After this it is missed. `ends`: when what it is about is over."""
    grace = GRACE.get(kind, None if kind in _WITH_THEIR_UNIT else _NOTICES)
    if grace is None:
        return ends
    return due + grace if ends is None else min(ends, due + grace)


def put(tx: Connection, intents: Iterable[Intent]) -> int:
    """Write what is not written yet; returns how many were new."""
    wanted, new = list(intents), 0
    if not wanted:
        return 0
    restored = milestones.latest(tx, milestones.RESTORE)
    for start in range(0, len(wanted), _AT_ONCE):
        some = wanted[start : start + _AT_ONCE]
        lanes = _lanes(tx, some)
        open_lanes(tx, {(one.tenant, lanes[one.tenant, one.recipient, one.channel]) for one in some})
        made = tx.execute(
            inserting(tx).on_conflict_do_nothing().returning(outbox.c.key),
            [
                {
                    "tenant": one.tenant,
                    "key": one.key,
                    "cohort": one.cohort,
                    "kind": one.kind,
                    "number": one.number,
                    "recipient": one.recipient,
                    "channel": one.channel,
                    "subject": one.subject,
                    "due_at": one.due,
                    "expires_at": expiry(one.kind, one.due, one.expires),
                    "lane": lanes[one.tenant, one.recipient, one.channel],
                    **first_state(one.due, restored),
                }
                for one in some
            ],
        )
        new += len(made.all())
    return new


def first_state(due: datetime, restored: datetime | None) -> dict[str, object]:
    """Ready; or to be looked for, when a life that this database does not remember may have sent it."""
    if restored is not None and due <= restored:
        return {"state": UNKNOWN, "tried_at": due, "reason": RESTORED}
    return {"state": READY, "tried_at": None, "reason": None}


def inserting(tx: Connection) -> Any:
    return (postgresql if tx.dialect.name == "postgresql" else sqlite).insert(outbox)


def open_lanes(tx: Connection, names: Iterable[tuple[str, str]]) -> None:
    """Make (tenant, lane) known to whoever sends."""
    dialect = postgresql if tx.dialect.name == "postgresql" else sqlite
    wanted = [{"tenant": tenant, "lane": name} for tenant, name in sorted(names)]
    if wanted:
        tx.execute(dialect.insert(lane).on_conflict_do_nothing(), wanted)


def _lanes(tx: Connection, intents: Sequence[Intent]) -> dict[tuple[str, str, bool], str]:
    """(tenant, recipient, channel) to the lane of the recipient's address; '' without one."""
    found = {(one.tenant, one.recipient, one.channel): "" for one in intents}
    for table, who, channel in ((account, account.c.person, False), (place, place.c.place, True)):
        asked = [(tenant, recipient) for tenant, recipient, here in found if here == channel]
        if not asked:
            continue
        for row in tx.execute(
            select(table.c.tenant, who.label("who"), func.min(table.c.lane).label("name"))
            .where(tuple_(table.c.tenant, who).in_(asked))
            .group_by(table.c.tenant, who)
        ):
            found[row.tenant, row.who, channel] = row.name
    return found


def cancel(tx: Connection, tenant: str, cohort: str, person: str, kind: str, number: int) -> None:
    """In the answer's own transaction: what no longer has a reason does not go out."""
    tx.execute(
        update(outbox)
        .where(outbox.c.tenant == tenant, outbox.c.key == key(cohort, kind, number, person), is_(READY))
        .values(state=CANCELLED)
    )


# --- reading ---------------------------------------------------------------------------------------


def beginning(tenant: str, *parts: object) -> tuple[ColumnElement[bool], ...]:
    """The rows whose key begins with these parts, as a range of the primary key."""
    first = ":".join(map(str, parts))
    return (outbox.c.tenant == tenant, outbox.c.key >= f"{first}:", outbox.c.key < f"{first};")


def written(tx: Connection, tenant: str, cohort: str) -> set[str]:
    """The keys that a cohort already has, in any state."""
    return {row.key for row in tx.execute(select(outbox.c.key).where(*beginning(tenant, cohort)))}


def rows(tx: Connection, tenant: str, cohort: str, kind: str, subject: str = "") -> list[Row]:
    """Every row of one kind about one thing, in any state."""
    found = tx.execute(select(*WRITTEN).where(*beginning(tenant, cohort, kind), outbox.c.subject == subject)).all()
    return [row_of(row) for row in found]


def sent(tx: Connection, tenant: str, cohort: str, kind: str, subject: str = "") -> list[Row]:
    return [row for row in rows(tx, tenant, cohort, kind, subject) if row.state == SENT]


def received(tx: Connection, tenant: str, cohort: str, kind: str, recipient: str, numbers: Iterable[int]) -> list[int]:
    """For which of these units a recipient was sent a message of one kind."""
    keys = [key(cohort, kind, number, recipient) for number in numbers]
    found = tx.execute(
        select(outbox.c.number).where(outbox.c.tenant == tenant, outbox.c.key.in_(keys), outbox.c.state == SENT)
    )
    return sorted(row.number for row in found)


def undelivered(tx: Connection, tenant: str, cohort: str, kind: str, number: int) -> list[str]:
    """Whom a message of one kind about one unit could not reach, for certain."""
    found = tx.execute(
        select(outbox.c.recipient).where(
            *beginning(tenant, cohort, kind, number), outbox.c.state.in_((REFUSED, MISSED, CANCELLED))
        )
    )
    return [row.recipient for row in found]


def sent_at(tx: Connection, tenant: str, cohort: str, kind: str, number: int, recipient: str) -> datetime | None:
    """When a message went out; None when it has not."""
    return tx.execute(
        select(outbox.c.sent_at).where(
            outbox.c.tenant == tenant, outbox.c.key == key(cohort, kind, number, recipient), outbox.c.state == SENT
        )
    ).scalar()


def about(tx: Connection, tenant: str, cohort: str, kind: str, subject: str) -> int:
    """How many rows of a kind there are about one thing, in any state."""
    return len(rows(tx, tenant, cohort, kind, subject))


def out(tx: Connection, tenant: str, cohort: str, number: int) -> bool:
    """Whether anything of a unit has gone out, or may have."""
    return (
        tx.execute(
            select(outbox.c.key)
            .where(*beginning(tenant, cohort, "prompt", number), outbox.c.state.in_((SENDING, UNKNOWN, SENT)))
            .limit(1)
        ).first()
        is not None
    )


def troubles(tx: Connection, tenant: str, cohort: str, since: datetime) -> list[tuple[str, int]]:
    """(reason, how many) of what was due since and did not arrive, or nobody knows; most first. Counts, no names."""
    why = func.coalesce(outbox.c.reason, "checking whether it arrived")
    found = tx.execute(
        select(why.label("why"), func.count().label("how_many"))
        .where(*beginning(tenant, cohort), outbox.c.state.in_((MISSED, REFUSED, UNKNOWN)), outbox.c.due_at >= since)
        .group_by(why)
        .order_by(func.count().desc(), why)
    )
    return [(row.why, row.how_many) for row in found]


def next_due(tx: Connection, now: datetime) -> datetime | None:
    """The next moment after now at which something that is written is due."""
    return tx.execute(select(func.min(outbox.c.due_at)).where(is_(READY), outbox.c.due_at > now)).scalar()


def row_of(found: Sequence[Any], fence: int | None = None) -> Row:
    """Of a result that begins with `WRITTEN`. `fence`: that of whoever takes it now."""
    tenant, cohort, kind, number, recipient, due, channel, expires, subject = found[:9]
    key, state, ref, lane, own, attempts, faults, reason = found[9:17]
    intent = Intent(tenant, cohort, kind, number, recipient, due, channel, expires, subject)
    return Row(intent, key, state, ref, lane, own if fence is None else fence, attempts, faults, reason or "")
