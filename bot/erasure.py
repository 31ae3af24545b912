"""Forgetting a person: every row that is theirs, in one transaction."""

from __future__ import annotations

from sqlalchemy import Connection, delete, update

from bot.outbox import CANCELLED, READY
from bot.store.people import Somebody
from bot.store.tables import entry, membership, outbox, request, share_reader, step, turn
from bot.vault import shared


def erase(tx: Connection, who: Somebody) -> None:
    """The person's account stays known, so that they can ask questions or be invited again."""
    shared.take_back_of(tx, who)
    for table in (entry, turn, step, membership, share_reader):
        tx.execute(delete(table).where(table.c.tenant == who.tenant, table.c.person == who.person))
    tx.execute(delete(request).where(request.c.tenant == who.tenant, request.c.person == who.person))
    tx.execute(
        update(outbox)
        .where(outbox.c.tenant == who.tenant, outbox.c.recipient == who.person, outbox.c.state == READY)
        .values(state=CANCELLED)
    )
