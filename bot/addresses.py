"""Which addresses in a form may be used: those of the caller's own workspace, and of people who are there."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot.errors import Refused
from bot.messages import Address, Person
from bot.store import people
from bot.visit import Visit


def parsed(typed: Sequence[str]) -> list[Address]:
    """Each once; raises ValueError for what is no address."""
    return [Address.parse(one) for one in dict.fromkeys(typed) if one]


async def channel(visit: Visit, where: Address) -> bool:
    return where.kind == "channel" and await visit.read(_is_ours, visit, where)


async def person(visit: Visit, whom: Address) -> Person | None:
    """None for who cannot belong to a cohort here: another workspace, a channel, nobody."""
    if whom.kind != "person" or not await visit.read(_is_ours, visit, whom):
        return None
    try:
        return await visit.services.directory.person(whom)
    except Refused:
        return None


def _is_ours(tx: Connection, visit: Visit, address: Address) -> bool:
    return people.home_of(tx, address) == visit.who.tenant
