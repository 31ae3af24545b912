"""What Slack needs to know to start: two tokens over Socket Mode, or a token and a signing secret over HTTP.

Where people install the bot by a link, each workspace has a token of its own, and none stands here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from bot.errors import SettingsError

SLACK_API = "https://slack.com/api/"
INSTALL_PATH, REDIRECT_PATH = "/slack/install", "/slack/oauth_redirect"
_KNOWN = ("mode", "base_url", "connections", "ping_seconds", "client_id", "address", "authorize_url", "workspaces")
_CLIENT_ID = "SLACK_CLIENT_ID"
_WORKSPACE = re.compile(r"T[A-Z0-9]{2,30}", re.ASCII)
_SECRETS = {
    "bot_token": "SLACK_BOT_TOKEN",
    "app_token": "SLACK_APP_TOKEN",
    "signing_secret": "SLACK_SIGNING_SECRET",
    "client_secret": "SLACK_CLIENT_SECRET",
}
_KINDS = {
    "xoxb-": "a bot token",
    "xoxe.xoxb-": "a bot token",
    "xoxp-": "a user token",
    "xoxe.xoxp-": "a user token",
    "xoxe-": "a refresh token",
    "xapp-": "an app-level token",
}
_WANTED = {"bot_token": "a bot token", "app_token": "an app-level token"}
_WHERE = {
    "bot_token": "api.slack.com/apps > your app > OAuth & Permissions > Bot User OAuth Token (starts with xoxb-)",
    "app_token": "api.slack.com/apps > your app > Basic Information > App-Level Tokens, scope connections:write "
    "(starts with xapp-)",
    "signing_secret": "api.slack.com/apps > your app > Basic Information > Signing Secret",
    "client_secret": "api.slack.com/apps > your app > Basic Information > Client Secret",
}


class Secret:
    """A token that shows itself to nobody who only prints or logs it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __repr__(self) -> str:
        return "Secret(hidden)"


@dataclass(frozen=True, slots=True)
class Installing:
    """What it takes to be installed by a link, in any number of workspaces."""

    client_id: str
    client_secret: Secret
    address: str
    """Where browsers reach this bot, without a slash at its end."""
    authorize_url: str
    """Slack's own page that asks whether the bot may come in."""
    workspaces: frozenset[str] = frozenset()
    """Those that may install it; none named, and any may."""

    def welcomes(self, workspace: str) -> bool:
        return not self.workspaces or workspace in self.workspaces

    @property
    def install_url(self) -> str:
        return self.address + INSTALL_PATH

    @property
    def redirect_url(self) -> str:
        return self.address + REDIRECT_PATH


@dataclass(frozen=True, slots=True)
class SlackSettings:
    bot_token: Secret
    app_token: Secret
    signing_secret: Secret
    mode: Literal["socket", "http"]
    base_url: str = SLACK_API
    connections: int = 1
    """How many sockets to keep open. Slack allows ten; a second one bridges the refresh of the first."""
    ping_seconds: float = 5.0
    installing: Installing | None = None


def read(settings: Mapping[str, object], environment: Mapping[str, str]) -> SlackSettings:
    """Raises SettingsError with every problem, never with a value: it may be a secret."""
    problems: list[str] = []
    allowed = [*_KNOWN, *(f"{name}_file" for name in _SECRETS)]
    for key in settings:
        if key in _SECRETS:
            problems.append(
                f"{key}: keep it out of this file. Put it into the environment as {_SECRETS[key]}, or into a file "
                f"of its own that {key}_file names."
            )
        elif key not in allowed:
            problems.append(f"{key}: there is no such setting; allowed: {', '.join(allowed)}")
    secrets = {name: _secret(name, settings, environment, problems) for name in _SECRETS}
    mode = _mode(settings.get("mode"), secrets, problems)
    base_url = str(settings.get("base_url") or SLACK_API)
    installing = _installing(settings, environment, secrets.pop("client_secret"), base_url, problems)
    if installing and secrets["bot_token"]:
        problems.append(
            f"bot_token: each workspace that installs the bot has a token of its own. Take {_SECRETS['bot_token']} "
            "away, and install the bot in that workspace by its link."
        )
    if not installing and not secrets["bot_token"]:
        problems.append(_missing("bot_token"))
    if mode == "socket" and not secrets["app_token"]:
        problems.append(_missing("app_token"))
    if mode == "http" and not secrets["signing_secret"]:
        problems.append(_missing("signing_secret"))
    if not base_url.startswith(("https://", "http://")):
        problems.append("base_url: must be the address of a Web API, such as https://slack.com/api/")
    connections = _number(settings, "connections", 1, 1, 10, problems)
    ping = _number(settings, "ping_seconds", 5, 0.01, 60, problems)
    if problems:
        raise SettingsError("\n".join(["Slack cannot start. Nothing was changed.", *problems]))
    return SlackSettings(
        **secrets,
        mode=mode,
        base_url=base_url,
        connections=int(connections),
        ping_seconds=ping,
        installing=installing,
    )


def _installing(
    settings: Mapping[str, object], environment: Mapping[str, str], secret: Secret, base_url: str, problems: list[str]
) -> Installing | None:
    """None where one token in the settings is all there is."""
    client_id = environment.get(_CLIENT_ID, "").strip() or str(settings.get("client_id") or "")
    named = settings.get("workspaces") or []
    if not isinstance(named, list) or not all(isinstance(one, str) and _WORKSPACE.fullmatch(one) for one in named):
        problems.append(
            "workspaces: must be a list of workspace ids, such as T0123ABCD; leave it out for any workspace"
        )
        named = []
    if not client_id and not secret:
        if named:
            problems.append("workspaces: only for a bot that is installed by a link; a bot token is of one workspace")
        return None
    if not client_id:
        problems.append(
            f"client_id: missing, and a client secret is there. Put it beside it as {_CLIENT_ID}. You find it at "
            "api.slack.com/apps > your app > Basic Information > Client ID."
        )
    if not secret:
        problems.append(_missing("client_secret"))
    address = str(settings.get("address") or "").rstrip("/")
    parts = urlsplit(address)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if not parts.netloc or parts.query or parts.fragment or not (parts.scheme == "https" or local):
        problems.append(
            "address: must be where browsers reach this bot, such as https://bot.example.org: people install it from "
            "there"
        )
    pages = str(settings.get("authorize_url") or base_url.rstrip("/").removesuffix("/api") + "/oauth/v2/authorize")
    return Installing(client_id, secret, address, pages, frozenset(named))


def _secret(name: str, settings: Mapping[str, object], environment: Mapping[str, str], problems: list[str]) -> Secret:
    value = environment.get(_SECRETS[name], "").strip()
    named = settings.get(f"{name}_file")
    if not value and named:
        try:
            value = Path(str(named)).expanduser().read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            problems.append(f"{name}_file: this file cannot be read; check its name and that the bot may open it")
            return Secret("unread")
    kind = next((kind for start, kind in _KINDS.items() if value.startswith(start)), "")
    wanted = _WANTED.get(name, "")
    if kind and wanted and kind != wanted:
        problems.append(f"{name}: this is {kind}, and {wanted} is needed: {_WHERE[name]}")
    return Secret(value)


def _mode(asked: object, secrets: Mapping[str, Secret], problems: list[str]) -> Literal["socket", "http"]:
    if asked == "http":
        return "http"
    if asked not in (None, "socket"):
        problems.append("mode: must be socket (no public address needed) or http")
    if asked is None and not secrets["app_token"] and secrets["signing_secret"]:
        return "http"
    return "socket"


def _missing(name: str) -> str:
    return (
        f"{name}: missing. Put it into the environment as {_SECRETS[name]}, or name a file with {name}_file. "
        f"You find it at {_WHERE[name]}."
    )


def _number(
    settings: Mapping[str, object], name: str, standard: float, least: float, most: float, problems: list[str]
) -> float:
    try:
        value = float(str(settings.get(name, standard)))
    except ValueError:
        value = -1.0
    if not least <= value <= most:
        problems.append(f"{name}: must be a number from {least:g} to {most:g}")
        return standard
    return value
