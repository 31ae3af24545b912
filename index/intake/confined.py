"""Reads a foreign file in a process of its own, which may fail, hang or grow without harm to anybody else."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from index.errors import SearchError
from index.intake.reading import ENDINGS, LARGEST_TEXT


@dataclass(frozen=True, slots=True)
class Limits:
    seconds: float = 30.0
    memory: int = 1 << 30
    """Bytes of address space, the interpreter and the parsers included."""
    file: int = 10_000_000
    """Bytes of the file."""


@dataclass(frozen=True, slots=True)
class Text:
    title: str
    """As the file itself says, or empty."""
    body: str
    """Markdown, with a heading for each section or page."""


class Unreadable(SearchError):
    """A file or page that no entry can be made of."""


def read(content: bytes, name: str, limits: Limits = Limits()) -> Text:
    """`name` says by its ending how to read it, and names it in messages. Raises `Unreadable`."""
    promising(name, len(content), limits)
    answer = _in_child(content, Path(name).suffix.lower(), name, limits)
    if "refused" in answer:
        raise Unreadable(f"{name}: {answer['refused']} Nothing was added.")
    return Text(answer["title"], answer["body"])


def promising(name: str, size: int, limits: Limits = Limits()) -> None:
    """Raises `Unreadable` for what need not even be fetched."""
    if Path(name).suffix.lower() not in ENDINGS:
        raise Unreadable(
            f"{name}: I cannot read this kind of file. It can be one of {', '.join(sorted(ENDINGS))}. Nothing was "
            f"added."
        )
    if size > limits.file:
        raise Unreadable(
            f"{name}: the file is larger than {limits.file // 1_000_000} MB, so it was not read. Make several of it, "
            f"or add the pages that people ask for. Nothing was added."
        )


def _in_child(content: bytes, ending: str, name: str, limits: Limits) -> dict[str, str]:
    command = [
        sys.executable,
        "-m",
        "index.intake.reading",
        ending,
        str(limits.memory),
        str(2 * int(limits.seconds) + 2),
    ]
    with subprocess.Popen(  # noqa: S603 - our own module, and nothing of the file is in the command
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # parsers quote the text that they stumble over
        start_new_session=True,
        env={"PATH": os.defpath, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": "0"},
    ) as child:
        try:
            said, _ = child.communicate(content, limits.seconds)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
            child.communicate()
            raise Unreadable(
                f"{name}: reading it took longer than {limits.seconds:g} seconds, so it was left out. Nothing was "
                f"added. A text version of it can be added instead."
            ) from None
    if child.returncode != 0 or len(said) > 4 * LARGEST_TEXT:
        raise Unreadable(
            f"{name}: it could not be read; it is damaged, or unpacks to far more than it should. Nothing was added. "
            f"A text version of it can be added instead."
        )
    answer: dict[str, str] = json.loads(said)
    return answer
