"""Forgetting somebody, everywhere that this bot reaches, in an order that a crash cannot turn into half of it.

1. The ledger, on disk: from here on it will happen, if need be at the next start. 2. Their keys, also in the
copies of the keyring: from here on nobody reads what is left anywhere. 3. Their rows, what waits
for them, and what the platforms keep of their own. 4. The free pages and the logs of both files.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from sqlalchemy import Connection, select

from bot import erasure, house_keys, keyring_copies, tombstones
from bot.clock import machine_now
from bot.erasure import Erased
from bot.errors import CohortbookError, Locked
from bot.held import Held
from bot.house_keys import HouseKeys
from bot.ids import Ids, random_id
from bot.keeping import Keeping
from bot.messages import Address
from bot.seam import Platform
from bot.store import sweeping
from bot.store.tables import person
from bot.tombstones import Ledger, LedgerError, Tombstone
from bot.vault.opening import open_vault
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store import Store

log = logging.getLogger(__name__)


class Forgetful(Protocol):
    """A platform that keeps something of its own about people."""

    async def forget(self, address: Address) -> None: ...


class AlreadyGone(CohortbookError):
    """Nothing is kept of this person, or not any more."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What somebody who was erased is told. It leads to nobody."""

    erased: Erased
    at: datetime
    """Of the machine's clock."""
    last_copy: date
    swept: bool
    """False: a backup was being made, and old pages leave the files with the next daily round."""


class Forgetting:
    def __init__(
        self,
        store: Store,
        vault: Vault,
        keys: HouseKeys,
        ledger: Ledger,
        copies: Path,
        held: Sequence[Held],
        platforms: Mapping[str, Platform],
        keeping: Keeping,
        ids: Ids,
        now: Callable[[], datetime],
    ) -> None:
        """`copies`: of the keyring; the keys go from these too."""
        self.ledger = ledger
        self._store = store
        self._vault = vault
        self._keys = keys
        self._copies = copies
        self._held = held
        self._platforms = platforms
        self._keeping = keeping
        self._ids = ids
        self._now = now
        self._one_at_a_time = asyncio.Lock()

    async def forget(self, tenant: str, who: str) -> Receipt:
        """Raises AlreadyGone. Works while the vault is locked."""
        async with self._one_at_a_time:
            if not await self._store.read(erasure.known, tenant, who):
                raise AlreadyGone("Nothing is kept of this person any more. There was nothing left to erase.")
            at = await self._store.read(self._store.machine_now)
            stone = await asyncio.to_thread(self._begin, tenant, who, at)
            now, ids = self._now(), self._ids

            def remove(tx: Connection) -> Erased:
                done = erasure.erase(tx, self._keys, tenant, who, stone, now, at, ids)
                # A save that was under way made another key; it has ended by now, and none can begin.
                destroy(self._vault, self._copies, tenant, who)
                return done

            erased = await self._store.write(remove)
            for one in self._held:
                one.drop(who)
            for address in erased.addresses:
                await self._forget_there(address)
            swept = await self.sweep()
            log.info("erased", extra={"action": "erase", "key": erased.receipt})
            return Receipt(erased, at, self._keeping.last_copy(at), swept)

    async def let_go(self, tenant: str, who: str, which: str) -> int:
        """What they wrote in one cohort alone; returns how many reflections. The files are swept with the daily round.
        Raises Locked.

        Should the process end between the two, the rows that are left open for nobody, and the next round takes them.
        """
        async with self._one_at_a_time:
            if not self._keys.counted:  # before anything is destroyed, since what was counted could not follow
                raise Locked(self._keys.cause)
            await asyncio.to_thread(destroy, self._vault, self._copies, tenant, who, which)

            def remove(tx: Connection) -> int:
                done = erasure.let_go(tx, self._keys, tenant, who, which, self._ids)
                destroy(self._vault, self._copies, tenant, who, which)  # as above
                return done

            return await self._store.write(remove)

    def _begin(self, tenant: str, who: str, at: datetime) -> Tombstone:
        stone = self.ledger.stone(tenant, who)
        if stone not in self.ledger.stones():
            self.ledger.add([stone], at)
        destroy(self._vault, self._copies, tenant, who)
        return stone

    async def _forget_there(self, address: Address) -> None:
        platform = self._platforms.get(address.platform)
        if platform is not None and hasattr(platform, "forget"):
            await cast(Forgetful, platform).forget(address)

    async def sweep(self) -> bool:
        keyring = self._vault.keyring
        folded = await self._store.sweep()
        if keyring is not None:
            folded &= await sweeping.until_folded(lambda: asyncio.to_thread(keyring.sweep))
        return folded


def destroy(vault: Vault, copies: Path, tenant: str, who: str, cohort: str | None = None) -> None:
    """Their keys, or those for one cohort, here and in the keyring's copies."""
    if cohort is None:
        vault.forget(tenant, who)
    else:
        vault.forget_in(tenant, who, cohort)
    keyring_copies.destroy(copies, tenant, who, cohort)


def catch_up(
    store: Store,
    vault: Vault,
    keys: HouseKeys,
    ledger: Ledger,
    copies: Path,
    now: datetime,
    ids: Ids,
    *,
    restored: bool = False,
) -> int:
    """Make the ledger true in this database before anybody is served; returns how many were erased again.

    `restored`: the database is an older one that was brought back, which must not know more than the ledger does.
    """
    with store.begin() as tx:
        done = erasure.recorded(tx)
    if not ledger.there and not done and not restored:
        if not keys.erasures:
            return 0  # nobody can be erased before it is there
        ledger.begin()
    listed = ledger.stones()
    unknown = done - set(listed)
    if unknown and (store.embedded or restored):
        raise LedgerError(
            f"The ledger {ledger.file} is older than the database: {len(unknown)} who were erased are not in it. "
            "Nothing was changed. Put its newest copy in its place."
        )
    if unknown:  # another process beside this one erased them; the database is where these meet
        ledger.add(sorted(unknown), now)
    missing = set(listed) - done
    if not missing:
        return 0
    with store.begin() as tx:
        again = list(_named(tx, ledger, missing))
        for stone, who in again:
            destroy(vault, copies, stone.tenant, who)
            erasure.erase(tx, keys, stone.tenant, who, stone, now, listed[stone], ids)
        for stone in missing:
            erasure.record(tx, stone, listed[stone])
    sweeping.vacuum(store.engine)
    sweeping.fold(store.engine)
    return len(again)


def in_restored(settings: Settings) -> Callable[[Store], int]:
    """For a database that was brought back: whoever was erased since is erased again, before anything is served."""

    def forget(store: Store) -> int:
        vault = open_vault(settings.key_places, store)
        try:
            keys = house_keys.opened(vault, store, settings.data)
            ledger = Ledger(settings.data / tombstones.FILE, keys.erasures, keys.cause)
            copies = settings.keyring_copies
            return catch_up(store, vault, keys, ledger, copies, machine_now(), random_id, restored=True)
        finally:
            vault.close()

    return forget


def _named(tx: Connection, ledger: Ledger, stones: set[Tombstone]) -> list[tuple[Tombstone, str]]:
    found = []
    for row in tx.execute(select(person.c.tenant, person.c.person)):
        stone = ledger.stone(row.tenant, row.person)
        if stone in stones:
            found.append((stone, str(row.person)))
    return found
