"""A house that answers what the test says, behind the real door."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from bot.messages import Address, Field, Form, Incoming, Option, Outgoing, Press, Reply, Submission
from bot.news import Installation, News

REFLECT = Form(
    "form-1",
    "Week 1 · Your values at the table",
    "reflect.save",
    (
        Field("what", "What were you standing for?", required=True, lines=4, hint="A few words are enough."),
        Field("sure", "I noticed it in time", "choice", choices=(("1", "not yet"), ("2", "often"))),
        Field("next", "What next?", limit=500),
    ),
    "week:1",
    intro="Think of one meeting.\n\nOnly you can read what you write.",
)
SAVED = Outgoing("Saved. Only you see it.", options=(Option("My journal", "journal.list"),))


class ScriptedHouse:
    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.news: list[News] = []
        self.told = asyncio.Event()
        """Any news came."""
        self.installed: Callable[[str], Awaitable[bool]] | None = None
        """The platform that is asked."""
        self.reply: Reply | Callable[[Incoming], Reply] = Outgoing("Hello.")
        self.hold: asyncio.Event | None = None
        """While it is not set, no answer comes."""
        self.trouble: Exception | None = None
        self.page = Outgoing("Your next question comes on Monday.", title="Your cohort")

    async def answer(self, incoming: Incoming) -> Reply:
        self.heard.append(incoming)
        if self.hold is not None:
            await self.hold.wait()
        if self.trouble is not None:
            raise self.trouble
        return self.reply(incoming) if callable(self.reply) else self.reply

    async def hear(self, news: News) -> None:
        """As every house does, it asks whether a workspace still has the bot."""
        self.news.append(news)
        if isinstance(news.what, Installation) and self.installed is not None:
            await self.installed(news.what.workspace)
        self.told.set()

    async def suggest(self, who: Address, command: str, partial: str) -> Sequence[str]:
        return ()

    async def home(self, who: Address) -> Outgoing:
        return self.page

    def commands(self) -> Sequence[tuple[str, str]]:
        return (("reflect", "Open the form"), ("journal", "What you wrote"))

    @property
    def submissions(self) -> list[Submission]:
        return [one.what for one in self.heard if isinstance(one.what, Submission)]

    @property
    def presses(self) -> list[Press]:
        return [one.what for one in self.heard if isinstance(one.what, Press)]
