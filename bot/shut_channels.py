"""Channels that the bot can no longer write in: archived, deleted, or the bot was taken out.

What is meant for such a channel is held. Each new message is tried all the same, so that a channel which is back is
noticed even when nobody tells.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot import outbox, welcoming
from bot.messages import Address
from bot.outbox import CANCELLED, HELD, Intent, is_
from bot.store import cohorts, doors, other_places, people, plans
from bot.store.cohorts import Cohort
from bot.store.tables import outbox as rows
from bot.store.tables import place

CLOSED = "channel-closed"


def shut(tx: Connection, where: Address, now: datetime, at: datetime) -> None:
    """Those who lead a cohort there are told once, however often it is noticed. `at` is the machine's clock."""
    found = tx.execute(
        update(place)
        .where(place.c.address == str(where), place.c.shut_at.is_(None))
        .values(shut_at=at)
        .returning(place.c.tenant, place.c.place)
    ).one_or_none()
    if found is None:
        return
    for which in cohorts.in_place(tx, found.tenant, found.place):
        outbox.put(tx, [_note(tx, which, one, now, at) for one in _leaders(tx, which)])


def opened(tx: Connection, where: Collection[Address], now: datetime) -> None:
    """Something could be written there: what is held for it goes out while there is time."""
    if not where:
        return
    found = tx.execute(
        update(place)
        .where(place.c.address.in_(sorted(map(str, where))), place.c.shut_at.is_not(None))
        .values(shut_at=None)
        .returning(place.c.tenant, place.c.place)
    ).all()
    for row in found:
        doors.release(tx, row.tenant, row.place, now)


def since(tx: Connection, which: Cohort) -> datetime | None:
    """Since when nothing could be written in a channel of a cohort; None when it can."""
    all_ = [one for one, _ in other_places.everywhere(tx, which)]
    here = (place.c.tenant == which.tenant, place.c.place.in_(all_), place.c.shut_at.is_not(None))
    return tx.execute(select(place.c.shut_at).where(*here).order_by(place.c.shut_at).limit(1)).scalar()


def moved(tx: Connection, which: Cohort, to: str, now: datetime) -> None:
    """Another channel was chosen: what a facilitator wrote goes there. A prompt's announcement does not, since each
    member has the prompt."""
    mine = (rows.c.tenant == which.tenant, rows.c.cohort == which.cohort, rows.c.recipient == which.place)
    held = tx.execute(select(rows).where(*mine, *doors.waits(now), rows.c.kind.not_in(plans.CLOCK))).all()
    tx.execute(update(rows).where(*mine, is_(HELD)).values(state=CANCELLED))
    outbox.put(
        tx,
        [
            Intent(row.tenant, row.cohort, row.kind, row.number, to, now, channel=True, subject=row.subject)
            for row in held
        ],
    )


def _leaders(tx: Connection, which: Cohort) -> list[str]:
    return people.holders(tx, which.tenant, which.cohort, people.FACILITATOR)


def _note(tx: Connection, which: Cohort, leader: str, now: datetime, at: datetime) -> Intent:
    due = welcoming.awake(tx, which.tenant, leader, now)
    return Intent(which.tenant, which.cohort, CLOSED, 0, leader, due, subject=f"{at:%Y%m%dT%H%M%S}")
