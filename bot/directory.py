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

    def _of(self, address: Address) -> Platform:
        found = self._running.get(address.platform)
        if found is None:
            raise Refused(f"The platform {address.platform} is not running here.")
        return found
