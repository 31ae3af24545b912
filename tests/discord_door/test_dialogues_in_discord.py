"""The written dialogues, played in Discord: the whole house behind the real door."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from bot.app import build
from bot.clock import DemoClock
from bot.config import Settings
from bot.platforms.discord.door import Door
from bot.store import people
from tests.dialogue import dialogues, load, play
from tests.discord_door.conftest import Place
from tests.discord_door.discord_driver import DiscordDriver, DiscordTown
from tests.fakes.discord_server import CHANNEL, GUILD, TOKEN, Exchange, open_discord
from tests.fakes.recorder import PEOPLE
from tests.town import FIRST_DAY, START, own_index_of

pytestmark = pytest.mark.model


@asynccontextmanager
async def open_town(folder: Path, index: Path) -> AsyncIterator[DiscordTown]:
    async with open_discord() as discord:
        everybody = {short: discord.join(name) for short, (name, _) in PEOPLE.items()}
        (folder / "token").write_text(TOKEN)
        count = itertools.count(1)
        clock = DemoClock(folder / "clock.json", machine=lambda: START)
        house = build(
            Settings(
                data=folder / "data",
                index=own_index_of(index, folder / "index"),
                platforms={"discord": {"server": GUILD, "token_file": str(folder / "token")}},
                facilitators=[f"discord/{GUILD}/{everybody['imani']}"],
                runs_it="the town's own people",
            ),
            clock,
            ids=lambda: f"id{next(count):06d}",
        )
        clock.deliver = house
        door = cast(Door, house.platforms["discord"])
        place = Place(discord, folder, house.desk, doors=[door])
        town = DiscordTown(place, house, clock, everybody)
        await house.welcome_facilitators()
        await house.search.warm()
        running = asyncio.create_task(door.run(house.desk))
        try:
            await place.connected()
            await _found_cohort(town)
            yield town
            late = [one for one in discord.exchanges.values() if (one.first_after or 0) > 3]
            assert not late
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running
            house.close()


async def _found_cohort(town: DiscordTown) -> None:
    """Imani makes a cohort in Discord itself and sets it running; everybody has used the bot once before.

    Discord tells nobody's zone, so their own clocks are set as they would have set them in another cohort.
    """
    discord, imani = town.place.discord, town.people["imani"]
    for one in town.people.values():
        await discord.slash(one, "cohort", "help", private=True)
    await town.settled()
    for short, (_, zone) in PEOPLE.items():
        who = await town.house.store.read(people.known, town.place.person(town.people[short]))
        assert who is not None
        await town.house.store.write(people.set_clock, who, zone, who.quiet_from, who.quiet_to)

    async def press(exchange: Exchange, label: str) -> Exchange:
        pressed = await discord.press(imani, exchange.shown[-1], label)
        await town.settled()
        return pressed

    home = await discord.slash(imani, "facilitate", private=True)
    await town.settled()
    opened = await press(home, "New cohort")
    assert opened.modal is not None
    values = {"program": "leep", "name": "Sample cohort", "start": FIRST_DAY, "zone": "America/New_York"}
    sent = await discord.submit(imani, opened.modal, values, private=True)
    await town.settled()
    opened = await press(sent, "Next")
    assert opened.modal is not None
    members = [user for short, user in town.people.items() if short != "imani"]
    sent = await discord.submit(imani, opened.modal, {"channel": [CHANNEL], "members": members}, private=True)
    await town.settled()
    await press(sent, "Set it running")


@pytest.fixture
def driver(tmp_path: Path, index_folder: Path) -> Iterator[DiscordDriver]:
    with asyncio.Runner() as runner:
        opening = open_town(tmp_path, index_folder)
        town = runner.run(opening.__aenter__())
        yield DiscordDriver(town, runner.run)
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize("name", dialogues())
def test_what_people_do_in_discord_brings_what_they_should_see(name: str, driver: DiscordDriver) -> None:
    """The same file is played at the seam and in a real browser."""
    play(load(name), driver)
