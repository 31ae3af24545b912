"""Where an index lies: one folder for each build, and a pointer to the one that serves.

    current               the name of the folder to read; replaced in one step when a build is whole
    build-k3x9/           index.sqlite, vectors.faiss, words.npz and manifest.json, never changed again

A build that is stopped at any moment leaves the pointer, and so the search, as they were.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from index.errors import IndexDamaged, IndexMissing

FORMAT = 3
"""Changes whenever the same entries would give other files."""
DATABASE = "index.sqlite"
VECTORS = "vectors.faiss"
WORDS = "words.npz"
MANIFEST = "manifest.json"
POINTER = "current"
_UNFINISHED = ".building-"
_ABANDONED = 3600
"""Seconds after which an unfinished build is taken for one that was killed."""


def serving(folder: Path) -> Path:
    """The folder of the build that serves. Raises `IndexMissing`."""
    try:
        name = (folder / POINTER).read_text("utf-8").strip()
    except FileNotFoundError as error:
        raise IndexMissing(_again(folder, "has not been built yet")) from error
    except (OSError, ValueError) as error:
        raise IndexDamaged(_again(folder, f"is damaged: {POINTER} cannot be read")) from error
    if not name.startswith("build-") or Path(name).name != name:
        raise IndexDamaged(_again(folder, f"is damaged: {POINTER} names no build"))
    return folder / name


def read_manifest(folder: Path) -> dict[str, Any]:
    """What the index in `folder` was made from. Raises `IndexMissing`, or `IndexDamaged`."""
    return manifest_of(serving(folder), folder)


def manifest_of(build: Path, folder: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((build / MANIFEST).read_text("utf-8"))
        if manifest["format"] != FORMAT:
            raise IndexDamaged(_again(folder, "was made by another version of this program"))
        for name, expected in manifest["files"].items():
            if sha256(build / name) != expected:
                raise IndexDamaged(_again(folder, f"is damaged: {name} is not the file that was written"))
    except FileNotFoundError as error:
        raise IndexDamaged(_again(folder, f"is damaged: {Path(error.filename).name} is missing")) from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise IndexDamaged(_again(folder, f"is damaged: {MANIFEST} cannot be read")) from error
    found: dict[str, Any] = manifest
    return found


def state(folder: Path) -> tuple[int, int] | None:
    """Changes when another build serves; costs one look at the file system."""
    try:
        stat = (folder / POINTER).stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino


@contextmanager
def fresh(folder: Path) -> Iterator[Path]:
    """A folder to build in, which serves once the block is left without an error."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder))
    try:
        yield unfinished
        for path in unfinished.iterdir():
            _sync(path)
        _sync(unfinished)
        whole = folder / unfinished.name.replace(_UNFINISHED, "build-")
        unfinished.rename(whole)
    except BaseException:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise
    before = _served(folder)
    pointer = unfinished.with_suffix(".pointer")
    pointer.write_text(whole.name + "\n", "utf-8")
    _sync(pointer)
    pointer.replace(folder / POINTER)
    _sync(folder)
    _sweep(folder, {whole, before})


def _served(folder: Path) -> Path | None:
    try:
        return serving(folder)
    except IndexDamaged:
        return None


def _sweep(folder: Path, keep: set[Path | None]) -> None:
    """The build before the last stays, for a reader that has just read the old pointer."""
    for path in folder.iterdir():
        finished = path.name.startswith("build-") and path not in keep
        with suppress(OSError):
            abandoned = path.name.startswith(_UNFINISHED) and path.stat().st_mtime < time.time() - _ABANDONED
            if finished or abandoned:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    # What the format before this one left.
    for name in (DATABASE, VECTORS, MANIFEST):
        (folder / name).unlink(missing_ok=True)


def _again(folder: Path, what: str) -> str:
    return (
        f"The search index in {folder} {what}. Your entries are untouched. "
        f"Run `cohortbook index` to build it from them."
    )


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Wait until the disk holds it, so that a power cut cannot leave a name without its content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
