"""Which rows of a lane go next: first what is unclear, then what is due, in order and as its pace allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Integer, Row, Update, bindparam, case, func, select, union_all, update

from bot import open_rows
from bot.errands import Errand, Held, LaneKey, Manners, Terms, manners_of
from bot.messages import Address
from bot.outbox import MISSED, SENDING, UNKNOWN, WRITTEN, row_of
from bot.outbox import Row as Planned
from bot.store.tables import outbox

_LANES_AT_ONCE = (1, 5, 25)
"""A statement for so many lanes; what is left over of it has no room."""
_THIS = (outbox.c.tenant == bindparam("b_tenant"), outbox.c.key == bindparam("b_key"))
# At one moment a step comes before its prompt.
_IN_ORDER = (outbox.c.due_at, outbox.c.kind.desc())

# Made once: a turn asks these of every lane.
_UNCLEAR_LANES = select(outbox.c.tenant, outbox.c.lane).where(*open_rows.unclear()).distinct()
_UNCLEAR = (
    select(
        *WRITTEN,
        outbox.c.address,
        outbox.c.tried_at,
        outbox.c.safe_until,
        open_rows.address().label("found_address"),
        open_rows.door().label("found_door"),
    )
    .where(outbox.c.tenant == bindparam("b_tenant"), outbox.c.lane == bindparam("b_lane"), *open_rows.unclear())
    .order_by(*_IN_ORDER)
    .limit(bindparam("b_room"))
    .with_for_update(skip_locked=True, of=outbox)
)
_AGAIN = (
    update(outbox)
    .where(*_THIS)
    .values(
        {name: bindparam(f"b_{name}") for name in ("state", "fence", "address", "tried_at", "again_at", "safe_until")}
    )
)
_MISS = (
    update(outbox)
    .where(*_THIS)
    .values(state=MISSED, reason="its time had passed", address=None, tried_at=None, safe_until=None)
)


@cache
def _claim(count: int) -> Update:
    """Due rows of so many lanes become ours, as many of each as it has room for.

    Takes what `open_rows.due` takes, and `b_tenant`, `b_lane`, `b_room`, `b_fence` and `b_safe_until` of each lane,
    with its place from 0.
    """
    each = [
        select(
            outbox.c.tenant,
            outbox.c.key,
            bindparam(f"b_fence{place}", type_=Integer).label("new_fence"),
            open_rows.moment(f"b_safe_until{place}").label("new_safe_until"),
        )
        .where(
            outbox.c.tenant == bindparam(f"b_tenant{place}"),
            outbox.c.lane == bindparam(f"b_lane{place}"),
            *open_rows.due(),
        )
        .order_by(*_IN_ORDER)
        .limit(bindparam(f"b_room{place}"))
        .with_for_update(skip_locked=True)
        .subquery()
        for place in range(count)
    ]
    next_ = union_all(*map(select, each)).cte("next_of_each_lane")
    # What is to be taken away from a person who is not known any more is where it was shown.
    where = func.coalesce(open_rows.address(), case((outbox.c.ref.is_not(None), outbox.c.address)))
    return (
        update(outbox)
        .where(outbox.c.tenant == next_.c.tenant, outbox.c.key == next_.c.key)
        .values(
            state=SENDING,
            fence=next_.c.new_fence,
            address=where,
            tried_at=open_rows.moment("b_at"),
            again_at=None,
            safe_until=next_.c.new_safe_until,
        )
        .returning(*WRITTEN, outbox.c.address, open_rows.door_of_updated().label("found_door"))
    )


@dataclass(slots=True)
class Taken:
    lanes: dict[LaneKey, Held]
    errands: list[Errand] = field(default_factory=list)
    missed: list[Planned] = field(default_factory=list)
    """Too late to be sent into another week, or at midnight."""

    def add(self, lane: LaneKey, rows: Iterable[tuple[Any, str | None, bool]], at: datetime) -> None:
        """Each row with its address and whether it is only looked for; one after the other, at the lane's pace."""
        one, rows = self.lanes[lane], list(rows)
        pace, starts = one.pace.take(at, len(rows))
        self.lanes[lane] = replace(one, pace=pace, in_hand=one.in_hand.union(row.key for row, _, _ in rows))
        self.errands += [
            Errand(row_of(row, one.fence), Address.parse(where) if where else None, start, look, row.found_door or "")
            for (row, where, look), start in zip(rows, starts, strict=True)
        ]


def take(
    tx: Connection,
    lanes: Mapping[LaneKey, Held],
    manners: Mapping[str, Manners],
    now: datetime,
    at: datetime,
    terms: Terms,
) -> Taken:
    """Fill the hands of these lanes."""
    taken = Taken(dict(lanes))
    times = open_rows.moments(now, at, terms)
    rooms = {lane: _room(one, at, terms) for lane, one in lanes.items()}
    for lane in [(row.tenant, row.lane) for row in tx.execute(_UNCLEAR_LANES, times)]:
        if rooms.get(lane, 0) > 0:
            rooms[lane] -= _take_unclear(tx, taken, lane, rooms[lane], times, terms)
    safe = {
        lane: at + timedelta(seconds=safely) if (safely := manners_of(manners, lane[1]).repeats_safely) else None
        for lane in lanes
    }
    for lane, rows in _take_due(tx, taken, rooms, safe, times).items():
        taken.add(lane, [(row, row.address, False) for row in rows], at)
    return taken


def _room(one: Held, at: datetime, terms: Terms) -> int:
    allowed = one.pace.room(at, terms.ahead)
    room = terms.most - len(one.in_hand)
    return room if allowed is None else min(room, allowed)


def _take_unclear(
    tx: Connection, taken: Taken, lane: LaneKey, room: int, times: Mapping[str, datetime], terms: Terms
) -> int:
    """Repeated while the platform takes a repeat for the first, and else looked for. Returns how many."""
    mine, at = taken.lanes[lane], times["b_at"]
    most = room + len(mine.in_hand)
    found = tx.execute(_UNCLEAR, {**times, "b_tenant": lane[0], "b_lane": lane[1], "b_room": most}).all()
    rows = [
        (row, row.address or row.found_address, row.safe_until is None or row.safe_until < times["b_safe_from"])
        for row in found
        if row.key not in mine.in_hand
    ][:room]
    if rows:
        tx.execute(
            _AGAIN,
            [
                {
                    "b_tenant": row.tenant,
                    "b_key": row.key,
                    "b_state": UNKNOWN if look else SENDING,
                    "b_fence": mine.fence,
                    "b_address": where,
                    "b_tried_at": row.tried_at if look else at,
                    "b_again_at": at + timedelta(seconds=terms.lease) if look else None,
                    "b_safe_until": row.safe_until,
                }
                for row, where, look in rows
            ],
        )
        taken.add(lane, rows, at)
    return len(rows)


def _take_due(
    tx: Connection,
    taken: Taken,
    rooms: Mapping[LaneKey, int],
    safe: Mapping[LaneKey, datetime | None],
    times: Mapping[str, datetime],
) -> dict[LaneKey, list[Row[Any]]]:
    """Those whose time has passed are met on the way and missed; others take their places."""
    found: dict[LaneKey, list[Row[Any]]] = {}
    wanted = [lane for lane, room in rooms.items() if room > 0]
    while wanted:
        some, wanted = wanted[: _LANES_AT_ONCE[-1]], wanted[_LANES_AT_ONCE[-1] :]
        values: dict[str, object] = dict(times)
        count = next(size for size in _LANES_AT_ONCE if size >= len(some))
        for place in range(count):
            lane = some[place] if place < len(some) else ("", "")
            room = rooms[lane] - len(found.get(lane, ())) if place < len(some) else 0
            held = taken.lanes.get(lane)
            each = {
                "tenant": lane[0],
                "lane": lane[1],
                "room": room,
                "fence": held.fence if held else 0,
                "safe_until": safe.get(lane),
            }
            values |= {f"b_{name}{place}": value for name, value in each.items()}
        rows = tx.execute(_claim(count), values).all()
        late = [row for row in rows if row.expires_at is not None and row.expires_at <= times["b_now"]]
        if late:
            tx.execute(_MISS, [{"b_tenant": row.tenant, "b_key": row.key} for row in late])
            taken.missed += [row_of(row) for row in late]
            wanted += {(row.tenant, row.lane): None for row in late}
        for row in rows:
            if row.expires_at is None or row.expires_at > times["b_now"]:
                found.setdefault((row.tenant, row.lane), []).append(row)
    for some_rows in found.values():
        some_rows.sort(key=lambda row: row.kind, reverse=True)
        some_rows.sort(key=lambda row: row.due_at)
    return found
