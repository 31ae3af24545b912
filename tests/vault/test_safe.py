"""What a platform keeps secret: sealed, bound to its name, and there again with the right key."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot import backup
from bot.clock import machine_now
from bot.errors import Locked, Unreadable
from bot.store import Store
from bot.store.tables import token
from bot.vault import rotation
from bot.vault.safe import Safe, unopened
from bot.vault.vault import Vault
from tests.databases import database as database
from tests.vault.places import opened, places

TOKEN = "xoxb-of-the-town"


@pytest.fixture
async def store(database: str) -> AsyncIterator[Store]:
    made = Store(database)
    yield made
    made.close()


@pytest.fixture
async def vault(store: Store, tmp_path: Path) -> AsyncIterator[Vault]:
    made = opened(store, tmp_path)
    yield made
    made.close()


async def test_a_secret_is_there_again_after_a_restart(store: Store, vault: Vault, tmp_path: Path) -> None:
    """Until it is replaced or forgotten; the others stay as they are."""
    safe = Safe(store, vault, "slack")
    assert await safe.get("T1") is None
    await safe.put("T1", "first")
    await safe.put("T2", "other")
    await safe.put("T1", TOKEN)
    again = opened(store, tmp_path)
    safe = Safe(store, again, "slack")
    assert [await safe.get(one) for one in await safe.names()] == [TOKEN, "other"]
    await safe.forget("T1")
    assert (await safe.get("T1"), await safe.names()) == (None, ["T2"])
    assert await Safe(store, again, "discord").names() == []
    again.close()


async def test_a_secret_that_was_moved_to_another_name_does_not_open(store: Store, vault: Vault) -> None:
    """Whoever can write to the database cannot have one workspace served with another's token."""
    safe = Safe(store, vault, "slack")
    await safe.put("T1", TOKEN)
    await safe.put("T2", "other")
    with store.begin() as tx:
        body = tx.execute(select(token.c.body).where(token.c.name == "T1")).scalar_one()
        tx.execute(update(token).where(token.c.name == "T2").values(body=body))
    with pytest.raises(Unreadable):
        await safe.get("T2")
    with store.begin() as tx:
        assert unopened(tx, vault) == ["slack/T2"]
    assert await safe.get("T1") == TOKEN


async def test_a_new_key_opens_what_the_old_one_sealed(store: Store, vault: Vault, tmp_path: Path) -> None:
    """Replaced while the bot runs, and the old key destroyed."""
    safe = Safe(store, vault, "slack")
    await safe.put("T1", TOKEN)
    assert vault.keyring is not None
    rotation.rotate(vault.keyring, places(tmp_path), machine_now(), secrets.token_bytes)
    rotation.retire(vault.keyring, places(tmp_path))
    assert await safe.get("T1") == TOKEN
    again = opened(store, tmp_path)
    assert await Safe(store, again, "slack").get("T1") == TOKEN
    again.close()


async def test_without_the_key_names_are_known_and_nothing_is_lost(store: Store, vault: Vault, tmp_path: Path) -> None:
    """It opens again once the key is there."""
    await Safe(store, vault, "slack").put("T1", TOKEN)
    key = tmp_path / "key"
    key.rename(tmp_path / "elsewhere")
    locked = opened(store, tmp_path)
    safe = Safe(store, locked, "slack")
    assert await safe.names() == ["T1"]
    with pytest.raises(Locked):
        await safe.get("T1")
    with pytest.raises(Locked):
        await safe.put("T1", "another")
    with store.begin() as tx:
        assert unopened(tx, locked) == ["slack/T1"]
    locked.close()
    (tmp_path / "elsewhere").rename(key)
    again = opened(store, tmp_path)
    assert await Safe(store, again, "slack").get("T1") == TOKEN
    with store.begin() as tx:
        assert unopened(tx, again) == []
    again.close()


async def test_a_keyring_older_than_the_secrets_gets_no_second_key(tmp_path: Path) -> None:
    """It would stand in the way of the right one."""
    store = Store.in_folder(tmp_path)
    opened(store, tmp_path).close()
    shutil.copy(tmp_path / "keyring.sqlite", tmp_path / "older")
    vault = opened(store, tmp_path)
    await Safe(store, vault, "slack").put("T1", TOKEN)
    vault.close()
    shutil.copy(tmp_path / "older", tmp_path / "keyring.sqlite")
    vault = opened(store, tmp_path)
    with pytest.raises(Locked, match="older than the data"):
        await Safe(store, vault, "slack").put("T2", "another")
    vault.close()
    store.close()


async def test_no_file_and_no_backup_shows_a_secret(tmp_path: Path) -> None:
    """Neither while it is kept nor when it was replaced or forgotten."""
    store = Store.in_folder(tmp_path / "data")
    vault = opened(store, tmp_path / "data")
    safe = Safe(store, vault, "slack")
    await safe.put("T1", TOKEN)
    backup.make(tmp_path / "data" / "cohortbook.sqlite", tmp_path / "copy.sqlite", machine_now())
    await safe.put("T1", TOKEN + "-again")
    await safe.forget("T1")
    found = contents(tmp_path)
    assert {"copy.sqlite", "cohortbook.sqlite", "keyring.sqlite"} <= set(found)
    assert [name for name, held in found.items() if TOKEN.encode() in held] == []
    vault.close()
    store.close()


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


async def test_a_mark_is_new_once(store: Store, vault: Vault) -> None:
    """For each platform by itself."""
    safe = Safe(store, vault, "slack")
    assert [await safe.first_time("n1"), await safe.first_time("n1"), await safe.first_time("n2")] == [
        True,
        False,
        True,
    ]
    assert await Safe(store, vault, "discord").first_time("n1")
