"""Of events, what is somebody's own beside their reflections: notes that still wait, and where they come as a guest."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from bot.store import occasions
from bot.store.people import Somebody
from bot.store.tables import feed
from bot.vault import unsigned
from bot.vault.vault import Vault


def of(tx: Connection, vault: Vault, who: Somebody) -> dict[str, list[dict[str, Any]]]:
    """A note that was released is nobody's, and is not among them."""
    mine = (feed.c.tenant == who.tenant, feed.c.person == who.person)
    return {
        "guest_of": [
            {"event": one.title, "cohort": one.cohort, "starts": one.when.starts.isoformat()}
            for one in occasions.as_guest(tx, who.tenant, who.person)
        ],
        "waiting_without_a_name": [
            {"title": one.title, "given": one.day.isoformat()}
            | {"parts": [{"question": ask, "answer": said} for ask, said in one.parts]}
            for one in unsigned.own(tx, vault, who)
        ],
        "calendar_feeds": [
            {"made": row.at.isoformat()} for row in tx.execute(select(feed.c.at).where(*mine).order_by(feed.c.at))
        ],
    }
