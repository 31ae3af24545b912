"""What the Discord door remembers between starts: nobody's words, only ids.

Who has spoken to the bot, where their private messages are, how far those were read, and the buttons and keys
that are too long for Discord's own fields.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import sqlite_utils

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Known:
    """A person who has spoken to the bot or pressed something."""

    person: int
    channel: int | None
    """Of their private messages, once there is one."""
    seen: int
    """The newest message there that was handled."""
    closed_at: float | None
    """When Discord said that this person takes no private messages."""


@dataclass(frozen=True, slots=True)
class Try:
    since: int
    looks: tuple[str, ...]
    ref: str
    """Empty until it is known to have arrived."""


@dataclass(frozen=True, slots=True)
class Button:
    action: str
    value: str
    label: str = ""
    confirm: str = ""

    @property
    def token(self) -> str:
        """The same for the same button, so that the table does not grow with every message."""
        return digest(json.dumps([self.action, self.value, self.label, self.confirm]), 12)


class Notebook:
    """One small SQLite file with a thread of its own."""

    def __init__(self, file: Path) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="discord")
        self._db = self._thread.submit(_open, file).result()

    # --- people -------------------------------------------------------------------------------------

    async def known(self, person: int) -> Known | None:
        return await self._do(lambda: next(iter(_people(self._db, "person = ?", [person])), None))

    async def everybody(self) -> list[Known]:
        return await self._do(lambda: _people(self._db, "channel is not null", []))

    async def who_acted(self) -> list[int]:
        return await self._do(lambda: [one.person for one in _people(self._db, "", [])])

    async def acted(self, person: int, at: int) -> None:
        """They pressed or wrote something. That also opens a door that Discord had reported as closed."""

        def note() -> None:
            self._db.table("people").insert({"person": person, "seen": at}, ignore=True)
            self._db.table("people").update(person, {"closed_at": None})

        await self._do(note)

    async def found(self, person: int, channel: int, at: int) -> None:
        """Where somebody's private messages are. `at`: what lies before it there was handled."""

        def note() -> None:
            self._db.table("people").insert({"person": person, "seen": at}, ignore=True)
            self._db.table("people").update(person, {"channel": channel})

        await self._do(note)

    async def read_up_to(self, person: int, message: int) -> None:
        with_ = "update people set seen = max(seen, ?) where person = ?"
        await self._do(lambda: self._execute(with_, [message, person]))

    async def closed(self, person: int, at: float) -> None:
        await self._do(lambda: self._execute("update people set closed_at = ? where person = ?", [at, person]))

    async def forget(self, person: int) -> None:
        """No trace of them is left in the file or its log."""

        def note() -> None:
            for known in _people(self._db, "person = ?", [person]):
                if known.channel is not None:
                    self._execute("delete from tries where ref like ?", [f"%|{known.channel}|%"])
            self._execute("delete from people where person = ?", [person])
            self._db.execute("vacuum")
            self._db.execute("pragma wal_checkpoint(truncate)")

        await self._do(note)

    # --- buttons and keys -----------------------------------------------------------------------------

    async def keep(self, button: Button) -> str:
        row = {"token": button.token, "action": button.action, "value": button.value}
        row |= {"label": button.label, "confirm": button.confirm}
        await self._do(lambda: self._db.table("buttons").insert(row, ignore=True))
        return button.token

    async def button(self, token: str) -> Button | None:
        def look() -> Button | None:
            for row in self._db.table("buttons").rows_where("token = ?", [token]):
                return Button(row["action"], row["value"], row["label"], row["confirm"])
            return None

        return await self._do(look)

    # --- what was sent ----------------------------------------------------------------------------------

    async def trying(self, key: str, since: int, looks: Sequence[str]) -> None:
        """A message is about to be sent: after which id it can be found, and a mark of each page's words."""
        row = {"key": key, "since": since, "looks": json.dumps(list(looks)), "ref": ""}
        await self._do(lambda: self._db.table("tries").insert(row, ignore=True))

    async def tried(self, key: str) -> Try | None:
        def look() -> Try | None:
            for row in self._db.table("tries").rows_where("key = ?", [key]):
                return Try(row["since"], tuple(json.loads(row["looks"])), row["ref"])
            return None

        return await self._do(look)

    async def arrived(self, key: str, ref: str) -> None:
        await self._do(lambda: self._execute("update tries set ref = ? where key = ?", [ref, key]))

    async def forget_before(self, since: int) -> None:
        """Nobody asks for old messages by their key any more."""
        await self._do(lambda: self._execute("delete from tries where since < ?", [since]))

    def close(self) -> None:
        self._thread.submit(self._db.close)
        self._thread.shutdown()

    def _execute(self, statement: str, values: list[object]) -> None:
        with self._db.conn:
            self._db.execute(statement, values)

    async def _do(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def digest(text: str, length: int) -> str:
    """A short mark of a text that tells nothing of it."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()[:length]


def _open(file: Path) -> sqlite_utils.Database:
    import sqlite_utils

    file.parent.mkdir(parents=True, exist_ok=True)
    db = sqlite_utils.Database(file)
    db.enable_wal()
    db.execute("pragma secure_delete = on")
    db.table("people").create(
        {"person": int, "channel": int, "seen": int, "closed_at": float},
        pk="person", not_null={"seen"}, if_not_exists=True,
    )  # fmt: skip
    db.table("buttons").create(
        {"token": str, "action": str, "value": str, "label": str, "confirm": str}, pk="token", if_not_exists=True
    )
    db.table("tries").create({"key": str, "since": int, "looks": str, "ref": str}, pk="key", if_not_exists=True)
    return db


def _people(db: sqlite_utils.Database, where: str, values: list[Any]) -> list[Known]:
    rows = db.table("people").rows_where(where or None, values)
    return [Known(row["person"], row["channel"], row["seen"], row["closed_at"]) for row in rows]
