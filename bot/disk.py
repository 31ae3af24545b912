"""Waiting until the disk holds what was written, so that a power cut leaves no name without its content."""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """Of a folder: that the names in it are kept."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)
