"""What Slack tells about accounts, channels and the app itself: what was remembered is dropped, and the house told."""

from __future__ import annotations

import asyncio
import logging

from bot.errors import DeliveryError, Wait
from bot.messages import Address
from bot.news import Account, Change, Channel, Installation, News, Presence
from bot.seam import House

from . import events
from .events import Body
from .people import People
from .workspaces import PLATFORM, Workspaces

log = logging.getLogger(__name__)

CHANNEL_EVENTS = (
    "channel_archive",
    "channel_deleted",
    "channel_left",
    "channel_unarchive",
    "group_archive",
    "group_deleted",
    "group_left",
    "group_unarchive",
)
"""Public channels by their own name, private ones as groups."""
PRESENCE_EVENTS = ("member_joined_channel", "member_left_channel")
ACCOUNT_EVENTS = ("user_change",)
APP_EVENTS = ("app_uninstalled", "tokens_revoked")
EVENTS = (*CHANNEL_EVENTS, *PRESENCE_EVENTS, *ACCOUNT_EVENTS, *APP_EVENTS)
_AGAIN_AFTER = 30.0


class Newsroom:
    def __init__(self, house: House, workspaces: Workspaces, people: People) -> None:
        self._house = house
        self._workspaces = workspaces
        self._people = people

    async def told(self, body: Body) -> None:
        for change in await self._changes(body):
            self._forget(change)
            await self._house.hear(News(change, events.event_id(body)))

    async def here(self) -> None:
        """The app is installed and its token good, perhaps after a time without; asked until Slack answers."""
        while True:
            try:
                names = await self._workspaces.names()
                break
            except DeliveryError as problem:
                await asyncio.sleep(problem.seconds if isinstance(problem, Wait) else _AGAIN_AFTER)
        try:
            for name in names:
                await self._house.hear(News(Installation(PLATFORM, name)))
        except Exception:  # the edge of a task of its own; whoever acts is heard all the same
            log.exception("the house did not hear that the app is there", extra={"action": "here"})

    async def _changes(self, body: Body) -> list[Change]:
        event = body.get("event") or {}
        kind, user, channel = str(event.get("type") or ""), events.user_of(body), events.channel_of(body)
        if kind == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return []  # people's own tokens are not asked for
        if kind in APP_EVENTS:  # with a token that is no longer good, nobody could be asked whose event it is
            return [Installation(PLATFORM, one) for one in dict.fromkeys(events.workspaces_named(body)) if one]
        found = await self._workspaces.among(events.workspaces_named(body))
        if found is None:
            return []
        name, workspace = found
        who, where = Address(PLATFORM, name, "person", user), Address(PLATFORM, name, "channel", channel)
        if kind in ACCOUNT_EVENTS and user:
            return [Account(who)]
        if kind in PRESENCE_EVENTS and user and channel:
            return [Channel(where) if user == workspace.bot_user else Presence(who, where)]
        return [Channel(where)] if kind in CHANNEL_EVENTS and channel else []

    def _forget(self, change: Change) -> None:
        """What is remembered for some minutes is out of date."""
        if isinstance(change, Account | Presence):
            self._people.forget_person(change.who)
        if isinstance(change, Channel | Presence):
            self._people.forget_members(change.where)
