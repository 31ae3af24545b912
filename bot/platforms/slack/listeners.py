"""Bolt's side: every kind of event goes to the conversation, acknowledged before the work begins."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, cast

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult

from .calls import client
from .conversation import Conversation
from .events import REFLECT_SHORTCUT, Body
from .news import EVENTS, Newsroom
from .quiet import library_logger
from .settings import SlackSettings
from .workspaces import Workspaces

ANY = re.compile(".*", re.DOTALL)
_NOT_HERE = "I am not set up in this workspace any more, so I did nothing. Whoever looks after me can install me again."


def bolt(settings: SlackSettings, workspaces: Workspaces, conversation: Conversation, newsroom: Newsroom) -> AsyncApp:
    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult | None:
        # When Slack cannot be asked who we are, or no token can be opened, nothing is acknowledged, and Slack
        # delivers it again.
        found = await workspaces.serving([team_id or "", enterprise_id or ""])
        if found is None:
            return None
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=team_id,
            bot_user_id=found.bot_user,
            bot_id=found.bot,
            bot_token=found.api.token,
        )

    app = AsyncApp(
        name=__name__,
        logger=library_logger(),
        client=client(settings, ""),
        authorize=cast(Callable[..., Awaitable[AuthorizeResult]], authorize),
        user_facing_authorize_error_message=_NOT_HERE,
        signing_secret=settings.signing_secret.reveal() or "no requests over HTTP",
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    _listen(app, conversation, newsroom)
    return app


def _listen(app: AsyncApp, conversation: Conversation, newsroom: Newsroom) -> None:
    def acknowledged(work: Callable[[Body], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def listener(ack: AsyncAck, body: dict[str, Any]) -> None:
            await ack()
            conversation.later(work(body))  # type: ignore[arg-type]

        return listener

    async def submitted(ack: AsyncAck, body: dict[str, Any]) -> None:
        told = await conversation.submitted(body)
        await (ack(told) if told else ack())

    app.command(ANY)(acknowledged(conversation.command))
    app.action(ANY)(acknowledged(conversation.pressed))
    app.shortcut({"type": "message_action", "callback_id": REFLECT_SHORTCUT})(acknowledged(conversation.shortcut))
    app.view(ANY)(submitted)
    app.event({"type": "message"})(acknowledged(_private_only(conversation)))
    app.event("app_mention")(acknowledged(conversation.said))
    app.event("app_home_opened")(acknowledged(conversation.opened_home))
    for name in EVENTS:
        app.event(name)(acknowledged(newsroom.told))
    app.event(ANY)(acknowledged(_nothing))
    app.shortcut(ANY)(acknowledged(_nothing))
    app.view_closed(ANY)(acknowledged(_nothing))


def _private_only(conversation: Conversation) -> Callable[[Body], Awaitable[None]]:
    async def said(body: Body) -> None:
        """What people say to each other in a channel is not the bot's to hear."""
        if (body.get("event") or {}).get("channel_type") in ("im", "app_home"):
            await conversation.said(body)

    return said


async def _nothing(body: Body) -> None:
    """An event that the app's settings in Slack send and nobody here asked for."""
