"""Two workspaces and a browser: the bot is installed in them by its link, with a real store and a real vault."""

from __future__ import annotations

import itertools
import urllib.parse
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from starlette.applications import Starlette

from bot.messages import Address
from bot.platforms.slack.install import InstallPages
from bot.platforms.slack.installed import Installed
from bot.platforms.slack.settings import Installing, Secret, SlackSettings
from bot.platforms.slack.slack import Slack
from bot.store import Store
from bot.vault.safe import Safe
from tests.fakes.slack import APP_TOKEN, BOT_USER, CLIENT_ID, CLIENT_SECRET, SIGNING_SECRET, TEAM, FakeSlack
from tests.slack.conftest import PING, RENATA, open_door
from tests.slack.house import ScriptedHouse
from tests.vault.places import opened as opened_vault

ADDRESS = "https://bot.example.org"
OTHER, OTHER_CHANNEL, NOOR = "T0VALE", "C0VALE", "U0NOOR"
_count = itertools.count(1)


def settings(slack: FakeSlack, mode: str = "http", address: str = ADDRESS, only: tuple[str, ...] = ()) -> SlackSettings:
    pages = slack.base_url.removesuffix("/api/") + "/oauth/v2/authorize"
    return SlackSettings(
        Secret(""),
        Secret(APP_TOKEN),
        Secret(SIGNING_SECRET),
        "http" if mode == "http" else "socket",
        slack.base_url,
        1,
        PING,
        Installing(CLIENT_ID, Secret(CLIENT_SECRET), address, pages, frozenset(only)),
    )


def person(user: str, team: str) -> Address:
    return Address("slack", team, "person", user)


def channel(which: str, team: str) -> Address:
    return Address("slack", team, "channel", which)


@dataclass
class Hand:
    """A clock that the test moves."""

    at: float = 1_700_000_000.0

    def __call__(self) -> float:
        return self.at


@dataclass
class Fair:
    """The bot as it can be installed. It was taken out of nowhere yet, and is nowhere yet."""

    slack: FakeSlack
    platform: Slack
    house: ScriptedHouse
    safe: Safe
    hand: Hand
    _closing: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def browser(self, patience: float = 5.0) -> httpx.AsyncClient:
        """`patience`: how long the bot waits for Slack."""
        assert isinstance(self.platform.workspaces, Installed)
        pages = InstallPages(
            self.platform.settings, self.platform.workspaces, self.hand, _word, self.house, patience=patience
        )
        app = Starlette(routes=pages.routes())
        made = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ADDRESS)
        return await self._closing.enter_async_context(made)

    async def install(self, team: str, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        browser = browser or await self.browser()
        return await browser.get(self.slack.allow(await begun(browser), team))

    async def settled(self) -> None:
        await self.platform.finish()


async def begun(browser: httpx.AsyncClient) -> str:
    """Where Slack's own page is that somebody is sent to."""
    answer = await browser.get("/slack/install")
    assert answer.status_code == 302, answer.text
    return str(answer.headers["location"])


def state_of(location: str) -> str:
    return urllib.parse.parse_qs(urllib.parse.urlsplit(location).query)["state"][0]


@asynccontextmanager
async def fair(slack: FakeSlack, folder: Path, mode: str = "http", only: tuple[str, ...] = ()) -> AsyncIterator[Fair]:
    """Opened again with the same folder, it is the bot after a restart."""
    store = Store.in_folder(folder)
    vault = opened_vault(store, folder)
    hand = Hand()
    safe = Safe(store, vault, "slack")
    platform = Slack(settings(slack, mode, only=only), seconds=hand)
    platform.use(safe)
    house = ScriptedHouse()
    house.installed = platform.installed
    made = Fair(slack, platform, house, safe, hand)
    async with made._closing, open_door(slack, platform, made.house):
        yield made
    vault.close()
    store.close()


def two_workspaces(slack: FakeSlack) -> None:
    """Nowhere is the bot installed yet; Renata is of the one, Noor of the other."""
    slack.tokens.clear()
    slack.installed |= {TEAM, OTHER}
    slack.channels[OTHER_CHANNEL] = {"members": [BOT_USER], "archived": False, "team": OTHER}
    slack.add_person(NOOR, "Noor Haddad", "America/Chicago", channel=OTHER_CHANNEL, team_id=OTHER)
    assert slack.team_of(RENATA) == TEAM


def _word() -> str:
    return f"a-random-word-{next(_count):06d}"
