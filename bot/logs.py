"""The log: one line each, an action and a key, never a text. What people write cannot reach it by accident.

An error is told by its kind and by the places in the code it came through; its own message only where we
know that it holds nobody's words.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal, TextIO

from bot.errors import CohortbookError

Style = Literal["text", "json"]
_EXTRAS = ("action", "key")
_FRAMES = 8


class Line(logging.Formatter):
    """`2027-01-04T13:10:00.000Z INFO bot.worker sent action=prompt key=...`, or the same as JSON."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self._as = style

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, str] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "level": record.levelname,
            "from": record.name,
            "said": record.getMessage(),
        }
        fields |= {name: str(getattr(record, name)) for name in _EXTRAS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            fields |= _error(record.exc_info[1])
        if self._as == "json":
            return json.dumps(fields, ensure_ascii=False)
        first = " ".join(fields.pop(name) for name in ("at", "level", "from", "said"))
        rest = [f"{name}={_word(value)}" for name, value in fields.items()]
        return " ".join([first.replace("\n", " "), *rest])


def start(style: Style, level: int = logging.INFO, to: TextIO | None = None) -> None:
    """For the whole process. Libraries speak up only from a warning on."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(Line(style))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in ("bot", "index"):
        logging.getLogger(ours).setLevel(level)


def _error(error: BaseException) -> dict[str, str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    told = {
        "error": type(error).__name__,
        "where": " < ".join(f"{_short(frame.filename)}:{frame.lineno}" for frame in reversed(frames)),
    }
    because = _because(error)
    return told | {"because": because} if because else told


def _because(error: BaseException) -> str:
    """The message of errors that speak of files and databases; others may quote what somebody wrote."""
    from sqlalchemy.exc import DBAPIError

    if isinstance(error, DBAPIError):
        # Its first line only: the next ones may name the values.
        return str(error.orig).split("\n", 1)[0]
    if isinstance(error, OSError):
        return error.strerror or ""
    return str(error).split("\n", 1)[0] if isinstance(error, CohortbookError) else ""


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _word(value: str) -> str:
    return value if value and not any(mark in value for mark in ' "=\n') else json.dumps(value, ensure_ascii=False)
