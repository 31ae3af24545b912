"""Installing the bot by a link: to Slack's own page and back, with a token for that one workspace."""

from __future__ import annotations

import asyncio
import logging
import re
import urllib.parse
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from bot.errors import DeliveryError, Locked, Refused
from bot.news import Installation as InstallationNews
from bot.news import News
from bot.seam import House

from . import install_pages, install_state
from .calls import TIMEOUT_SECONDS, client, delivering
from .install_pages import page
from .install_state import LASTS_SECONDS, Wrong
from .installed import Installation, Installed
from .manifest import SCOPES
from .settings import INSTALL_PATH, REDIRECT_PATH, SlackSettings
from .workspaces import PLATFORM

log = logging.getLogger(__name__)

COOKIE = "cohortbook-install"
_COOKIE = re.compile(r"[\w-]{16,64}", re.ASCII)


class InstallPages:
    def __init__(
        self,
        settings: SlackSettings,
        installed: Installed,
        seconds: Callable[[], float],
        token: Callable[[], str],
        house: House,
        patience: float = TIMEOUT_SECONDS,
    ) -> None:
        self._settings = settings
        self._own = installed.installing
        self._installed = installed
        self._seconds = seconds
        self._token = token
        self._house = house
        self._patience = patience

    def routes(self) -> list[BaseRoute]:
        return [Route(INSTALL_PATH, self._begin), Route(REDIRECT_PATH, self._back)]

    async def _begin(self, request: Request) -> Response:
        """To Slack, which asks whoever it is whether the bot may come in, and with which permissions."""
        browser = _browser(request) or self._token()
        state = install_state.issue(self._own.client_secret.reveal(), browser, self._seconds(), self._token())
        asked = {
            "client_id": self._own.client_id,
            "scope": ",".join(sorted(SCOPES)),
            "user_scope": "",
            "redirect_uri": self._own.redirect_url,
            "state": state,
        }
        answer = RedirectResponse(f"{self._own.authorize_url}?{urllib.parse.urlencode(asked)}", 302)
        answer.set_cookie(
            COOKIE,
            browser,
            max_age=LASTS_SECONDS,
            httponly=True,
            secure=self._own.address.startswith("https://"),
            samesite="lax",  # it must come along when Slack sends them back
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    async def _back(self, request: Request) -> Response:
        told = request.query_params
        found = install_state.read(
            self._own.client_secret.reveal(), _browser(request), told.get("state", ""), self._seconds()
        )
        if isinstance(found, Wrong):
            return self._page(install_pages.LATE if found is Wrong.LATE else install_pages.ELSEWHERE)
        if not await self._installed.safe.first_time(f"install:{found}"):
            return self._page(install_pages.USED)
        if told.get("error"):
            return self._page(install_pages.DECLINED)
        try:
            name, installation = await self._exchange(told.get("code", ""))
            if installation is None:
                return self._page(install_pages.WHOLE_ORGANIZATION)
            if not self._own.welcomes(installation.workspace):
                await self._give_back(installation)
                return install_pages.not_awaited(name, installation.workspace)
            await self._installed.keep(installation)
            await self._house.hear(News(InstallationNews(PLATFORM, installation.workspace)))
        except Refused as problem:
            log.error("an installation was not confirmed: %s", problem)
            return self._page(install_pages.REFUSED)
        except DeliveryError as problem:
            log.warning("an installation was cut short: %s", problem)
            return self._page(install_pages.UNCLEAR)
        except Locked as problem:
            log.error("an installation could not be kept: %s", problem)
            return self._page(install_pages.LOCKED)
        log.info("installed in the Slack workspace %s", installation.workspace)
        return install_pages.welcome(name, installation.workspace)

    async def _exchange(self, code: str) -> tuple[str, Installation | None]:
        """The workspace's name, and what it takes to work there; None for a whole organization."""
        api = client(self._settings, "", self._installed.session)
        with delivering():
            async with asyncio.timeout(self._patience):
                told = await api.oauth_v2_access(
                    client_id=self._own.client_id,
                    client_secret=self._own.client_secret.reveal(),
                    code=code,
                    redirect_uri=self._own.redirect_url,
                )
                token, team = str(told.get("access_token") or ""), told.get("team") or {}
                if told.get("is_enterprise_install") or not team.get("id"):
                    return "", None
                whose = await api.auth_test(token=token)
        if whose.get("team_id") != team["id"] or not whose.get("bot_id"):
            raise Refused("the token is of another workspace, or of a person")
        lasts = int(told.get("expires_in") or 0)
        return str(team.get("name") or team["id"]), Installation(
            str(team["id"]),
            str(whose.get("user_id") or ""),
            str(whose["bot_id"]),
            token,
            str(told.get("refresh_token") or ""),
            int(self._seconds()) + lasts if lasts else 0,
        )

    async def _give_back(self, installation: Installation) -> None:
        """Whether or not Slack takes it back now, the token is kept nowhere."""
        log.info("the Slack workspace %s is not among those of the settings", installation.workspace)
        try:
            with delivering():
                async with asyncio.timeout(self._patience):
                    await client(self._settings, installation.token, self._installed.session).auth_revoke()
        except DeliveryError as problem:
            log.warning("a token that is not wanted was not taken back: %s", problem)

    def _page(self, what: install_pages.Told) -> Response:
        return page(what, self._own.install_url)


def _browser(request: Request) -> str:
    """Empty for anything that was not made here."""
    said = request.cookies.get(COOKIE, "")
    return said if _COOKIE.fullmatch(said) else ""
