"""What a build holds besides its numbers: the entries and their passages, as they are shown."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from index import quotes
from index.documents import Entry
from index.folders import DATABASE
from index.found import Hit, Part, Passage
from index.words import split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SENTENCES_REMEMBERED = 8192


class Contents:
    """Entries and passages have numbers: their places in the build. Passages of one entry stand together."""

    def __init__(self, build: Path, reduced: Callable[[Sequence[str]], Sequence[str]]) -> None:
        """`reduced`: words to the terms that the lexicon counts."""
        with closing(sqlite3.connect(f"{(build / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute("select * from entries order by rowid").fetchall()
            found = database.execute("select id, entry, title, heading, text from passages order by number")
            self.passages = [Passage(*row) for row in found]
        self.entries = [_entry(row) for row in rows]
        self._versions = [row["version"] for row in rows]
        self.by_id: Mapping[str, Entry] = {entry.id: entry for entry in self.entries}
        self.number = {entry.id: number for number, entry in enumerate(self.entries)}
        self.owners = [self.number[passage.entry] for passage in self.passages]
        self.families = _families(self.entries)
        self._by_id = {passage.id: number for number, passage in enumerate(self.passages)}
        self._terms_of = lru_cache(_SENTENCES_REMEMBERED)(lambda text: frozenset(reduced(split(text))))

    def passage(self, id_: str) -> int | None:
        """The number of a passage."""
        return self._by_id.get(id_)

    def numbers(self, entries: Collection[str]) -> set[int]:
        return {self.number[entry] for entry in entries if entry in self.number}

    def hit(
        self,
        number: int,
        terms: Mapping[str, float],
        *,
        score: float = 0.0,
        cosine: float = 0.0,
        parts: tuple[Part, ...] = (),
        rank_by_words: int = 0,
        rank_by_meaning: int = 0,
    ) -> Hit:
        """A passage with its best sentence for these terms, each of which counts for as much as its weight."""
        passage = self.passages[number]
        entry = self.by_id[passage.entry]
        whole = sum(terms.values()) or 1.0

        def weigh(sentence: str) -> float:
            has = self._terms_of(sentence)
            return sum(weight for term, weight in terms.items() if term in has) / whole

        return Hit(
            id=passage.id,
            entry=entry.id,
            title=entry.title,
            heading=passage.heading,
            text=passage.text,
            quote=quotes.best(passage.text, weigh),
            source=entry.source,
            source_url=entry.source_url,
            as_of=entry.last_checked,
            status=entry.status,
            kind=entry.kind,
            family=entry.family,
            score=score,
            cosine=cosine,
            version=self._versions[self.number[entry.id]],
            parts=parts,
            rank_by_words=rank_by_words,
            rank_by_meaning=rank_by_meaning,
        )


def _families(entries: Sequence[Entry]) -> NDArray[np.int64]:
    """A number for each entry, the same for those of one family."""
    import numpy as np

    numbers: dict[str, int] = {}
    named = [f"family {entry.family}" if entry.family else f"entry {entry.id}" for entry in entries]
    return np.array([numbers.setdefault(name, len(numbers)) for name in named], dtype=np.int64)


def _entry(row: sqlite3.Row) -> Entry:
    lists = {field.name for field in fields(Entry) if str(field.type).startswith("tuple")}
    values = {field.name: row[field.name] for field in fields(Entry)}
    for key in lists:
        values[key] = tuple(json.loads(values[key]))
    return Entry(**values)
