"""A folder of entries -> the three files that are searched.

    index.sqlite    entries, passages, their words (full-text search) and their vectors
    vectors.faiss   the vectors again, in the order of the passages, ready to be compared
    manifest.json   what the two were made from, and their checksums; written last

The folder of entries is the truth: the three files can be deleted and made again at any time.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.documents import Entry, content_hash, load_any, load_entries
from index.encoder import Encoder
from index.errors import IndexDamaged, IndexMissing
from index.passages import Passage, cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FORMAT = 1
"""Changes whenever the same entries would give other files."""
DATABASE = "index.sqlite"
VECTORS = "vectors.faiss"
MANIFEST = "manifest.json"
_AT_ONCE = 64

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
) -> BuildReport:
    """Index the entries in `source` into `out`. Raises `ContentProblem`; then `out` is as it was.

    `strict`: hold the entries to the rules of a curated folder. Otherwise take any .md and .txt files.
    """
    started = time.perf_counter()
    made_from = {"format": FORMAT, "strict": strict, "model": encoder.name, "content": content_hash(source)}
    old = _intact(out)
    if old is not None and all(old.get(key) == value for key, value in made_from.items()):
        return BuildReport(
            old["entries"], old["passages"], 0, True, time.perf_counter() - started, tuple(old["skipped"])
        )
    entries, skipped = (load_entries(source), []) if strict else load_any(source)
    passages = [passage for entry in entries for passage in cut(entry, encoder.tokens, encoder.limit)]
    known = _known_vectors(out / DATABASE, encoder.name)
    vectors, encoded = _vectors(passages, encoder, known, progress)
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".building-", dir=out) as fresh:
        _write_database(Path(fresh) / DATABASE, entries, passages, vectors, encoder.name)
        _write_vectors(Path(fresh) / VECTORS, vectors, encoder.dimension)
        manifest = {
            **made_from,
            "dimension": encoder.dimension,
            "entries": len(entries),
            "passages": len(passages),
            "skipped": skipped,
            "files": {name: _sha256(Path(fresh) / name) for name in (DATABASE, VECTORS)},
        }
        (Path(fresh) / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
        for name in (DATABASE, VECTORS, MANIFEST):
            _sync(Path(fresh) / name)
            (Path(fresh) / name).replace(out / name)
    _sync(out)
    return BuildReport(len(entries), len(passages), encoded, False, time.perf_counter() - started, tuple(skipped))


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the index in `folder` was made from. Raises `IndexMissing`, or `IndexDamaged`."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise IndexDamaged(_again(folder, "was made by another version of this program"))
        for name, expected in manifest["files"].items():
            if _sha256(folder / name) != expected:
                raise IndexDamaged(_again(folder, f"is damaged: {name} is not the file that was written"))
    except FileNotFoundError as error:
        missing = Path(error.filename).name
        if missing == MANIFEST:
            raise IndexMissing(_again(folder, "has not been built yet")) from error
        raise IndexDamaged(_again(folder, f"is damaged: {missing} is missing")) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(_again(folder, f"is damaged: {MANIFEST} cannot be read")) from error
    found: dict[str, Any] = manifest
    return found


def _again(folder: Path, what: str) -> str:
    return (
        f"The search index in {folder} {what}. Your entries are untouched. "
        f"Run `cohortbook index` to build it from them."
    )


def _intact(folder: Path) -> dict[str, Any] | None:
    try:
        return read_manifest(folder)
    except IndexDamaged:
        return None


def _key(passage: Passage) -> str:
    return hashlib.sha256(passage.embedded.encode()).hexdigest()


def _known_vectors(database: Path, model: str) -> dict[str, bytes]:
    if not database.exists():
        return {}
    try:
        with closing(sqlite3.connect(f"{database.resolve().as_uri()}?mode=ro", uri=True)) as old:
            return dict(old.execute("select content, vector from vectors where model = ?", (model,)))
    except sqlite3.DatabaseError:
        return {}  # damaged: everything is computed again


def _vectors(
    passages: Sequence[Passage], encoder: Encoder, known: dict[str, bytes], progress: Progress | None
) -> tuple[NDArray[np.float32], int]:
    """One row a passage, and how many had to be computed."""
    import numpy as np

    width = encoder.dimension
    vectors = np.zeros((len(passages), width), dtype=np.float32)
    missing = []
    for at, passage in enumerate(passages):
        kept = known.get(_key(passage))
        if kept is not None and len(kept) == 4 * width:
            vectors[at] = np.frombuffer(kept, dtype="<f4")
        else:
            missing.append(at)
    # Texts of like length together: a batch takes as long as its longest text.
    missing.sort(key=lambda at: len(passages[at].embedded))
    if missing and progress is not None:
        progress(0, len(missing))  # the model loads now, which takes seconds
    for start in range(0, len(missing), _AT_ONCE):
        part = missing[start : start + _AT_ONCE]
        vectors[part] = encoder.encode([passages[at].embedded for at in part])
        if progress is not None:
            progress(start + len(part), len(missing))
    return vectors, len(missing)


def _write_database(
    path: Path,
    entries: Sequence[Entry],
    passages: Sequence[Passage],
    vectors: NDArray[np.float32],
    model: str,
) -> None:
    from sqlite_utils import Database

    database = Database(str(path))
    about = [field.name for field in fields(Entry) if field.name != "body"]
    database.table("entries").create(dict.fromkeys(about, str), pk="id")
    database.table("entries").insert_all({key: getattr(entry, key) for key in about} for entry in entries)
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
    kept = database.table("vectors")
    kept.create({"content": str, "model": str, "vector": bytes}, pk="content")
    kept.insert_all(
        (
            {"content": _key(passage), "model": model, "vector": vector.astype("<f4").tobytes()}
            for passage, vector in zip(passages, vectors, strict=True)
        ),
        ignore=True,
    )
    database.close()


def _write_vectors(path: Path, vectors: NDArray[np.float32], dimension: int) -> None:
    import faiss
    import numpy as np

    index = faiss.IndexIDMap2(faiss.IndexFlatIP(dimension))
    index.add_with_ids(vectors, np.arange(1, len(vectors) + 1, dtype=np.int64))
    faiss.write_index(index, str(path))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Wait until the disk holds it, so that a power cut cannot leave a name without its content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
