"""Files in a folder -> entries. Strict for curated folders, lenient for any other."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from index import front_matter
from index.errors import ContentProblem

KINDS = ("program", "framework", "protocol", "reading", "glossary", "faq")
RETIRED = "retired"
"""Kept in its file and found no more."""
DRAFT = "draft"
"""Written and not published yet."""
STATUSES = ("current", "historical", "unknown", RETIRED, DRAFT)
ENDINGS = (".md", ".txt")
LARGEST_FILE = 1_000_000
"""Bytes. A longer file is a book, or a mistake, and would bury every other entry."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing a person may want to find: a program, a protocol, a reading."""

    id: str
    title: str
    body: str
    """The text under the front matter, exactly as the file has it."""
    file: str = ""
    """Its path inside the folder."""
    kind: str = ""
    aliases: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    """The programs it belongs to; empty for all."""
    units: tuple[str, ...] = ()
    audience: str = ""
    source: str = ""
    source_url: str = ""
    status: str = "unknown"
    last_checked: str = ""
    """YYYY-MM-DD, or empty."""
    license_note: str = ""
    escalate_to: str = ""
    """The role to ask when this entry does not answer."""
    family: str = ""
    """A word shared by entries on one subject, such as a framework and its reading."""
    asks: tuple[str, ...] = ()
    not_asks: tuple[str, ...] = ()
    over: str = ""
    """Of an entry that stands in for a shipped one: the checksum of the shipped file at that time."""


REQUIRED = ("id", "title", "kind", "status", "last_checked")
_LISTS = ("aliases", "programs", "units", "asks", "not_asks")
_KEYS = tuple(field.name for field in fields(Entry) if field.name not in ("body", "file"))


def load_entries(folder: Path) -> list[Entry]:
    """Every entry of a curated folder, by id. Raises `ContentProblem` with all problems at once."""
    entries, found = _read_curated(folder)
    if found:
        raise ContentProblem(found)
    return entries


def load_sound(folder: Path) -> tuple[list[Entry], list[str]]:
    """The entries that are in order, and a line for each problem of the others."""
    return _read_curated(folder)


def problems(folder: Path, programs: Collection[str] | None = None) -> list[str]:
    """Everything that `load_entries` would refuse, one line each; empty when the folder is in order.

    `programs`: those that an entry may name; None takes any name.
    """
    return _read_curated(folder, None if programs is None else sorted(programs))[1]


def shelved(source: Path, own: Path, *, strict: bool = True) -> tuple[list[Entry], list[str]]:
    """What is to be found: shipped entries, with those of one's own in the place of any with the same id.

    One's own that are not in order are left out and named, so that a slip in one does not take all the others away.
    """
    shipped = load_entries(source) if strict else load_any(source)[0]
    mine, skipped = load_sound(own) if own.is_dir() else ([], [])
    standing = {entry.id: entry for entry in shipped} | {entry.id: entry for entry in mine}
    found = [standing[id_] for id_ in sorted(standing) if standing[id_].status not in (RETIRED, DRAFT)]
    return found, skipped


def load_any(folder: Path) -> tuple[list[Entry], list[str]]:
    """Entries from any folder of .md and .txt files, and a line for each file that was left out.

    A file needs no front matter; where it has some, what can be understood is used.
    """
    entries: list[Entry] = []
    skipped: list[str] = []
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            text = _read(path)
        except front_matter.Fault as fault:
            skipped.append(f"{name}: {fault}")
            continue
        entry = lenient(name, text)
        if entry.body.strip():
            entries.append(entry)
        else:
            skipped.append(f"{name}: it has no text")
    # a.md and a.txt side by side: both are wanted, so the later ones take their ending into the id.
    taken: set[str] = set()
    for at, entry in enumerate(entries):
        if entry.id in taken:
            entries[at] = entry = replace(entry, id=entry.file)
        taken.add(entry.id)
    return entries, skipped


def content_hash(folder: Path) -> str:
    """Changes when any entry in the folder changes, comes, goes or gets another name."""
    whole = hashlib.sha256()
    for path in _files(folder):
        whole.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            whole.update(hashlib.file_digest(file, "sha256").digest())
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        raise ContentProblem([f"{folder}: there is no such folder; name the folder that holds the entries"])
    inside = folder.resolve()
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.suffix.lower() not in ENDINGS or path.name.upper() == "README.MD":
            continue
        # A link that leads out of the folder could publish a file that nobody meant to share.
        if path.is_file() and path.resolve().is_relative_to(inside):
            yield path


def _read(path: Path) -> str:
    if path.stat().st_size > LARGEST_FILE:
        raise front_matter.Fault(1, f"the file is larger than {LARGEST_FILE:,} bytes; make several of it")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise front_matter.Fault(line, "the text is not UTF-8; save the file with UTF-8 encoding") from error


def _read_curated(folder: Path, programs: Collection[str] | None = None) -> tuple[list[Entry], list[str]]:
    entries: list[Entry] = []
    found: list[str] = []
    first: dict[str, str] = {}
    for path in _files(folder):
        name = path.relative_to(folder).as_posix()
        faults: list[tuple[int, str]] = []

        def report(line: int, what: str, faults: list[tuple[int, str]] = faults) -> None:
            faults.append((line, what))

        entry = _strict(path, name, programs, report)
        if entry is not None and entry.id in first:
            report(2, f"id: {entry.id!r} is already the id of {first[entry.id]}; every entry needs its own")
        elif entry is not None:
            first[entry.id] = name
        found += [f"{name}, line {line}: {what}" for line, what in faults]
        if entry is not None and not faults:
            entries.append(entry)
    return sorted(entries, key=lambda entry: entry.id), found


def _strict(
    path: Path, name: str, programs: Collection[str] | None, report: Callable[[int, str], None]
) -> Entry | None:
    try:
        text = _read(path)
        block = front_matter.split(text)
    except front_matter.Fault as fault:
        report(fault.line, str(fault))
        return None
    if block is None:
        report(1, "an entry starts with a --- line, its keys and a second --- line")
        return None
    line = block.lines.get
    values: dict[str, Any] = {}
    for key, value in block.values.items():
        if key not in _KEYS:
            report(line(key, 1), f"{key}: no such key; the keys are {', '.join(_KEYS)}")
            continue
        try:
            values[key] = _value(key, value)
        except ValueError as error:
            report(line(key, 1), f"{key}: {error}")
    for key in REQUIRED:
        if key not in block.values:
            report(1, f"{key}: this key is missing")
        elif key in values and not values[key]:
            report(line(key, 1), f"{key}: this is empty")
    stem = path.stem
    if values.get("id", stem) != stem:
        report(line("id", 1), f"id: {values['id']!r} must be the file's name, {stem!r}")
    for key, allowed in (("kind", KINDS), ("status", STATUSES), ("programs", programs)):
        given = values.get(key) or ()
        if allowed is None:
            continue
        for value in (given,) if isinstance(given, str) else given:
            if value not in allowed:
                report(line(key, 1), f"{key}: {value!r} is not one of {', '.join(allowed)}")
    body = text[block.body_start :]
    if not body.strip():
        report(1, "there is no text under the front matter")
    if not all(values.get(key) for key in REQUIRED):
        return None
    return Entry(body=body, file=name, **values)


def _value(key: str, value: Any) -> str | tuple[str, ...]:
    """The value in the shape the key wants; raises ValueError with what to change."""
    if key == "last_checked":
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return value.isoformat()
        try:
            return dt.date.fromisoformat(value).isoformat()
        except (TypeError, ValueError):
            raise ValueError("write the date as YYYY-MM-DD") from None
    if key in _LISTS:
        return _list(value)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not text; put it in quotes")
    return web_address(value.strip()) if key == "source_url" else " ".join(value.split())


def _list(value: Any) -> tuple[str, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise ValueError("this must be a list, such as [one, two]")
    for number, item in enumerate(value, 1):
        if not isinstance(item, str) or not item.strip():
            raise ValueError(f"item {number} ({item!r}) is not text; put it in quotes")
    return tuple(" ".join(item.split()) for item in value)


def web_address(value: str) -> str:
    """As a link; raises ValueError for what is none."""
    doi = re.fullmatch(r"(?:doi:\s*|doi\s+)?(10\.\d{4,}/\S+)", value, re.IGNORECASE)
    if doi:
        return f"https://doi.org/{doi[1]}"
    if value and not re.fullmatch(r"https?://[^\s/]+\S*", value):
        raise ValueError(f"{value!r} is neither a web address that starts with https:// nor a doi")
    return value


def lenient(name: str, text: str) -> Entry:
    values: dict[str, Any] = {}
    body = text
    try:
        block = front_matter.split(text)
    except front_matter.Fault:
        block = None
    if block is not None:
        body = text[block.body_start :]
        for key, value in block.values.items():
            try:
                if key in _KEYS:
                    values[key] = _value(key, value)
            except ValueError:
                continue
    stem = name.rsplit(".", 1)[0]
    heading = re.search(r"^#[ \t]+(.+?)[ \t]*#*[ \t]*$", body, re.MULTILINE)
    values["id"] = stem
    values["title"] = values.get("title") or (heading[1] if heading else Path(stem).name)
    return Entry(body=body, file=name, **values)
