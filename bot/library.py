"""The programs as files, and the pinned texts that running cohorts keep."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot import programs
from bot.programs import Program


class Library:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shipped: Mapping[str, Program] | None = None

    def shipped(self) -> Mapping[str, Program]:
        """Read once: a file that changes while the bot runs takes effect with its next start."""
        if self._shipped is None:
            self._shipped = programs.load_all(self._folder)
        return self._shipped

    def parse(self, text: str, name: str) -> Program:
        return _parse(text, name)


@lru_cache(maxsize=64)
def _parse(text: str, name: str) -> Program:
    return programs.parse(text, name)
