"""The keys of the house itself: for the audit's chain, for the pseudonyms under which answers are counted, and for
the marks of erased people.

They outlive every change of the key that seals people's words, since a chain is checked from its beginning.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from bot import tombstones
from bot.disk import sync
from bot.errors import CohortbookError

FILE = "house.key"
_BYTES = 32


@dataclass(frozen=True, slots=True)
class HouseKeys:
    audit: bytes = field(repr=False)
    pseudonyms: bytes = field(repr=False)
    erasures: bytes = field(repr=False)


def derived(secret: bytes) -> HouseKeys:
    return HouseKeys(*(hmac.new(secret, f"cohortbook 1 {one}".encode(), hashlib.sha256).digest() for one in _PURPOSES))


_PURPOSES = ("audit", "pseudonyms", "erasures")


def in_folder(folder: Path) -> HouseKeys:
    """Those of a data folder, made at its first start and never again.

    Raises CohortbookError where the key is gone and the ledger of erasures is there: with another key nobody in it
    could be recognised, and a backup would bring the erased back.
    """
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        if (folder / tombstones.FILE).exists():
            raise CohortbookError(
                f"{path} is missing, and the data beside it was made with it. Nothing was changed. Bring it back from "
                "a copy and start again."
            )
        _make(path)
    secret = path.read_bytes()
    if len(secret) != _BYTES:
        raise CohortbookError(f"{path} is not whole. Nothing was changed. Bring it back from a copy and start again.")
    return derived(secret)


def _make(path: Path) -> None:
    """Whole or not at all; where another process was first, its key stays."""
    part = path.with_name(f".{FILE}.{os.getpid()}.part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as out:
        out.write(secrets.token_bytes(_BYTES))
        out.flush()
        os.fsync(out.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(part)
    part.unlink()
    sync(path.parent)
