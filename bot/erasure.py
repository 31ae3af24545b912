"""Forgetting a person: every row that is theirs, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from bot.store.people import Somebody
from bot.store.tables import entry, membership, outbox, person, request, share_reader, step, turn
from bot.vault import shared


def erase(tx: Connection, who: Somebody, zone: str) -> None:
    """The person's account stays known, so that they can ask questions or be invited again.

    `zone`: the one that their platform tells, in place of what they had set. Messages that were put to
    them go too, so that an invitation later begins from the beginning.
    """
    shared.take_back_of(tx, who)
    for table in (entry, turn, step, membership, share_reader, request):
        tx.execute(delete(table).where(table.c.tenant == who.tenant, table.c.person == who.person))
    tx.execute(delete(outbox).where(outbox.c.tenant == who.tenant, outbox.c.recipient == who.person))
    tx.execute(
        update(person)
        .where(person.c.tenant == who.tenant, person.c.person == who.person)
        .values(zone=zone, quiet_from=None, quiet_to=None)
    )
