"""The vault at the start of a process: opened, made where there is none yet, or locked with the reason why.

A new key-encryption key is made only where there is neither a keyring nor a sealed row. What is missing then is
missing by accident, and a new key over old data would make it unreadable for good.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from bot.disk import own_folder
from bot.errors import CohortbookError, Locked
from bot.store.tables import vault as named
from bot.vault import key_file, rows, upgrade
from bot.vault.kek import Kek, Purpose
from bot.vault.keyring import Keyring
from bot.vault.places import Places, read_keys
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from bot.store import Store


def open_vault(
    places: Places,
    store: Store,
    *,
    now: datetime | None = None,
    random: Callable[[int], bytes] = secrets.token_bytes,
    purposes: tuple[Purpose, ...] = tuple(Purpose),
) -> Vault:
    """Never raises Locked: a vault that cannot be opened comes back locked. Blocks: call it before serving.

    `purposes`: those that this process is to be given the keys for.
    """
    keyring: Keyring | None = None
    try:
        known, used = _of_data(store)
        keyring = _keyring(places, random, expected=bool(known or used))
        name, news = keyring.name(), tuple[str, ...]()
        if name is None:
            if known or used:
                raise Locked(_NO_KEYRING)
            keks, news = _first_keys(places, random)
            name = keyring.make(secrets.token_hex(8), keks[0], now or datetime.now(UTC))
        else:
            keks = read_keys(places)
        if known and known != name:
            keyring.close()
            return Vault.locked(_ANOTHER)  # and nothing is taken out of one that is not ours
        keyring.take([one.only(*purposes) for one in keks])
        _bind(store, name)
        vault = Vault(keyring, random)
        vault.news = news
        upgrade.seal_plain_rows(store, vault)
        return vault
    except Locked as problem:
        return Vault.locked(str(problem), keyring)
    except OSError as problem:
        return Vault.locked(f"The keyring's folder cannot be made ({problem.strerror}). Nothing was lost.", keyring)
    except DBAPIError as problem:
        return Vault.locked(f"The keyring does not answer ({type(problem.orig).__name__}). Nothing was lost.", keyring)


def missing_keys(store: Store, keyring: Keyring) -> int:
    """Members with sealed rows and no key for them: the keyring is older than the data."""
    with store.begin() as tx:
        found = {purpose: rows.owners(tx, purpose) for purpose in rows.SEALED}
    return sum(keyring.without_key(owners, purpose) for purpose, owners in found.items())


_ANOTHER = (
    "The keyring belongs to another database than this one. Nothing was lost or changed. Name the keyring that was "
    "made with this data, and start again."
)
_NO_KEYRING = (
    "The keyring is missing, and there are words that were sealed with its keys. Nothing was lost or changed. Bring "
    "the newest copy of the keyring back and start again."
)


def _of_data(store: Store) -> tuple[str, bool]:
    """(the name of the keyring that the data knows, whether any row is sealed)."""
    with store.begin() as tx:
        known = tx.execute(select(named.c.keyring)).scalar() or ""
        return known, any(rows.first_sealed(tx, table) for table in rows.PURPOSE)


def _keyring(places: Places, random: Callable[[int], bytes], *, expected: bool) -> Keyring:
    file = places.keyring_file
    if file is not None and expected and not file.exists():
        raise Locked(_NO_KEYRING)  # and no empty one is left in its place
    if file is not None:
        own_folder(file.parent)
    try:
        return Keyring(places.keyring, random)
    except CohortbookError as problem:
        raise Locked(str(problem)) from problem


def _first_keys(places: Places, random: Callable[[int], bytes]) -> tuple[list[Kek], tuple[str, ...]]:
    if places.key or places.key_file.exists():
        return read_keys(places), ()
    try:
        made = key_file.write_first(places.key_file, random)
    except OSError as problem:
        raise Locked(
            f"A key could not be written to {places.key_file} ({problem.strerror}). Nothing was lost. Make that "
            "folder writable once, or name another `key_file`, and start again."
        ) from problem
    return [made], (
        f"A new key was made: {places.key_file.absolute()}",
        "It opens what people write here. Keep a copy of it in another place, apart from the backups. Without it "
        "nobody can open their words again; with it and the data anybody can.",
    )


def _bind(store: Store, name: str) -> None:
    with store.begin() as tx:
        if tx.execute(select(named.c.keyring)).first() is None:
            tx.execute(insert(named).values(keyring=name))
