"""Calls to Slack's Web API, and what their failures mean for a message that was to be delivered."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import DeliveryError, Refused, Shut, Unknown, Wait

from .quiet import library_logger
from .settings import SlackSettings

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
_NOT_CONNECTED_SECONDS = 5.0
_TOKEN_SECONDS = 300.0
_UNCLEAR = {"fatal_error", "internal_error", "request_timeout", "service_unavailable", "team_added_to_org"}
_BUSY = {"ratelimited", "rate_limited", "message_limit_exceeded"}
_TOKEN = {
    "not_authed",
    "invalid_auth",
    "token_expired",
    "token_revoked",
    "account_inactive",
    "missing_scope",
    "not_allowed_token_type",
    "org_login_required",
    "ekm_access_denied",
    "no_permission",
}
_GONE = {"user_not_found", "user_disabled"}
_CLOSED = {"cannot_dm_bot", "messages_tab_disabled", "user_not_visible"}
_CLOSED |= {"channel_not_found", "not_in_channel", "is_archived"}
_REASONS = {
    "channel_not_found": "Slack does not show me this channel. Invite me with /invite @Cohortbook.",
    "not_in_channel": "I am not in this channel. Invite me with /invite @Cohortbook.",
    "is_archived": "This channel is archived.",
    "user_not_found": "Slack knows nobody under this id.",
    "user_disabled": "This account is deactivated.",
    "restricted_action": "A setting of this workspace does not let me post there.",
    "message_not_found": "The message is no longer there.",
    "cant_update_message": "Slack does not let me change this message.",
    "cant_delete_message": "Slack does not let me take this message back.",
    "messages_tab_disabled": "Private messages with me are switched off in this app's settings in Slack.",
}


def client(settings: SlackSettings, token: str, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """Without the library's own second try: a post that Slack took before the line broke would be sent twice."""
    made = AsyncWebClient(
        token=token,
        base_url=settings.base_url,
        timeout=TIMEOUT_SECONDS,
        session=session,
        logger=library_logger(),
        retry_handlers=[],
    )
    made.proxy = None if stays_here(settings.base_url) else made.proxy
    return made


def stays_here(url: str) -> bool:
    """A stand-in on this machine is never reached through a proxy."""
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


@contextmanager
def delivering() -> Iterator[None]:
    """Turns what can go wrong into Refused, Wait or Unknown. The cause is dropped: it quotes what was sent."""
    try:
        yield
    except SlackApiError as error:
        raise _meaning(error) from None
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
        raise Wait(_NOT_CONNECTED_SECONDS) from None
    except (TimeoutError, aiohttp.ClientError, OSError, SlackClientError) as error:
        raise Unknown(f"Slack gave no clear answer ({type(error).__name__}).") from None


def error_name(error: SlackApiError) -> str:
    """Slack's own short name of what was wrong, such as `channel_not_found`."""
    answer = getattr(error.response, "data", None)
    return str(answer.get("error") or "") if isinstance(answer, Mapping) else ""


def _meaning(error: SlackApiError) -> DeliveryError:
    response = error.response
    status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0) or 0)
    name = error_name(error)
    if status == 429 or name in _BUSY:
        return Wait(_pause(getattr(response, "headers", None)))
    if status >= 500 or name in _UNCLEAR or not name:
        return Unknown(f"Slack gave no clear answer (status {status}).")
    if name in _TOKEN:
        log.error("Slack does not take this token (%s); run `cohortbook slack check`", name)
        return Wait(_TOKEN_SECONDS)  # mended by whoever runs the bot, and the message then still goes out
    if name in _GONE or name in _CLOSED:
        return Shut(_REASONS.get(name, f"Slack said no ({name})."), "gone" if name in _GONE else "closed")
    return Refused(_REASONS.get(name, f"Slack said no ({name})."))


def _pause(headers: object) -> float:
    given = headers.get("Retry-After", "") if isinstance(headers, Mapping) else ""
    try:
        return max(1.0, float(given))
    except ValueError:
        return 30.0
