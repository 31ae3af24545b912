"""Cohorts that live in two chats: each has a channel in both, and what is meant for its channel goes to both."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, delete, insert, select, update

from bot import outbox
from bot.messages import Address
from bot.outbox import Intent
from bot.store.cohorts import Cohort
from bot.store.tables import cohort, other_place, place
from bot.store.tables import outbox as rows

ONE_CHANNEL_ONLY = ("resource",)
"""Kinds that answer somebody in one channel."""
_STANDS = (outbox.READY, outbox.SENDING, outbox.UNKNOWN, outbox.HELD, outbox.SENT)
_LOOK_BACK = timedelta(days=3)


def of(tx: Connection, which: Cohort) -> list[tuple[str, Address]]:
    """The channels beside its first one, by our own id."""
    found = tx.execute(
        select(place.c.place, place.c.address)
        .join(other_place, (other_place.c.tenant == place.c.tenant) & (other_place.c.place == place.c.place))
        .where(other_place.c.tenant == which.tenant, other_place.c.cohort == which.cohort)
        .order_by(place.c.address)
    )
    return [(row.place, Address.parse(row.address)) for row in found]


def everywhere(tx: Connection, which: Cohort) -> list[tuple[str, Address]]:
    """All its channels; the one that was chosen first comes first."""
    first = tx.execute(
        select(place.c.place, place.c.address).where(place.c.tenant == which.tenant, place.c.place == which.place)
    ).all()
    return [*((row.place, Address.parse(row.address)) for row in first), *of(tx, which)]


def put(tx: Connection, which: Cohort, where: str, instead: str | None, now: datetime) -> None:
    """A second channel; `instead` of one that was chosen before in the same chat."""
    if instead is not None:
        mine = (rows.c.tenant == which.tenant, rows.c.cohort == which.cohort, rows.c.recipient == instead)
        waiting = rows.c.state.in_((outbox.READY, outbox.HELD))
        tx.execute(update(rows).where(*mine, waiting).values(state=outbox.CANCELLED))
        tx.execute(delete(other_place).where(*_of(which), other_place.c.place == instead))
    tx.execute(insert(other_place).values(tenant=which.tenant, cohort=which.cohort, place=where, since=now))


def copy(tx: Connection, now: datetime) -> bool:
    """What was written for the first channel and not for the others yet; False when there was nothing."""
    new = 0
    for row in tx.execute(
        select(other_place, cohort.c.place.label("first")).join(
            cohort, (cohort.c.tenant == other_place.c.tenant) & (cohort.c.cohort == other_place.c.cohort)
        )
    ).all():
        since = max(row.since, now - _LOOK_BACK)
        here = (rows.c.tenant == row.tenant, rows.c.cohort == row.cohort, rows.c.channel, rows.c.due_at >= since)
        there = {
            (one.kind, one.number, one.subject)
            for one in tx.execute(select(rows).where(*here, rows.c.recipient == row.place))
        }
        wanted = tx.execute(
            select(rows).where(
                *here,
                rows.c.recipient == row.first,
                rows.c.state.in_(_STANDS),
                rows.c.kind.not_in(ONE_CHANNEL_ONLY),
            )
        ).all()
        new += outbox.put(
            tx,
            [
                Intent(
                    one.tenant, one.cohort, one.kind, one.number, row.place, one.due_at, True, one.expires_at,
                    one.subject,
                )
                for one in wanted
                if (one.kind, one.number, one.subject) not in there
            ],
        )  # fmt: skip
    return new > 0


def _of(which: Cohort) -> tuple[ColumnElement[bool], ...]:
    return (other_place.c.tenant == which.tenant, other_place.c.cohort == which.cohort)
