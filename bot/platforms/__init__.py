"""Chat platforms, found by folder name. Adding `bot/platforms/<name>` is all it takes to add one.

Each offers `create(settings, folder, clock)`, which returns a `bot.messages.Platform`. It is imported only
when the settings name it, so that an installation without Slack never loads a Slack library.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

from bot.seam import Platform

if TYPE_CHECKING:
    import click


class Clock(Protocol):
    """The calendar clock. Only a demo's can be moved."""

    @property
    def movable(self) -> bool: ...

    def now(self) -> datetime: ...

    async def advance(self, by: Literal["next", "day", "week"], after_step: Callable[[], Awaitable[None]]) -> None: ...


class Safe(Protocol):
    """Where a platform keeps what must stay secret, sealed. One that needs it has `use(safe)`, called before all else.

    Raises Locked while nothing can be opened, and Unreadable for one thing that was changed.
    """

    async def put(self, name: str, secret: str) -> None: ...

    async def get(self, name: str) -> str | None: ...

    async def names(self) -> Sequence[str]:
        """Also while it is locked."""
        ...

    async def forget(self, name: str) -> None: ...

    async def first_time(self, mark: str) -> bool:
        """False for a mark that was given before, to whichever process."""
        ...


class Create(Protocol):
    def __call__(self, settings: Mapping[str, object], folder: Path, clock: Clock) -> Platform: ...


def names() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(__path__) if not module.name.startswith("_"))


def with_commands() -> list[str]:
    """The platforms that bring commands of their own, in a module called `commands`."""
    return [name for name in names() if any((Path(root) / name / "commands.py").exists() for root in __path__)]


def commands(name: str) -> click.Group:
    return cast("click.Group", importlib.import_module(f"{__name__}.{name}.commands").commands)


def create(name: str, settings: Mapping[str, object], folder: Path, clock: Clock) -> Platform:
    """Raises LookupError for a name without a folder here."""
    if name not in names():
        raise LookupError(f"no platform is called {name}; there are: {', '.join(names())}")
    module = importlib.import_module(f"{__name__}.{name}")
    return cast(Create, module.create)(settings, folder, clock)
