"""Cohorts that follow their channel: who comes into it is welcomed, who leaves it is asked. Nobody is enrolled or
taken out by it, and nothing is erased."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, update

from bot import outbox, welcoming
from bot.ids import Ids
from bot.messages import Address, Person
from bot.outbox import CANCELLED, HELD, READY, Intent
from bot.store import cohorts, people
from bot.store.cohorts import Cohort
from bot.store.tables import outbox as rows

LEFT = "left-channel"


def cohorts_of(tx: Connection, where: Address) -> list[Cohort]:
    """The running cohorts that follow a channel."""
    home, place = people.home_of(tx, where), people.place_at(tx, where)
    if home is None or place is None:
        return []
    return [one for one in cohorts.in_place(tx, home, place) if one.follows]


def joined(tx: Connection, who: Address, where: Address, profile: Person, now: datetime, ids: Ids) -> None:
    """Somebody is in the channel: they are welcomed, unless they belong already, or lead."""
    for which in cohorts_of(tx, where):
        one = people.meet(tx, who, profile, now, ids)
        _not_any_more(tx, which, one.person)
        if people.has_role(tx, which.tenant, which.cohort, one.person, people.FACILITATOR):
            continue
        if cohorts.add_member(tx, which, one.person, now):
            welcoming.welcome(tx, which, one.person, now, ids, welcoming.JOINED)


def left(tx: Connection, who: Address, where: Address, now: datetime, ids: Ids) -> None:
    """Somebody is not in the channel any more: whoever has started is asked whether to go on."""
    one = people.known(tx, who)
    if one is None:
        return
    for which in cohorts_of(tx, where):
        member = cohorts.member(tx, which.tenant, which.cohort, one.person)
        if member is not None and member.state == cohorts.STARTED:
            _not_any_more(tx, which, one.person)
            due = welcoming.awake(tx, which.tenant, one.person, now)
            outbox.put(tx, [Intent(which.tenant, which.cohort, LEFT, 0, one.person, due, subject=ids())])


def _not_any_more(tx: Connection, which: Cohort, person: str) -> None:
    """A question that was not put yet is not put."""
    tx.execute(
        update(rows)
        .where(
            *outbox.beginning(which.tenant, which.cohort, LEFT),
            rows.c.recipient == person,
            rows.c.state.in_((READY, HELD)),
        )
        .values(state=CANCELLED)
    )
