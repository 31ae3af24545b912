"""A cohort at work while the disk fills up, as a process of its own; the last line says what happened.

`python -m tests.operations.full_disk FOLDER TIMES [ballast]`. The room ends at another byte each time: by the
system's limit on how far this process may make a file grow, which cuts a write in two just as a full disk does
and which SQLite meets as a failed write; or, with `ballast`, by a file that takes all the room that is left.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import resource
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TypeAlias

from sqlalchemy import Connection, select

from bot.messages import Errors, Form, Incoming, Outgoing, Submission
from bot.store import people
from bot.store.tables import outbox
from bot.vault import private
from tests.operations.houses import deliveries, filled, live, open_form
from tests.town import Town

Full: TypeAlias = Callable[[Path, int], AbstractContextManager[None]]
_FRAME = 24 + 4096
"""What SQLite's log grows by for one page: its head and the page."""
_MOST_PAGES = 5
"""About as many as one save or tick of this cohort writes."""


@contextlib.contextmanager
def limit(folder: Path, room: int) -> Iterator[None]:
    """No file may grow beyond `room` bytes; the log is the one that grows."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, most))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))


@contextlib.contextmanager
def ballast(folder: Path, room: int) -> Iterator[None]:
    """A file that leaves only `room` bytes free."""
    path = folder / "ballast"
    with path.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        free = os.statvfs(folder)
        left = free.f_bavail * free.f_frsize - room
        while left > 0:
            left -= file.write(bytes(min(left, 65536)))
    try:
        yield
    finally:
        path.unlink()


async def work(folder: Path, times: int, full: Full) -> dict[str, object]:
    seen = {"rounds": 0, "full": 0, "false_saved": 0, "recovered": 0, "ticks_failed": 0, "lost": 0, "doubled": 0}
    told: set[str] = set()
    async with live(folder) as town:
        await town.found_cohort(["kwame", "renata"])
        await town.start("kwame", "renata")
        await town.until("week")
        while seen["full"] < times and seen["rounds"] < 5 * times:
            room = seen["rounds"] * 7919 % (_MOST_PAGES * _FRAME)  # another part of another page each time
            _empty_the_log(folder)
            seen["rounds"] += 1
            form, text = await open_form(town, "kwame"), f"round {seen['rounds']}, {'and so on. ' * 20}"
            with full(folder, room):
                said = await _save(town, form, text)
                if not said.startswith("saved"):
                    told.add(said)
                    seen["full"] += 1
            _empty_the_log(folder)
            with full(folder, room):
                seen["ticks_failed"] += await _fails(town.until("day"))
            if said.startswith("saved"):
                seen["false_saved"] += not await town.house.store.read(_kept, town, text)
                continue
            again = await _save(town, form, text)
            seen["recovered"] += again.startswith("saved") and await town.house.store.read(_kept, town, text)
        await town.until("week")
        found = deliveries(town)
        seen["doubled"] = sum(count - 1 for count in found.values())
        seen["lost"] = len(await town.house.store.read(_lost, {key for _, key in found}))
    return seen | {"told": sorted(told)}


def _empty_the_log(folder: Path) -> None:
    """So that the next write needs room again."""
    with contextlib.closing(sqlite3.connect(folder / "data" / "cohortbook.sqlite")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def _save(town: Town, form: Form, text: str) -> str:
    """What the writer reads; an error when the platform has to say that something failed."""
    who = town.chat.who("kwame")
    sent = Submission(form.id, form.action, form.value, filled(form, text))
    try:
        reply = await town.house.desk.answer(Incoming(f"{form.id}:{text}", who, who, sent))
    except Exception:  # noqa: BLE001 - the platform's part: it says that nothing was lost
        return "an error"
    if isinstance(reply, Errors):
        return " ".join(reply.fields.values())
    assert isinstance(reply, Outgoing)
    return "saved" if "saved." in reply.text.lower() else reply.text


async def _fails(doing: object) -> bool:
    try:
        await doing  # type: ignore[misc]
    except Exception:  # noqa: BLE001 - the worker's loop logs it and goes on
        return True
    return False


def _kept(tx: Connection, town: Town, text: str) -> bool:
    who = people.known(tx, town.chat.who("kwame"))
    assert who is not None
    return any(text.strip() in str(entry.words) for entry in private.everything(tx, town.house.services.vault, who))


def _lost(tx: Connection, posted: set[str]) -> set[str]:
    """Messages that count as sent and never came, and those that still wait although their time has come."""
    rows = tx.execute(select(outbox.c.key).where(outbox.c.state.in_(("sent", "sending", "unknown"))))
    return {row.key for row in rows} - posted


if __name__ == "__main__":
    print(json.dumps(asyncio.run(work(Path(sys.argv[1]), int(sys.argv[2]), ballast if sys.argv[3:] else limit))))
