"""Rows from before there was a vault are sealed once, before anybody is served.

In batches, each committed, so that a start which was cut short goes on where it stopped. Once all are sealed, a
plain row is never again taken for one of ours: somebody else has put it there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, Table, select, update

from bot.store.tables import share, share_reader
from bot.vault import rows
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from bot.store import Store

_AT_ONCE = 200


def seal_plain_rows(store: Store, vault: Vault) -> int:
    """How many were sealed now. Call it before anybody is served."""
    if vault.keyring is None or vault.keyring.everything_sealed():
        return 0
    done = 0
    for table in rows.PURPOSE:
        while True:
            with store.begin() as tx:
                batch = list(rows.plain(tx, table, _AT_ONCE))
                for row in batch:
                    _seal(tx, vault, table, row)
            done += len(batch)
            if not batch:
                break
    vault.keyring.mark_sealed()
    return done


def _seal(tx: Connection, vault: Vault, table: Table, row: Row[Any]) -> None:
    revision = getattr(row, "revision", 1)
    words = _with_readers(tx, row) if table is share else bytes(row.body)
    body = vault.seal(tx, rows.PURPOSE[table], rows.owner(row), words, rows.bound(table, row, revision))
    which = [column == getattr(row, column.name) for column in table.primary_key]
    tx.execute(update(table).where(*which, table.c.body == row.body).values(body=body))


def _with_readers(tx: Connection, row: Row[Any]) -> bytes:
    """As `bot.vault.shared` has it: who may read a copy stands inside of it."""
    named = select(share_reader.c.person).where(share_reader.c.tenant == row.tenant, share_reader.c.share == row.share)
    return json.dumps(json.loads(row.body) | {"readers": list(tx.execute(named).scalars())}).encode()
