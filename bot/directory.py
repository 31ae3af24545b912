"""Whom an address belongs to: the platform that made it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.errors import Refused
from bot.messages import Address, Person, Platform


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

    def tells_presence(self, who: Address) -> bool:
        """Whether the platform of this person tells who comes into a channel and who leaves it."""
        return bool(getattr(self._of(who), "tells_presence", False))

    async def lacks(self, who: Address) -> Sequence[str]:
        asked = getattr(self._of(who), "lacks", None)
        return () if asked is None else tuple(await asked(who.workspace))

    def _of(self, address: Address) -> Platform:
        found = self._running.get(address.platform)
        if found is None:
            raise Refused(f"The platform {address.platform} is not running here.")
        return found
