"""What a chat platform keeps secret, such as the tokens of its workspaces: sealed, and bound to its name.

The key is the house's own in the keyring, so nothing opens in a copy of the data alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.errors import Locked, Unreadable
from bot.store import inbox
from bot.store.tables import token
from bot.vault.kek import Purpose
from bot.vault.keyring import HOUSE
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from bot.store import Store

_ALL = select(token).order_by(token.c.platform, token.c.name)
_NO_TENANT = ""
"""A workspace is installed before anybody of it is met."""


class Safe:
    """`bot.platforms.Safe` of one platform."""

    def __init__(self, store: Store, vault: Vault, platform: str) -> None:
        self._store = store
        self._vault = vault
        self._platform = platform

    async def put(self, name: str, secret: str) -> None:
        await self._store.write(self._put, name, secret)

    async def get(self, name: str) -> str | None:
        return await self._store.read(self._get, name)

    async def names(self) -> Sequence[str]:
        return await self._store.read(self._names)

    async def forget(self, name: str) -> None:
        await self._store.write(self._forget, name)

    async def first_time(self, mark: str) -> bool:
        return await self._store.write(self._first_time, mark)

    # --- in a transaction ---------------------------------------------------------------------------------

    def _put(self, tx: Connection, name: str, secret: str) -> None:
        body = self._vault.seal(tx, Purpose.TOKENS, HOUSE, secret.encode(), _bound(self._platform, name))
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(token).values(platform=self._platform, name=name, body=body)
        tx.execute(statement.on_conflict_do_update(index_elements=["platform", "name"], set_={"body": body}))

    def _get(self, tx: Connection, name: str) -> str | None:
        mine = (token.c.platform == self._platform, token.c.name == name)
        body = tx.execute(select(token.c.body).where(*mine)).scalar()
        if body is None:
            return None
        return self._vault.opener(Purpose.TOKENS).open(HOUSE, body, _bound(self._platform, name)).decode()

    def _names(self, tx: Connection) -> list[str]:
        mine = select(token.c.name).where(token.c.platform == self._platform).order_by(token.c.name)
        return list(tx.execute(mine).scalars())

    def _forget(self, tx: Connection, name: str) -> None:
        tx.execute(delete(token).where(token.c.platform == self._platform, token.c.name == name))

    def _first_time(self, tx: Connection, mark: str) -> bool:
        return inbox.first_time(tx, _NO_TENANT, f"{self._platform}:{mark}", self._store.machine_now(tx))


def kept(tx: Connection) -> list[str]:
    """Of every platform, as `platform/name`."""
    return [f"{row.platform}/{row.name}" for row in tx.execute(_ALL)]


def unopened(tx: Connection, vault: Vault) -> list[str]:
    """What of that does not open now."""
    try:
        opener = vault.opener(Purpose.TOKENS)
    except Locked:
        return kept(tx)
    found = []
    for row in tx.execute(_ALL):
        try:
            opener.open(HOUSE, row.body, _bound(row.platform, row.name))
        except (Locked, Unreadable):
            found.append(f"{row.platform}/{row.name}")
    return found


def _bound(platform: str, name: str) -> list[str]:
    return [token.name, platform, name]
