"""What works between here and Slack, and what to do about what does not. Nothing is changed in Slack."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from slack_sdk.errors import SlackApiError

from .calls import client, delivering, error_name
from .manifest import EVENTS, SCOPES
from .settings import Installing, SlackSettings
from .workspaces import Workspace

_TOKENS = {
    "invalid_auth": "Slack does not know it. Copy it again from your app's page at api.slack.com/apps.",
    "not_authed": "Slack got none. Copy it again from your app's page at api.slack.com/apps.",
    "token_revoked": "it was revoked. Install the app again under OAuth & Permissions, and copy the new one.",
    "token_expired": "it has expired. Switch token rotation off for this app, and install it again.",
    "account_inactive": "the app was taken out of the workspace. Install it again, and copy the new one.",
    "missing_scope": "it lacks connections:write. Make a new one under Basic Information > App-Level Tokens.",
    "not_allowed_token_type": "it is of another kind. SLACK_BOT_TOKEN starts with xoxb-, SLACK_APP_TOKEN with xapp-.",
}

_CLIENT = {
    "invalid_client_id": "Slack does not know the client id. Copy it again from Basic Information.",
    "bad_client_secret": "the client secret is not the one of this client id. Copy it again from Basic Information.",
    "bad_redirect_uri": "your app does not name the address that people come back to. Add it under OAuth & Permissions "
    "> Redirect URLs, or paste the output of `cohortbook slack manifest --by-link` again.",
}

_A_PERSONS = "bot token: this token belongs to a person. SLACK_BOT_TOKEN must be the Bot User OAuth Token."


async def look(settings: SlackSettings) -> AsyncIterator[tuple[bool, str]]:
    """One line a matter: whether it is well, and a sentence."""
    if settings.installing is not None:
        async for line in _by_link(settings, settings.installing):
            yield line
        return
    api = client(settings, settings.bot_token.reveal())
    try:
        told = await api.auth_test()
    except SlackApiError as error:
        yield False, f"bot token: {_why(error)}"
        return
    except (aiohttp.ClientError, TimeoutError, OSError):
        yield False, f"{settings.base_url} cannot be reached from here. Check the network, a proxy or a firewall."
        return
    if not told.get("bot_id"):
        yield False, _A_PERSONS
        return
    yield True, f"bot token, for the workspace {told.get('team') or told.get('team_id')}"
    yield _scopes(told.headers.get("x-oauth-scopes", ""))
    yield (
        True,
        f"Slack tells nobody which events an app gets; these must stand under Event Subscriptions: {', '.join(EVENTS)}",
    )
    if settings.mode == "http":
        yield True, "requests come over HTTP; Slack itself checks the address when you save it in the app's settings"
        return
    yield await _socket(settings)


async def _by_link(settings: SlackSettings, installing: Installing) -> AsyncIterator[tuple[bool, str]]:
    """Slack is asked with a code that cannot be right: what it says first is whether it knows the app."""
    try:
        await client(settings, "").oauth_v2_access(
            client_id=installing.client_id,
            client_secret=installing.client_secret.reveal(),
            code="cohortbook-check",
            redirect_uri=installing.redirect_url,
        )
    except SlackApiError as error:
        name = error_name(error)
        if name != "invalid_code":
            yield False, f"client id and secret: {_CLIENT.get(name, _why(error))}"
            return
    except (aiohttp.ClientError, TimeoutError, OSError):
        yield False, f"{settings.base_url} cannot be reached from here. Check the network, a proxy or a firewall."
        return
    yield True, f"client id and secret; the bot is installed from {installing.install_url}"
    yield True, f"your app must name this under OAuth & Permissions > Redirect URLs: {installing.redirect_url}"
    if settings.mode == "socket":
        yield await _socket(settings)


async def lacking(workspace: Workspace) -> list[str]:
    """What the token of one workspace does not allow, as `look` says it. Raises DeliveryError."""
    with delivering():
        told = await workspace.api.auth_test()
    if not told.get("bot_id"):
        return [_A_PERSONS]
    well, text = _scopes(told.headers.get("x-oauth-scopes", ""))
    return [] if well else [text]


def _scopes(header: str) -> tuple[bool, str]:
    given = {one.strip() for one in header.split(",") if one.strip()}
    missing = sorted(set(SCOPES) - given)
    if not given:
        return True, "permissions: Slack did not list them"
    if missing:
        return False, (
            f"permissions are missing: {', '.join(missing)}. Paste the output of `cohortbook slack manifest` under "
            "App Manifest, and install the app again."
        )
    extra = sorted(given - set(SCOPES))
    more = f"; not needed, and better taken away: {', '.join(extra)}" if extra else ""
    return True, f"permissions: all {len(SCOPES)} that are used{more}"


async def _socket(settings: SlackSettings) -> tuple[bool, str]:
    api = client(settings, settings.app_token.reveal())
    try:
        await api.apps_connections_open(app_token=settings.app_token.reveal())
    except SlackApiError as error:
        return False, f"app-level token: {_why(error)}"
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False, "Slack could not be asked for a socket. Check the network, a proxy or a firewall."
    return True, "app-level token; Slack opens a socket"


def _why(error: SlackApiError) -> str:
    name = error_name(error)
    return _TOKENS.get(name, f"Slack says {name or 'nothing clear'}.")
