"""The ledger of who was erased: a file beside the database, so that an older database cannot bring anybody back.

It holds keyed marks, not ids. A line is on the disk before anything of that person is removed; so what a crash cut
short is finished at the next start, and a backup that is brought back is first gone through with it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from bot.disk import own_folder, sync
from bot.errors import CohortbookError, Locked

FILE = "erasures.ledger"
COPY = ".erasures"
"""What the name of a backup is followed by in the name of the ledger's copy."""
_HEAD = "cohortbook erasures 1"
_ANY_HEAD = re.compile(rf"{_HEAD} [0-9a-f]{{16}}")
_LINE = re.compile(r"(\S{1,32}) ([0-9a-f]{64}) (\S+)")


class LedgerError(CohortbookError):
    """The ledger cannot be relied on, so nobody may be served from data that it should have been applied to."""


class Tombstone(NamedTuple):
    tenant: str
    mark: str


class Ledger:
    """`key`: the house's own, without which nobody can tell whose mark one is. It is not the one that opens words, so
    that people can be erased while that one is missing. Empty when it is not there, for the reason of `cause`.
    """

    def __init__(self, file: Path, key: bytes, cause: str = "") -> None:
        self.file = file
        self._key = key
        self._cause = cause

    def stone(self, tenant: str, person: str) -> Tombstone:
        """Raises Locked without the key."""
        if not self._key:
            raise Locked(self._cause)
        return Tombstone(tenant, self._mark("person", tenant, person))

    def _mark(self, *parts: str) -> str:
        told = "".join(f"{len(part.encode())}:{part}" for part in parts)
        return hmac.new(self._key, told.encode(), hashlib.sha256).hexdigest()

    @property
    def _head(self) -> str:
        """It names the key, so that another one is noticed instead of finding nobody."""
        return f"{_HEAD} {self._mark('ledger')[:16]}"

    @property
    def there(self) -> bool:
        return self.file.exists()

    def begin(self) -> None:
        """An empty one; never over another."""
        own_folder(self.file.parent)
        file = os.open(self.file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(file, "w", encoding="utf-8") as out:
            out.write(f"{self._head}\n")
            out.flush()
            os.fsync(out.fileno())
        sync(self.file.parent)

    def add(self, stones: Iterable[Tombstone], at: datetime) -> None:
        """On the disk when this returns."""
        lines = "".join(f"{one.tenant} {one.mark} {at.astimezone(UTC).isoformat()}\n" for one in stones)
        with self.file.open("r+b") as out:
            held = out.read()
            out.seek(held.rfind(b"\n") + 1)  # what a power cut left of a line that was never relied on
            out.truncate()
            out.write(lines.encode())
            out.flush()
            os.fsync(out.fileno())

    def stones(self) -> dict[Tombstone, datetime]:
        """Everybody who was erased, and when. Raises LedgerError."""
        try:
            head, *lines = self.file.read_text("utf-8").split("\n")
        except FileNotFoundError:
            raise LedgerError(
                f"The ledger of erased people is missing ({self.file}), so people who were erased could come back. "
                "Nothing was changed. Put its newest copy there: `cohortbook backup` makes one beside each backup."
            ) from None
        except (OSError, UnicodeDecodeError) as problem:
            raise LedgerError(f"The ledger {self.file} cannot be read ({problem}). Nothing was changed.") from None
        ours = head == self._head if self._key else bool(_ANY_HEAD.fullmatch(head))
        if not ours and head.startswith(_HEAD):
            raise LedgerError(
                f"The ledger {self.file} was written with another house key than the one in the keyring, so nobody in "
                "it would be found. Nothing was changed. Bring the keyring back that belongs to it."
            )
        if not ours:
            raise self._damaged(1)
        found = {}
        for number, line in enumerate(lines[:-1], 2):  # after the last end of a line there is nothing, or a torn one
            match = _LINE.fullmatch(line)
            if match is None:
                raise self._damaged(number)
            found[Tombstone(match[1], match[2])] = datetime.fromisoformat(match[3])
        return found

    def _damaged(self, number: int) -> LedgerError:
        return LedgerError(
            f"The ledger {self.file} is damaged in line {number}. Nothing was changed. Put its newest copy there."
        )


def copy_beside(file: Path, backup: Path) -> Path | None:
    """A copy that belongs to a backup; None when there is no ledger yet. Older than its original by no line."""
    if not file.exists():
        return None
    target = backup.with_name(backup.name + COPY)
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    made = os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    with os.fdopen(made, "wb") as out:
        out.write(file.read_bytes())
        out.flush()
        os.fsync(out.fileno())
    part.replace(target)
    sync(target.parent)
    return target
