"""Showing the house's reply to the one who acted, where they acted, and to nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.errors import DeliveryError, Refused, Unknown, Wait
from bot.messages import Address, Audience, Errors, Form, Outgoing, Reply

from . import uploads
from .blocks import fallback, message
from .calls import TIMEOUT_SECONDS, delivering, stays_here
from .delivery import QUIET, Delivery, with_picture
from .pages import pages
from .quiet import library_logger
from .text import Json
from .views import Origin, card_view, form_view
from .workspaces import Workspace, Workspaces

log = logging.getLogger(__name__)

_TOO_SLOW = Outgoing(
    "That took longer than Slack waits for a form, so it could not open. Nothing was lost. Please do it again."
)
_FILE_NOT_SENT = "The file could not be sent just now. Nothing is lost; please try again."
_TRIES = 3
_LONGEST_PAUSE_SECONDS = 30.0
_FILE_SENT = "The file is in your private messages with me. It stays there until you delete it."


@dataclass(frozen=True, slots=True)
class Moment:
    """What Slack gave along with something that happened: the ways in which it can be answered."""

    workspace: Workspace
    who: Address
    where: Address
    channel: str = ""
    """The conversation it happened in; empty in App Home and in modals."""
    thread: str = ""
    trigger: str = ""
    """Opens one modal, for three seconds."""
    response_url: str = ""
    ephemeral: bool = False
    """The pressed message was one that only its reader sees."""
    view: str = ""
    """The modal in which it happened."""

    @property
    def in_window(self) -> bool:
        """An answer for one person alone appears in a modal."""
        return bool(self.view or (self.trigger and not self.response_url))

    @property
    def origin(self) -> Origin:
        where = self.where.id if self.where.kind == "channel" else ""
        return Origin(where, self.channel, self.thread, self.response_url)


class Replies:
    def __init__(self, workspaces: Workspaces, delivery: Delivery) -> None:
        self._workspaces = workspaces
        self._delivery = delivery

    async def show(self, moment: Moment, reply: Reply) -> None:
        """Raises nothing: what fails is logged by its kind alone."""
        if isinstance(reply, Outgoing) and reply.file is not None:
            sent = await self._patiently(partial(self._share_file, moment, reply))
            if reply.audience is Audience.ONLY_YOU or not sent:
                told = _FILE_SENT if sent else _FILE_NOT_SENT
                reply = replace(reply, file=None, note=f"{reply.note} {told}".strip())
        for page in [reply] if moment.in_window or not isinstance(reply, Outgoing) else pages(reply):
            if not await self._patiently(partial(self._show, moment, page)):
                return

    async def _patiently(self, work: Callable[[], Awaitable[None]]) -> bool:
        """Again after each pause that Slack asks for: nothing was shown before it."""
        for _ in range(_TRIES):
            try:
                await work()
            except Wait as pause:
                await asyncio.sleep(min(pause.seconds, _LONGEST_PAUSE_SECONDS))
            except DeliveryError as problem:
                log.warning("an answer could not be shown: %s", problem)
                return False
            else:
                return True
        log.warning("an answer could not be shown: Slack asked for too many pauses")
        return False

    async def _show(self, moment: Moment, reply: Reply) -> None:
        if reply is None:
            return
        if isinstance(reply, Errors):
            reply = Outgoing("\n\n".join(reply.fields.values()))
        if isinstance(reply, Form):
            await self._open(moment, reply)
        elif reply.audience is Audience.CHANNEL and moment.where.kind == "channel":
            await self._to_channel(moment, reply)
        elif reply.audience is Audience.ONLY_YOU:
            await self._only_you(moment, reply)
        else:
            await self._post(moment.workspace, moment.who.id, reply)

    # --- forms ----------------------------------------------------------------------------------------

    async def _open(self, moment: Moment, form: Form) -> None:
        view = form_view(form, moment.origin)
        try:
            await self._modal(moment, view)
        except Refused:
            await self._only_you(replace(moment, view="", trigger=""), _TOO_SLOW)

    async def _modal(self, moment: Moment, view: Json) -> None:
        """In the modal that is open already, or in a new one."""
        api = moment.workspace.api
        with delivering():
            if moment.view:
                await api.views_update(view_id=moment.view, view=view)
            else:
                await api.views_open(trigger_id=moment.trigger, view=view)

    # --- messages -------------------------------------------------------------------------------------

    async def _only_you(self, moment: Moment, reply: Outgoing) -> None:
        workspace = moment.workspace
        if moment.in_window:
            channel = moment.where.id if moment.where.kind == "channel" else ""

            async def card(file: str) -> None:
                await self._modal(moment, card_view(reply, channel, picture=file))

            try:
                await with_picture(workspace, reply.picture, card)
                return
            except Refused:  # the window was closed, or Slack had waited long enough
                for page in pages(reply):
                    await self._patiently(partial(self._only_you, replace(moment, view="", trigger=""), page))
                return
        if moment.response_url:
            # Only what nobody else sees, and what is kept nowhere, may give way to private words.
            instead = reply.replaces and moment.ephemeral
            try:
                await self._respond(moment, reply, "ephemeral", instead=instead)
                return
            except Refused:
                log.info("a response address had run out; answering in the conversation")
        channel = moment.channel or await self._delivery.room(moment.who)

        async def ephemeral(file: str) -> None:
            await workspace.api.chat_postEphemeral(
                channel=channel,
                user=moment.who.id,
                text=fallback(reply),
                blocks=message(reply, picture=file),
                thread_ts=moment.thread or None,
                parse="none",
                link_names=False,
            )

        try:
            await with_picture(workspace, reply.picture, ephemeral)
        except Refused:
            if moment.thread:  # what it answered may have been deleted
                await self._only_you(replace(moment, thread="", response_url=""), reply)
                return
            if moment.where.kind == "person" and channel == await self._delivery.room(moment.who):
                raise
            # Not in that channel, or the private messages were those of two people: the asker's own ones with the bot
            # are as private.
            await self._only_you(replace(moment, where=moment.who, channel="", thread="", response_url=""), reply)

    async def _to_channel(self, moment: Moment, reply: Outgoing) -> None:
        if moment.response_url:
            instead = reply.replaces and not moment.ephemeral
            try:
                await self._respond(moment, reply, "in_channel", instead=instead)
                return
            except Refused:
                log.info("a response address had run out; posting in the channel")
        try:
            await self._post(moment.workspace, moment.where.id, reply, moment.thread)
        except Refused as refusal:
            told = Outgoing(f"I could not post this in the channel, so nobody saw it. {refusal}")
            await self._only_you(replace(moment, view="", trigger="", response_url=""), told)

    async def _post(self, workspace: Workspace, channel: str, reply: Outgoing, thread: str = "") -> None:
        async def post(file: str) -> None:
            await workspace.api.chat_postMessage(
                channel=channel,
                text=fallback(reply),
                blocks=message(reply, picture=file),
                thread_ts=thread or None,
                **QUIET,
            )

        await with_picture(workspace, reply.picture, post)

    async def _respond(self, moment: Moment, reply: Outgoing, kind: str, *, instead: bool) -> None:
        """To the address that came with a command or press. It needs no membership of the channel."""
        hook = AsyncWebhookClient(
            moment.response_url,
            timeout=TIMEOUT_SECONDS,
            session=self._workspaces.session,
            logger=library_logger(),
            retry_handlers=[],
        )
        hook.proxy = None if stays_here(moment.response_url) else hook.proxy

        async def respond(file: str) -> None:
            body: Mapping[str, object] = {
                "response_type": kind,
                "replace_original": instead,
                "text": fallback(reply),
                "blocks": message(reply, picture=file),
                "unfurl_links": False,
                "unfurl_media": False,
                **({"thread_ts": moment.thread} if moment.thread else {}),
            }
            answer = await hook.send_dict(dict(body))
            if answer.status_code >= 500:
                raise Unknown("Slack gave no clear answer.")
            if answer.status_code >= 400:
                raise Refused("invalid_blocks" if "invalid_blocks" in answer.body else "Slack said no.")

        await with_picture(moment.workspace, reply.picture, respond)

    async def _share_file(self, moment: Moment, reply: Outgoing) -> None:
        if reply.file is None:
            return
        public = reply.audience is Audience.CHANNEL and moment.where.kind == "channel"
        channel = moment.where.id if public else await self._delivery.room(moment.who)
        await uploads.share(moment.workspace, channel, reply.file)
