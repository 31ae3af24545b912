"""What Discord tells of channels and of the server itself, and what it says when it is asked whether that is so.

Without a privileged intent it tells nothing of members. Who has left is noticed when a message does not reach them.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import discord

from bot.errors import DeliveryError
from bot.news import Channel, Installation, News
from bot.seam import House

from . import failures

if TYPE_CHECKING:
    from .door import Door

log = logging.getLogger(__name__)

_NO_SUCH_SERVER = 10004
_NO_SUCH_CHANNEL = 10003


class Changes:
    def __init__(self, door: Door, house: House, publish: Callable[[], Awaitable[None]]) -> None:
        """`publish` lists the commands, which Discord drops with the bot."""
        self._door = door
        self._house = house
        self._publish = publish

    async def changed(self, what: discord.Guild | discord.abc.GuildChannel) -> None:
        if isinstance(what, discord.Guild):
            if what.id == self._door.settings.server:
                await self._hear(self._server())
        elif what.guild.id == self._door.settings.server:
            await self._hear(News(Channel(self._door.place(what, what.id))))

    async def joined(self, server: discord.Guild) -> None:
        if server.id == self._door.settings.server:
            await self._publish()
            await self._hear(self._server())

    async def here(self) -> None:
        """With each new session: the bot may have been taken out of the server meanwhile, or put back."""
        await self._hear(self._server())

    def _server(self) -> News:
        return News(Installation(self._door.name, self._door.workspace))

    async def _hear(self, news: News) -> None:
        """The edge of the loop: news that cannot be told now is noticed again when something is sent."""
        try:
            await self._house.hear(news)
        except DeliveryError as failure:
            log.warning("Discord could not say whether it is so: %s", failure, extra={"action": "news"})
        except Exception:
            log.exception("news were not heard", extra={"action": "news"})


async def writable(door: Door, channel: int) -> bool:
    async with door.calling() as client:
        try:
            await client.http.get_channel(channel)
        except discord.HTTPException as error:
            if error.code not in (_NO_SUCH_CHANNEL, failures.NO_SERVER):
                raise
            return False
    return True


async def installed(door: Door) -> bool:
    async with door.calling() as client:
        try:
            await client.http.get_guild(door.settings.server)
        except discord.HTTPException as error:
            if error.code not in (_NO_SUCH_SERVER, failures.NO_SERVER):
                raise
            return False
    return True
