"""The written dialogues, played in Slack over both of its transports: the whole house behind the real door."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import cast

import pytest

from bot.app import build
from bot.clock import DemoClock
from bot.config import Settings
from bot.platforms.slack.slack import Slack
from tests.dialogue import dialogues, load, play
from tests.fakes.recorder import PEOPLE
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, CHANNEL, SIGNING_SECRET, TEAM, FakeSlack
from tests.slack.conftest import PING, open_door
from tests.slack.slack_driver import SlackDriver, SlackTown
from tests.town import FIRST_DAY, START, own_index_of

pytestmark = pytest.mark.model


def settings(folder: Path, slack: FakeSlack, mode: str) -> dict[str, object]:
    """Tokens in files of their own, as a server has them."""
    own: dict[str, object] = {"base_url": slack.base_url, "mode": mode, "ping_seconds": PING}
    for name, secret in (("bot_token", BOT_TOKEN), ("app_token", APP_TOKEN), ("signing_secret", SIGNING_SECRET)):
        (folder / name).write_text(secret)
        own[f"{name}_file"] = str(folder / name)
    return own


@asynccontextmanager
async def open_town(folder: Path, index: Path, mode: str) -> AsyncIterator[SlackTown]:
    slack = FakeSlack()
    await slack.start()
    people = {short: f"U0{short.upper().replace('-', '')}" for short in PEOPLE}
    for short, (name, zone) in PEOPLE.items():
        slack.add_person(people[short], name, zone)
    count = itertools.count(1)
    clock = DemoClock(folder / "clock.json", machine=lambda: START)
    house = build(
        Settings(
            data=folder / "data",
            index=own_index_of(index, folder / "index"),
            platforms={"slack": settings(folder, slack, mode)},
            facilitators=[f"slack/{TEAM}/{people['imani']}"],
            runs_it="the town's own people",
        ),
        clock,
        ids=lambda: f"id{next(count):06d}",
    )
    clock.deliver = house
    platform = cast(Slack, house.platforms["slack"])
    await house.welcome_facilitators()
    town = SlackTown(slack, platform, house, clock, people)
    try:
        async with open_door(slack, platform, house.desk):
            await found_cohort(town)
            yield town
            assert slack.complaints == []
            assert slack.to_nobody == []
            assert max(one.seconds for one in slack.acknowledged) < 3
    finally:
        house.close()
        await slack.stop()


async def found_cohort(town: SlackTown, channel: str = CHANNEL) -> None:
    """Imani makes a cohort in Slack itself and sets it running."""
    slack, imani = town.slack, town.people["imani"]
    await slack.command(imani, "/facilitate")
    await town.settled()
    await slack.press(imani, slack.messages[-1], "New cohort")
    await town.settled()
    program = next(block for block in slack.modals[imani]["blocks"] if block.get("block_id") == "f.program")
    chosen = next(one for one in program["element"]["options"] if one["value"] == "leep")
    await slack.submit(
        imani,
        {
            "f.program": {"selected_option": chosen},
            "f.name": {"value": "Sample cohort"},
            "f.start": {"selected_date": FIRST_DAY},
            "f.zone": {"value": "America/New_York"},
        },
    )
    await town.settled()
    await slack.press(imani, slack.messages[-1], "Next")
    await town.settled()
    members = [user for short, user in town.people.items() if short != "imani"]
    await slack.submit(
        imani, {"f.channel": {"selected_conversation": channel}, "f.members": {"selected_users": members}}
    )
    await town.settled()
    await slack.press(imani, slack.messages[-1], "Set it running")
    await town.settled()


@pytest.fixture(params=["socket", "http"])
def driver(tmp_path: Path, index_folder: Path, request: pytest.FixtureRequest) -> Iterator[SlackDriver]:
    with asyncio.Runner() as runner:
        opening = open_town(tmp_path, index_folder, request.param)
        town = runner.run(opening.__aenter__())
        yield SlackDriver(town, runner.run)
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize("name", dialogues())
def test_what_people_do_in_slack_brings_what_they_should_see(name: str, driver: SlackDriver) -> None:
    """The same file is played at the seam and in a real browser."""
    play(load(name), driver)
