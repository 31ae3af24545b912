"""Looking after the key-encryption key: the same for the running bot, asked at its door, and for a command alone."""

from __future__ import annotations

import asyncio
import re
import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot import backup
from bot.errors import Locked
from bot.store import milestones
from bot.vault import rotation
from bot.vault.keyring import Keyring
from bot.vault.places import Places, read_keys

Answer = dict[str, Any]
KEPT = 7
"""Copies of the keyring; an older one could open what somebody has erased since."""
_COPY = re.compile(r"keyring-\d{8}-\d{6}-\d{6}\.sqlite")


def status(keyring: Keyring) -> Answer:
    return {
        "left": rotation.remainder(keyring),
        "generations": [
            {"key": one.fingerprint, "made": f"{one.made_at:%Y-%m-%d}", "wraps": one.keys, "current": one.current}
            for one in rotation.status(keyring)
        ],
    }


def rotate(keyring: Keyring, places: Places, now: datetime) -> Answer:
    done = rotation.rotate(keyring, places, now, secrets.token_bytes)
    return {"done": done} | status(keyring)


def retire(keyring: Keyring, places: Places, now: datetime) -> Answer:
    """A fresh copy of the keyring comes first: the older ones open nothing after this."""
    copied = copy(places, now)
    return {"retired": rotation.retire(keyring, places), "copied": copied}


def copy(places: Places, now: datetime) -> str:
    """The file; empty where there is none to copy: no keyring yet, or one on a server, which makes its own backups."""
    source = places.keyring_file
    if source is None or not source.exists():
        return ""
    folder = source.parent / "keyring-backups"
    made = backup.make(source, folder / f"keyring-{now.astimezone(UTC):%Y%m%d-%H%M%S-%f}.sqlite", now)
    for old in sorted(path for path in folder.iterdir() if _COPY.fullmatch(path.name))[:-KEPT]:
        old.unlink()
    return str(made.file)


def commands(
    keyring: Keyring | None,
    cause: str,
    places: Places,
    now: Callable[[], datetime],
    note: Callable[[str], Awaitable[None]],
) -> Mapping[str, Callable[[Mapping[str, Any]], Awaitable[Answer]]]:
    """For the door of the running bot. `cause`: why its vault is locked. `note`: keeps what was done for the audit."""

    def there() -> Keyring:
        if keyring is None or cause:
            raise Locked(cause)
        return keyring

    async def answer_status(asked: Mapping[str, Any]) -> Answer:
        return await asyncio.to_thread(lambda: status(there()))

    async def answer_rotate(asked: Mapping[str, Any]) -> Answer:
        done = await asyncio.to_thread(lambda: rotate(there(), places, now()))
        await note(milestones.ROTATED)
        return done

    async def answer_retire(asked: Mapping[str, Any]) -> Answer:
        done = await asyncio.to_thread(lambda: retire(there(), places, now()))
        await note(milestones.RETIRED)
        return done

    async def answer_copy(asked: Mapping[str, Any]) -> Answer:
        return {"file": await asyncio.to_thread(copy, places, now())}

    return {
        "keys.status": answer_status,
        "keys.rotate": answer_rotate,
        "keys.retire": answer_retire,
        "keys.copy": answer_copy,
    }


def in_place(places: Places) -> Keyring | None:
    """Without any key to what it holds; None where no start has made one yet."""
    file = places.keyring_file
    if file is not None and not file.exists():
        return None
    keyring = Keyring(places.keyring, secrets.token_bytes)
    if keyring.name() is None:
        keyring.close()
        return None
    return keyring


def opened(places: Places) -> Keyring:
    """For a command that works on the keyring alone. Raises Locked."""
    keyring = in_place(places)
    if keyring is None:
        raise Locked("There is no keyring yet. Nothing was changed. The first start of the bot makes one.")
    try:
        keyring.take(read_keys(places))
    except BaseException:
        keyring.close()
        raise
    return keyring
