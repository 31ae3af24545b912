"""What becomes of a row once its errand is back. That it was sent is believed of anybody; to put it back, the
fence must still be one's own, for somebody else may be sending it by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256

from sqlalchemy import Connection, String, Update, bindparam, case, select, update

from bot import removals
from bot.errands import Manners, Outcome, Terms, manners_of
from bot.messages import Address
from bot.outbox import READY, REFUSED, RESTORED, SENDING, SENT, UNKNOWN
from bot.store import doors
from bot.store.columns import Instant
from bot.store.engine import written
from bot.store.lines import Lines
from bot.store.tables import outbox

NOBODY_KNOWS = "nobody can tell whether it arrived"
OUR_ERROR = "an error in the bot"
_AFTER_A_FAULT, _LONGEST_REST = 15.0, 3600.0

_SENT = Lines("sent", (("tenant", String()), ("key", String()), ("ref", String()), ("sent_at", Instant())))
_OTHERWISE = (
    update(outbox)
    .where(
        outbox.c.tenant == bindparam("b_tenant"),
        outbox.c.key == bindparam("b_key"),
        outbox.c.state == bindparam("b_was"),
        outbox.c.fence == bindparam("b_fence"),
    )
    .values(
        {
            name: bindparam(f"b_{name}")
            for name in ("state", "reason", "due_at", "attempts", "faults", "tried_at", "again_at", "safe_until")
        }
        | {
            "tried_at": case((bindparam("b_keep") == 1, outbox.c.tried_at), else_=bindparam("b_tried_at")),
            "safe_until": case((bindparam("b_keep_safe") == 1, outbox.c.safe_until), else_=bindparam("b_safe_until")),
        }
    )
)


@cache
def _sent(dialect: str) -> Update:
    """Most rows, most of the time: all of them in one statement."""
    line = _SENT.table(dialect)
    return (
        update(outbox)
        .where(outbox.c.tenant == line.c.tenant, outbox.c.key == line.c.key, outbox.c.state != SENT)
        .values(state=SENT, reason=None, ref=line.c.ref, sent_at=line.c.sent_at)
    )


def settle(
    tx: Connection, outcomes: Sequence[Outcome], manners: Mapping[str, Manners], at: datetime, terms: Terms
) -> None:
    sent = [
        (one.errand.row.intent.tenant, one.errand.row.key, one.ref, one.sent_at)
        for one in outcomes
        if one.state == SENT
    ]
    if sent and written(tx, tx.execute(_sent(tx.dialect.name), _SENT.filled(sent))) < len(sent):
        _take_away_what_nobody_expects(tx, outcomes)
    doors.note(tx, shown(outcomes))
    others = [
        _values(
            one,
            was=UNKNOWN if one.errand.look else SENDING,
            fence=one.errand.row.fence,
            **_back(one, manners, at, terms),
        )
        for one in outcomes
        if one.state != SENT
    ]
    if others:
        tx.execute(_OTHERWISE, others)


def _take_away_what_nobody_expects(tx: Connection, outcomes: Sequence[Outcome]) -> None:
    """A second copy, from a process that stood still in the very moment of its write while another sent the first;
    or a message to somebody who was erased meanwhile. No look at a clock prevents that, so it is deleted.
    """
    for one in outcomes:
        row = one.errand.row
        stands = tx.execute(
            select(outbox.c.ref).where(outbox.c.tenant == row.intent.tenant, outbox.c.key == row.key)
        ).scalar()
        if one.state == SENT and one.ref and one.ref != stands:
            name = sha256(one.ref.encode()).hexdigest()[:32]
            removals.put(tx, row.intent.tenant, name, {one.ref: row.lane}, row.intent.due)


def shown(outcomes: Sequence[Outcome]) -> list[tuple[Address, str]]:
    """What is new about somebody's private messages."""
    return [
        (where, one.door)
        for one in outcomes
        if one.door and (where := one.errand.address) is not None and where.kind == "person"
    ]


def _back(one: Outcome, manners: Mapping[str, Manners], at: datetime, terms: Terms) -> dict[str, object]:
    """What a row that was not sent looks like from now on."""
    row = one.errand.row
    state, attempts, reason = one.state, row.attempts, one.reason or None
    faults = row.faults + one.fault
    rest = max(one.rest, _growing(_AFTER_A_FAULT, faults)) if one.fault else one.rest
    again = at + timedelta(seconds=rest) if rest else None
    keep = False
    if one.errand.look and state == UNKNOWN:
        keep, attempts = True, attempts + (one.counts or one.fault)
        again = at + timedelta(seconds=rest or _growing(terms.look_after, attempts))
        if one.hopeless or attempts >= terms.looks:
            reason = NOBODY_KNOWS
            again = at + timedelta(hours=1)
            if row.intent.kind in terms.again_when_unknown and row.reason != RESTORED and not one.fault:
                state, attempts, again, keep = READY, 0, None, False
        if row.reason == RESTORED:  # what another life may have sent is never sent again unasked
            reason = RESTORED
    elif one.errand.look:
        attempts = 0
    elif state == UNKNOWN:
        attempts, again = attempts + 1, at + timedelta(seconds=rest or min(2.0**attempts, 30))
        if not manners_of(manners, row.lane).repeats_safely and not one.fault:
            again = None
    elif state == READY and attempts:  # an earlier try may have arrived: this one was not made, that one is open
        state, keep = UNKNOWN, True
    if state == READY and faults >= terms.faults:
        state, reason, again = REFUSED, OUR_ERROR, None
    return {
        "state": state,
        "reason": reason,
        "due_at": one.due or row.intent.due,
        "attempts": attempts,
        "faults": faults,
        "again_at": again,
        "tried_at": at if state == UNKNOWN else None,
        "safe_until": None,
        "keep": int(keep),
        # What a platform takes for a repeat counts from when the message was taken, before any try.
        "keep_safe": int(keep or (state == UNKNOWN and not one.errand.look)),
    }


def _growing(first: float, times: int) -> float:
    return min(first * 2.0**times, _LONGEST_REST)


def _values(one: Outcome, **values: object) -> dict[str, object]:
    row = one.errand.row
    named = {"tenant": row.intent.tenant, "key": row.key, **values}
    return {f"b_{name}": value for name, value in named.items()}
