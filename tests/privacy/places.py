"""Every place where the house leaves something behind, each with the canaries that may not be found there.

A place that is off holds private words in the open today. Turning it on is one word here, and the searches follow.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot import backup, control
from bot.errors import CohortbookError
from bot.store import ownership
from tests.privacy.canaries import SECRET, SPOKEN, searched
from tests.town import Town
from tests.ways import delivered

BOTH = (SECRET, SPOKEN)
Piece = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    never: tuple[str, ...]
    on: bool = True


LOG = Place("log", BOTH)
STREAMS = Place("standard streams", BOTH)
NUMBERS = Place("health and metrics", BOTH)
DOOR = Place("control door", BOTH)
TEMPORARY = Place("temporary files", BOTH)
INDEX = Place("search index and model cache", (SECRET,))
MESSAGES = Place("messages to anybody", (SECRET,))
OUTBOX = Place("outbox keys", (SECRET,))
DATABASE = Place("database, its log of writes and every other file of the data folder", (SECRET,))
BACKUP = Place("backup", (SECRET,))
PLACES = (LOG, STREAMS, NUMBERS, DOOR, TEMPORARY, INDEX, MESSAGES, OUTBOX, DATABASE, BACKUP)


async def numbers(town: Town) -> bytes:
    """Whatever anybody can ask the server of the house."""
    transport = httpx.ASGITransport(town.house.web(), client=("127.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        pages = [await client.get(path) for path in ("/healthz", "/metrics")]
    return b"\n".join(page.content for page in pages)


async def _unnoted(what: str) -> None:
    pass


async def door_answers(town: Town, folder: Path) -> bytes:
    """What another process of this user hears, refusals included; leaves a backup in `folder`."""
    data = town.house.settings.data
    door = control.Door(data, {"backup": backup.command(data / ownership.DATABASE, town.machine, _unnoted)})
    assert town.house.owned is not None
    await door.open(town.house.owned)
    (folder / "copies").mkdir()
    heard = []
    for asked, more in (
        ("ping", {}),
        ("nonsense", {}),
        ("backup", {"file": str(folder / "copies" / "backup.sqlite")}),
        ("backup", {}),
    ):
        try:
            heard.append(str(await asyncio.to_thread(control.ask, data, asked, 30, **more)))
        except CohortbookError as problem:
            heard.append(str(problem))
    await door.close()
    return "\n".join(heard).encode()


def messages(town: Town) -> bytes:
    return delivered(town).encode()


def keys(town: Town) -> bytes:
    return "\n".join(one.key for one in town.chat.delivered).encode()


def files(*folders: Path) -> Callable[[], Iterator[Piece]]:
    return lambda: searched(*folders)


@contextmanager
def own_temporary(folder: Path) -> Iterator[Path]:
    """Where this process puts temporary files for the time being."""
    before = tempfile.tempdir
    folder.mkdir(parents=True)
    tempfile.tempdir = str(folder)
    try:
        yield folder
    finally:
        tempfile.tempdir = before
