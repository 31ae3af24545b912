"""A small house behind the door: it says what the test tells it to say, and remembers what it was told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.messages import Address, Incoming, Outgoing, Reply, Submission
from bot.news import News

Says = Reply | Exception | Callable[[Incoming], Reply]


class SmallHouse:
    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.news: list[News] = []
        self.says: dict[str, Says] = {}
        """By what is asked: "/reflect", an action, or "text"."""
        self.wait_for: asyncio.Event | None = None
        """A slow house answers only when this is set."""
        self.before: Callable[[Incoming], Awaitable[None]] | None = None

    async def answer(self, incoming: Incoming) -> Reply:
        self.heard.append(incoming)
        if self.wait_for is not None:
            await self.wait_for.wait()
        if self.before is not None:
            await self.before(incoming)
        said = self.says.get(_asked(incoming), Outgoing(f"heard {_asked(incoming)}"))
        if isinstance(said, Exception):
            raise said
        return said(incoming) if callable(said) else said

    async def hear(self, news: News) -> None:
        self.news.append(news)

    async def suggest(self, who: Address, command: str, partial: str) -> Sequence[str]:
        return [one for one in ("equity pause", "equity audit", "empathy interview") if one.startswith(partial)]

    async def home(self, who: Address) -> Outgoing:
        return Outgoing("home")

    def commands(self) -> Sequence[tuple[str, str]]:
        return [
            ("reflect", "Open the private form for the current prompt"),
            ("resources", "Look something up: /resources what is an equity pause"),
            ("journal", "Read, edit, share or delete what you wrote"),
            ("facilitate", "For facilitators: counts, calendar, messages, people"),
        ]

    @property
    def sent_in(self) -> list[Submission]:
        return [one.what for one in self.heard if isinstance(one.what, Submission)]


def _asked(incoming: Incoming) -> str:
    what = incoming.what
    name = getattr(what, "name", None)
    return f"/{name}" if name else getattr(what, "action", "text")
