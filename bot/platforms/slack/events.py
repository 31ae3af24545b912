"""What Slack sends, in the words of the seam. Nothing here talks to anybody."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.messages import Address, Command, Press

from .blocks import MENU, action_of
from .views import is_command
from .workspaces import PLATFORM

Body = Mapping[str, Any]

REFLECT_SHORTCUT = "reflect_on_this"
_TALK = (None, "file_share", "thread_broadcast", "me_message")


def workspaces_named(body: Body) -> Iterator[str]:
    """Every workspace or organization that an event names, the one it is delivered for first."""
    for one in body.get("authorizations") or ():
        yield str(one.get("team_id") or one.get("enterprise_id") or "")
    yield str((body.get("view") or {}).get("app_installed_team_id") or "")
    team, user = body.get("team"), body.get("user")
    yield str(body.get("team_id") or "")
    yield str(team.get("id") or "") if isinstance(team, Mapping) else ""
    yield str(user.get("team_id") or "") if isinstance(user, Mapping) else ""
    yield str(body.get("context_team_id") or "")  # of a channel that several workspaces share
    enterprise = body.get("enterprise")
    yield str(body.get("enterprise_id") or "")
    yield str(enterprise.get("id") or "") if isinstance(enterprise, Mapping) else ""


def user_of(body: Body) -> str:
    event = body.get("event")
    if isinstance(event, Mapping):
        user = event.get("user") or ""
        return str(user.get("id") or "") if isinstance(user, Mapping) else str(user)
    user = body.get("user")
    return str(user.get("id") or "") if isinstance(user, Mapping) else str(body.get("user_id") or "")


def event_id(body: Body) -> str:
    """The same for every delivery of one thing that happened."""
    if body.get("event_id"):
        return f"slack:{body['event_id']}"
    if body.get("trigger_id"):
        return f"slack:{body['trigger_id']}"
    return f"slack:{hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()}"


def happened(body: Body, now: float) -> float:
    """In seconds, where Slack tells; what people press and send in comes at once."""
    told = body.get("event_time")
    return float(told) if isinstance(told, int | float) else now


def channel_of(body: Body) -> str:
    event, channel, container = body.get("event"), body.get("channel"), body.get("container")
    if isinstance(event, Mapping):
        return str(event.get("channel") or "")
    if isinstance(channel, Mapping):
        return str(channel.get("id") or "")
    if isinstance(container, Mapping) and container.get("channel_id"):
        return str(container["channel_id"])
    return str(body.get("channel_id") or "")


def is_private(body: Body, channel: str) -> bool:
    """Whether only one person and the bot, or nobody else, is there."""
    event, told = body.get("event"), body.get("channel")
    name = str(told.get("name") or "") if isinstance(told, Mapping) else str(body.get("channel_name") or "")
    kind = str(event.get("channel_type") or "") if isinstance(event, Mapping) else ""
    return not channel or channel.startswith("D") or name == "directmessage" or kind in ("im", "app_home")


def place(who: Address, body: Body) -> Address:
    channel = channel_of(body)
    return who if is_private(body, channel) else Address(PLATFORM, who.workspace, "channel", channel)


def is_talk(event: Body, bot_user: str) -> bool:
    """Words that a person typed: not this bot, no other bot, no note of Slack about a change."""
    return bool(
        event.get("user")
        and event.get("user") != bot_user
        and not event.get("bot_id")
        and event.get("subtype") in _TALK
    )


def said(event: Body, bot_user: str) -> str:
    """What was typed, as it was typed: the mention taken out, and Slack's own escapes undone."""
    text = re.sub(rf"<@{re.escape(bot_user)}(\|[^>]*)?>[,:]?", " ", str(event.get("text") or ""))
    text = re.sub(r"<([^<>|]+)\|([^<>]+)>", r"\2", text)
    text = re.sub(r"<((?:https?|mailto):[^<>]+)>", r"\1", text)
    return _unescaped(text).strip()


def _unescaped(text: str) -> str:
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def command(body: Body) -> Command:
    text = _unescaped(str(body.get("text") or ""))
    return Command(str(body.get("command") or "").strip().removeprefix("/").lower(), text.strip())


def press(action: Body) -> Press | Command | None:
    """None for elements that are no buttons of ours."""
    if action.get("type") == "overflow" and action.get("action_id") == MENU:
        name, _, value = str((action.get("selected_option") or {}).get("value") or "").partition(" ")
        return Press(name, value) if name else None
    if action.get("type") != "button":
        return None
    name, value = action_of(str(action.get("action_id") or "")), str(action.get("value") or "")
    if is_command(name):
        return Command(value)
    return Press(name, value) if name else None
