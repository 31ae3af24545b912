"""A web address under which somebody's calendar program finds their prompts and events, until they take it away.

Whoever has the address reads the titles and times, so it is long, shown once, and kept only as a hash.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select

from bot import calendar_file
from bot.store import people
from bot.store.people import Somebody
from bot.store.tables import feed
from bot.visit import Services

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

log = logging.getLogger(__name__)

NAME = "Cohortbook"
_PATH = "/calendar/"
_HEADERS = {
    "cache-control": "private, max-age=900",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-robots-tag": "noindex",
}
_GONE = "There is no calendar at this address. It may have been taken away. A new one is made under /cohort.\n"


def issue(tx: Connection, who: Somebody, public_url: str, at: datetime, token: Callable[[], str]) -> str:
    """A new address. One that this person had before opens nothing any more."""
    revoke(tx, who)
    made = token()
    tx.execute(insert(feed).values(tenant=who.tenant, link=_hash(made), person=who.person, at=at))
    return f"{public_url.rstrip('/')}{_PATH}{made}.ics"


def revoke(tx: Connection, who: Somebody) -> bool:
    mine = (feed.c.tenant == who.tenant, feed.c.person == who.person)
    return tx.execute(delete(feed).where(*mine)).rowcount > 0


def has_one(tx: Connection, who: Somebody) -> bool:
    mine = (feed.c.tenant == who.tenant, feed.c.person == who.person)
    return tx.execute(select(feed.c.link).where(*mine)).first() is not None


def whose(tx: Connection, token: str) -> Somebody | None:
    row = tx.execute(select(feed.c.tenant, feed.c.person).where(feed.c.link == _hash(token))).one_or_none()
    return None if row is None else people.somebody(tx, row.tenant, row.person)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def routes(services: Services) -> list[BaseRoute]:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    def made(tx: Connection, token: str) -> bytes | None:
        who = whose(tx, token)
        if who is None:
            return None
        now = services.now()
        return calendar_file.written(calendar_file.everything(tx, services, who, now, places=False), NAME, now)

    async def calendar(request: Request) -> Response:
        data = await services.store.read(made, request.path_params["token"])
        log.info("answered", extra={"action": "calendar"})
        if data is None:
            return Response(_GONE, 404, media_type="text/plain", headers=_HEADERS)
        return Response(data, media_type=calendar_file.MEDIA_TYPE, headers=_HEADERS)

    return [Route(f"{_PATH}{{token}}.ics", calendar, methods=["GET"])]
