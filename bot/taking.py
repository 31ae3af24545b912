"""Which rows of a lane go next: first what is unclear, then what is due, in order and as its pace allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, case, func, or_, select, update

from bot.errands import Errand, Held, LaneKey, Manners, Terms, manners_of
from bot.messages import Address
from bot.outbox import MISSED, READY, RESTORED, SENDING, UNKNOWN, is_, row_of
from bot.outbox import Row as Planned
from bot.store.tables import account, outbox, place


def due() -> tuple[ColumnElement[bool], ...]:
    """Ready, and its moment has come. Takes `b_now` (the calendar's) and `b_at` (the machine's)."""
    return (
        is_(READY),
        outbox.c.due_at <= _moment("b_now"),
        or_(outbox.c.again_at.is_(None), outbox.c.again_at <= _moment("b_at")),
    )


def unclear() -> tuple[ColumnElement[bool], ...]:
    """Tried long enough ago to be looked for, or recently enough to be repeated safely.

    Takes `b_at`, `b_tried_by` and `b_safe_from`.
    """
    return (
        is_(UNKNOWN),
        or_(outbox.c.again_at.is_(None), outbox.c.again_at <= _moment("b_at")),
        or_(
            outbox.c.tried_at.is_(None),
            outbox.c.reason == RESTORED,  # its try belongs to another life, whose clock may have been another
            outbox.c.tried_at <= _moment("b_tried_by"),
            outbox.c.safe_until >= _moment("b_safe_from"),
        ),
    )


def moments(now: datetime, at: datetime, terms: Terms) -> dict[str, datetime]:
    """What `due` and `unclear` take."""
    return {
        "b_now": now,
        "b_at": at,
        "b_tried_by": at - timedelta(seconds=terms.look_after),
        "b_safe_from": at + timedelta(seconds=terms.timeout + terms.margin),
    }


def _moment(name: str) -> Any:
    return bindparam(name, type_=outbox.c.due_at.type)


def _address() -> ColumnElement[str | None]:
    """The recipient's address in the row's own lane."""
    return case(
        (
            outbox.c.channel,
            select(place.c.address)
            .where(place.c.tenant == outbox.c.tenant, place.c.place == outbox.c.recipient)
            .scalar_subquery(),
        ),
        # Not the address as it is: SQLite would go through all of the tenant's to find the smallest.
        else_=select(func.min(account.c.address.concat("")))
        .where(
            account.c.tenant == outbox.c.tenant,
            account.c.person == outbox.c.recipient,
            account.c.lane == outbox.c.lane,
        )
        .scalar_subquery(),
    )


def _door() -> ColumnElement[str | None]:
    return (
        select(func.min(account.c.door))
        .where(
            account.c.tenant == outbox.c.tenant,
            account.c.person == outbox.c.recipient,
            account.c.lane == outbox.c.lane,
        )
        .scalar_subquery()
    )


def _of_lane(which: tuple[ColumnElement[bool], ...]) -> Select[Any]:
    return (
        select(outbox, _address().label("found_address"), _door().label("found_door"))
        .where(outbox.c.tenant == bindparam("b_tenant"), outbox.c.lane == bindparam("b_lane"), *which)
        # At one moment a step comes before its prompt.
        .order_by(outbox.c.due_at, outbox.c.kind.desc())
        .limit(bindparam("b_room"))
        .with_for_update(skip_locked=True, of=outbox)
    )


# Made once: a turn asks these of every lane.
_UNCLEAR, _DUE = _of_lane(unclear()), _of_lane(due())
_UNCLEAR_LANES = select(outbox.c.tenant, outbox.c.lane).where(*unclear()).distinct()
_THIS = (outbox.c.tenant == bindparam("b_tenant"), outbox.c.key == bindparam("b_key"))
_TAKE = (
    update(outbox)
    .where(*_THIS)
    .values(
        {name: bindparam(f"b_{name}") for name in ("state", "fence", "address", "tried_at", "again_at", "safe_until")}
    )
)
_MISS = update(outbox).where(*_THIS).values(state=MISSED, reason="its time had passed")


@dataclass(slots=True)
class Taken:
    lanes: dict[LaneKey, Held]
    errands: list[Errand] = field(default_factory=list)
    missed: list[Planned] = field(default_factory=list)
    """Too late to be sent into another week, or at midnight."""


def take(
    tx: Connection,
    lanes: Mapping[LaneKey, Held],
    manners: Mapping[str, Manners],
    now: datetime,
    at: datetime,
    terms: Terms,
) -> Taken:
    """Fill the hands of these lanes."""
    times = moments(now, at, terms)
    to_look = {(row.tenant, row.lane) for row in tx.execute(_UNCLEAR_LANES, times)}
    taken = Taken(dict(lanes))
    rows: list[dict[str, object]] = []
    for key, one in lanes.items():
        allowed = one.pace.room(at, terms.ahead)
        room = terms.most - one.in_flight
        room = room if allowed is None else min(room, allowed)
        where = {**times, "b_tenant": key[0], "b_lane": key[1]}
        found: list[Row[Any]] = []
        if key in to_look and room > 0:
            found += tx.execute(_UNCLEAR, {**where, "b_room": room}).all()
        if room > len(found):
            found += _in_time(tx, where, room - len(found), now, taken)
        if not found:
            continue
        pace, starts = one.pace.take(at, len(found))
        taken.lanes[key] = replace(one, pace=pace, in_flight=one.in_flight + len(found))
        for row, start in zip(found, starts, strict=True):
            errand = _errand(row, one.fence, start, times["b_safe_from"])
            taken.errands.append(errand)
            rows.append(_as_taken(row, errand, manners_of(manners, key[1]).repeats_safely, at, terms))
    if rows:
        tx.execute(_TAKE, rows)
    return taken


def _in_time(tx: Connection, where: Mapping[str, object], room: int, now: datetime, taken: Taken) -> Sequence[Row[Any]]:
    """Due rows of a lane. Those whose time has passed are met on the way, and are missed."""
    while True:
        found = tx.execute(_DUE, {**where, "b_room": room}).all()
        late = [row for row in found if row.expires_at is not None and row.expires_at <= now]
        if not late:
            return found
        tx.execute(_MISS, [{"b_tenant": row.tenant, "b_key": row.key} for row in late])
        taken.missed += [row_of(row) for row in late]


def _errand(row: Row[Any], fence: int, start: float, safe_from: datetime) -> Errand:
    look = row.state == UNKNOWN and (row.safe_until is None or row.safe_until < safe_from)
    where = row.address if row.state == UNKNOWN and row.address else row.found_address
    if where is None and row.ref:  # something to take away from a person who is not known any more
        where = row.address
    return Errand(row_of(row, fence), Address.parse(where) if where else None, start, look, row.found_door or "")


def _as_taken(row: Row[Any], errand: Errand, safely: float, at: datetime, terms: Terms) -> dict[str, object]:
    safe_until = row.safe_until if row.state == UNKNOWN else None
    if safe_until is None and safely and not errand.look:
        safe_until = at + timedelta(seconds=safely)
    return {
        "b_tenant": row.tenant,
        "b_key": row.key,
        "b_state": UNKNOWN if errand.look else SENDING,
        "b_fence": errand.row.fence,
        "b_address": str(errand.address) if errand.address else None,
        "b_tried_at": row.tried_at if errand.look else at,
        "b_again_at": at + timedelta(seconds=terms.lease) if errand.look else None,
        "b_safe_until": safe_until,
    }
