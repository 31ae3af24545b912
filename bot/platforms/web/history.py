"""The messages that were sent to a room: the playground's own small file, so that a restart keeps them.

Only what the bot sent and what people posted in the channel is here. What is private to a view never is.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from sqlite_utils import Database

from bot.messages import Address

Body: TypeAlias = dict[str, Any]
"""A message as the page reads it; see `wire.py`."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One stored message."""

    number: int
    room: Address
    author: str
    """A person's id, or "" for the bot."""
    at: datetime
    body: Body
    edited: bool


class History:
    """Blocking; call it from one thread."""

    def __init__(self, file: Path) -> None:
        connection = sqlite3.connect(file, check_same_thread=False)
        connection.execute("PRAGMA secure_delete=on")
        self._db = Database(connection)
        self._messages = self._db.table("messages")
        if not self._messages.exists():
            self._messages.create(
                {
                    "number": int, "room": str, "author": str, "key": str, "at": str,
                    "body": str, "edited": int, "deleted": int, "answered": int,
                },
                pk="number",
                not_null={"room", "author", "at", "body"},
                defaults={"edited": 0, "deleted": 0, "answered": 0},
            )  # fmt: skip
            self._messages.create_index(["room", "key"], unique=True)

    def add(self, room: Address, author: str, at: datetime, body: Body, key: str | None = None) -> Kept:
        row = {"room": str(room), "author": author, "at": at.isoformat(), "body": json.dumps(body)}
        number = int(str(self._messages.insert({**row, "key": key}).last_pk))
        return Kept(number, room, author, at, body, edited=False)

    def replace(self, number: int, body: Body) -> Kept | None:
        """None where no such message stands any more."""
        if self.get(number) is None:
            return None
        self._messages.update(number, {"body": json.dumps(body), "edited": 1})
        return self.get(number)

    def delete(self, number: int) -> Kept | None:
        """The words go; the key stays, so that the message is still known to have arrived."""
        kept = self.get(number)
        if kept is not None:
            self._messages.update(number, {"body": "{}", "deleted": 1})
        return kept

    def mark_answered(self, number: int) -> None:
        self._messages.update(number, {"answered": 1})

    def sent(self, room: Address, key: str) -> int | None:
        rows = self._messages.rows_where("room = ? and key = ?", [str(room), key])
        return next((int(row["number"]) for row in rows), None)

    def get(self, number: int) -> Kept | None:
        return next(iter(self._read("number = ?", [number])), None)

    def room(self, room: Address, newest: int = 200) -> list[Kept]:
        return self._read("room = ?", [str(room)], newest)

    def unanswered(self, room: Address) -> list[Kept]:
        """What the bot sent here that its resident has not looked at yet."""
        return self._read("room = ? and author = '' and answered = 0", [str(room)])

    def newest(self) -> int:
        rows = self._messages.rows_where(order_by="number desc", limit=1)
        return next((int(row["number"]) for row in rows), 0)

    def close(self) -> None:
        self._db.close()

    def _read(self, where: str, values: list[object], newest: int | None = None) -> list[Kept]:
        rows = list(self._messages.rows_where(f"deleted = 0 and {where}", values, order_by="number desc", limit=newest))
        return [
            Kept(
                number=row["number"],
                room=Address.parse(row["room"]),
                author=row["author"],
                at=datetime.fromisoformat(row["at"]),
                body=json.loads(row["body"]),
                edited=bool(row["edited"]),
            )
            for row in reversed(rows)
        ]
