"""Who somebody is, as far as Discord tells without a privileged intent: their name and language, no zone."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import discord

from bot.errors import Refused
from bot.messages import Address, Person

from . import failures

if TYPE_CHECKING:
    from .door import Door

_FRESH_FOR = 600.0
_MOST = 5000


class People:
    """Every event brings its person along, so Discord is asked only about those who have not acted lately."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._known: OrderedDict[int, tuple[Person, float]] = OrderedDict()

    async def person(self, who: Address) -> Person:
        """Inactive for bots and for those who have left the server."""
        if who.platform != self._door.name or who.workspace != self._door.workspace or not who.id.isdecimal():
            raise Refused("Nobody of that name is on this Discord server.")
        found = self._known.get(int(who.id))
        if found is not None and found[1] > self._door.seconds():
            return found[0]
        return self._note(int(who.id), await self._ask(int(who.id)))

    def meet(self, somebody: discord.User | discord.Member, language: str = "") -> None:
        """Of a member who has just done something."""
        if isinstance(somebody, discord.Member):
            before = self._known.get(somebody.id)
            spoken = language.partition("-")[0] or (before[0].language if before else "en")
            self._note(somebody.id, Person(somebody.display_name, None, spoken, active=not somebody.bot))

    def resolved(self, data: Mapping[str, Any]) -> None:
        """The people that a form names, who come with it."""
        members = data.get("members", {})
        for id_, user in data.get("users", {}).items():
            name = members.get(id_, {}).get("nick") or user.get("global_name") or user.get("username") or "?"
            self._note(int(id_), Person(name, active=id_ in members and not user.get("bot", False)))

    def forget(self, id_: int) -> None:
        self._known.pop(id_, None)

    async def _ask(self, id_: int) -> Person:
        async with self._door.calling() as client:
            try:
                member = await client.http.get_member(self._door.settings.server, id_)
                user, nick, here = member["user"], member.get("nick"), True
            except discord.NotFound as absent:
                if absent.code not in failures.NOBODY:
                    raise
                user, nick, here = await client.http.get_user(id_), None, False
            name = nick or user.get("global_name") or user["username"]
            return Person(name, active=here and not user.get("bot", False))

    def _note(self, id_: int, person: Person) -> Person:
        self._known[id_] = person, self._door.seconds() + _FRESH_FOR
        self._known.move_to_end(id_)
        if len(self._known) > _MOST:
            self._known.popitem(last=False)
        return person
