"""Folders for their owner alone, and waiting until the disk holds what was written in them."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def sync(path: Path) -> None:
    """Of a folder: that the names in it are kept, so that a power cut leaves no name without its content."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def own_folder(path: Path) -> None:
    """Made for its owner alone; one that is there stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def open_to_others(path: Path) -> str:
    """What to do about a folder that others on this machine can look into; empty for one that is well."""
    if not path.is_dir() or not path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        return ""
    return f"Others on this machine can look into {path}. Nothing was changed. Run: chmod 700 {path}"
