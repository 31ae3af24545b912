"""Programs from text and from folders, with every problem of a file named at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from bot.errors import ContentError
from bot.programs import reading
from bot.programs.model import Program


@dataclass(frozen=True, slots=True)
class Report:
    """One file, read with an editor's eyes."""

    name: str
    program: Program | None
    problems: list[str] = field(default_factory=list)
    second_looks: list[str] = field(default_factory=list)
    """What is allowed, and might be better."""


def parse(text: str, name: str) -> Program:
    """The program in `text`; raises ContentError whose message has one line for each problem."""
    return _sound(_examine(text, name))


def load(path: Path) -> Program:
    """The program in a file of the same name; raises ContentError."""
    return _sound(_open(path))


def load_all(folder: Path) -> dict[str, Program]:
    """Every program of a folder by its id; raises ContentError with the problems of all files."""
    examined = [_open(path) for path in _files(folder)]
    problems = [*_misnamed(folder), *(problem for one in examined for problem in one.problems)]
    if problems:
        raise ContentError("\n".join(problems))
    return {one.program.id: one.program for one in examined if one.program}


def check(folder: Path, entries: Collection[str] | None = None) -> list[str]:
    """All problems of all files; with `entries`, also links to knowledge entries that do not exist."""
    return [problem for one in report(folder, entries) for problem in one.problems]


def report(folder: Path, entries: Collection[str] | None = None) -> list[Report]:
    """Every file as an editor finds it, whose rules hold for what is new and stop nothing that runs."""
    misnamed = [Report(problem.partition(":")[0], None, [problem]) for problem in _misnamed(folder)]
    return [*misnamed, *(_open(path, entries, edited=True) for path in _files(folder))]


def _sound(one: Report) -> Program:
    if one.program is None:
        raise ContentError("\n".join(one.problems))
    return one.program


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _misnamed(folder: Path) -> list[str]:
    if not folder.is_dir():
        return [f"{folder}: there is no such folder; programs are expected in it"]
    return [f"{_name(path)}:1: the name must end in .yaml" for path in sorted(folder.glob("*.yml"))]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _open(path: Path, entries: Collection[str] | None = None, *, edited: bool = False) -> Report:
    name = _name(path)
    try:
        # One byte more than may be, so that a huge file is refused and never held in memory.
        with path.open("rb") as file:
            text = file.read(reading.LARGEST + 1).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        if len(error.object) > reading.LARGEST:
            return Report(name, None, [f"{name}:1: {reading.TOO_LARGE}"])
        return Report(name, None, [f"{name}:{line}: this is not UTF-8 text; save the file as UTF-8"])
    except OSError as error:
        return Report(name, None, [f"{name}:1: cannot be read: {error.strerror}"])
    one = _examine(text, name, entries, edited=edited)
    if one.program and one.program.id != path.stem:
        return Report(name, None, [f'{name}:1: id: "{one.program.id}" must be the name of the file, "{path.stem}"'])
    return one


def _examine(text: str, name: str, entries: Collection[str] | None = None, *, edited: bool = False) -> Report:
    # Here and not above: the schema takes a tenth of a second to load, and `--help` needs none of it.
    from bot.programs import build, editing, links, misfits, rules

    page = reading.read(text)
    keys = None
    if page.data is not None:
        refused = list(page.problems)
        keys = misfits.fit(page)
        rules.judge(page)
        links.follow(page, entries)
        page.forget_echoes(refused)
    problems = page.said(name)
    if keys is None or problems:
        return Report(name, None, problems)
    program = build.build(keys, page.data, text)
    if not edited:
        return Report(name, program)
    gentle = reading.Page(lines=page.lines)
    for remark in editing.remarks(program):
        (page if remark.refused else gentle).refuse(remark.path, remark.text)
    return Report(name, program, page.said(name), gentle.said(name))
