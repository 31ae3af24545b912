"""Conversations as data: what people do in a chat and what they see there, played by a driver for each medium.

Which steps there are, and what they mean, stands in `dialogues/README.md`.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, cast

import yaml

from bot import sealed_file

FOLDER = Path(__file__).parent / "dialogues"
Where: TypeAlias = Literal["private", "channel"]
Stride: TypeAlias = Literal["next", "day", "week"]
Value: TypeAlias = str | Sequence[str]

ACTIONS = ("says", "presses", "fills", "clock")
EXPECTATIONS = ("sees", "does not see", "sees nowhere", "form", "form holds", "complains about", "file", "file holds")
_REPORTED = 1500
KEYS = ("as", "in", "is asked", *ACTIONS, *EXPECTATIONS)


class Driver(Protocol):
    """A chat client as one person at a time uses it. What is done is finished when the method returns."""

    def be(self, who: str, where: Where) -> None:
        """Look at a room as this person."""
        ...

    def say(self, text: str) -> None: ...

    def press(self, label: str, asked: str) -> None:
        """The newest button whose label begins so; `asked` is the question put before it counts, or ""."""
        ...

    def fill(self, values: Mapping[str, Value]) -> None:
        """Fill fields of the open form, by label, and send it in. The others keep what is in them."""
        ...

    def move_clock(self, by: Stride) -> None: ...

    def new(self) -> str:
        """The open form, and what came or changed since this person last did something in this room."""
        ...

    def view(self) -> str:
        """The open form and every message of the room."""
        ...

    def soon(self, condition: Callable[[], bool]) -> bool:
        """Whether this comes true within a moment; a medium in which nothing is under way looks once."""
        ...

    def form(self) -> str:
        """The title of the open form, or ""."""
        ...

    def held(self, label: str) -> Value:
        """What stands in a field of the open form."""
        ...

    def complaints(self) -> list[str]:
        """The labels of the fields that carry an error."""
        ...

    def file(self, name: str) -> bytes:
        """The newest file of that name, saved."""
        ...


@dataclass(frozen=True, slots=True)
class Step:
    line: int
    does: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Dialogue:
    name: str
    steps: tuple[Step, ...]


class Odd(AssertionError):
    """A step went another way than the dialogue says."""


def brought(name: str) -> bytes:
    """A file that somebody has at hand."""
    return (FOLDER / "files" / name).read_bytes()


def dialogues() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.yaml"))


def load(name: str) -> Dialogue:
    path = FOLDER / f"{name}.yaml"
    document = yaml.compose(path.read_text("utf-8"), yaml.SafeLoader)
    assert isinstance(document, yaml.SequenceNode), f"{path}: a list of steps is expected"
    steps = []
    for node in document.value:
        line = node.start_mark.line + 1
        does = yaml.SafeLoader("").construct_document(node)
        unknown = sorted(set(does) - set(KEYS))
        assert not unknown, f"{path}, line {line}: {unknown} is not known here; use {', '.join(KEYS)}"
        assert len(set(does) & set(ACTIONS)) <= 1, f"{path}, line {line}: one step does one thing"
        steps.append(Step(line, does))
    return Dialogue(name, tuple(steps))


def play(dialogue: Dialogue, driver: Driver) -> None:
    who, where = "", cast(Where, "private")
    for step in dialogue.steps:
        if "as" in step.does:
            who, where = str(step.does["as"]), "private"
        where = step.does.get("in", where)
        try:
            if {"as", "in"} & set(step.does):
                driver.be(who, where)
            _act(driver, step.does)
            _look(driver, step.does)
        except AssertionError as problem:
            place = f"dialogues/{dialogue.name}.yaml, line {step.line}, {who} in {where}"
            raise Odd(f"{place}: {problem}\n\nIn sight, the newest last:\n…{driver.view()[-_REPORTED:]}") from problem


def _act(driver: Driver, does: Mapping[str, Any]) -> None:
    if "says" in does:
        driver.say(_words(does["says"]))
    if "presses" in does:
        driver.press(does["presses"], does.get("is asked", ""))
    if "fills" in does:
        driver.fill({label: _value(value) for label, value in does["fills"].items()})
    if "clock" in does:
        times, stride = _moves(str(does["clock"]))
        for _ in range(times):
            driver.move_clock(stride)


def _look(driver: Driver, does: Mapping[str, Any]) -> None:
    if "form" in does:
        assert driver.form() == does["form"], f"the open form is {driver.form()!r}, not {does['form']!r}"
    for key, wanted, look in (
        ("sees", True, driver.new),
        ("does not see", False, driver.new),
        ("sees nowhere", False, driver.view),
    ):
        for text in map(_words, _several(does.get(key))):
            right = driver.soon(partial(_matches, look, text, wanted))
            assert right, f"{text[:300]!r} is {'not in sight' if wanted else 'in sight and should not be'}"
    for label, value in does.get("form holds", {}).items():
        assert driver.held(label) == _value(value), f"{label!r} holds {driver.held(label)!r}"
    if "complains about" in does:
        wanted = _several(does["complains about"])
        assert driver.complaints() == wanted, f"the form complains about {driver.complaints()}"
    if "file" in does:
        data = driver.file(does["file"])
        if does["file"].endswith(".age"):
            (key,) = set(re.findall(r"AGE-SECRET-KEY-1[0-9A-Z]+", driver.view()))
            data = sealed_file.unseal(data, key)
        words = _unpacked(data) if does["file"].endswith((".zip", ".age")) else data.decode()
        for text in _several(does.get("file holds")):
            assert text in words, f"{text!r} is not in {does['file']}, which holds:\n{words}"


def _matches(look: Callable[[], str], text: str, wanted: bool) -> bool:
    return (plain(text) in plain(look())) is wanted


def _several(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]


def _words(value: Any) -> str:
    """A text, or {repeat: "a", times: 600} for one that is too long to read."""
    return str(value["repeat"]) * int(value["times"]) if isinstance(value, dict) else str(value)


def _value(value: Any) -> Value:
    return [str(one) for one in value] if isinstance(value, list) else _words(value)


def _moves(text: str) -> tuple[int, Stride]:
    """ "next", "day", "week", "3 days", "2 weeks"."""
    count, _, unit = text.rpartition(" ")
    stride = unit.removesuffix("s")
    assert stride in ("next", "day", "week"), f"the clock does not know {text!r}"
    return int(count or 1), cast(Stride, stride)


def _unpacked(data: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode() for name in archive.namelist() if not name.endswith(".png"))


def plain(text: str) -> str:
    """As every client shows it: without the signs and breaks that each draws in its own way."""
    return " ".join(text.replace("• ", " ").split())
