"""Somebody who tries everything: presses what is there, fills every form, and writes canaries wherever words fit."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection

from bot.features import ROUTE
from bot.messages import Errors, Field, Form, Option, Outgoing, Press, Reply
from tests.privacy.canaries import SECRET, SPOKEN, Flock
from tests.town import Town

TO_OTHERS = ("broadcasts", "requests", "setup", "facilitation", "curating", "entries", "entry-files", "seating")
"""Features whose forms are for other people's eyes."""
GIVES_AWAY = ("sharing.give",)
"""After this, private words are rightly with others."""
COMMANDS = tuple(name for feature in ROUTE for name in feature.commands)
ACTIONS = {f"{one.name}.{action}" for one in ROUTE for action in (*one.presses, *one.submissions)}


class Wanderer:
    def __init__(self, town: Town, flock: Flock, chance: random.Random, never: Collection[str] = GIVES_AWAY) -> None:
        self._town = town
        self._flock = flock
        self._chance = chance
        self._never = never
        self.did: Counter[str] = Counter()
        self._met: dict[str, tuple[str, Option]] = {}
        """By action: who last saw a button for it, and which."""

    async def wander(self, steps: int) -> None:
        people = [*self._town.chat.people]
        for _ in range(steps):
            if self._chance.random() < 0.5:
                await self._follow(*await self._catch_up())
            else:
                who = self._chance.choice(people)
                await self._follow(who, await self._begin(who))
            if self._chance.random() < 0.08:
                await self._town.until(self._chance.choice(["next", "day", "week"]))

    async def _catch_up(self) -> tuple[str, Reply]:
        """What was done least of all that there was to press."""
        if not self._met:
            return "imani", await self._town.command("imani", "/facilitate")
        action = min(self._met, key=lambda one: (self.did[one], one))
        who, option = self._met[action]
        self.did[action] += 1
        return who, await self._town.act(who, Press(action, option.value), channel=action == "resources.share")

    async def _begin(self, who: str) -> Reply:
        channel = self._chance.random() < 0.25
        kind = self._chance.choice(["command", "command", "text", "card", "card", "channel card"])
        if kind == "command":
            name = self._chance.choice(COMMANDS)
            self.did[f"/{name}"] += 1
            return await self._town.command(who, f"/{name} {self._flock.sentence()}", channel=channel)
        if kind == "text":
            self.did["text"] += 1
            return await self._town.say(who, self._words(), channel=channel)
        cards = self._town.private(who) if kind == "card" else self._town.public()
        return self._chance.choice(cards) if cards else None

    def _words(self) -> str:
        said = self._flock.sentence()
        return self._chance.choice(
            [said, "help", f"What is {said}?", f"I want to die {said}", f"/reflect {said}", said * 60]
        )

    async def _follow(self, who: str, reply: Reply) -> None:
        """From button to form to button, until there is nothing to press or enough was pressed."""
        for _ in range(self._chance.randrange(1, 7)):
            if isinstance(reply, Form):
                self.did[reply.action] += 1
                filled = {one.name: self._value(one, reply.action) for one in reply.fields}
                again = await self._town.submit(who, reply, filled)
                reply = again if not isinstance(again, Errors) else None
            elif isinstance(reply, Outgoing):
                options = [one for one in reply.options if one.action not in self._never]
                if not options:
                    return
                self._met |= {one.action: (who, one) for one in options}
                least = min(self.did[one.action] for one in options)
                option = self._chance.choice([one for one in options if self.did[one.action] == least])
                self.did[option.action] += 1
                reply = await self._town.act(who, Press(option.action, option.value))
            else:
                return

    def _value(self, field: Field, action: str) -> str | list[str]:
        chance = self._chance
        if field.kind in ("choice", "choices") and field.choices:
            chosen = chance.choice(field.choices)[0]
            return [chosen] if field.kind == "choices" else chosen
        if field.kind == "people":
            return [str(self._town.chat.who(one)) for one in chance.sample([*self._town.chat.people], 3)]
        if field.kind == "channel":
            return str(self._town.chat.channel)
        if field.kind in ("date", "time") or (field.initial and chance.random() < 0.2):
            return field.initial if isinstance(field.initial, str) else list(field.initial)
        stem = SPOKEN if action.startswith(TO_OTHERS) else SECRET
        if chance.random() < 0.1:
            return self._flock.sentence(stem) * 80  # too long: the form comes back with it
        return self._flock.sentence(stem, field.limit)
