"""Who sends for which lane, and what: everything that one look at the clock changes, in one transaction.

A lane is what a platform counts together when it limits us: a workspace. Whoever serves it holds a lease, and
with every new holder its fence goes up by one. That a message was sent is believed of anybody; to put one
back, the fence must still be one's own, for somebody else may be sending it by now.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, case, exists, func, or_, select, tuple_, update
from sqlalchemy import Row as Found

from bot import settling
from bot.errands import Errand, Held, LaneKey, Manners, Outcome, Terms, Turn, manners_of
from bot.messages import Address
from bot.outbox import MISSED, READY, RESTORED, SENDING, SENT, UNKNOWN, Row, is_, row_of
from bot.pace import Pace
from bot.store.tables import account, lane, outbox, place


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
    taking: bool = True,
) -> Turn:
    """Settle what came back, then take what is due, unless `taking` is False.

    `held` is what the turn before gave; `manners` names the platforms that run here; `now` is the calendar's
    time and `at` the machine's. Nothing but the database is changed, so a turn that failed can be done again.
    """
    mine = _still_mine(tx, who, held)
    settling.settle(tx, outcomes, manners, at, terms)
    mine = {key: _after(mine[key], key, outcomes, at) for key in mine}
    late = _miss(tx, now)
    errands: list[Errand] = []
    if taking:
        crowded = len(mine) >= terms.lanes
        if crowded:  # what is done is let go, and takes its place behind those that wait
            idle = {key: one for key, one in mine.items() if not one.in_flight}
            _keep(tx, who, idle, at, terms)
            mine = {key: one for key, one in mine.items() if one.in_flight}
        taken = _take(tx, manners, now, at, terms, terms.lanes - len(mine))
        for key, one in [*taken.items(), *([] if crowded else mine.items())]:
            mine[key] = one
            if one.pause is None or one.pause <= at:
                mine[key], more = _load(tx, key, one, manners, now, at, terms)
                errands += more
    _keep(tx, who, mine, at, terms)
    return Turn({key: one for key, one in mine.items() if one.in_flight}, errands, late)


def forget(tx: Connection) -> None:
    """Nobody else is there, so no lease is anybody's: what a dead process held is free at once."""
    tx.execute(update(lane).values(owner=None, lease_until=None))


# --- lanes -----------------------------------------------------------------------------------------


def _after(one: Held, key: LaneKey, outcomes: Sequence[Outcome], at: datetime) -> Held:
    """A lane after what came back for it."""
    back = [each for each in outcomes if (each.errand.row.intent.tenant, each.errand.row.lane) == key]
    if not back:
        return one
    pace = one.pace.give_back(sum(not each.asked for each in back))
    pace = pace.went_well(sum(each.state == SENT and each.errand.start > 0 for each in back))
    pauses = [each.pause for each in back if each.pause is not None]
    pause = one.pause
    if pauses:
        pause = at + timedelta(seconds=max(pauses))
        pace = pace.pushed_back(pause)
    return replace(one, pace=pace, pause=pause, in_flight=one.in_flight - len(back))


def _still_mine(tx: Connection, who: str, held: Mapping[LaneKey, Held]) -> dict[LaneKey, Held]:
    if not held:
        return {}
    rows = tx.execute(select(lane.c.tenant, lane.c.lane, lane.c.fence).where(lane.c.owner == who).with_for_update())
    fences = {(row.tenant, row.lane): row.fence for row in rows}
    return {key: one for key, one in held.items() if fences.get(key) == one.fence}


def _take(
    tx: Connection, manners: Mapping[str, Manners], now: datetime, at: datetime, terms: Terms, most: int
) -> dict[LaneKey, Held]:
    """Free lanes with something to do, the one that was served longest ago first."""
    if most <= 0:
        return {}
    here = and_(outbox.c.tenant == lane.c.tenant, outbox.c.lane == lane.c.lane)
    found = tx.execute(
        select(lane)
        .where(
            or_(lane.c.lease_until.is_(None), lane.c.lease_until <= at),
            or_(lane.c.blocked_until.is_(None), lane.c.blocked_until <= at),
            or_(lane.c.lane == "", *(lane.c.lane.startswith(f"{name}:", autoescape=True) for name in manners)),
            or_(
                exists().where(here, *_due(now, at)),
                exists().where(here, is_(SENDING)),  # of whoever held it before
                exists().where(here, *_unclear(at, terms)),
            ),
        )
        .order_by(lane.c.served_at.nulls_first(), lane.c.tenant, lane.c.lane)
        .limit(most)
        .with_for_update(skip_locked=True)
    ).all()
    taken = {}
    for row in found:
        pace = Pace.of(manners_of(manners, row.lane).rate, row.rate, row.blocked_until is not None, row.paced_to)
        taken[row.tenant, row.lane] = Held(row.fence + 1, pace)
        _leave_unknown(tx, row, at)
    return taken


def _leave_unknown(tx: Connection, row: Found[Any], at: datetime) -> None:
    """What somebody else was sending when the lease ran out: it may have arrived, or may still arrive."""
    tx.execute(
        update(outbox)
        .where(outbox.c.tenant == row.tenant, outbox.c.lane == row.lane, is_(SENDING))
        .values(state=UNKNOWN, fence=row.fence + 1, attempts=outbox.c.attempts + 1, tried_at=at, again_at=None)
    )


def _keep(tx: Connection, who: str, lanes: Mapping[LaneKey, Held], at: datetime, terms: Terms) -> None:
    """Renew the leases of lanes with something on its way; let the others go."""
    if not lanes:
        return
    until = at + timedelta(seconds=terms.lease)
    names = ("owner", "lease_until", "fence", "served_at", "blocked_until", "rate", "paced_to")
    tx.execute(
        update(lane)
        .where(lane.c.tenant == bindparam("b_tenant"), lane.c.lane == bindparam("b_lane"))
        .values(
            {name: bindparam(f"b_{name}") for name in names if name != "blocked_until"}
            | {
                "blocked_until": func.coalesce(
                    bindparam("b_blocked_until", type_=lane.c.blocked_until.type), lane.c.blocked_until
                )
            }
        ),
        [
            {
                "b_tenant": tenant,
                "b_lane": name,
                "b_owner": who if one.in_flight else None,
                "b_lease_until": until if one.in_flight else None,
                "b_fence": one.fence,
                "b_served_at": at,
                "b_blocked_until": one.pause,
                "b_rate": one.pace.rate if one.pace.learning else None,
                "b_paced_to": one.pace.paced_to,
            }
            for (tenant, name), one in sorted(lanes.items())
        ],
    )


# --- rows ------------------------------------------------------------------------------------------


def _due(now: datetime, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        is_(READY),
        outbox.c.due_at <= now,
        or_(outbox.c.again_at.is_(None), outbox.c.again_at <= at),
    )


def _unclear(at: datetime, terms: Terms) -> tuple[ColumnElement[bool], ...]:
    """Long enough ago to be looked for, or recent enough to be repeated safely."""
    return (
        is_(UNKNOWN),
        or_(outbox.c.again_at.is_(None), outbox.c.again_at <= at),
        or_(
            outbox.c.tried_at.is_(None),
            outbox.c.reason == RESTORED,  # its try belongs to another life, whose clock may have been another
            outbox.c.tried_at <= at - timedelta(seconds=terms.look_after),
            outbox.c.safe_until >= at + timedelta(seconds=terms.timeout + terms.margin),
        ),
    )


def _load(
    tx: Connection,
    key: LaneKey,
    one: Held,
    manners: Mapping[str, Manners],
    now: datetime,
    at: datetime,
    terms: Terms,
) -> tuple[Held, list[Errand]]:
    """Take what the lane's pace allows: first what is unclear, then what is due, in order."""
    room, allowed = terms.most - one.in_flight, one.pace.room(at, terms.ahead)
    room = room if allowed is None else min(room, allowed)
    found: list[Found[Any]] = []
    for which in (_unclear(at, terms), _due(now, at)):
        if room > len(found):
            found += tx.execute(
                select(outbox, _where().label("found_address"))
                .where(outbox.c.tenant == key[0], outbox.c.lane == key[1], *which)
                # At one moment a step comes before its prompt.
                .order_by(outbox.c.due_at, outbox.c.kind.desc(), outbox.c.key)
                .limit(room - len(found))
                .with_for_update(skip_locked=True, of=outbox)
            ).all()
    if not found:
        return one, []
    pace, starts = one.pace.take(at, len(found))
    safely = manners_of(manners, key[1]).repeats_safely
    soon = at + timedelta(seconds=terms.timeout + terms.margin)
    errands = []
    for row, start in zip(found, starts, strict=True):
        look = row.state == UNKNOWN and (row.safe_until is None or row.safe_until < soon)
        where = row.address if row.state == UNKNOWN and row.address else row.found_address
        errands.append(
            Errand(replace(row_of(row), fence=one.fence), Address.parse(where) if where else None, start, look)
        )
    lease = at + timedelta(seconds=terms.lease)
    tx.execute(
        update(outbox)
        .where(outbox.c.tenant == bindparam("b_tenant"), outbox.c.key == bindparam("b_key"))
        .values(
            {
                name: bindparam(f"b_{name}")
                for name in ("state", "fence", "address", "tried_at", "again_at", "safe_until")
            }
        ),
        [
            {
                "b_tenant": key[0],
                "b_key": row.key,
                "b_state": UNKNOWN if errand.look else SENDING,
                "b_fence": one.fence,
                "b_address": str(errand.address) if errand.address else None,
                "b_tried_at": row.tried_at if errand.look else at,
                "b_again_at": lease if errand.look else None,
                "b_safe_until": (row.safe_until if row.state == UNKNOWN else None)
                or (at + timedelta(seconds=safely) if safely and not errand.look else None),
            }
            for row, errand in zip(found, errands, strict=True)
        ],
    )
    return replace(one, pace=pace, in_flight=one.in_flight + len(found)), errands


def _where() -> ColumnElement[str | None]:
    """The recipient's address in the row's own lane."""
    return case(
        (
            outbox.c.channel,
            select(place.c.address)
            .where(place.c.tenant == outbox.c.tenant, place.c.place == outbox.c.recipient)
            .scalar_subquery(),
        ),
        else_=select(func.min(account.c.address))
        .where(
            account.c.tenant == outbox.c.tenant,
            account.c.person == outbox.c.recipient,
            account.c.lane == outbox.c.lane,
        )
        .scalar_subquery(),
    )


def _miss(tx: Connection, now: datetime) -> list[Row]:
    """What is past its time is not sent into another week, or at midnight."""
    late = (
        select(outbox.c.tenant, outbox.c.key)
        .where(is_(READY), outbox.c.expires_at <= now)
        .limit(500)
        .with_for_update(skip_locked=True)
    )
    found = tx.execute(
        update(outbox)
        .where(tuple_(outbox.c.tenant, outbox.c.key).in_(late))
        .values(state=MISSED, reason="its time had passed")
        .returning(*outbox.c)
    ).all()
    return [row_of(row) for row in found]
