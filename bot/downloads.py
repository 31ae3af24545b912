"""A link under which a member fetches their own data: once, and within a quarter of an hour.

The link opens a page with one button, and only that button takes the link away: programs that look at links to show
a preview only ever see the page.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import logging
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, Connection, delete, insert, select

from bot import own_data
from bot.errors import Locked
from bot.store import people
from bot.store.people import Somebody
from bot.store.tables import download
from bot.visit import Services

if TYPE_CHECKING:
    from starlette.routing import BaseRoute

log = logging.getLogger(__name__)

VALID = timedelta(minutes=15)
FILE = "my-cohortbook.zip"
_PATH = "/own-data/"
_HEADERS = {
    "cache-control": "no-store",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}
_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    '<meta name="robots" content="noindex"><title>{title}</title><h1>{title}</h1><p>{text}</p>{button}</html>'
)
_BUTTON = '<form method="post"><button>Download my data</button></form>'
_USED = "This link was used already, or its time is over. Nothing is lost: press Download my data again for a new one."
_SHUT = "What you wrote cannot be opened right now. Nothing is lost. Please ask for a new link later."


def issue(tx: Connection, who: Somebody, public_url: str, at: datetime, token: Callable[[], str]) -> str:
    """A new link. One that this person had before opens nothing any more. `at`: the machine's clock."""
    tx.execute(delete(download).where(download.c.tenant == who.tenant, download.c.person == who.person))
    made = token()
    tx.execute(insert(download).values(tenant=who.tenant, link=_hash(made), person=who.person, until=at + VALID))
    return f"{public_url.rstrip('/')}{_PATH}{made}"


def fresh_token() -> str:
    return secrets.token_urlsafe(32)


def is_open(tx: Connection, token: str, at: datetime) -> bool:
    return tx.execute(select(download.c.link).where(*_this(token, at))).first() is not None


def take(tx: Connection, token: str, at: datetime) -> Somebody | None:
    """Whose data it opens. Only the first who asks gets an answer."""
    row = tx.execute(
        delete(download).where(*_this(token, at)).returning(download.c.tenant, download.c.person)
    ).one_or_none()
    return None if row is None else people.somebody(tx, row.tenant, row.person)


def drop_old(tx: Connection, at: datetime) -> int:
    return tx.execute(delete(download).where(download.c.until <= at)).rowcount


def _this(token: str, at: datetime) -> tuple[ColumnElement[bool], ...]:
    return (download.c.link == _hash(token), download.c.until > at)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- the page ----------------------------------------------------------------------------------------


def routes(services: Services) -> list[BaseRoute]:
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    store = services.store

    async def page(request: Request) -> Response:
        there = await store.read(lambda tx: is_open(tx, request.path_params["token"], store.machine_now(tx)))
        if not there:
            return _shown("Nothing to download here", _USED, 410)
        return _shown("Your data", "The file can be read by whoever opens it, so choose where you keep it.", 200, True)

    async def file(request: Request) -> Response:
        token = request.path_params["token"]
        who = await store.write(lambda tx: take(tx, token, store.machine_now(tx)))
        if who is None:
            return _shown("Nothing to download here", _USED, 410)
        try:
            kept = await store.read(own_data.gather, services, who, services.now())
        except Locked as problem:
            log.warning("locked", extra={"action": "download"}, exc_info=problem)
            return _shown("Not now", _SHUT, 503)
        data = await asyncio.to_thread(own_data.pack, kept)
        log.info("answered", extra={"action": "download"})
        named = {"content-disposition": f'attachment; filename="{FILE}"'}
        return Response(data, media_type="application/zip", headers=_HEADERS | named)

    def _shown(title: str, text: str, status: int, button: bool = False) -> Response:
        filled = _PAGE.format(title=html.escape(title), text=html.escape(text), button=_BUTTON if button else "")
        return Response(filled, status, media_type="text/html", headers=_HEADERS)

    where = f"{_PATH}{{token}}"
    return [Route(where, page, methods=["GET"]), Route(where, file, methods=["POST"])]
