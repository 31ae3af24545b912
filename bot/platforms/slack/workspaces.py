"""The workspaces that this app is installed in, each with its own token."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import Refused
from bot.last_look import looking

from .calls import TIMEOUT_SECONDS, client, delivering, error_name
from .settings import SlackSettings

PLATFORM = "slack"
TAKEN_OUT = {"account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked"}


@dataclass(frozen=True, slots=True)
class Workspace:
    id: str
    """The team, or the enterprise where the app is installed for a whole organization."""
    bot_user: str
    bot: str
    whole_organization: bool
    api: AsyncWebClient


class Workspaces:
    """One installation: the token that the settings name. Which workspace it is, Slack tells."""

    def __init__(self, settings: SlackSettings) -> None:
        self._settings = settings
        self._only: Workspace | None = None
        self._asking = asyncio.Lock()
        self._session: aiohttp.ClientSession | None = None

    @property
    def session(self) -> aiohttp.ClientSession | None:
        return self._session

    async def open(self) -> None:
        """One pool of connections for as long as the platform runs; before that each call makes its own."""
        limit = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
        self._session = aiohttp.ClientSession(timeout=limit, trace_configs=[looking(aiohttp.TraceConfig())])
        if self._only is not None:
            self._only.api.session = self._session

    async def close(self) -> None:
        session, self._session = self._session, None
        if self._only is not None:
            self._only.api.session = None
        if session is not None:
            await session.close()

    async def only(self) -> Workspace:
        async with self._asking:
            if self._only is None:
                api = client(self._settings, self._settings.bot_token.reveal(), self._session)
                with delivering():
                    told = await api.auth_test()
                whole = bool(told.get("is_enterprise_install"))
                self._only = Workspace(
                    str(told.get("enterprise_id") if whole else told.get("team_id")),
                    str(told.get("user_id") or ""),
                    str(told.get("bot_id") or ""),
                    whole,
                    api,
                )
            return self._only

    async def installed(self, workspace: str) -> bool:
        """Whether the token is still good. One that is not is forgotten, and so is whose it was."""
        if self._only is not None and workspace != self._only.id:
            return True  # it was taken out of a part of an organization, whose token goes on
        self._only = None
        with delivering():
            try:
                await client(self._settings, self._settings.bot_token.reveal(), self._session).auth_test()
            except SlackApiError as error:
                if error_name(error) in TAKEN_OUT:
                    return False
                raise
        return True

    async def of(self, workspace: str) -> Workspace:
        """The workspace that an address names; raises Refused where this app is not installed."""
        only = await self.only()
        if only.whole_organization or only.id == workspace:
            return only
        raise Refused("This app is not installed in that workspace.")

    async def among(self, candidates: Iterable[str]) -> tuple[str, Workspace] | None:
        """The installed one of those that an event names. In a shared channel it names several."""
        only = await self.only()
        named = [one for one in candidates if one]
        if only.whole_organization:
            # One and the same person is told of with and without their part of the organization.
            return (next((one for one in named if one != only.id), only.id), only) if named else None
        return (only.id, only) if only.id in named else None

    async def serving(self, candidates: Iterable[str]) -> Workspace | None:
        """Whose token an event is served with, before anybody has looked at what it is."""
        return await self.only()

    async def names(self) -> list[str]:
        """Each workspace that has the bot."""
        return [(await self.only()).id]
