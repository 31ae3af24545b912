"""The log: one line each, an action and a key, never a text. What people write cannot reach it by accident.

An error is told by its kind and by the places in the code it came through; its own message only where we
know that it holds nobody's words. A library's line keeps who spoke, from where and about which kind of error; its
sentence may quote a request, so it is left out, and below a warning the whole line is.
"""

from __future__ import annotations

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import Literal, TextIO

from bot.errors import CohortbookError

Style = Literal["text", "json"]
_EXTRAS = ("action", "key")
_FRAMES = 8
_OURS = ("bot", "index")

log = logging.getLogger(__name__)


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
            "said": record.getMessage() if _ours(record) else f"a problem in {record.module}.{record.funcName}",
        }
        if _ours(record):
            fields |= {name: str(getattr(record, name)) for name in _EXTRAS if hasattr(record, name)}
        if record.exc_info and record.exc_info[1] is not None:
            fields |= _error(record.exc_info[1])
        if self._as == "json":
            return json.dumps(fields, ensure_ascii=False)
        first = " ".join(fields.pop(name) for name in ("at", "level", "from", "said"))
        rest = [f"{name}={_word(value)}" for name, value in fields.items()]
        return " ".join([first.replace("\n", " "), *rest])


class OwnOrSerious(logging.Filter):
    """Whatever level somebody gives a library's logger: at DEBUG most of them print what they send."""

    def filter(self, record: logging.LogRecord) -> bool:
        return _ours(record) or record.levelno >= logging.WARNING


def start(style: Style, level: int = logging.INFO, to: TextIO | None = None) -> None:
    """For the whole process, with what would otherwise end on its error stream as a traceback."""
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(Line(style))
    handler.addFilter(OwnOrSerious())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for ours in _OURS:
        logging.getLogger(ours).setLevel(level)
    sys.excepthook = _ended
    threading.excepthook = lambda ended: _ended(ended.exc_type, ended.exc_value, ended.exc_traceback)
    sys.unraisablehook = lambda lost: _ended(lost.exc_type, lost.exc_value, lost.exc_traceback)


def _ended(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
    """Python's own traceback ends with the error's message, which may be what somebody wrote."""
    if error is not None and not isinstance(error, KeyboardInterrupt):
        log.critical("something ended that nobody expected to", exc_info=(kind, error, trace))


def _ours(record: logging.LogRecord) -> bool:
    return record.name.partition(".")[0] in _OURS


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
        return _database(error.orig)
    if isinstance(error, OSError):
        return error.strerror or ""
    return str(error).split("\n", 1)[0] if isinstance(error, CohortbookError) else ""


def _database(error: BaseException | None) -> str:
    """A server's sentence may quote a value; its code and the name of what was violated never do."""
    code = getattr(error, "sqlstate", None)
    if not code:
        return str(error).split("\n", 1)[0]
    violated = getattr(getattr(error, "diag", None), "constraint_name", None)
    return " ".join(filter(None, (type(error).__name__, code, violated)))


def _short(path: str) -> str:
    return "/".join(path.replace("\\", "/").split("/")[-2:])


def _word(value: str) -> str:
    return value if value and not any(mark in value for mark in ' "=\n') else json.dumps(value, ensure_ascii=False)
