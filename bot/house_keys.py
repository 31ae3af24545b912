"""The keys of the house itself: for the audit's chain, for the pseudonyms under which answers are counted, and for
the marks of erased people.

They outlive every change of the key that seals people's words, since a chain is checked from its beginning. They lie
in the keyring. While the vault is locked the house goes on without those that are wrapped: docs/vault.md says how.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bot import passed_on, tally, tombstones
from bot.audit import NO_KEY
from bot.disk import sync
from bot.errors import CohortbookError, Locked
from bot.store import milestones
from bot.vault.kek import Purpose
from bot.vault.keyring import HOUSE, Keyring
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from bot.store import Store

FILE = "house.key"
"""Where an earlier release had them."""
_BYTES = 32


@dataclass(frozen=True, slots=True)
class HouseKeys:
    audit: bytes = field(default=NO_KEY, repr=False)
    counted: bytes = field(default=b"", repr=False)
    erasures: bytes = field(default=b"", repr=False)
    """Empty when there is no keyring to take it from."""
    cause: str = ""
    """Why some of them are not there."""

    @property
    def pseudonyms(self) -> bytes:
        """Raises Locked."""
        if not self.counted:
            raise Locked(self.cause)
        return self.counted


def derived(secret: bytes) -> HouseKeys:
    def one(purpose: str) -> bytes:
        return hmac.new(secret, f"cohortbook 1 {purpose}".encode(), hashlib.sha256).digest()

    return HouseKeys(one("audit"), one("pseudonyms"), one("erasures"))


def opened(vault: Vault, store: Store, folder: Path) -> HouseKeys:
    """Out of the keyring, made where there are none yet, or taken over from an earlier release's file.

    Raises CohortbookError where they are gone and something was made with them: with another key nobody in the ledger
    could be recognised, and a backup would bring the erased back.
    """
    before = _of_file(folder / FILE)
    keyring = vault.keyring
    if keyring is None or vault.cause:
        return before or HouseKeys(erasures=_ledger_key(keyring, folder), cause=vault.cause)
    found = _kept(keyring)
    if found is None:
        _keep(keyring, before or _new(keyring, store, folder))
        found = _kept(keyring)  # of another process, where that was faster
    if found is None:
        raise LookupError("keys that were just written are there")
    if before is not None:
        _take_away(folder / FILE, before, found)
        vault.news = (*vault.news, _TAKEN_OVER)
    _make_up(store, found)
    return found


_TAKEN_OVER = (
    f"The keys that lay in {FILE} are in the keyring now, and the file is gone. Make a backup: older copies of the "
    "keyring lack them."
)
_GONE = (
    "The keys of the house are not in the keyring, and the data beside it was made with them. Nothing was changed. "
    "Bring the newest copy of the keyring back and start again."
)


def of_audit(keyring: Keyring, folder: Path) -> bytes:
    """For looking alone; raises Locked where the keyring was not given its keys."""
    before = _of_file(folder / FILE)
    if before is not None:
        return before.audit
    found = keyring.find(HOUSE, Purpose.AUDIT)
    if found is None:
        raise CohortbookError(_GONE)
    return found.secret


def _of_file(path: Path) -> HouseKeys | None:
    try:
        secret = path.read_bytes()
    except FileNotFoundError:
        return None
    if len(secret) != _BYTES:
        raise CohortbookError(f"{path} is not whole. Nothing was changed. Bring it back from a copy and start again.")
    return derived(secret)


def _kept(keyring: Keyring) -> HouseKeys | None:
    chain, counted = (keyring.find(HOUSE, one) for one in (Purpose.AUDIT, Purpose.PSEUDONYMS))
    erasures = keyring.ledger_key()
    if chain is None or counted is None or erasures is None:
        return None
    return HouseKeys(chain.secret, counted.secret, erasures)


def _keep(keyring: Keyring, keys: HouseKeys) -> None:
    keyring.put_ledger_key(keys.erasures)
    keyring.put(HOUSE, {Purpose.AUDIT: keys.audit, Purpose.PSEUDONYMS: keys.pseudonyms})


def _new(keyring: Keyring, store: Store, folder: Path) -> HouseKeys:
    with store.begin() as tx:
        counted = tally.any_counted(tx)
    erasures = keyring.ledger_key()
    if counted or (erasures is None and (folder / tombstones.FILE).exists()):
        raise CohortbookError(_GONE)
    return derived(secrets.token_bytes(_BYTES))


def _ledger_key(keyring: Keyring | None, folder: Path) -> bytes:
    if keyring is None:
        return b""
    if keyring.ledger_key() is None and not (folder / tombstones.FILE).exists():
        keyring.put_ledger_key(secrets.token_bytes(_BYTES))
    return keyring.ledger_key() or b""


def _take_away(path: Path, before: HouseKeys, found: HouseKeys) -> None:
    """Only once what the keyring's disk holds is the same."""
    if before != found:
        raise CohortbookError(
            f"{path} is another key than the keyring has. Nothing was changed. Name the keyring that belongs to this "
            "folder, or move the file away if it came here by mistake, and start again."
        )
    path.unlink()
    sync(path.parent)


def _make_up(store: Store, keys: HouseKeys) -> None:
    """Who was erased while nobody could tell their pseudonyms and marks: what bears these goes or is unlinked now."""
    with store.begin() as tx:
        if milestones.latest(tx, milestones.UNLINK) is not None:
            passed_on.forget_strangers(tx, keys)
            tally.forget_strangers(tx, keys.pseudonyms, lambda: secrets.token_hex(8))
            milestones.forget(tx, milestones.UNLINK)
