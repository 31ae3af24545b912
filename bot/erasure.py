"""Forgetting a person: every row that is theirs, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select, update

from bot.store.people import Somebody
from bot.store.tables import (
    entry,
    membership,
    outbox,
    person,
    request,
    share,
    share_reader,
    step,
    turn,
    unsigned_reader,
)
from bot.vault import unsigned
from bot.vault.vault import Vault


def erase(tx: Connection, vault: Vault, who: Somebody, zone: str) -> None:
    """The person's account stays known, so that they can ask questions or be invited again.

    `zone`: the one that their platform tells, in place of what they had set. Messages that were put to
    them go too, so that an invitation later begins from the beginning. Their keys go first: should the rest
    come to nothing, nobody can read what is left, and they ask again.
    """
    vault.forget(who.tenant, who.person)
    unsigned.withdraw_all(tx, who)
    mine = select(share.c.share).where(share.c.tenant == who.tenant, share.c.person == who.person)
    tx.execute(delete(share_reader).where(share_reader.c.tenant == who.tenant, share_reader.c.share.in_(mine)))
    for table in (entry, share, turn, step, membership, share_reader, unsigned_reader, request):
        tx.execute(delete(table).where(table.c.tenant == who.tenant, table.c.person == who.person))
    tx.execute(delete(outbox).where(outbox.c.tenant == who.tenant, outbox.c.recipient == who.person))
    tx.execute(
        update(person)
        .where(person.c.tenant == who.tenant, person.c.person == who.person)
        .values(zone=zone, quiet_from=None, quiet_to=None)
    )
