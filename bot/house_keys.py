"""The keys of the house itself: for the audit's chain, for the pseudonyms under which answers are counted, and for
the marks of erased people.

They outlive every change of the key that seals people's words, since a chain is checked from its beginning.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

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
    """Those of a data folder, made at its first start. Lost, old entries of the audit can no longer be checked."""
    path = folder / FILE
    folder.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        secret = path.read_bytes()
    else:
        secret = secrets.token_bytes(_BYTES)
        with os.fdopen(file, "wb") as out:
            out.write(secret)
            out.flush()
            os.fsync(out.fileno())
    if len(secret) != _BYTES:
        raise CohortbookError(f"{path} is not whole. Nothing was changed. Bring it back from a copy and start again.")
    return derived(secret)
