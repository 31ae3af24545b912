"""What a chat offers while somebody types after a command: entries and cohorts, of those that they may see."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import readership
from bot.messages import Address
from bot.store import cohorts, people
from bot.visit import Services

RESOURCES, COHORT = "resources", "cohort"


async def of(services: Services, who: Address, command: str) -> list[str]:
    if command == COHORT:
        return await services.store.read(_own_cohorts, who)
    if command == RESOURCES:
        return services.bookshelf.titles(await services.store.read(_groups, who))
    return []


def matching(offered: list[str], partial: str) -> list[str]:
    """Those that begin so come first, then those in which a later word does."""
    typed = partial.strip().casefold()
    first = [one for one in offered if one.casefold().startswith(typed)]
    return first + [one for one in offered if one not in first and f" {typed}" in one.casefold()]


def _own_cohorts(tx: Connection, who: Address) -> list[str]:
    somebody = people.known(tx, who)
    return [] if somebody is None else [one.name for one, _ in cohorts.of_person(tx, somebody)]


def _groups(tx: Connection, who: Address) -> readership.Groups:
    somebody = people.known(tx, who)
    return frozenset() if somebody is None else readership.of_person(tx, somebody)
