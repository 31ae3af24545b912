"""Messages that the worker sends: each once per key, found again by its key, changed and taken back."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import logging
import math
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.errors import DeliveryError, Refused, Shut, Wait
from bot.messages import Address, Outgoing, Picture

from . import uploads
from .blocks import fallback, message
from .calls import delivering
from .people import People
from .text import Json
from .workspaces import PLATFORM, Workspace, Workspaces

T = TypeVar("T")
log = logging.getLogger(__name__)

_LOOK_BACK = 200
_PICTURE_WAITS = (0.5, 1.0, 2.0)
"""Slack takes a moment before it lets a message show an uploaded picture."""
_ONE_CHANNEL_SECONDS = 2.0
"""Slack takes about one message a second in a channel, and does not say whose limit was met: a pause asked for so
soon after a message there is taken for that channel's own, any other for the workspace's."""


class Delivery:
    def __init__(self, workspaces: Workspaces, people: People, now: Callable[[], float] = time.monotonic) -> None:
        self._workspaces = workspaces
        self._people = people
        self._now = now
        self._rooms: dict[Address, str] = {}
        self._posted: dict[Address, float] = {}
        """When the newest message went there, the oldest first."""

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        workspace = await self._workspaces.of(address.workspace)
        if address.kind == "person":
            await self._may_write_to(address)
        if outgoing.file is not None:
            await uploads.share(workspace, await self.room(address), outgoing.file)

        async def post(blocks: list[Json]) -> tuple[str, str]:
            told = await workspace.api.chat_postMessage(
                channel=address.id,
                text=fallback(outgoing),
                blocks=blocks,
                **QUIET,
            )
            return str(told.get("channel") or address.id), str(told.get("ts") or "")

        try:
            channel, ts = await with_picture(
                workspace, outgoing.picture, lambda file: post(message(outgoing, key=mark(key), picture=file))
            )
        except Wait as pause:
            raise Wait(pause.seconds, only_this=self._just_posted(address)) from None
        self._note_post(address)
        if address.kind == "person":
            self._rooms[address] = channel
        return f"1|{PLATFORM}|{address.workspace}|{channel}|{ts}"

    def _just_posted(self, address: Address) -> bool:
        return self._now() - self._posted.get(address, -math.inf) < _ONE_CHANNEL_SECONDS

    def _note_post(self, address: Address) -> None:
        self._posted.pop(address, None)
        self._posted[address] = self._now()
        for one in list(itertools.takewhile(lambda each: not self._just_posted(each), self._posted)):
            del self._posted[one]

    async def edit(self, ref: str, outgoing: Outgoing) -> None:
        workspace, channel, ts = await self._at(ref)

        async def update(file: str) -> None:
            await workspace.api.chat_update(
                channel=channel, ts=ts, text=fallback(outgoing), blocks=message(outgoing, picture=file), parse="none"
            )

        await with_picture(workspace, outgoing.picture, update)

    async def delete(self, ref: str) -> None:
        workspace, channel, ts = await self._at(ref)
        try:
            with delivering():
                await workspace.api.chat_delete(channel=channel, ts=ts)
        except Refused as refusal:
            if "no longer there" not in str(refusal):
                raise

    async def find(self, address: Address, key: str) -> str | None:
        workspace = await self._workspaces.of(address.workspace)
        channel = await self.room(address)
        with delivering():
            told = await workspace.api.conversations_history(channel=channel, limit=_LOOK_BACK)
        for one in told.get("messages") or ():
            blocks = one.get("blocks") or ()
            if any(block.get("block_id") == mark(key) for block in blocks):
                return f"1|{PLATFORM}|{address.workspace}|{channel}|{one['ts']}"
        return None

    async def room(self, address: Address) -> str:
        """The id of the conversation: a person's private one with the bot has an id of its own."""
        if address.kind == "channel":
            return address.id
        if address not in self._rooms:
            workspace = await self._workspaces.of(address.workspace)
            with delivering():
                told = await workspace.api.conversations_open(users=[address.id])
            self._rooms[address] = str((told.get("channel") or {}).get("id") or "")
        return self._rooms[address]

    def forget(self, address: Address) -> None:
        self._rooms.pop(address, None)

    async def _may_write_to(self, address: Address) -> None:
        """Slack takes messages to deactivated people without a word, and nobody ever reads them."""
        person = await self._people.person(address)
        if not person.active:
            raise Shut("This account is deactivated, so nothing was sent to it.", "gone")
        if person.guest:
            raise Shut("This person is a guest, and guests cannot take part, so nothing was sent.", "guest")

    async def _at(self, ref: str) -> tuple[Workspace, str, str]:
        parts = ref.split("|")
        if len(parts) != 5 or parts[:2] != ["1", PLATFORM]:
            raise Refused("This message was not sent through Slack.")
        return await self._workspaces.of(parts[2]), parts[3], parts[4]


QUIET: Json = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False, "mrkdwn": False}


def mark(key: str) -> str:
    """What stands for a key inside a message: everybody in the workspace could read it, so it says nothing."""
    return f"k.{hashlib.sha256(key.encode()).hexdigest()[:40]}"


async def with_picture(workspace: Workspace, picture: Picture | None, show: Callable[[str], Awaitable[T]]) -> T:
    """Show with the picture as soon as Slack lets us; after that with its description in words."""
    file = ""
    if picture is not None:
        try:
            file = await uploads.picture(workspace, picture)
        except DeliveryError:
            log.warning("a picture was not taken; its description is shown instead")
    for pause in _PICTURE_WAITS if file else ():
        try:
            with delivering():
                return await show(file)
        except Refused as refusal:
            if "invalid_blocks" not in str(refusal):
                raise
            await asyncio.sleep(pause)
    with delivering():
        return await show("")
