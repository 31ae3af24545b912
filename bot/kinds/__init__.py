"""Question kinds, found by file name: adding `bot/kinds/<name>.py` is all it takes to add one.

A kind says how a question is asked and how its answer is read. It never meets a platform or a program.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias, cast

from bot.errors import CohortbookError
from bot.messages import Field

if TYPE_CHECKING:
    from bot.programs import Question

Answer: TypeAlias = str | int | list[str]
"""What is kept: words, a step of a scale, or the ids of what was chosen."""

_DUTIES = ("check", "field", "read", "show", "point")


class Invalid(CohortbookError):
    """An answer cannot be taken as it is. The text is fit to stand under the field."""


class Kind(Protocol):
    """What each module of this package offers."""

    def check(self, spec: Mapping[str, object]) -> list[str]:
        """Problems in the keys of this kind, each starting with its key, e.g. "choices[2]: ..."."""
        ...

    def field(self, question: Question, initial: str | tuple[str, ...] = "") -> Field:
        """The input to show, named after the question's id."""
        ...

    def read(self, raw: str | Sequence[str] | None, question: Question) -> Answer | None:
        """The answer in what came back from the form; None when it was left empty. Raises Invalid."""
        ...

    def show(self, value: Answer, question: Question) -> str:
        """The answer as its writer reads it later, also when the question has changed since."""
        ...

    def point(self, value: Answer, question: Question) -> float | None:
        """The answer as a point on the writer's own chart; None where a chart would mean nothing."""
        ...


def names() -> list[str]:
    """Every kind there is, in alphabetical order."""
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name[0] != "_")


_found: dict[str, Kind] = {}


def find(name: str) -> Kind:
    """The kind with this name; raises LookupError with the names that exist."""
    if name not in _found:
        if name not in names():
            raise LookupError(f'"{name}" is not a question kind; allowed: {", ".join(names())}')
        module = importlib.import_module(f"{__name__}.{name}")
        missing = [duty for duty in _DUTIES if not callable(getattr(module, duty, None))]
        if missing:
            raise TypeError(f"bot/kinds/{name}.py lacks {', '.join(missing)}")
        _found[name] = cast(Kind, module)
    return _found[name]
