"""A copy of a SQLite file while the bot goes on: whole, verified, and never over another file."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import sqlite3
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot import tombstones
from bot.disk import sync
from bot.errors import CohortbookError
from bot.store import milestones

_PAGES_AT_ONCE = 2000
_OURS = re.compile(r"cohortbook-\d{8}-\d{6}\.sqlite")


class BackupError(CohortbookError):
    """No backup was made; nothing else was changed either."""


class _Stopped(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Made:
    file: Path
    bytes: int
    at: datetime


def name(at: datetime) -> str:
    return f"cohortbook-{at.astimezone(UTC):%Y%m%d-%H%M%S}.sqlite"


def make(source: Path, target: Path, at: datetime, stop: Callable[[], bool] = lambda: False) -> Made:
    """Copy the database as it is at one moment. Blocks: call it in a thread. `stop`: asked between pages."""
    if not source.exists():
        raise BackupError(f"There is no database at {source} yet, so there is nothing to back up.")
    if target.exists():
        raise BackupError(f"{target} is there already and was left as it is. Give another name.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _part(target) as part:
            copy(source, part, stop)
            _stamp(part, at)
            problems = verify(part)
            if problems:
                raise BackupError(f"The copy of {source} has faults ({problems[0]}), so it was thrown away.")
            _keep(part, target)
    except _Stopped:
        raise BackupError("The bot was stopped meanwhile, so no backup was made. Please run it again.") from None
    except (OSError, sqlite3.Error) as problem:
        raise BackupError(
            f"The backup could not be written to {target}: {problem}. Nothing was lost. "
            "Make room or give another place, and run it again."
        ) from problem
    return Made(target, target.stat().st_size, at)


def prune(folder: Path, before: datetime, but: Path | None = None) -> int:
    """Remove our own backups from before then; returns how many. The newest one stays, however old."""
    found = sorted(path for path in folder.glob("*") if _OURS.fullmatch(path.name)) if folder.is_dir() else []
    old = [path for path in found[:-1] if path.name < name(before) and path != but]
    for path in old:
        path.unlink()
        path.with_name(path.name + tombstones.COPY).unlink(missing_ok=True)
    return len(old)


def command(
    source: Path, now: Callable[[], datetime], note: Callable[[str], Awaitable[None]]
) -> Callable[[Mapping[str, Any]], Awaitable[dict[str, Any]]]:
    """What the running bot does when it is asked at its door; broken off when the bot is stopped. `note`: keeps that
    it was done for the audit."""

    async def answer(asked: Mapping[str, Any]) -> dict[str, Any]:
        stopped = threading.Event()
        try:
            made = await asyncio.to_thread(make, source, Path(str(asked["file"])), now(), stopped.is_set)
        except asyncio.CancelledError:
            stopped.set()
            raise
        await note(milestones.COPIED)
        return {"file": str(made.file), "bytes": made.bytes}

    return answer


def verify(file: Path, *, at_rest: bool = False) -> list[str]:
    """Faults of a database file: pages, rows that point to nothing. Raises sqlite3.Error if it is none at all."""
    how = "mode=ro&immutable=1" if at_rest else "mode=ro"
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?{how}", uri=True)) as db:
        found = [row[0] for row in db.execute("PRAGMA integrity_check") if row[0] != "ok"]
        found += [f"a row of {row[0]} points to nothing" for row in db.execute("PRAGMA foreign_key_check")]
    return found


def copy(source: Path, target: Path, stop: Callable[[], bool] = lambda: False, *, at_rest: bool = False) -> None:
    """The pages of one moment, left as one file without a log beside it.

    `at_rest`: nobody has the source open, and nothing may be written beside it.
    """

    def between(status: int, remaining: int, total: int) -> None:
        if stop():
            raise _Stopped

    how = "mode=ro&immutable=1" if at_rest else "mode=rw"
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?{how}", uri=True, isolation_level=None)) as before,
        closing(sqlite3.connect(target, isolation_level=None)) as after,
    ):
        before.execute("PRAGMA busy_timeout = 30000")
        # Held open, so that a write meanwhile does not make the copy begin again.
        before.execute("BEGIN")
        before.execute("SELECT count(*) FROM sqlite_master").fetchone()
        after.execute("PRAGMA synchronous = FULL")
        before.backup(after, pages=_PAGES_AT_ONCE, progress=between, sleep=0)
        before.execute("ROLLBACK")
        after.execute("PRAGMA journal_mode = DELETE")


@contextlib.contextmanager
def _part(target: Path) -> Iterator[Path]:
    """A file beside the target that its owner alone can read, gone afterwards whatever happened."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        yield part
    finally:
        for left in (part, part.with_name(part.name + "-journal")):
            left.unlink(missing_ok=True)


def _stamp(part: Path, at: datetime) -> None:
    """Write into the copy when it was made; a database of an earlier schema has no place for it."""
    with closing(sqlite3.connect(part)) as db, db:
        if db.execute("SELECT 1 FROM sqlite_master WHERE name = 'milestone'").fetchone():
            when = at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
            db.execute("INSERT OR IGNORE INTO milestone (what, at) VALUES ('backup', ?)", (when,))


def _keep(part: Path, target: Path) -> None:
    """Under its name only when it is whole and on the disk; a file that came there meanwhile stays."""
    sync(part)
    try:
        os.link(part, target)
    except FileExistsError:
        raise BackupError(f"{target} is there already and was left as it is. Give another name.") from None
    except OSError:  # a disk without hard links
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        part.replace(target)
    sync(target.parent)
