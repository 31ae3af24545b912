"""What people do in Slack, handed to the house, and the house's reply shown: one way for every transport."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import replace
from functools import partial
from typing import Any

from bot.errors import CohortbookError, DeliveryError
from bot.messages import (
    Address,
    Audience,
    Command,
    Errors,
    Form,
    Incoming,
    Outgoing,
    Press,
    Reply,
    Submission,
    Text,
    Upload,
)
from bot.seam import House

from . import downloads, events
from .events import Body
from .home import Home
from .replies import Moment, Replies
from .seen import Seen
from .text import Json
from .views import Sent, card_view, error_blocks, form_view, read_form, where_of
from .workspaces import PLATFORM, Workspaces

log = logging.getLogger(__name__)

_LATE_SECONDS = 2 * 24 * 60 * 60
"""What was handled is remembered for longer than this, and nobody expects an answer any more."""
_FORM_SECONDS = 2.4
_FILE_SECONDS = 1.8
"""Slack shows an error of its own when a form is not answered in three."""
_FAULT = "Something went wrong on my side, so nothing was done. Nothing that was kept is lost. Please try again."
_FORM_FAULT = "Something went wrong on my side. Your words are still in this form. Please press the button again."
_FORM_SLOW = "Saving takes longer than it should. Your words are still in this form. Please press the button again."
_FORM_DAMAGED = "This form is from another version of me, so nothing was saved. Please copy your words first."
_READING = Outgoing(
    "I am reading your file. That can take half a minute. What comes of it appears here; you may close this, and it "
    "comes as a message."
)
_WORDS_ONLY = Outgoing("I can read typed words only, so I did nothing with that file. It stays where you put it.")


class Conversation:
    def __init__(
        self,
        house: House,
        workspaces: Workspaces,
        replies: Replies,
        home: Home,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._house = house
        self._now = seconds
        self._workspaces = workspaces
        self._replies = replies
        self._home = home
        self._seen = Seen()
        self._running: set[asyncio.Task[None]] = set()

    # --- each kind of thing -------------------------------------------------------------------------

    async def command(self, body: Body) -> None:
        moment = await self._moment(body)
        if moment is not None:
            await self._answer(moment, body, events.command(body))

    async def pressed(self, body: Body) -> None:
        moment = await self._moment(body)
        what = events.press((body.get("actions") or [{}])[0])
        if moment is not None and what is not None:
            await self._answer(moment, body, what)

    async def shortcut(self, body: Body) -> None:
        """Reflect on a message: the form opens. The message is somebody's words and is not taken along."""
        moment = await self._moment(body)
        if moment is not None:
            await self._answer(moment, body, Command("reflect"))

    async def said(self, body: Body) -> None:
        event = body.get("event") or {}
        moment = await self._moment(body)
        if moment is None or not events.is_talk(event, moment.workspace.bot_user):
            return
        text = events.said(event, moment.workspace.bot_user)
        if not text and event.get("files"):
            if self._seen.first_time(events.event_id(body)):
                await self._replies.show(moment, _WORDS_ONLY)
            return
        await self._answer(moment, body, Text(text))

    async def opened_home(self, body: Body) -> None:
        moment = await self._moment(body)
        event = body.get("event") or {}
        if moment is not None and event.get("tab") == "home":
            shown = str((event.get("view") or {}).get("hash") or "")
            await self._home.opened(self._house, moment.workspace, moment.who, shown)

    async def submitted(self, body: Body) -> Json:
        """What the open form is told. It must come at once, and only after the house has kept the words."""
        event = events.event_id(body)
        view = body.get("view") or {}
        try:
            return await asyncio.wait_for(self._seen.once(event, lambda: self._submit(body)), _FORM_SECONDS)
        except TimeoutError:
            return _errors(error_blocks(Errors({"": _FORM_SLOW}), view))
        except DeliveryError:
            self._seen.forget(event)
            return _errors(error_blocks(Errors({"": _FORM_FAULT}), view))

    # --- the way in ---------------------------------------------------------------------------------

    async def _moment(self, body: Body) -> Moment | None:
        """None for what is not ours to answer: another workspace, nobody's doing, or long past."""
        if events.happened(body, self._now()) < self._now() - _LATE_SECONDS:
            log.info("an event of long ago was left alone")
            return None
        user = events.user_of(body)
        found = await self._workspaces.among(events.workspaces_named(body))
        if found is None or not user:
            return None
        name, workspace = found
        who = Address(PLATFORM, name, "person", user)
        container, event, view = body.get("container") or {}, body.get("event") or {}, body.get("view") or {}
        in_modal = view.get("type") == "modal"
        channel = where_of(view) if in_modal else events.channel_of(body)
        where = Address(PLATFORM, name, "channel", channel) if in_modal and channel else events.place(who, body)
        return Moment(
            workspace,
            who,
            where,
            channel="" if in_modal else channel,
            thread=str(event.get("thread_ts") or container.get("thread_ts") or ""),
            trigger=str(body.get("trigger_id") or ""),
            response_url=str(body.get("response_url") or ""),
            ephemeral=bool(container.get("is_ephemeral")),
            view=str(view.get("id") or "") if in_modal else "",
        )

    async def _answer(self, moment: Moment, body: Body, what: Command | Text | Press) -> None:
        event = events.event_id(body)
        if not self._seen.first_time(event):
            return
        reply = await self._ask(Incoming(event, moment.who, moment.where, what), _FAULT)
        await self._replies.show(moment, reply)
        await self._home.refresh(self._house, moment.workspace, moment.who)

    async def _ask(self, incoming: Incoming, fault: str) -> Reply:
        try:
            return await self._house.answer(incoming)
        except DeliveryError:
            log.warning("Slack did not tell who this is")
        except CohortbookError as problem:
            return _told(incoming, str(problem))
        except Exception as problem:  # noqa: BLE001 - the edge: whoever asked hears of it, and no text is logged
            log.error("a visit failed: %s", type(problem).__name__, extra={"action": type(incoming.what).__name__})
        return _told(incoming, fault)

    # --- forms --------------------------------------------------------------------------------------

    async def _submit(self, body: Body) -> Json:
        view, event = body.get("view") or {}, events.event_id(body)
        moment = await self._moment(body)
        if moment is None:
            return {}
        sent = read_form(view, moment.who.workspace)
        if sent is None:
            self._seen.forget(event)
            return _errors(error_blocks(Errors({"": _FORM_DAMAGED}), view))
        origin = sent.origin
        where = Address(PLATFORM, moment.who.workspace, "channel", origin.where) if origin.where else moment.who
        moment = replace(
            moment, where=where, channel=origin.room, thread=origin.thread, response_url=origin.response_url
        )
        what = replace(sent.submission, files=_uploads(moment, sent))
        asking = asyncio.ensure_future(self._ask(Incoming(event, moment.who, where, what), _FORM_FAULT))
        if sent.files:
            done, _ = await asyncio.wait({asking}, timeout=_FILE_SECONDS)
            if not done:
                self.later(self._read_at_last(moment, asking))
                return {"response_action": "update", "view": card_view(_READING, moment.origin.where)}
        reply = await asking
        if not isinstance(reply, Errors):
            self.later(self._home.refresh(self._house, moment.workspace, moment.who))
        return self._after_form(moment, view, reply)

    async def _read_at_last(self, moment: Moment, asking: asyncio.Future[Reply]) -> None:
        """In the window that says it is being read, or as a message when that was closed."""
        await self._replies.show(moment, await asking)

    def _after_form(self, moment: Moment, view: Body, reply: Reply) -> Json:
        """The receipt appears where the form was opened; in App Home, in the window itself."""
        if reply is None:
            return {}
        if isinstance(reply, Errors):
            return _errors(error_blocks(reply, view))
        if isinstance(reply, Form):
            return {"response_action": "update", "view": form_view(reply, moment.origin)}
        if moment.channel or reply.audience is not Audience.ONLY_YOU:
            self.later(self._replies.show(replace(moment, view="", trigger=""), reply))
            return {}
        if reply.picture is not None or reply.file is not None:
            self.later(self._replies.show(moment, reply))  # into the same modal, when Slack has the picture
        return {"response_action": "update", "view": card_view(reply, moment.origin.where)}

    # --- background ---------------------------------------------------------------------------------

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Acknowledged already; this goes on by itself and is waited for when the platform stops."""
        task = asyncio.create_task(self._guarded(work))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DeliveryError as problem:
            log.warning("an event could not be answered: %s", problem)
        except Exception as problem:  # noqa: BLE001 - the edge of a background task; its text may quote people
            log.error("an event failed: %s", type(problem).__name__)

    async def finish(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while self._running:
                    await asyncio.wait(set(self._running))


def _told(incoming: Incoming, sentence: str) -> Reply:
    return Errors({"": sentence}) if isinstance(incoming.what, Submission) else Outgoing(sentence)


def _uploads(moment: Moment, sent: Sent) -> dict[str, Upload]:
    return {
        name: Upload(put.name, put.size, partial(downloads.fetch, moment.workspace, put.id))
        for name, put in sent.files.items()
    }


def _errors(found: dict[str, str]) -> Json:
    return {"response_action": "errors", "errors": found}
