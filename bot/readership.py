"""Which of the closed entries somebody may read: those for their workspace, and for the cohorts that they are in."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from bot.messages import Address
from bot.store import cohorts, people
from bot.store.people import Somebody

Groups = frozenset[str]


def workspace(tenant: str) -> str:
    """As `index.readers` has it in the file of an entry."""
    return f"tenant:{tenant}"


def cohort(which: str) -> str:
    return f"cohort:{which}"


def of_person(tx: Connection, who: Somebody) -> Groups:
    member_of = (one.cohort for one, _ in cohorts.of_person(tx, who))
    return _groups(who.tenant, [*member_of, *(one.cohort for one in cohorts.led_by(tx, who))])


def of_channel(tx: Connection, tenant: str, where: Address) -> Groups:
    """What everybody in a channel may read. Another workspace's channel may read nothing closed."""
    if people.home_of(tx, where) != tenant:
        return frozenset()
    place = people.place_at(tx, where)
    here = cohorts.in_place(tx, tenant, place) if place else []
    return _groups(tenant, [one.cohort for one in here] if len(here) == 1 else [])


def of_curator(tx: Connection, who: Somebody) -> Groups:
    """Whoever looks after the entries sees those of every cohort of the workspace."""
    return _groups(who.tenant, [one.cohort for one in cohorts.in_tenant(tx, who.tenant)])


def _groups(tenant: str, which: Iterable[str]) -> Groups:
    return frozenset({workspace(tenant), *map(cohort, which)})
