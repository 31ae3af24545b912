"""The whole house in two workspaces that installed it by its link: each has its facilitator, its cohort, its weeks."""

from __future__ import annotations

import asyncio
import itertools
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

import httpx
import pytest

from bot import first_facilitators, health
from bot.app import House, build
from bot.clock import DemoClock
from bot.config import Settings
from bot.platforms.slack.slack import Slack
from tests.fakes.slack import CHANNEL, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, TEAM, FakeSlack
from tests.slack.conftest import IMANI, KWAME, RENATA, open_door
from tests.slack.installing import ADDRESS, NOOR, OTHER, OTHER_CHANNEL, begun, two_workspaces
from tests.slack.slack_driver import SlackTown
from tests.slack.test_dialogues_in_slack import found_cohort
from tests.town import START

SAMIR = "U0SAMIR"
WORDS = "We meet on Thursday at four."


@dataclass
class Place:
    team: str
    channel: str
    town: SlackTown

    @property
    def leads(self) -> str:
        return self.town.people["imani"]

    @property
    def members(self) -> list[str]:
        return [user for short, user in self.town.people.items() if short != "imani"]

    def private(self, user: str) -> list[str]:
        return [one.words for one in self.town.slack.seen_by(user, self.town.slack.dm(user)) if not one.only]

    def public(self) -> list[str]:
        return [one.words for one in self.town.slack.messages if one.channel == self.channel and not one.only]


@dataclass
class Both:
    house: House
    clock: DemoClock
    places: tuple[Place, Place]

    async def install(self, team: str) -> None:
        slack = self.places[0].town.slack
        transport = httpx.ASGITransport(self.house.web())
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS) as browser:
            assert (await browser.get(slack.allow(await begun(browser), team))).status_code == 200

    async def weeks(self, count: int) -> None:
        for _ in range(count):
            await self.clock.advance("week", _nobody)
        await self.places[0].town.platform.finish()


async def _nobody() -> None:
    """Nobody answers in between."""


def settings(folder: Path, slack: FakeSlack) -> Settings:
    for name, secret in (("signing_secret", SIGNING_SECRET), ("client_secret", CLIENT_SECRET)):
        (folder / name).write_text(secret)
    own = {"base_url": slack.base_url, "client_id": CLIENT_ID, "address": ADDRESS, "mode": "http"}
    own |= {f"{name}_file": str(folder / name) for name in ("signing_secret", "client_secret")}
    return Settings(
        data=folder / "data",
        index=folder / "no-index",
        platforms={"slack": own},
        facilitators=[f"slack/{TEAM}/{IMANI}", f"slack/{OTHER}/{NOOR}"],
    )


@asynccontextmanager
async def live(folder: Path, slack: FakeSlack) -> AsyncIterator[Both]:
    count = itertools.count(1)
    clock = DemoClock(folder / "clock.json", machine=lambda: START)
    house = build(
        settings(folder, slack),
        clock,
        ids=lambda: f"id{next(count):06d}",
        machine=lambda: clock.now() + timedelta(minutes=2),
    )
    clock.deliver = house
    platform = cast(Slack, house.platforms["slack"])
    people = {"imani": IMANI, "renata": RENATA, "kwame": KWAME}, {"imani": NOOR, "samir": SAMIR}
    first, second = (SlackTown(slack, platform, house, clock, each) for each in people)
    try:
        async with open_door(slack, platform, house.desk):
            yield Both(house, clock, (Place(TEAM, CHANNEL, first), Place(OTHER, OTHER_CHANNEL, second)))
    finally:
        house.close()


@pytest.fixture
async def both(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[Both]:
    two_workspaces(slack)
    slack.add_person(SAMIR, "Samir Khan", channel=OTHER_CHANNEL, team_id=OTHER)
    async with live(tmp_path, slack) as made:
        yield made


async def test_two_workspaces_live_side_by_side(both: Both) -> None:
    """Facilitators, prompts to each member and words to each channel; one of them takes the bot out and comes back."""
    left = await both.house.welcome_facilitators()
    assert [one.id for one in left] == [IMANI, NOOR]  # the bot starts before anybody has installed it
    waiting = asyncio.create_task(first_facilitators.welcome_later(left, both.house.services, every=0.01))
    await both.install(TEAM)
    await both.install(OTHER)
    await asyncio.wait_for(waiting, 5)
    first, second = both.places
    for place in both.places:
        await found_cohort(place.town, place.channel)
        for user in place.members:
            welcome = place.town.slack.seen_by(user, place.town.slack.dm(user))[-1]
            await place.town.slack.press(user, welcome, "Start")
            await place.town.settled()
    await both.weeks(1)
    had = {user: len(place.private(user)) for place in both.places for user in place.members}
    for place in both.places:
        assert all("Reflect privately" in place.private(user)[1] for user in place.members)
    await _write_to_all(second)
    assert [any(WORDS in one for one in place.public()) for place in both.places] == [False, True]

    slack = first.town.slack
    slack.revoke(OTHER)
    await slack.event({"type": "app_uninstalled"}, team=OTHER)
    await first.town.settled()
    await both.weeks(1)
    assert all(len(first.private(user)) > had[user] for user in first.members)
    assert [len(second.private(user)) for user in second.members] == [had[user] for user in second.members]
    await _write_to_all(first)
    assert any(WORDS in one for one in first.public())

    await both.install(OTHER)
    await both.weeks(1)
    assert all(len(second.private(user)) > had[user] for user in second.members)
    assert slack.to_nobody == []


async def _write_to_all(place: Place) -> None:
    slack, town = place.town.slack, place.town
    await slack.command(place.leads, "/facilitate")
    await town.settled()
    await slack.press(place.leads, slack.messages[-1], "Write to the cohort")
    await town.settled()
    await slack.submit(place.leads, {"f.text": {"value": WORDS}})
    await town.settled()
    await slack.press(place.leads, slack.messages[-1], "Send it now")
    await town.settled()


async def test_tokens_that_do_not_open_are_told_and_open_again(both: Both, slack: FakeSlack, tmp_path: Path) -> None:
    """By the page that watches over the bot, and with their names by `doctor`; with the key all is well."""
    await both.install(TEAM)
    await both.install(OTHER)
    assert await told(both.house) == "ok"
    assert f"slack/{TEAM}, slack/{OTHER}" in await doctor(tmp_path)
    both.house.close()
    (tmp_path / "data" / "key").rename(tmp_path / "elsewhere")
    async with live(tmp_path, slack) as locked:
        said = await told(locked.house)
        assert "Tokens that do not open: 2" in said
        assert f"the tokens of slack/{TEAM}, slack/{OTHER} do not open" in await doctor(tmp_path)
        assert len(await locked.house.welcome_facilitators()) == 2
    (tmp_path / "elsewhere").rename(tmp_path / "data" / "key")
    async with live(tmp_path, slack) as again:
        assert await told(again.house) == "ok"
        assert await again.house.welcome_facilitators() == []


async def told(house: House) -> str:
    return (await health.look(house.services, house.metrics, house.search)).vault


async def doctor(folder: Path) -> str:
    """From another process, as somebody types it beside the bot."""

    def ask() -> str:
        file = folder / "doctor.yaml"
        file.write_text(f"data: {folder / 'data'}\n", "utf-8")
        call = [sys.executable, "-m", "bot.cli", "--config", str(file), "doctor"]
        return subprocess.run(call, capture_output=True, text=True, timeout=60, env=dict(os.environ)).stdout

    return await asyncio.to_thread(ask)
