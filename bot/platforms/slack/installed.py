"""The workspaces that installed the bot by its link: each with a token of its own, kept sealed."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator

from bot.errors import Locked, Refused, Unreadable, Wait
from bot.platforms import Safe

from .calls import client, delivering, error_name
from .settings import Installing, SlackSettings
from .workspaces import TAKEN_OUT, Workspace, Workspaces

log = logging.getLogger(__name__)

_HELD_SECONDS = 30.0
"""Another process may have been told of a new token, or to forget one."""
_ABSENT_SECONDS = 60.0
_RENEWED_BEFORE_MINUTES = 120


@dataclass(frozen=True, slots=True)
class Installation:
    """What has to be kept to work in a workspace, and no more: not who installed the bot."""

    workspace: str
    bot_user: str
    bot: str
    token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_at: int = 0
    """0: never."""

    def sealed(self) -> str:
        return json.dumps(asdict(self))


@dataclass(frozen=True, slots=True)
class _Held:
    installation: Installation
    workspace: Workspace
    until: float


class Installed(Workspaces):
    """A message for a workspace that is not among them waits: it may be installed there again."""

    def __init__(
        self,
        settings: SlackSettings,
        installing: Installing,
        now: Callable[[], float] = time.monotonic,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(settings)
        self.installing = installing
        self._now = now
        self._seconds = seconds
        self._held: dict[str, _Held] = {}
        self._renewing = asyncio.Lock()
        self.safe: Safe

    async def open(self) -> None:
        await super().open()
        self._held.clear()

    async def close(self) -> None:
        self._held.clear()
        await super().close()

    async def of(self, workspace: str) -> Workspace:
        found = await self._find(workspace)
        if found is None:
            raise Wait(_ABSENT_SECONDS)
        return found

    async def among(self, candidates: Iterable[str]) -> tuple[str, Workspace] | None:
        for one in dict.fromkeys(candidates):
            found = await self._find(one) if one else None
            if found is not None:
                return one, found
        return None

    async def serving(self, candidates: Iterable[str]) -> Workspace | None:
        found = await self.among(candidates)
        return None if found is None else found[1]

    async def keep(self, installation: Installation) -> None:
        """In place of an earlier one. Raises Locked when nothing can be sealed now."""
        await self.safe.put(installation.workspace, installation.sealed())
        self._held.pop(installation.workspace, None)

    async def only(self) -> Workspace:
        raise Refused("Each Slack workspace here has a token of its own, and none was named.")

    async def names(self) -> list[str]:
        return list(await self.safe.names())

    async def installed(self, workspace: str) -> bool:
        """Whether Slack still takes its token, which is then newer than word of an uninstall. One that Slack does not
        take is forgotten; where that is not clear, DeliveryError is raised and it stays."""
        self._held.pop(workspace, None)
        try:
            known = await self._read(workspace)
        except Locked:
            raise Wait(_ABSENT_SECONDS) from None
        except Unreadable:
            known = None
        if known is not None and await self._good(known):
            return True
        await self.safe.forget(workspace)
        self._held.pop(workspace, None)
        log.info("the token of the Slack workspace %s is forgotten", workspace)
        return False

    async def _good(self, known: Installation) -> bool:
        with delivering():
            try:
                await client(self._settings, known.token, self.session).auth_test()
            except SlackApiError as error:
                if error_name(error) in TAKEN_OUT:
                    return False
                raise
        return True

    # --- one workspace ------------------------------------------------------------------------------

    async def _find(self, workspace: str) -> Workspace | None:
        held = self._held.get(workspace)
        if held is not None and held.until > self._now():
            return held.workspace
        try:
            known = await self._read(workspace)
            known = known and await self._renewed(known)
        except (Locked, Unreadable):
            if held is not None:
                return held.workspace
            log.error("the token of %s cannot be opened; `cohortbook doctor` says why", workspace)
            raise Wait(_ABSENT_SECONDS) from None
        if known is None:
            self._held.pop(workspace, None)
            return None
        return self._hold(known, held)

    async def _read(self, workspace: str) -> Installation | None:
        secret = await self.safe.get(workspace)
        return None if secret is None else Installation(**json.loads(secret))

    def _hold(self, known: Installation, before: _Held | None) -> Workspace:
        if before is not None and before.installation == known:
            made = before.workspace
        else:
            api = client(self._settings, known.token, self.session)
            made = Workspace(known.workspace, known.bot_user, known.bot, False, api)
        self._held[known.workspace] = _Held(known, made, self._now() + _HELD_SECONDS)
        return made

    # --- tokens that run out --------------------------------------------------------------------------

    async def _renewed(self, known: Installation) -> Installation:
        if not self._due(known):
            return known
        async with self._renewing:
            known = await self._read(known.workspace) or known
            if not self._due(known):
                return known
            try:
                found = await self._ask_for_new(known)
            except (SlackClientError, aiohttp.ClientError, TimeoutError, OSError) as problem:
                log.warning("the token of %s was not renewed (%s)", known.workspace, type(problem).__name__)
                # Each refresh token is good for once: another process may have been faster.
                return await self._read(known.workspace) or known
            if found is not None:
                known = found
                await self.safe.put(known.workspace, known.sealed())
            return known

    def _due(self, known: Installation) -> bool:
        return bool(known.expires_at) and known.expires_at <= self._seconds() + _RENEWED_BEFORE_MINUTES * 60

    async def _ask_for_new(self, known: Installation) -> Installation | None:
        rotator = AsyncTokenRotator(
            client_id=self.installing.client_id,
            client_secret=self.installing.client_secret.reveal(),
            client=client(self._settings, "", self.session),
        )
        bot = Bot(
            bot_token=known.token,
            bot_id=known.bot,
            bot_user_id=known.bot_user,
            bot_refresh_token=known.refresh_token,
            bot_token_expires_at=known.expires_at,
            installed_at=0.0,
        )
        found = await rotator.perform_bot_token_rotation(bot=bot, minutes_before_expiration=_RENEWED_BEFORE_MINUTES)
        if found is None:
            return None
        return replace(
            known,
            token=found.bot_token,
            refresh_token=found.bot_refresh_token or "",
            expires_at=int(found.bot_token_expires_at or 0),
        )
