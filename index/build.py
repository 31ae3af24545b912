"""A folder of entries -> the files that are searched.

    index.sqlite    entries with their whole text and its checksum, and the passages cut from them
    vectors.faiss   one vector a passage, in the same order
    words.npz       which words stand in which passage and entry, ready to be weighed
    manifest.json   what these were made from, and their checksums

The folder of entries is the truth: all of this can be deleted and made again at any time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import fusion, lexical, vectors, weigh
from index.documents import Entry, content_hash, load_any, load_entries, shelved
from index.encoder import Encoder, WordsOnly
from index.errors import IndexDamaged
from index.folders import DATABASE, FORMAT, MANIFEST, VECTORS, WORDS, fresh, manifest_of, read_manifest, serving, sha256
from index.passages import Passage, as_before, cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["BuildReport", "Progress", "build", "build_entries", "read_manifest"]

_AT_ONCE = 64
TITLE, HEADING = 2.0, 1.5
"""How much more a word counts there than in the text."""

Progress = Callable[[int, int], None]
"""Called with (passages encoded so far, passages to encode), first with 0 as the model is about to load."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    entries: int
    passages: int
    encoded: int
    """Passages whose vectors had to be computed; the others were kept from the last time."""
    unchanged: bool
    """Nothing had changed, so nothing was written."""
    seconds: float
    skipped: tuple[str, ...] = ()
    """Files that were left out, with the reason."""


def build(
    source: Path,
    out: Path,
    encoder: Encoder,
    *,
    progress: Progress | None = None,
    strict: bool = True,
    own: Path | None = None,
) -> BuildReport:
    """Index the entries in `source` into `out`. Raises `ContentProblem`; then `out` is as it was.

    `strict`: hold the entries to the rules of a curated folder. Otherwise take any .md and .txt files.
    `own`: a second folder, whose entries win over those of the same id.
    """
    started = time.perf_counter()
    content = content_hash(source) + (content_hash(own) if own is not None and own.is_dir() else "")
    made_from = {"format": FORMAT, "strict": strict, "model": encoder.name, "content": content}
    old = _intact(out)
    if old is not None and all(old.get(key) == value for key, value in made_from.items()):
        return BuildReport(
            old["entries"], old["passages"], 0, True, time.perf_counter() - started, tuple(old["skipped"])
        )
    if own is not None:
        entries, skipped = shelved(source, own, strict=strict)
    else:
        entries, skipped = (load_entries(source), []) if strict else load_any(source)
    return build_entries(entries, out, encoder, made_from=made_from, skipped=skipped, progress=progress)


def build_by_words(source: Path, out: Path, *, strict: bool = True, own: Path | None = None) -> BuildReport:
    """For want of a model. What one has made of these very entries before is kept, and serves by words as well."""
    content = content_hash(source) + (content_hash(own) if own is not None and own.is_dir() else "")
    old = _intact(out)
    if old is not None and (old["content"], old["strict"]) == (content, strict):
        return BuildReport(old["entries"], old["passages"], 0, True, 0.0, tuple(old["skipped"]))
    return build(source, out, WordsOnly(), strict=strict, own=own)


def build_entries(
    entries: Sequence[Entry],
    out: Path,
    encoder: Encoder,
    *,
    made_from: dict[str, Any] | None = None,
    skipped: Sequence[str] = (),
    progress: Progress | None = None,
) -> BuildReport:
    """The same from entries that do not lie in a folder."""
    started = time.perf_counter()
    old = _intact(out)
    before = _cut_before(old, encoder.name)
    cuts = [_cut(entry, before.get((entry.id, entry.title, version(entry)), ()), encoder) for entry in entries]
    passages = [passage for cut_ in cuts for passage in cut_]
    owners = [number for number, cut_ in enumerate(cuts) for _ in cut_]
    rows, encoded = _vectors(passages, encoder, _known(out, old, encoder.name), progress)
    with fresh(out) as folder:
        _write_database(folder / DATABASE, entries, passages)
        vectors.write(folder / VECTORS, rows, encoder.dimension)
        by_passage = lexical.Lexicon(
            [_fields(passage, entries[at]) for passage, at in zip(passages, owners, strict=True)]
        )
        by_entry = lexical.Lexicon([_whole(entry) for entry in entries], by_passage.language)
        lexical.write(folder / WORDS, by_passage, by_entry)
        legs = fusion.Legs(by_passage, by_entry, vectors.Vectors(folder / VECTORS), owners, len(entries))
        kept = weigh.kept(old, encoder.name, len(passages))
        weighed = kept or weigh.fitted(legs, entries, passages, encoder)
        manifest = {
            **(made_from or {"format": FORMAT, "model": encoder.name, "content": ""}),
            "dimension": encoder.dimension,
            "entries": len(entries),
            "passages": len(passages),
            "skipped": list(skipped),
            "weighed": weighed,
            "files": {name: sha256(folder / name) for name in (DATABASE, VECTORS, WORDS)},
        }
        (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return BuildReport(len(entries), len(passages), encoded, False, time.perf_counter() - started, tuple(skipped))


def _intact(folder: Path) -> dict[str, Any] | None:
    try:
        build_ = serving(folder)
        return manifest_of(build_, folder) | {"folder": build_}
    except IndexDamaged:
        return None


def _key(passage: Passage) -> str:
    return hashlib.sha256(passage.embedded.encode()).hexdigest()


_Cut = tuple[str, str, str, str]
"""Of a passage its id, heading, text and content."""


def _cut_before(old: dict[str, Any] | None, model: str) -> dict[tuple[str, str, str], list[_Cut]]:
    """By id, title and version of the entry: counting every word's tokens again would be most of the work."""
    found: dict[tuple[str, str, str], list[_Cut]] = {}
    if old is None or old["model"] != model:
        return found
    with closing(sqlite3.connect(f"{(old['folder'] / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as database:
        for id_, title, version_, *passage in database.execute(
            "select entries.id, entries.title, version, passages.id, heading, text, content from passages "
            "join entries on entries.id = passages.entry order by number"
        ):
            found.setdefault((id_, title, version_), []).append(tuple(passage))
    return found


def _cut(entry: Entry, before: Sequence[_Cut], encoder: Encoder) -> list[Passage]:
    same = as_before(entry, [one[:3] for one in before], encoder.tokens, encoder.limit)
    if same and all(_key(passage) == was[3] for passage, was in zip(same, before, strict=True)):
        return same
    return cut(entry, encoder.tokens, encoder.limit)


def _known(out: Path, old: dict[str, Any] | None, model: str) -> dict[str, NDArray[np.float32]]:
    """What the model has made of passages before, by their content."""
    if old is None or old["model"] != model:
        return {}
    with closing(sqlite3.connect(f"{(old['folder'] / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as database:
        contents = [content for (content,) in database.execute("select content from passages order by number")]
    opened = vectors.Vectors(old["folder"] / VECTORS)  # held, since its rows are a view of its memory
    return dict(zip(contents, opened.rows.copy(), strict=True))


def _vectors(
    passages: Sequence[Passage],
    encoder: Encoder,
    known: dict[str, NDArray[np.float32]],
    progress: Progress | None,
) -> tuple[NDArray[np.float32], int]:
    """One row a passage, and how many had to be computed."""
    import numpy as np

    width = encoder.dimension
    rows = np.zeros((len(passages), width), dtype=np.float32)
    missing = []
    for at, passage in enumerate(passages):
        kept = known.get(_key(passage))
        if kept is not None and len(kept) == width:
            rows[at] = kept
        else:
            missing.append(at)
    # Texts of like length together, the longest first: no thread waits long for another at the end.
    missing.sort(key=lambda at: -len(passages[at].embedded))
    if missing and progress is not None:
        progress(0, len(missing))  # the model loads now, which takes a moment
    for start in range(0, len(missing), _AT_ONCE):
        part = missing[start : start + _AT_ONCE]
        rows[part] = encoder.encode([passages[at].embedded for at in part])
        if progress is not None:
            progress(start + len(part), len(missing))
    return rows, len(missing)


def _write_database(path: Path, entries: Sequence[Entry], passages: Sequence[Passage]) -> None:
    from sqlite_utils import Database

    database = Database(str(path))
    # Nobody reads the file before it is whole and on disk: until then it needs neither a journal nor a sync of its own.
    database.execute("pragma journal_mode = off")
    database.execute("pragma synchronous = off")
    about = [field.name for field in fields(Entry)]
    database.table("entries").create(dict.fromkeys((*about, "version"), str), pk="id")
    database.table("entries").insert_all(
        {key: getattr(entry, key) for key in about} | {"version": version(entry)} for entry in entries
    )
    table = database.table("passages")
    table.create(
        {"number": int, "id": str, "entry": str, "title": str, "heading": str, "text": str, "content": str},
        pk="number",
        foreign_keys=[("entry", "entries", "id")],
    )
    table.insert_all(
        {
            "number": number,
            "id": passage.id,
            "entry": passage.entry,
            "title": passage.title,
            "heading": passage.heading,
            "text": passage.text,
            "content": _key(passage),
        }
        for number, passage in enumerate(passages, 1)
    )
    # For people who look into the file with `sqlite-utils search`. The ranking of answers does not use
    # it: its score counts a word that stands in half of the passages, here "equity", as nothing.
    table.enable_fts(["title", "heading", "text"], tokenize="porter unicode61")
    database.close()


def version(entry: Entry) -> str:
    """The checksum of the text that quotes are taken from."""
    return hashlib.sha256(entry.body.encode()).hexdigest()


def _fields(passage: Passage, entry: Entry) -> lexical.Document:
    return [(_names(entry), TITLE), (passage.heading, HEADING), (passage.text, 1.0)]


def _whole(entry: Entry) -> lexical.Document:
    return [(_names(entry), TITLE), (entry.body, 1.0)]


def _names(entry: Entry) -> str:
    return " . ".join((entry.title, *entry.aliases))
