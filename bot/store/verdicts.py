"""How often an entry helped. Counts only: no question, no person, no time."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from bot.store.tables import verdict


def count(tx: Connection, tenant: str, entry: str, helpful: bool) -> None:
    word = "helpful" if helpful else "not helpful"
    here = (verdict.c.tenant == tenant, verdict.c.entry == entry, verdict.c.verdict == word)
    if not tx.execute(update(verdict).where(*here).values(count=verdict.c.count + 1)).rowcount:
        tx.execute(insert(verdict).values(tenant=tenant, entry=entry, verdict=word, count=1))
