"""The entries that were added here: one Markdown file each, in a folder of their own that no upgrade touches."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import yaml

from index.documents import DRAFT, LARGEST_FILE, RETIRED, Entry, load_sound
from index.errors import SearchError
from index.folders import sha256

_LONGEST_ID = 60
CHECK_AFTER: Mapping[str, timedelta] = {"program": timedelta(days=182), "faq": timedelta(days=182)}
"""What changes often is asked about twice a year, everything else once."""
_A_YEAR = timedelta(days=365)


class ShelfProblem(SearchError):
    """What was asked of the shelf cannot be done; it is as it was."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An entry as the people see it who look after the shelf."""

    entry: Entry
    own: bool
    check_by: date | None
    """When somebody should read it again; None for what is retired or was never checked."""
    upstream_changed: bool = False
    """The shipped entry under it is another one than when this took its place."""


class Shelf:
    def __init__(self, folder: Path, shipped: Path) -> None:
        self.folder = folder
        self._shipped = shipped

    def put(self, entry: Entry, *, replacing: bool = False) -> Entry:
        """Write it to its file. Raises ShelfProblem when its id is taken, unless `replacing`."""
        if not re.fullmatch(r"[a-z0-9]+(?:-[a-z0-9]+)*", entry.id) or len(entry.id) > _LONGEST_ID:
            raise ShelfProblem(
                f"{entry.id!r} cannot be an id: small letters, digits and single hyphens, at most {_LONGEST_ID}. "
                f"Nothing was added."
            )
        under = self._shipped / f"{entry.id}.md"
        if not replacing and ((self.folder / f"{entry.id}.md").exists() or under.exists()):
            raise ShelfProblem(
                f"There is an entry {entry.id} already. Replace it, or give this one another id. Nothing was added."
            )
        if len(text_of(entry).encode()) > LARGEST_FILE:
            raise ShelfProblem(
                f"{entry.id} would hold more text than fits into one entry. Please make several of it. Nothing was "
                f"added."
            )
        written = replace(entry, over=sha256(under) if under.exists() else "", file=f"{entry.id}.md")
        self._write(written)
        return written

    def retire(self, id_: str) -> Entry:
        """It is found no more. Its text stays in its file, and `restore` brings it back."""
        return self.put(replace(self.find(id_), status=RETIRED), replacing=True)

    def restore(self, id_: str, status: str = "current") -> Entry:
        return self.put(replace(self.find(id_), status=status), replacing=True)

    def checked(self, id_: str, today: date) -> Entry:
        """Somebody read it, and it still holds."""
        return self.put(replace(self.find(id_), last_checked=today.isoformat()), replacing=True)

    def find(self, id_: str) -> Entry:
        for folder in (self.folder, self._shipped):
            found = [one for one in _sound(folder) if one.id == id_]
            if found:
                return found[0]
        raise ShelfProblem(f"There is no entry {id_}. `cohortbook knowledge list` shows them all.")

    def standing(self) -> list[Standing]:
        """Every entry, by id, those of one's own in the place of shipped ones."""
        mine = {entry.id: entry for entry in _sound(self.folder)}
        found = {entry.id: Standing(entry, False, check_by(entry)) for entry in _sound(self._shipped)}
        for id_, entry in mine.items():
            under = self._shipped / f"{id_}.md"
            changed = bool(entry.over) and (not under.exists() or sha256(under) != entry.over)
            found[id_] = Standing(entry, True, check_by(entry), changed)
        return [found[id_] for id_ in sorted(found)]

    def failed(self) -> list[str]:
        """A line for each own file that is not in order, and so is not found."""
        return load_sound(self.folder)[1] if self.folder.is_dir() else []

    def discard(self, draft: Entry) -> None:
        """A draft that nobody wants goes from the folder. Nothing else does."""
        if self.find(draft.id).status != DRAFT:
            raise ShelfProblem(f"{draft.id} is no draft.")
        (self.folder / f"{draft.id}.md").unlink(missing_ok=True)

    def _write(self, entry: Entry) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / entry.file
        beside = path.with_suffix(".new")
        with beside.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text_of(entry))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)


def _sound(folder: Path) -> list[Entry]:
    return load_sound(folder)[0] if folder.is_dir() else []


def check_by(entry: Entry) -> date | None:
    """When somebody should read it again; None for what nobody finds, or was never checked."""
    if entry.status in (RETIRED, DRAFT) or not entry.last_checked:
        return None
    return date.fromisoformat(entry.last_checked) + CHECK_AFTER.get(entry.kind, _A_YEAR)


def text_of(entry: Entry) -> str:
    """The file that `documents` reads back as this entry."""
    keys = {
        name: list(value) if isinstance(value, tuple) else value
        for name in Entry.__dataclass_fields__
        if name not in ("body", "file") and (value := getattr(entry, name))
    }
    head = yaml.safe_dump(keys, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{head}---\n{entry.body.strip()}\n"


def id_for(title: str) -> str:
    """A readable id made of a title."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    made = ""
    for word in words:
        if len(made) + len(word) + 1 > _LONGEST_ID:
            break
        made = f"{made}-{word}" if made else word
    return made or "entry"
