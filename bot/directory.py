"""Whom an address belongs to: the platform that made it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bot.errors import DeliveryError, Refused
from bot.messages import Address, Person
from bot.seam import Platform

_A_FORM_WAITS_SECONDS = 1.0


class Directory:
    """People and channels of every running platform; an address goes to the platform that made it."""

    def __init__(self, running: dict[str, Platform]) -> None:
        self._running = running

    async def person(self, who: Address) -> Person:
        return await self._of(who).person(who)

    async def members(self, where: Address) -> Sequence[Address]:
        return await self._of(where).members(where)

    async def writable(self, where: Address) -> bool:
        """Whether the bot can write into a channel; a platform that cannot be asked is believed to let it."""
        asked = getattr(self._of(where), "writable", None)
        return asked is None or bool(await asked(where))

    async def installed(self, platform: str, workspace: str) -> bool:
        """Whether the bot is in a workspace."""
        asked = getattr(self._running.get(platform), "installed", None)
        return asked is None or bool(await asked(workspace))

    def lists_everybody(self, where: Address) -> bool:
        """Whether `members` of a channel there are all, and not only those whom the bot has met."""
        return bool(getattr(self._of(where), "lists_everybody", True))

    def tells_presence(self, who: Address) -> bool:
        """Whether the platform of this person tells who comes into a channel and who leaves it."""
        return bool(getattr(self._of(who), "tells_presence", False))

    async def lacks(self, who: Address) -> Sequence[str]:
        """What the bot has not got in somebody's workspace, and how to mend it."""
        asked = getattr(self._of(who), "lacks", None)
        return () if asked is None else tuple(await asked(who.workspace))

    async def groups(self, who: Address) -> Sequence[tuple[str, str]]:
        """(id, name) of each group of people in somebody's workspace; none where the platform cannot tell in time."""
        asked = getattr(self._of(who), "groups", None)
        try:
            async with asyncio.timeout(_A_FORM_WAITS_SECONDS):
                return () if asked is None else tuple(await asked(who.workspace))
        except (TimeoutError, DeliveryError):
            return ()

    async def in_group(self, who: Address, group: str) -> Sequence[Address]:
        asked = getattr(self._of(who), "in_group", None)
        return () if asked is None else tuple(await asked(who.workspace, group))

    def _of(self, address: Address) -> Platform:
        found = self._running.get(address.platform)
        if found is None:
            raise Refused(f"The platform {address.platform} is not running here.")
        return found
