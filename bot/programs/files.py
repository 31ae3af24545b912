"""Programs from text and from folders, with every problem of a file named at once."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from bot.errors import ContentError
from bot.programs import reading
from bot.programs.model import Program


def parse(text: str, name: str) -> Program:
    """The program in `text`; raises ContentError whose message has one line for each problem."""
    program, problems = _examine(text, name, None)
    if program is None:
        raise ContentError("\n".join(problems))
    return program


def load(path: Path) -> Program:
    """The program in a file of the same name; raises ContentError."""
    program, problems = _open(path, None)
    if program is None:
        raise ContentError("\n".join(problems))
    return program


def load_all(folder: Path) -> dict[str, Program]:
    """Every program of a folder by its id; raises ContentError with the problems of all files."""
    examined = [_open(path, None) for path in _files(folder)]
    problems = [*_misnamed(folder), *(problem for _, found in examined for problem in found)]
    if problems:
        raise ContentError("\n".join(problems))
    return {program.id: program for program, _ in examined if program}


def check(folder: Path, entries: Collection[str] | None = None) -> list[str]:
    """All problems of all files; with `entries`, also links to knowledge entries that do not exist."""
    found = [problem for path in _files(folder) for problem in _open(path, entries)[1]]
    return [*_misnamed(folder), *found]


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.yaml"))


def _misnamed(folder: Path) -> list[str]:
    if not folder.is_dir():
        return [f"{folder}: there is no such folder; programs are expected in it"]
    return [f"{_name(path)}:1: the name must end in .yaml" for path in sorted(folder.glob("*.yml"))]


def _name(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def _open(path: Path, entries: Collection[str] | None) -> tuple[Program | None, list[str]]:
    name = _name(path)
    try:
        # One byte more than may be, so that a huge file is refused and never held in memory.
        with path.open("rb") as file:
            text = file.read(reading.LARGEST + 1).decode("utf-8")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        if len(error.object) > reading.LARGEST:
            return None, [f"{name}:1: {reading.TOO_LARGE}"]
        return None, [f"{name}:{line}: this is not UTF-8 text; save the file as UTF-8"]
    except OSError as error:
        return None, [f"{name}:1: cannot be read: {error.strerror}"]
    program, problems = _examine(text, name, entries)
    if program and program.id != path.stem:
        return None, [f'{name}:1: id: "{program.id}" must be the name of the file, "{path.stem}"']
    return program, problems


def _examine(text: str, name: str, entries: Collection[str] | None) -> tuple[Program | None, list[str]]:
    # Here and not above: the schema takes a tenth of a second to load, and `--help` needs none of it.
    from bot.programs import build, links, misfits, rules

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
        return None, problems
    return build.build(keys, page.data, text), []
