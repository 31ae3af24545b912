"""A town on a fake Slack, and the real door to it."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import pytest
import uvicorn
from starlette.applications import Starlette

from bot.messages import Address
from bot.platforms.slack.settings import Secret, SlackSettings
from bot.platforms.slack.slack import Slack
from bot.seam import House
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, CHANNEL, SIGNING_SECRET, TEAM, FakeSlack
from tests.slack.house import ScriptedHouse

RENATA, KWAME, IMANI = "U0RENATA", "U0KWAME", "U0IMANI"
PING = 0.2


def person(user: str) -> Address:
    return Address("slack", TEAM, "person", user)


def channel(which: str = CHANNEL) -> Address:
    return Address("slack", TEAM, "channel", which)


def settings(slack: FakeSlack, mode: str = "socket", connections: int = 1) -> SlackSettings:
    return SlackSettings(
        Secret(BOT_TOKEN),
        Secret(APP_TOKEN),
        Secret(SIGNING_SECRET),
        "http" if mode == "http" else "socket",
        slack.base_url,
        connections,
        PING,
    )


@dataclass
class Door:
    slack: FakeSlack
    platform: Slack
    house: ScriptedHouse

    async def settled(self) -> None:
        """What was acknowledged is now also done."""
        await self.platform.finish()

    def card(self, user: str, where: str = "") -> str:
        """The newest message that this person sees there."""
        found = self.slack.seen_by(user, where or self.slack.dm(user))
        return found[-1].words if found else ""


@asynccontextmanager
async def open_door(slack: FakeSlack, platform: Slack, house: House) -> AsyncIterator[None]:
    """The platform running, with the shared web server where it needs one."""
    async with AsyncExitStack() as closing:
        running = asyncio.create_task(platform.run(house))
        closing.push_async_callback(_stopped, running)
        if platform.settings.mode == "http":
            routes = platform.routes(house)
            address = await closing.enter_async_context(served(Starlette(routes=routes)))
            slack.http_target = f"{address}/slack/events"
        else:
            await slack.until(lambda: len(slack.sockets) >= platform.settings.connections)
        yield


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, lifespan="off"))
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        listening.close()


async def _stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def slack() -> AsyncIterator[FakeSlack]:
    made = FakeSlack()
    await made.start()
    made.add_person(RENATA, "Renata Aguilar", "America/Denver")
    made.add_person(KWAME, "Kwame Osei-Tutu")
    made.add_person(IMANI, "Imani Brooks")
    yield made
    await made.stop()
    assert made.complaints == []


@pytest.fixture(params=["socket", "http"])
async def door(slack: FakeSlack, request: pytest.FixtureRequest) -> AsyncIterator[Door]:
    """Over each transport alike."""
    async with opened(slack, request.param) as made:
        yield made


@pytest.fixture
async def socket_door(slack: FakeSlack) -> AsyncIterator[Door]:
    async with opened(slack, "socket") as made:
        yield made


@pytest.fixture
async def http_door(slack: FakeSlack) -> AsyncIterator[Door]:
    async with opened(slack, "http") as made:
        yield made


@asynccontextmanager
async def opened(slack: FakeSlack, mode: str, connections: int = 1) -> AsyncIterator[Door]:
    made = Door(slack, Slack(settings(slack, mode, connections)), ScriptedHouse())
    async with open_door(slack, made.platform, made.house):
        yield made
    slow = [one for one in slack.acknowledged if one.seconds > 3]
    assert slow == []
