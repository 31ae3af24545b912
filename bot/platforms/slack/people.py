"""People and channels as Slack tells of them, remembered for a few minutes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.errors import Refused, Shut
from bot.messages import Address, Person

from .calls import delivering
from .workspaces import PLATFORM, Workspace, Workspaces

_KEPT_SECONDS = 300.0
_MOST = 20_000
_PAGE = 200
_SLACKBOT = "USLACKBOT"


class People:
    def __init__(self, workspaces: Workspaces, now: Callable[[], float] = time.monotonic) -> None:
        self._workspaces = workspaces
        self._now = now
        self._people: dict[Address, tuple[float, Person]] = {}
        self._members: dict[Address, tuple[float, tuple[Address, ...]]] = {}

    async def person(self, who: Address) -> Person:
        kept = self._people.get(who)
        if kept is not None and kept[0] > self._now():
            return kept[1]
        workspace = await self._workspaces.of(who.workspace)
        try:
            with delivering():
                told = await workspace.api.users_info(user=who.id, include_locale=True)
            found = _person(told.get("user") or {}, workspace)
        except Refused as refusal:
            if "user_not_visible" not in str(refusal):
                raise
            found = Person("A guest", guest=True)  # somebody of another organization who shares a channel
        self._keep(who, found)
        return found

    async def members(self, where: Address) -> Sequence[Address]:
        """Everybody in a channel but this bot; a private room has its one person."""
        if where.kind == "person":
            return [where]
        kept = self._members.get(where)
        if kept is not None and kept[0] > self._now():
            return kept[1]
        workspace = await self._workspaces.of(where.workspace)
        found: list[str] = []
        cursor = ""
        while True:
            with delivering():
                page = await workspace.api.conversations_members(channel=where.id, limit=_PAGE, cursor=cursor or None)
            found += page.get("members") or []
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        ours = (workspace.bot_user, _SLACKBOT)
        members = tuple(Address(PLATFORM, where.workspace, "person", one) for one in found if one not in ours)
        self._members[where] = (self._now() + _KEPT_SECONDS, members)
        return members

    async def writable(self, where: Address) -> bool:
        workspace = await self._workspaces.of(where.workspace)
        try:
            with delivering():
                told = await workspace.api.conversations_info(channel=where.id)
        except Shut:
            return False
        channel = told.get("channel") or {}
        return bool(channel.get("is_member")) and not channel.get("is_archived")

    def forget_person(self, who: Address) -> None:
        self._people.pop(who, None)

    def forget_members(self, where: Address) -> None:
        self._members.pop(where, None)

    def _keep(self, who: Address, found: Person) -> None:
        if len(self._people) >= _MOST:
            self._people.clear()
        self._people[who] = (self._now() + _KEPT_SECONDS, found)


def _person(user: Mapping[str, Any], workspace: Workspace) -> Person:
    profile = user.get("profile") or {}
    name = profile.get("display_name") or profile.get("real_name") or user.get("real_name") or user.get("name")
    teams = [user.get("team_id") or workspace.id, *((user.get("enterprise_user") or {}).get("teams") or ())]
    elsewhere = workspace.id not in teams and not workspace.whole_organization
    return Person(
        str(name or "Somebody"),
        str(user["tz"]) if user.get("tz") else None,
        str(user.get("locale") or "en").partition("-")[0],
        active=not (user.get("deleted") or user.get("is_bot") or user.get("id") == _SLACKBOT),
        guest=bool(
            user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_stranger") or elsewhere
        ),
    )
