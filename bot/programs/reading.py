"""YAML as program people write it: plain text, numbers, true and false, lists and keys, nothing else.

Yaml's own loaders turn `NO` into false and `8:10` into 490, keep the last of two equal keys, and let a
few lines of aliases grow into gigabytes. Here such things are refused by name, with their line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

import yaml
from yaml.events import (
    AliasEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

LARGEST = 128 * 1024
TOO_LARGE = f"the file is larger than {LARGEST // 1024} kB; a program needs far less"
DEEPEST = 12
MOST_PROBLEMS = 200

Path: TypeAlias = tuple[str | int, ...]

_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"[-+]?[0-9]{1,18}\.[0-9]{1,18}")
_TRUTH = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_NOTHING = ("", "~", "null", "Null", "NULL")
_DOUBTFUL = ("y", "n", "yes", "no", "on", "off")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to put right, where it stands, and what would be right instead."""

    line: int
    path: Path
    message: str

    def say(self, name: str) -> str:
        key = written(self.path)
        return f"{name}:{self.line}: {key}: {self.message}" if key else f"{name}:{self.line}: {self.message}"


@dataclass(slots=True)
class Page:
    """A file as data, with the line of everything in it."""

    data: object = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a value, or of the nearest thing around it that the file does have."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def refuse(self, path: Path, message: str, line: int | None = None) -> None:
        self.problems.append(Problem(line or self.line(path), path, message))

    def forget_echoes(self, refused: Sequence[Problem]) -> None:
        """Drops what was said later about a value that `refused` had already turned down."""
        gone = {problem.path for problem in refused} - {()}
        self.problems[:] = [
            problem
            for problem in self.problems
            if problem in refused or not any(problem.path[: n + 1] in gone for n in range(len(problem.path)))
        ]

    def said(self, name: str) -> list[str]:
        """Every problem once, in the order of the file."""
        ordered = sorted(self.problems, key=lambda problem: (problem.line, written(problem.path)))
        return list(dict.fromkeys(problem.say(name) for problem in ordered))


class Unreadable(Exception):
    """The rest of the file cannot be made sense of."""


def read(text: str) -> Page:
    """The data in `text`. `problems` may be filled, and then `data` holds what could be read."""
    page = Page()
    if len(text.encode("utf-8", "surrogatepass")) > LARGEST:
        page.refuse((), TOO_LARGE)
        return page
    try:
        _Reader(text, page).document()
    except Unreadable:
        page.data = None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        page.data = None
        message = f"this is not YAML: {_plain(error)}; put quotes around text with signs such as : ? , # in it"
        page.refuse((), message, mark.line + 1 if mark else 1)
    except yaml.reader.ReaderError as error:
        page.data = None
        line = text.count("\n", 0, error.position) + 1
        page.refuse((), f"has the character U+{int(error.character):04X}, which no program may hold", line)
    except (ValueError, OverflowError):
        # Yaml's scanner lets Python's own errors through, e.g. for "\UFFFFFFFF".
        page.data = None
        page.refuse((), "this is not YAML: it has an escape or a number that no text can hold")
    return page


def written(path: Path) -> str:
    """("units", 3, "prompt") as units[3].prompt."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


class _Reader:
    def __init__(self, text: str, page: Page) -> None:
        self._events: Iterator[Event] = iter(yaml.parse(text, Loader=yaml.SafeLoader))
        self._page = page

    def document(self) -> None:
        while isinstance(event := next(self._events), StreamStartEvent):
            pass
        if isinstance(event, yaml.StreamEndEvent):
            self._page.refuse((), "the file is empty")
            return
        self._page.data = self._value(next(self._events), ())
        next(self._events)
        if not isinstance(event := next(self._events), yaml.StreamEndEvent):
            message = 'a second document starts here ("---"); one file is one program'
            self._page.refuse((), message, _line(event))

    def _value(self, event: Event, path: Path) -> object:
        line = _line(event)
        if len(self._page.problems) > MOST_PROBLEMS:
            self._page.refuse((), f"there are more than {MOST_PROBLEMS} problems; the rest was not read", line)
            raise Unreadable
        self._page.lines.setdefault(path, line)
        if len(path) > DEEPEST:
            self._page.refuse(path[:4], f"is nested more than {DEEPEST} levels deep", line)
            raise Unreadable
        if isinstance(event, AliasEvent):
            self._page.refuse(path, f"*{event.anchor} repeats another part; write it out here", line)
            return None
        if isinstance(event, NodeEvent) and event.anchor:
            message = f"&{event.anchor} is an anchor, which programs do not use; remove it"
            self._page.refuse(path, message, line)
        tag = getattr(event, "tag", None)
        if tag:
            self._page.refuse(path, f"the tag {tag[:60]} is not allowed; write the value alone", line)
        if isinstance(event, SequenceStartEvent):
            return self._list(path)
        if isinstance(event, MappingStartEvent):
            return self._keys(path)
        return self._scalar(event, path) if isinstance(event, ScalarEvent) else None

    def _list(self, path: Path) -> list[object]:
        values: list[object] = []
        while not isinstance(event := next(self._events), SequenceEndEvent):
            values.append(self._value(event, (*path, len(values))))
        return values

    def _keys(self, path: Path) -> dict[str, object]:
        values: dict[str, object] = {}
        while not isinstance(event := next(self._events), MappingEndEvent):
            if not isinstance(event, ScalarEvent):
                self._page.refuse(path, "a key must be a plain word", _line(event))
                raise Unreadable
            key, here = event.value, (*path, event.value)
            if not key.isprintable() or event.anchor or event.tag:
                self._page.refuse(path, "a key must be a plain word, without anchor or tag", _line(event))
            if key in values:
                first = self._page.lines[here]
                self._page.refuse(here, f"is given twice; the first is in line {first}", _line(event))
                self._value(next(self._events), (*path, f"{key} (again)"))
                continue
            self._page.lines[here] = _line(event)
            values[key] = self._value(next(self._events), here)
        return values

    def _scalar(self, event: ScalarEvent, path: Path) -> object:
        value: str = event.value
        if any("\ud800" <= c <= "\udfff" or (c < " " and c not in "\n\t") for c in value):
            self._page.refuse(path, "has a control character or half a character; remove it", _line(event))
            return None
        if event.style is not None:
            return value
        if value in _NOTHING:
            self._page.refuse(path, "has no value; give one or leave the key out", _line(event))
            return None
        if value.lower() in _DOUBTFUL:
            self._page.refuse(
                path,
                f'{value} without quotes may be read as true or false; write "{value}" for the word, or true or false',
                _line(event),
            )
            return None
        if value in _TRUTH:
            return _TRUTH[value]
        if _WHOLE.fullmatch(value):
            return int(value)
        return float(value) if _DECIMAL.fullmatch(value) else value


def _line(event: Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _plain(error: yaml.MarkedYAMLError) -> str:
    return ", ".join(part for part in (error.context, error.problem) if part)
