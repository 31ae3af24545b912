"""The programs as files, and the pinned texts that running cohorts keep."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from bot import programs
from bot.errors import ContentError, NoProgram
from bot.programs import Program

log = logging.getLogger(__name__)
_NOT_READ = (
    "This release of the bot cannot read the program of this cohort, so I changed nothing, and nothing is sent to it. "
    "Nothing is lost. Whoever runs this bot finds the reason in its log."
)


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
        """Raises NoProgram: a cohort keeps the text that it began with, and rules may have become stricter since."""
        found = _parse(text, name)
        if found is None:
            raise NoProgram(_NOT_READ)
        return found


@lru_cache(maxsize=64)
def _parse(text: str, name: str) -> Program | None:
    try:
        return programs.parse(text, name)
    except ContentError as problem:
        log.error("a program cannot be read, and its cohorts rest: %s", problem, extra={"action": "program"})
        return None
