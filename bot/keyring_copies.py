"""The copies of the keyring that `cohortbook backup` makes: a key that is destroyed goes from each of them too."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.vault.rings import data_key, floor


def found(folder: Path) -> Iterator[Path]:
    """Known by what they hold, not by their names."""
    for file in sorted(folder.glob("*")) if folder.is_dir() else ():
        if file.is_file() and is_keyring(file):
            yield file


def is_keyring(file: Path) -> bool:
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
            has = db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (data_key.name,)).fetchone()
    except sqlite3.Error:
        return False
    return has is not None


def destroy(folder: Path, tenant: str, person: str, cohort: str | None = None) -> int:
    """Returns from how many copies a key was taken."""
    changed = 0
    for file in found(folder):
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            db.execute("PRAGMA secure_delete = 1")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA temp_store = 2")
            of = "WHERE tenant = ? AND person = ?"
            if cohort is None:
                db.execute(f"DELETE FROM {floor.name} {of}", (tenant, person))  # noqa: S608 - our own names
                gone = db.execute(f"DELETE FROM {data_key.name} {of}", (tenant, person))  # noqa: S608
            else:
                here = (tenant, person, cohort)
                gone = db.execute(f"DELETE FROM {data_key.name} {of} AND cohort = ?", here)  # noqa: S608
            if gone.rowcount:
                db.execute("VACUUM")
                changed += 1
    return changed
