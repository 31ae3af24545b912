"""User groups of a workspace, remembered for a few minutes: a form that offers them must open at once."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from bot.messages import Address

from .calls import delivering
from .workspaces import PLATFORM, Workspaces

_KEPT_SECONDS = 300.0


class Groups:
    def __init__(self, workspaces: Workspaces, now: Callable[[], float] = time.monotonic) -> None:
        self._workspaces = workspaces
        self._now = now
        self._known: dict[str, tuple[float, tuple[tuple[str, str], ...]]] = {}

    async def of(self, workspace: str) -> Sequence[tuple[str, str]]:
        """(id, name), by name."""
        kept = self._known.get(workspace)
        if kept is not None and kept[0] > self._now():
            return kept[1]
        api = (await self._workspaces.of(workspace)).api
        with delivering():
            told = await api.usergroups_list()
        named = ((str(one.get("name") or ""), str(one.get("id") or "")) for one in told.get("usergroups") or ())
        found = tuple((id_, name) for name, id_ in sorted(named) if name and id_)
        self._known[workspace] = (self._now() + _KEPT_SECONDS, found)
        return found

    async def members(self, workspace: str, group: str) -> Sequence[Address]:
        api = (await self._workspaces.of(workspace)).api
        with delivering():
            told = await api.usergroups_users_list(usergroup=group)
        return [Address(PLATFORM, workspace, "person", str(one)) for one in told.get("users") or ()]
