"""A door to the fake Discord, with the client library in between as it is."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.messages import Address
from bot.platforms.discord.door import Door
from bot.platforms.discord.notebook import Notebook
from bot.platforms.discord.settings import DiscordSettings
from bot.seam import House
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_server import CHANNEL, GUILD, TOKEN, Discord, open_discord

SOON = 60.0


@dataclass
class Place:
    """A server with people in it, and the bot's door to it."""

    discord: Discord
    folder: Path
    house: House
    renata: int = 0
    kwame: int = 0
    doors: list[Door] = field(default_factory=list)

    @property
    def door(self) -> Door:
        return self.doors[-1]

    @property
    def channel(self) -> Address:
        return Address("discord", str(GUILD), "channel", str(CHANNEL))

    def person(self, id_: int) -> Address:
        return Address("discord", str(GUILD), "person", str(id_))

    @asynccontextmanager
    async def open(self, *, patience: float = 2.0, run: bool = True) -> AsyncIterator[Door]:
        """The bot's process, from its start to its end."""
        count = itertools.count(1)
        door = Door(
            DiscordSettings(SecretStr(TOKEN), GUILD),
            Notebook(self.folder / "discord.db"),
            seconds=self.discord.now,
            token=lambda: f"token{next(count)}",
            patience=patience,
        )
        self.doors.append(door)
        running = asyncio.create_task(door.run(self.house)) if run else None
        try:
            if running is not None:
                await self.connected()
            yield door
        finally:
            if running is not None:
                running.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await running
            await door.client.close()
            door.close()

    async def connected(self) -> None:
        async with asyncio.timeout(SOON):
            await self.discord.gateway.ready.wait()
        await self.settled()

    async def settled(self) -> None:
        """Until the door has heard everything that was told, and has done what follows from it."""
        client, gateway = self.door.client, self.discord.gateway
        async with asyncio.timeout(SOON):
            while not client.ws or client.ws.sequence != gateway.sequence:
                await _others_first()
            while tasks := [one for one in asyncio.all_tasks() if _follows(one)]:
                await asyncio.wait(tasks)


async def _others_first() -> None:
    """The library tells nobody that it has read a frame, so each look gives way to its reading."""
    await asyncio.sleep(0)


def _follows(task: asyncio.Task[object]) -> bool:
    return task.get_name().startswith(("discord.py: on_", "CommandTree-invoker"))


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    """Nobody has started the bot yet."""
    async with open_discord() as discord:
        made = Place(discord, tmp_path, SmallHouse())
        made.renata, made.kwame = discord.join("Renata Aguilar"), discord.join("Kwame Osei-Tutu")
        yield made


@pytest.fixture
async def here(place: Place) -> AsyncIterator[Place]:
    """The bot runs."""
    async with place.open():
        yield place


@pytest.fixture
def house(place: Place) -> SmallHouse:
    assert isinstance(place.house, SmallHouse)
    return place.house
