"""What can go wrong here. A message says what happened, that nothing was lost, and what to do next."""

from __future__ import annotations

from collections.abc import Sequence


class SearchError(Exception):
    """Base of every error that this package raises on purpose."""


class ContentProblem(SearchError):
    """Entries break a rule. `problems` has one line each, naming file, line and key."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class ModelProblem(SearchError):
    """The language model cannot be used."""


class IndexDamaged(SearchError):
    """The files of the index do not belong together; building it again repairs it."""


class IndexMissing(IndexDamaged):
    """No index has been built in this folder yet."""
