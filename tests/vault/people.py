"""Members and what they wrote, for tests that work on rows and need no house."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime, time

from sqlalchemy import Connection, insert, select

from bot.store import tables
from bot.store.people import Somebody
from bot.vault import private, requests, shared
from bot.vault.private import Words
from bot.vault.vault import Vault

NOW = datetime(2027, 1, 4, 13, 10, 0, 123456, tzinfo=UTC)


def somebody(which: str, tenant: str = "t") -> Somebody:
    return Somebody(tenant, which, which.title(), "UTC", time(20), time(7))


def counting(first: str) -> Callable[[], str]:
    count = itertools.count(1)
    return lambda: f"{first}{next(count):04d}"


def meet(tx: Connection, *who: Somebody) -> None:
    """So that their names can be shown."""
    for home in {one.tenant for one in who}:
        if not tx.execute(select(tables.tenant.c.tenant).where(tables.tenant.c.tenant == home)).first():
            tx.execute(insert(tables.tenant).values(tenant=home, created_at=NOW))
    for one in who:
        tx.execute(
            insert(tables.person).values(
                tenant=one.tenant, person=one.person, name=one.name, zone="UTC", created_at=NOW
            )
        )


def write(tx: Connection, vault: Vault, who: Somebody, text: str, which: str, cohort: str = "c") -> private.Entry:
    """`which`: the id of the row, and of its form."""
    entry, _ = private.save(tx, vault, who, cohort, 1, which, Words({"seen": text}), NOW, lambda: which)
    return entry


def give(tx: Connection, vault: Vault, who: Somebody, text: str, which: str, *readers: str, cohort: str = "c") -> None:
    shared.propose(
        tx, vault, who, cohort, "e", shared.FACILITATORS, readers, "Week 1", [("Seen?", text)], NOW, lambda: which
    )
    shared.give(tx, vault, who, which, NOW)


def ask(tx: Connection, vault: Vault, who: Somebody, text: str, which: str, helper: str) -> None:
    requests.put(tx, vault, who, "c", helper, text, NOW, lambda: which)
