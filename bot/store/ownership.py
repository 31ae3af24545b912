"""One process owns a SQLite file. The owner's note says who it is and where its control door stands.

The lock is the system's own on an open file, so it goes away with its process, however that ends. What a
dead owner leaves is only a note that nobody holds.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bot.disk import own_folder
from bot.errors import CohortbookError

DATABASE = "cohortbook.sqlite"
_FILE = "cohortbook.lock"


@dataclass(frozen=True, slots=True)
class Note:
    """What the owner says of itself to whoever comes second."""

    pid: int
    host: str
    started: str
    doing: str
    """The command that it runs: run, demo, backup, restore."""
    door: str = ""
    """Path of its control socket, once that is open."""

    @property
    def name(self) -> str:
        return f"`cohortbook {self.doing}`, process {self.pid} on {self.host}, running since {self.started}"


class Owned(CohortbookError):
    """Another process has the database open."""

    def __init__(self, note: Note | None, folder: Path) -> None:
        self.note = note
        who = note.name if note else "a process that is just starting"
        super().__init__(
            f"The database in {folder} is in use by {who}. Nothing was changed. "
            "Stop that process first, or let it do the work."
        )


class Ownership:
    """Held until released, or until the process ends."""

    def __init__(self, file: int, note: Note) -> None:
        self._file = file
        self.note = note
        self._write(note)

    def open_door(self, path: Path) -> None:
        """Tell those who come second where they can ask."""
        self._write(replace(self.note, door=str(path)))

    def release(self) -> None:
        """Does nothing the second time."""
        if self._file >= 0:
            os.ftruncate(self._file, 0)
            os.close(self._file)  # and with it the lock
            self._file = -1

    def __enter__(self) -> Ownership:
        return self

    def __exit__(self, *exc: object) -> None:
        self.release()

    def _write(self, note: Note) -> None:
        self.note = note
        text = json.dumps(asdict(note)).encode()
        # Over the old note first and cut to length after, so that a reader never finds the file empty.
        os.pwrite(self._file, text.ljust(os.fstat(self._file).st_size), 0)
        os.ftruncate(self._file, len(text))


def take(folder: Path, doing: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Ownership:
    """Raises Owned, with the owner's name, when another process has the file."""
    try:
        own_folder(folder)
        file = os.open(folder / _FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as problem:
        raise CohortbookError(
            f"The data folder {folder} cannot be written to ({problem.strerror}). Nothing was started. Change its "
            "owner, or name another place with `data`."
        ) from problem
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as problem:
        os.close(file)
        if problem.errno in (errno.EWOULDBLOCK, errno.EACCES):
            raise Owned(note(folder), folder) from None
        raise CohortbookError(
            f"The folder {folder} cannot be locked ({problem.strerror}), so two bots could not be kept apart. "
            "Nothing was started. Put `data` on a disk of this machine, or use PostgreSQL."
        ) from problem
    started = now().strftime("%Y-%m-%d %H:%M:%S UTC")
    return Ownership(file, Note(os.getpid(), socket.gethostname(), started, doing))


def note(folder: Path) -> Note | None:
    """What the last owner wrote; it may have ended since, so ask at its door before believing it."""
    try:
        return Note(**json.loads((folder / _FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):  # it took the lock a moment ago and has not written yet
        return None
