"""Who can read what goes to a cohort's channel, in every chat where it has one. Each person is counted once."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import words
from bot.messages import Address
from bot.store import other_places, people
from bot.store.cohorts import Cohort
from bot.visit import Visit


async def of_channel(visit: Visit, which: Cohort) -> str:
    """Empty for a cohort without a channel."""
    channels = [at for _, at in await visit.read(other_places.everywhere, which)]
    if not channels:
        return ""
    directory = visit.services.directory
    readers = [one for at in channels for one in await directory.members(at)]
    count = words.people(await visit.read(_persons, readers))
    if not all(directory.lists_everybody(at) for at in channels):
        count = f"at least {count}"
    where = "channel" if len(channels) == 1 else "channels in both chats"
    return f"This goes to the cohort's {where}, where {count} can read it."


def _persons(tx: Connection, readers: Sequence[Address]) -> int:
    known = {one: people.known(tx, one) for one in dict.fromkeys(readers)}
    return len({str(one) if who is None else who.person for one, who in known.items()})
