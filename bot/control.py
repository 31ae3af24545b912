"""The owner's control door: a socket in the data folder, for this machine's own user only.

One JSON object a line, and one comes back: `{"do": "ping"}` gives `{"ok": true, ...}`, and what went wrong
gives `{"ok": false, "error": "..."}`, in words for the operator.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import shutil
import socket
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from bot.errors import CohortbookError
from bot.store import ownership
from bot.store.ownership import Note, Ownership

log = logging.getLogger(__name__)
_LONGEST_PATH = 100
"""The system allows a socket's path about this many bytes, fewer than a file's."""

Answer: TypeAlias = dict[str, Any]
Command: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[Answer]]


class NobodyHere(CohortbookError):
    """No process answers at the door, so whoever asks may open the database itself."""


class Door:
    """Open while the owner runs."""

    def __init__(self, folder: Path, commands: Mapping[str, Command]) -> None:
        self._commands: dict[str, Command] = {"ping": _ping} | dict(commands)
        self._own_folder: Path | None = None
        self.path = folder.absolute() / "control.sock"
        if len(os.fsencode(self.path)) > _LONGEST_PATH:
            self._own_folder = Path(tempfile.mkdtemp(prefix="cohortbook-"))  # mode 0700
            self.path = self._own_folder / "control.sock"
        self._server: asyncio.Server | None = None
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self, owned: Ownership) -> None:
        """Only the owner of the file may call this: what lies at the path is then nobody's."""
        self.path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        listening.bind(str(self.path))
        self.path.chmod(0o600)  # before it listens, so that nobody else came in meanwhile
        self._server = await asyncio.start_unix_server(self._welcome, sock=listening)
        owned.open_door(self.path)

    async def close(self) -> None:
        """Whoever still waits for an answer finds the door closed, and work for them is broken off."""
        if self._server is None:
            return
        self._server.close()
        self.path.unlink(missing_ok=True)
        for talk in self._talks:
            talk.cancel()
        await asyncio.gather(*self._talks, return_exceptions=True)
        if self._own_folder is not None:
            shutil.rmtree(self._own_folder, ignore_errors=True)

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.current_task()
        if talk is not None:
            self._talks.add(talk)
            talk.add_done_callback(self._talks.discard)
        try:
            while line := await reader.readline():
                answer = await self._answer(line)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):  # they went away, or sent a line without an end
            pass
        finally:
            writer.close()

    async def _answer(self, line: bytes) -> Answer:
        try:
            asked = json.loads(line)
            command = self._commands.get(asked["do"])
        except (ValueError, TypeError, KeyError, RecursionError):
            return {"ok": False, "error": 'This door takes one JSON object a line, such as {"do": "ping"}.'}
        if command is None:
            return {"ok": False, "error": f"There is no command {asked['do']}; there are: {', '.join(self._commands)}."}
        try:
            return {"ok": True} | await command(asked)
        except CohortbookError as problem:
            return {"ok": False, "error": str(problem)}
        except Exception:
            log.exception("failed", extra={"action": f"control.{asked['do']}"})
            return {"ok": False, "error": "It failed, and the log of the running bot says why. Nothing was lost."}


async def _ping(asked: Mapping[str, Any]) -> Answer:
    return {"pid": os.getpid()}


def ask(folder: Path, do: str, seconds: float = 600, **more: object) -> Answer:
    """Ask the owner of the data folder; raises NobodyHere when there is none, and what the owner raised."""
    note = ownership.note(folder)
    if note is None or not note.door:
        raise NobodyHere(f"No bot is running on {folder}.")
    answer = _ask(note, {"do": do} | more, seconds)
    if not answer.pop("ok", False):
        raise CohortbookError(str(answer.get("error", "The running bot did not say what went wrong.")))
    return answer


def _ask(note: Note, asked: Mapping[str, object], seconds: float) -> Answer:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as talk:
        talk.settimeout(seconds)
        try:
            talk.connect(note.door)
        except (FileNotFoundError, ConnectionRefusedError):
            raise NobodyHere(f"Nobody answers at {note.door}; {note.name} has ended.") from None
        except PermissionError:
            raise CohortbookError(
                f"Only the user who runs the bot may use {note.door}. Nothing was changed. Run this as that user."
            ) from None
        try:
            talk.sendall(json.dumps(asked).encode() + b"\n")
            with talk.makefile("rb") as lines:
                line = lines.readline()
        except TimeoutError:
            raise CohortbookError(
                f"{note.name} did not answer within {seconds:g} s. It may still be at work; look at its log."
            ) from None
    if not line:
        raise CohortbookError(f"{note.name} ended before it answered. Please run this command again.")
    answer: Answer = json.loads(line)
    return answer
