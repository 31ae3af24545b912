"""The two sides of the seam: what a chat platform may ask of the house, and the house of a platform."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from bot.messages import Address, Incoming, Outgoing, Person, Reply
from bot.news import News


class House(Protocol):
    """What a platform may ask of the house behind it."""

    async def answer(self, incoming: Incoming) -> Reply: ...

    async def hear(self, news: News) -> None:
        """Something changed among people and places."""
        ...

    async def suggest(self, who: Address, command: str, partial: str) -> Sequence[str]:
        """Completions for what follows `/command `."""
        ...

    async def home(self, who: Address) -> Outgoing:
        """The page a person sees on opening the bot."""
        ...

    def commands(self) -> Sequence[tuple[str, str]]:
        """Every slash command with a one-line description."""
        ...


class Platform(Protocol):
    """One chat platform. Delivery raises `Refused`, `Wait` or `Unknown` from `bot.errors`.

    One that keeps something of its own about people also has `async def forget(self, address: Address) -> None`.
    One that tells news can be asked what is true now: `async def writable(self, where: Address) -> bool` of a channel,
    `async def installed(self, workspace: str) -> bool`; and `tells_presence` is True where it tells who comes and goes.
    One that can tell what it has not got in a workspace: `async def lacks(self, workspace: str) -> Sequence[str]`.
    One that knows groups of people: `groups(workspace)`, each by id and name, and `in_group(workspace, id)`.
    `lists_everybody` is False where `members` of a channel are only those whom the bot has met.
    """

    name: str

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        """Deliver once per `key`; returns a versioned reference to the message."""
        ...

    async def edit(self, ref: str, outgoing: Outgoing) -> None: ...

    async def delete(self, ref: str) -> None: ...

    async def find(self, address: Address, key: str) -> str | None:
        """The reference of the message that was sent with `key`, or None if it never arrived."""
        ...

    async def person(self, who: Address) -> Person: ...

    async def members(self, where: Address) -> Sequence[Address]: ...
