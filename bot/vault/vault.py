"""What seals and opens people's words: handed to whoever works with them, and locked when its key is not there."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import Connection

from bot.errors import Locked, Unreadable
from bot.store.aftermath import after
from bot.vault import envelope, floors, rows
from bot.vault.kek import Purpose
from bot.vault.keyring import HOUSE, DataKey, Keyring, Owner

log = logging.getLogger(__name__)


class Vault:
    """`cause`: why it is locked. A locked one refuses to seal and to open; forgetting somebody works all the same."""

    def __init__(self, keyring: Keyring | None, random: Callable[[int], bytes], cause: str = "") -> None:
        self.keyring = keyring
        self.cause = cause
        self.news: Sequence[str] = ()
        """What whoever starts the bot should read now."""
        self._random = random

    @classmethod
    def locked(cls, cause: str, keyring: Keyring | None = None) -> Vault:
        return cls(keyring, lambda count: b"", cause)

    def close(self) -> None:
        if self.keyring is not None:
            self.keyring.close()

    def state(self) -> str:
        """ "ok", or what is the matter. Blocks."""
        try:
            self._open().current()
        except Locked as problem:
            return str(problem)
        return "ok"

    def seal(self, tx: Connection, purpose: Purpose, owner: Owner, words: bytes, bound: Sequence[str]) -> bytes:
        keyring = self._open()
        key = keyring.find(owner, purpose)
        if key is None:
            if rows.any_sealed(tx, purpose, owner):
                # A new key would hide for good that the old one is missing, and block its coming back.
                raise Locked(
                    "The keyring is older than the data: it has no key for rows that are there. Nothing was lost or "
                    "changed. Stop the bot and bring the newest copy of the keyring back."
                )
            key = keyring.find_or_make(owner, purpose)
        return envelope.seal(key.secret, key.id, words, bound, self._random(envelope.NONCE_BYTES))

    def opener(self, purpose: Purpose) -> Opener:
        """For the rows of one look; made anew for the next one, so that no key stays in memory."""
        return Opener(self._open(), purpose)

    def house_key(self, purpose: Purpose) -> bytes:
        """32 bytes that stay the same when the key-encryption key is replaced."""
        return self._open().find_or_make(HOUSE, purpose).secret

    def floors(self, tenant: str, items: Sequence[str]) -> Mapping[str, int]:
        return floors.of(self._open(), tenant, items) if items else {}

    def lift(self, tx: Connection, tenant: str, person: str, items: Mapping[str, int]) -> None:
        """Once `tx` is on disk. Should that fail, the next look at the row makes up for it."""
        after(tx, lambda: self.lift_now(tenant, person, items))

    def catch_up(self, tx: Connection, tenant: str, person: str, items: Mapping[str, int]) -> None:
        """A look found these ahead of their floors. In a transaction that writes, it may have seen what never comes to
        be: a disk that is full at the commit would leave a floor above the row, which then never opens again.
        """
        if tx.get_execution_options().get("read_only"):
            self.lift_now(tenant, person, items)
        else:
            self.lift(tx, tenant, person, items)

    def lift_now(self, tenant: str, person: str, items: Mapping[str, int]) -> None:
        """Needs no key-encryption key, so what is taken away while the vault is locked stays away."""
        if self.keyring is None or not items:
            return
        try:
            floors.lift(self.keyring, tenant, person, items)
        except Locked as problem:
            log.warning("a floor was not lifted", extra={"action": "vault.lift"}, exc_info=problem)

    def forget(self, tenant: str, person: str) -> None:
        """At once, before the rows go: what is left of them anywhere is unreadable from here on."""
        if self.keyring is not None:
            self.keyring.destroy(tenant, person)

    def forget_in(self, tenant: str, person: str, cohort: str) -> None:
        """The same for one cohort of theirs; '' stands for what belongs to none."""
        if self.keyring is not None:
            self.keyring.destroy_in(tenant, person, cohort)

    def _open(self) -> Keyring:
        if self.keyring is None or self.cause:
            raise Locked(self.cause)
        return self.keyring


class Opener:
    def __init__(self, keyring: Keyring, purpose: Purpose) -> None:
        self._keyring = keyring
        self._purpose = purpose
        self._keys: dict[Owner, DataKey | None] = {}

    def open(self, owner: Owner, sealed: bytes, bound: Sequence[str]) -> bytes:
        """Raises Unreadable for this row alone, Locked when nothing can be opened."""
        named = envelope.key_of(sealed)
        if owner not in self._keys:
            self._keys[owner] = self._keyring.find(owner, self._purpose)
        key = self._keys[owner]
        if key is None or key.id != named:
            raise Unreadable("the key that it was sealed with is not in the keyring")
        return envelope.unseal(key.secret, sealed, bound)
