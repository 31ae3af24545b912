"""Of events, what is somebody's own beside their reflections: where they come as a guest, and their calendars."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select

from bot.store import occasions
from bot.store.people import Somebody
from bot.store.tables import feed


def of(tx: Connection, who: Somebody) -> dict[str, list[dict[str, Any]]]:
    mine = (feed.c.tenant == who.tenant, feed.c.person == who.person)
    return {
        "guest_of": [
            {"event": one.title, "cohort": one.cohort, "starts": one.when.starts.isoformat()}
            for one in occasions.as_guest(tx, who.tenant, who.person)
        ],
        "calendar_feeds": [
            {"made": row.at.isoformat()} for row in tx.execute(select(feed.c.at).where(*mine).order_by(feed.c.at))
        ],
    }
