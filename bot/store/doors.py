"""Whose private messages can be reached, as the last try has shown. Only the person can change it, by acting.

A message to a shut door is held until then, or until its time is over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, and_, literal_column, or_, select, update

from bot.messages import Address
from bot.store import cohorts, plans
from bot.store.cohorts import Cohort
from bot.store.people import Somebody
from bot.store.tables import account, membership, outbox

OPEN, NOT_YET, CLOSED, GONE, GUEST = "open", "not-yet", "closed", "gone", "guest"
UNTRIED = ""
TOLD = {
    NOT_YET: "they have not pressed anything of mine yet, and before that I may not write to them",
    CLOSED: "their chat settings take no private messages from me",
    GONE: "their account here has been closed, or they have left",
    GUEST: "they are guests here, and guests cannot take part",
}
"""Why a door is shut, for facilitators, who see how many there are and not who."""
_KEPT, _A_DAY = timedelta(days=14), timedelta(days=1)
_BY_THE_CLOCK = outbox.c.kind.in_(plans.CLOCK)
_HELD, _READY, _MISSED = "held", "ready", "missed"
_AT_ONCE = 500


def at(tx: Connection, who: Address) -> str:
    found = tx.execute(select(account.c.door).where(account.c.address == str(who))).scalar()
    return str(found or UNTRIED)


def of(tx: Connection, home: str, person: str) -> str:
    """Of the account that messages go to."""
    found = tx.execute(
        select(account.c.door)
        .where(account.c.tenant == home, account.c.person == person)
        .order_by(account.c.address)
        .limit(1)
    ).scalar()
    return str(found or UNTRIED)


def note(tx: Connection, found: Iterable[tuple[Address, str]]) -> None:
    """One statement for all doors that were found alike."""
    alike: dict[str, list[str]] = {}
    for address, door in found:
        alike.setdefault(door, []).append(str(address))
    for door, addresses in alike.items():
        for start in range(0, len(addresses), _AT_ONCE):
            some = addresses[start : start + _AT_ONCE]
            tx.execute(update(account).where(account.c.address.in_(some)).values(door=door))


def try_again(tx: Connection, who: Somebody, at_: Address, now: datetime) -> None:
    """They have acted: the door is taken as open, and what is held goes out if its time is not over."""
    note(tx, [(at_, UNTRIED)])
    release(tx, who.tenant, who.person, now)


def release(tx: Connection, home: str, recipient: str, now: datetime) -> None:
    """What is held for a person or a channel goes out if its time is not over, and is missed else."""
    mine = (outbox.c.tenant == home, outbox.c.recipient == recipient)
    back = {"state": _READY, "reason": None, "again_at": None}
    tx.execute(update(outbox).where(*mine, *waits(now), _BY_THE_CLOCK).values(back))
    tx.execute(update(outbox).where(*mine, *waits(now), ~_BY_THE_CLOCK).values(back | {"expires_at": now + _A_DAY}))
    tx.execute(update(outbox).where(*mine, outbox.c.state == _HELD).values(state=_MISSED))


def waits(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Held, and its time is not over: what the clock sends has its own end, and the rest waits for two weeks."""
    return (
        outbox.c.state == literal_column(f"'{_HELD}'"),
        or_(
            and_(_BY_THE_CLOCK, or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > now)),
            and_(~_BY_THE_CLOCK, outbox.c.due_at > now - _KEPT),
        ),
    )


def shut(tx: Connection, which: Cohort, states: Sequence[str] = (cohorts.STARTED,)) -> dict[str, str]:
    """Members who cannot be reached, and why."""
    found = tx.execute(
        select(membership.c.person, account.c.door)
        .join(account, (account.c.tenant == membership.c.tenant) & (account.c.person == membership.c.person))
        .where(
            membership.c.tenant == which.tenant,
            membership.c.cohort == which.cohort,
            membership.c.state.in_(states),
            account.c.door.in_(TOLD),
        )
    )
    return {row.person: row.door for row in found}


def told(tx: Connection, which: Cohort) -> list[tuple[int, str]]:
    """How many of those who were asked to join, or have, cannot be reached, and why."""
    count = Counter(shut(tx, which, (cohorts.INVITED, cohorts.STARTED)).values())
    return [(many, TOLD[why]) for why, many in count.most_common()]
