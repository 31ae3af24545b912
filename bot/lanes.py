"""Who sends for which lane, and what: everything that one look at the clock changes, in one transaction.

A lane is what a platform counts together when it limits us: a workspace. Whoever serves it holds a lease, and
with every new holder its fence goes up by one. That a message was sent is believed of anybody; to put one
back, the fence must still be one's own, for somebody else may be sending it by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, exists, func, or_, select, update
from sqlalchemy import Row as Found

from bot import open_rows, settling, taking
from bot.errands import Held, LaneKey, Manners, Outcome, Terms, Turn, manners_of
from bot.outbox import SENDING, SENT, UNKNOWN, is_
from bot.pace import Pace
from bot.store.tables import lane, outbox, workspace

_MINE = select(lane.c.tenant, lane.c.lane, lane.c.fence).where(lane.c.owner == bindparam("who")).with_for_update()
_KEEP = (
    update(lane)
    .where(lane.c.tenant == bindparam("b_tenant"), lane.c.lane == bindparam("b_lane"))
    .values(
        {name: bindparam(f"b_{name}") for name in ("owner", "lease_until", "fence", "served_at", "rate", "paced_to")}
        | {"blocked_until": func.coalesce(open_rows.moment("b_blocked_until"), lane.c.blocked_until)}
    )
)


def turn(
    tx: Connection,
    who: str,
    held: Mapping[LaneKey, Held],
    outcomes: Sequence[Outcome],
    manners: Mapping[str, Manners],
    now: datetime,
    at: datetime,
    terms: Terms,
    *,
    stopping: bool = False,
) -> Turn:
    """Settle what came back, then take what is due, unless `stopping`.

    `held` is what the turn before gave; `manners` names the platforms that run here; `now` is the calendar's
    time and `at` the machine's. Nothing but the database is changed, so a turn that failed can be done again.
    """
    mine = _still_mine(tx, who, held)
    settling.settle(tx, outcomes, manners, at, terms)
    back: dict[LaneKey, list[Outcome]] = {}
    for one in outcomes:
        back.setdefault((one.errand.row.intent.tenant, one.errand.row.lane), []).append(one)
    mine |= {key: _after(mine[key], some, at) for key, some in back.items() if key in mine}
    if stopping:
        _keep(tx, who, mine, at, terms)
        return Turn({key: one for key, one in mine.items() if one.in_hand})
    crowded = len(mine) >= terms.lanes
    if crowded:  # what is done is let go, and takes its place behind those that wait
        _keep(tx, who, {key: one for key, one in mine.items() if not one.in_hand}, at, terms)
        mine = {key: one for key, one in mine.items() if one.in_hand}
    fresh = _take(tx, manners, now, at, terms, terms.lanes - len(mine))
    open_ = (
        fresh if crowded else fresh | {key: one for key, one in mine.items() if one.pause is None or one.pause <= at}
    )
    taken = taking.take(tx, open_, manners, now, at, terms)
    mine |= taken.lanes
    _keep(tx, who, mine, at, terms)
    return Turn({key: one for key, one in mine.items() if one.in_hand}, taken.errands, taken.missed)


def forget(tx: Connection) -> None:
    """Nobody else is there, so no lease is anybody's: what a dead process held is free at once."""
    tx.execute(update(lane).values(owner=None, lease_until=None))


# --- lanes -----------------------------------------------------------------------------------------


def _after(one: Held, back: Sequence[Outcome], at: datetime) -> Held:
    """A lane after what came back for it."""
    pace = one.pace.give_back(sum(not each.asked for each in back))
    pace = pace.went_well(sum(each.state == SENT and each.errand.start > 0 for each in back))
    pauses = [each.pause for each in back if each.pause is not None]
    pause = one.pause
    if pauses:
        pause = at + timedelta(seconds=max(pauses))
        pace = pace.pushed_back(pause)
    done = {each.errand.row.key for each in back if each.errand.row.fence == one.fence}
    return replace(one, pace=pace, pause=pause, in_hand=one.in_hand - done)


def _still_mine(tx: Connection, who: str, held: Mapping[LaneKey, Held]) -> dict[LaneKey, Held]:
    if not held:
        return {}
    rows = tx.execute(_MINE, {"who": who})
    fences = {(row.tenant, row.lane): row.fence for row in rows}
    return {key: one for key, one in held.items() if fences.get(key) == one.fence}


@cache
def _free(platforms: tuple[str, ...]) -> Select[Any]:
    """Of these platforms; takes what `open_rows` takes, and `b_most`."""
    here = and_(outbox.c.tenant == lane.c.tenant, outbox.c.lane == lane.c.lane)
    at = open_rows.moment("b_at")
    return (
        select(lane)
        .where(
            or_(lane.c.lease_until.is_(None), lane.c.lease_until <= at),
            or_(lane.c.blocked_until.is_(None), lane.c.blocked_until <= at),
            or_(lane.c.lane == "", *(lane.c.lane.startswith(f"{name}:", autoescape=True) for name in platforms)),
            ~exists().where(*_taken_out()),
            or_(
                exists().where(here, *open_rows.due()),
                exists().where(here, is_(SENDING)),  # of whoever held it before
                exists().where(here, *open_rows.unclear()),
            ),
        )
        .order_by(lane.c.served_at.nulls_first(), lane.c.tenant, lane.c.lane)
        .limit(bindparam("b_most"))
        .with_for_update(skip_locked=True)
    )


def _take(
    tx: Connection, manners: Mapping[str, Manners], now: datetime, at: datetime, terms: Terms, most: int
) -> dict[LaneKey, Held]:
    """Free lanes with something to do, the one that was served longest ago first."""
    if most <= 0:
        return {}
    found = tx.execute(_free(tuple(manners)), {**open_rows.moments(now, at, terms), "b_most": most}).all()
    _leave_unknown(tx, found, at)
    return {(row.tenant, row.lane): Held(row.fence + 1, _pace(manners_of(manners, row.lane), row)) for row in found}


def _pace(one: Manners, row: Found[Any]) -> Pace:
    return Pace.of(one.rate, row.rate, row.blocked_until is not None, row.paced_to, one.first_rate)


def _taken_out() -> tuple[ColumnElement[bool], ...]:
    """The bot is not in the lane's workspace any more. What is meant for it stays as it is until it is put back."""
    name = workspace.c.platform.concat(":").concat(workspace.c.workspace)
    return (workspace.c.tenant == lane.c.tenant, name == lane.c.lane, workspace.c.removed_at.is_not(None))


def _leave_unknown(tx: Connection, lanes: Sequence[Found[Any]], at: datetime) -> None:
    """What somebody else was sending when the lease ran out: it may have arrived, or may still arrive."""
    if not lanes:
        return
    tx.execute(
        update(outbox)
        .where(outbox.c.tenant == bindparam("b_tenant"), outbox.c.lane == bindparam("b_lane"), is_(SENDING))
        .values(
            state=UNKNOWN,
            fence=bindparam("b_fence"),
            attempts=outbox.c.attempts + 1,
            tried_at=bindparam("b_at"),
            again_at=None,
        ),
        [{"b_tenant": row.tenant, "b_lane": row.lane, "b_fence": row.fence + 1, "b_at": at} for row in lanes],
    )


def _keep(tx: Connection, who: str, lanes: Mapping[LaneKey, Held], at: datetime, terms: Terms) -> None:
    """Renew the leases of lanes with something on its way; let the others go."""
    if not lanes:
        return
    until = at + timedelta(seconds=terms.lease)
    tx.execute(
        _KEEP,
        [
            {
                "b_tenant": tenant,
                "b_lane": name,
                "b_owner": who if one.in_hand else None,
                "b_lease_until": until if one.in_hand else None,
                "b_fence": one.fence,
                "b_served_at": at,
                "b_blocked_until": one.pause,
                "b_rate": one.pace.rate if one.pace.learning else None,
                "b_paced_to": one.pace.paced_to,
            }
            for (tenant, name), one in sorted(lanes.items())
        ],
    )
