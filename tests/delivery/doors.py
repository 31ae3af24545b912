"""The real Slack and Discord, as far as sending goes, in front of a stand-in, with points at which a test may act."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import aiohttp
from pydantic import SecretStr
from yarl import URL

from bot.messages import Address, Outgoing
from bot.platforms.discord.door import Door as Discord
from bot.platforms.discord.notebook import Notebook
from bot.platforms.discord.settings import DiscordSettings
from bot.platforms.slack.settings import Secret, SlackSettings
from bot.platforms.slack.slack import Slack
from bot.seam import Platform
from tests.fakes.apart import There
from tests.fakes.discord_server import GUILD, TOKEN, send_the_library_to
from tests.fakes.slack import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, TEAM

SLACK, DISCORD = "slack", "discord"
WORKSPACE = {SLACK: TEAM, DISCORD: str(GUILD)}
Passing = Callable[[str], None]


def nothing(point: str) -> None:
    """Called at each named point; tests die there."""


class Door:
    """The platform as a worker sees it. `asks` is False for one that sends again without looking."""

    def __init__(self, platform: Platform, passing: Passing, *, asks: bool = True) -> None:
        self.name = platform.name
        self.platform = platform
        self._passing = passing
        self._asks = asks

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        self._passing("before send")
        ref = await self.platform.send(address, outgoing, key)
        self._passing("after send")
        return ref

    async def delete(self, ref: str) -> None:
        await self.platform.delete(ref)

    async def find(self, address: Address, key: str) -> str | None:
        ref = await self.platform.find(address, key) if self._asks else None
        self._passing("after look-up")
        return ref


@asynccontextmanager
async def opened(
    platform: str, port: int, notebook: Path, passing: Passing = nothing, *, asks: bool = True
) -> AsyncIterator[Door]:
    """`notebook`: where the Discord door keeps what it must remember between two lives."""
    if platform == SLACK:
        settings = SlackSettings(
            Secret(BOT_TOKEN), Secret(APP_TOKEN), Secret(SIGNING_SECRET), "http", f"http://127.0.0.1:{port}/api/"
        )
        slack = Slack(settings)
        await slack.workspaces.open()
        assert slack.workspaces.session is not None
        slack.workspaces.session.trace_configs.append(_telling(passing, frozen=True))
        yield Door(slack, passing, asks=asks)
        await slack.workspaces.close()
    else:
        send_the_library_to(port)
        discord = Discord(
            DiscordSettings(SecretStr(TOKEN), GUILD), Notebook(notebook), seconds=asyncio.get_running_loop().time,
            token=lambda: "token",
        )  # fmt: skip
        trace: Any = discord.client.http.http_trace
        trace.on_request_headers_sent.extend(_telling(passing).on_request_headers_sent)
        trace.on_request_chunk_sent.extend(_telling(passing).on_request_chunk_sent)
        await discord.client.sign_in(TOKEN)  # as it does when it starts to run
        yield Door(discord, passing, asks=asks)
        await discord.client.close()
        discord.close()


def _telling(passing: Passing, *, frozen: bool = False) -> aiohttp.TraceConfig:
    """Passes "connected" when a post is about to be written, and "request written" when it is on the wire.

    Nothing of its answer was read then.
    """

    async def connected(
        session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestHeadersSentParams
    ) -> None:
        if _posts(params.method, params.url):
            passing("connected")

    async def written(
        session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestChunkSentParams
    ) -> None:
        if _posts(params.method, params.url):
            # The library tells just before it writes, and reads no earlier than in the loop's next round.
            asyncio.get_running_loop().call_soon(passing, "request written")

    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(connected)
    trace.on_request_chunk_sent.append(written)
    if frozen:
        trace.freeze()
    return trace


def _posts(method: str, url: URL) -> bool:
    return method == "POST" and url.path.endswith(("/chat.postMessage", "/messages"))


async def remember(there: There, notebook: Path) -> None:
    """On Discord all these people have pressed a button before, and their private rooms are known."""
    known = Notebook(notebook)
    for person, room in zip(there.people, there.rooms, strict=True):
        await known.found(int(person), int(room), 0)
    known.close()
