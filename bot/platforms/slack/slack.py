"""Slack as the worker and the features see it."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from bot.messages import Address, Outgoing, Person
from bot.seam import House

from .conversation import Conversation
from .delivery import Delivery
from .groups import Groups
from .home import Home
from .news import Newsroom
from .people import People
from .replies import Replies
from .settings import SlackSettings
from .workspaces import PLATFORM, Workspaces

if TYPE_CHECKING:
    from slack_bolt.async_app import AsyncApp

    from bot.platforms import Safe

    from .installed import Installed

_FINISH_SECONDS = 3.0


class Slack:
    """`bot.messages.Platform` over Socket Mode, or over signed requests to the shared web server."""

    name = PLATFORM
    tells_presence = True
    rate = None
    """Slack tells "several hundred messages a minute" for a workspace, and the rest by its 429s."""
    first_rate = 3.0

    def __init__(
        self,
        settings: SlackSettings,
        seconds: Callable[[], float] = time.time,
        token: Callable[[], str] = lambda: secrets.token_urlsafe(24),
    ) -> None:
        """`seconds`, `token`: the machine's clock, and randomness, for who installs the bot by its link."""
        self.settings = settings
        self._seconds = seconds
        self._token = token
        self._installed = _installed(settings, seconds)
        self.workspaces: Workspaces = self._installed or Workspaces(settings)
        self._people = People(self.workspaces)
        self._groups = Groups(self.workspaces)
        self._delivery = Delivery(self.workspaces, self._people)
        self._replies = Replies(self.workspaces, self._delivery)
        self._joined: tuple[House, Conversation, AsyncApp] | None = None

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        return await self._delivery.send(address, outgoing, key)

    async def edit(self, ref: str, outgoing: Outgoing) -> None:
        await self._delivery.edit(ref, outgoing)

    async def delete(self, ref: str) -> None:
        await self._delivery.delete(ref)

    async def find(self, address: Address, key: str) -> str | None:
        return await self._delivery.find(address, key)

    async def person(self, who: Address) -> Person:
        return await self._people.person(who)

    async def members(self, where: Address) -> Sequence[Address]:
        return await self._people.members(where)

    async def writable(self, where: Address) -> bool:
        return await self._people.writable(where)

    async def installed(self, workspace: str) -> bool:
        return await self.workspaces.installed(workspace)

    async def groups(self, workspace: str) -> Sequence[tuple[str, str]]:
        return await self._groups.of(workspace)

    async def in_group(self, workspace: str, group: str) -> Sequence[Address]:
        return await self._groups.members(workspace, group)

    async def lacks(self, workspace: str) -> Sequence[str]:
        from .checkup import lacking

        return await lacking(await self.workspaces.of(workspace))

    async def forget(self, address: Address) -> None:
        """Nothing of a person is on disk here; what is remembered for some minutes goes at once."""
        self._people.forget_person(address)
        self._delivery.forget(address)

    def use(self, safe: Safe) -> None:
        """Where the tokens of the workspaces are kept that installed the bot."""
        if self._installed is not None:
            self._installed.safe = safe

    # --- running ------------------------------------------------------------------------------------

    def routes(self, house: House) -> list[BaseRoute]:
        """For the shared web server: where Slack sends its requests, and where the bot is installed from."""
        found: list[BaseRoute] = []
        if self.settings.mode == "http":
            from .requests import routes

            found += routes(self._with(house)[1], self.settings.signing_secret)
        if self._installed is not None:
            from .install import InstallPages

            found += InstallPages(self.settings, self._installed, self._seconds, self._token, house).routes()
        return found

    async def run(self, house: House) -> None:
        """Until cancelled. Over HTTP there is nothing to do but to keep the pool of connections."""
        from .socket_mode import keep_connected

        _, app = self._with(house)
        await self.workspaces.open()
        arriving = asyncio.create_task(Newsroom(house, self.workspaces, self._people).here())
        try:
            if self.settings.mode == "socket":
                await keep_connected(app, self.settings)
            else:
                await asyncio.Event().wait()
        finally:
            arriving.cancel()
            await self.finish()
            await self.workspaces.close()

    async def finish(self, seconds: float = _FINISH_SECONDS) -> None:
        """Wait for what was acknowledged and is still under way."""
        if self._joined is not None:
            await self._joined[1].finish(seconds)

    def _with(self, house: House) -> tuple[Conversation, AsyncApp]:
        from .listeners import bolt

        if self._joined is None or self._joined[0] is not house:
            conversation = Conversation(house, self.workspaces, self._replies, Home(), self._seconds)
            newsroom = Newsroom(house, self.workspaces, self._people)
            self._joined = (house, conversation, bolt(self.settings, self.workspaces, conversation, newsroom))
        return self._joined[1], self._joined[2]


def _installed(settings: SlackSettings, seconds: Callable[[], float]) -> Installed | None:
    if settings.installing is None:
        return None
    from .installed import Installed

    return Installed(settings, settings.installing, seconds=seconds)
