"""A cohort's channel and people as they are chosen in one chat. It may live in a second one too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import shut_channels
from bot.messages import Address
from bot.store import cohorts, other_doors, other_places, people
from bot.store.cohorts import Cohort, Member
from bot.visit import Visit


def channel_here(tx: Connection, visit: Visit, which: Cohort) -> Address | None:
    """Its channel in the caller's chat."""
    everywhere = other_places.everywhere(tx, which)
    return next((at for _, at in everywhere if other_doors.same_chat(at, visit.incoming.who)), None)


def here(tx: Connection, visit: Visit, which: Cohort) -> list[tuple[Member, Address | None]]:
    """Everybody, each with the account in the caller's chat; None for who is only in another."""
    return [
        (one, other_doors.in_chat_of(tx, which.tenant, one.person, visit.incoming.who))
        for one in cohorts.members(tx, which)
    ]


def somebody_is_elsewhere(tx: Connection, visit: Visit, which: Cohort) -> bool:
    return any(address is None for _, address in here(tx, visit, which))


def taken_out(tx: Connection, visit: Visit, which: Cohort, kept: Sequence[str]) -> list[Member]:
    """Whoever could be seen in the form and was not left in it."""
    return [one for one, address in here(tx, visit, which) if address is not None and one.person not in kept]


def set_channel(tx: Connection, visit: Visit, which: Cohort, channel: Address) -> None:
    """The first one that is chosen, or one in its chat, is the cohort's own; in another chat it is a second one."""
    to = people.place_for(tx, channel, visit.now, visit.services.ids)
    everywhere = other_places.everywhere(tx, which)
    before = next((place for place, at in everywhere if other_doors.same_chat(at, channel)), None)
    if which.place in (None, before):
        if before not in (None, to):
            shut_channels.moved(tx, which, to, visit.now)
        cohorts.set_place(tx, which, to)
    elif before != to:
        other_places.put(tx, which, to, before, visit.now)
    shut_channels.opened(tx, [channel], visit.now)  # whoever chooses it has put the bot into it, or learns it at once
