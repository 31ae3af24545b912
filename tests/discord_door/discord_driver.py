"""A dialogue in Discord: what a person does in the client, and what the client then shows."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from bot.app import House
from bot.clock import DemoClock
from tests.dialogue import Stride, Value, Where, brought, plain
from tests.discord_door.conftest import Place
from tests.fakes.discord_rules import EPHEMERAL
from tests.fakes.discord_server import APP, CHANNEL, Exchange
from tests.fakes.recorder import PEOPLE
from tests.seam_driver import MENTION, RESIDENTS

Json = dict[str, Any]

AGAIN, OPEN_FORM, OPEN_ANSWER = "Open the form again", "Open the form", "Open"


@dataclass
class DiscordTown:
    place: Place
    house: House
    clock: DemoClock
    people: Mapping[str, int]

    async def settled(self) -> None:
        await self.place.settled()
        await self.house.tick()
        await self.place.settled()


@dataclass
class Window:
    """A modal in front of somebody."""

    modal: Json
    private: bool
    filled: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    """By label."""


class DiscordDriver:
    def __init__(self, town: DiscordTown, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        self._town = town
        self._discord = town.place.discord
        self._run = run
        self._who, self._where = "renata", "private"
        self._before: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self._window: Window | None = None
        self._answered = 0

    # --- what a person does --------------------------------------------------------------------

    def be(self, who: str, where: Where) -> None:
        assert self._window is None, f"a form is open in front of {self._who}"
        self._who, self._where = who, where

    def say(self, text: str) -> None:
        self._look_around()
        self._run(self._say(text))

    async def _say(self, text: str) -> None:
        private = self._where == "private"
        if text.startswith("/"):
            name, _, rest = text[1:].partition(" ")
            self._take(await self._finish(self._discord.slash(self._user, name, rest.strip() or None, private=private)))
        elif private:
            await self._discord.write(self._user, text)
            await self._town.settled()
        else:
            mentions = bool(MENTION.search(text))
            before = len(self._discord.public())
            await self._discord.post(self._user, MENTION.sub(f"<@{APP}> ", text) if mentions else text)
            await self._town.settled()
            if mentions and len(self._discord.public()) > before:
                await self._finish(self._discord.press(self._user, self._discord.public()[-1], OPEN_ANSWER))

    def press(self, label: str, asked: str) -> None:
        self._look_around()
        self._run(self._press(label, asked))

    async def _press(self, label: str, asked: str) -> None:
        offered = [(one, text) for one in self._room() for text in _labels(one) if text.startswith(label)]
        assert offered, f"there is no button {label!r}"
        message, text = offered[-1]
        exchange = await self._finish(self._discord.press(self._user, message, text))
        question = exchange.shown[0] if exchange.shown and "Not now" in _labels(exchange.shown[0])[1:] else None
        is_question = question is not None and _labels(question)[0] == text
        assert is_question == bool(asked), f"before {label!r} one is asked {exchange.text!r}"
        if question is not None and is_question:
            assert plain(asked) in plain(seen(question["content"])), f"before {label!r} one is asked {exchange.text!r}"
            exchange = await self._finish(self._discord.press(self._user, question, text))
        self._take(exchange)

    def fill(self, values: Mapping[str, Value]) -> None:
        self._look_around()
        window = self._open_window()
        for label, value in values.items():
            part = self._part(label)
            window.filled[part["custom_id"]] = self._given(part, value)
        window.errors = {label: wrong for label, part in _parts(window.modal) if (wrong := self._stopped(part))}
        if not window.errors:
            self._run(self._submit(window))

    async def _submit(self, window: Window) -> None:
        sending = self._discord.submit(self._user, window.modal, window.filled, private=window.private)
        exchange = await self._finish(sending)
        self._window = None
        last = exchange.shown[-1] if exchange.shown else None
        if last is not None and AGAIN in _labels(last):
            again = await self._finish(self._discord.press(self._user, last, AGAIN))
            self._take(again)
            told = seen(last["content"])
            window = self._open_window()
            window.errors = {
                label: found.group(1)
                for label, _ in _parts(window.modal)
                if (found := re.search(rf"^• {re.escape(label)}: (.+)$", told, re.MULTILINE))
            }
        elif last is not None and OPEN_FORM in _labels(last):
            self._take(await self._finish(self._discord.press(self._user, last, OPEN_FORM)))

    def move_clock(self, by: Stride) -> None:
        assert self._window is None, f"a form is open in front of {self._who}"
        self._look_around()
        self._run(self._town.clock.advance(by, self._residents))

    # --- what a person sees --------------------------------------------------------------------

    def new(self) -> str:
        before = self._before.get((self._who, self._where), [])
        fresh = [shown(one, self._zone) for one in self._room() if (one["id"], shown(one, self._zone)) not in before]
        return "\n".join([*fresh, self._window_text()])

    def view(self) -> str:
        return "\n---\n".join([*(shown(one, self._zone) for one in self._room()), self._window_text()])

    def soon(self, condition: Callable[[], bool]) -> bool:
        return condition()

    def form(self) -> str:
        return str(self._window.modal["title"]) if self._window else ""

    def held(self, label: str) -> Value:
        part = self._part(label)
        value = self._value(part)
        if part["type"] == 4:
            return str(value)
        names = {one: name for name, one in self._choices(part)}
        several = [names.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]) if one]
        return several if part["type"] in (5, 22) or part.get("max_values", 1) > 1 else next(iter(several), "")

    def complaints(self) -> list[str]:
        window = self._open_window()
        return [label for label, _ in _parts(window.modal) if label in window.errors]

    def file(self, name: str) -> bytes:
        names = [one["filename"] for message in self._room() for one in message["attachments"]]
        assert names and names[-1] == name, f"there is no file {name!r}"
        return self._discord.saved[name]

    # --- the client ------------------------------------------------------------------------------

    @property
    def _zone(self) -> str:
        return PEOPLE[self._who][1]

    @property
    def _user(self) -> int:
        return self._town.people[self._who]

    async def _finish(self, doing: Coroutine[Any, Any, Exchange]) -> Exchange:
        exchange = await doing
        await self._town.settled()
        assert exchange.answers, "Discord shows that the bot did not answer"
        return exchange

    def _take(self, exchange: Exchange) -> None:
        if exchange.modal is not None:
            self._window = Window(exchange.modal, exchange.private)

    def _room(self, who: str = "", where: str = "") -> list[Json]:
        user = self._town.people[who or self._who]
        channel = self._discord.dms.get(user, 0) if (where or self._where) == "private" else CHANNEL
        found = {one["id"]: one for one in self._discord.messages.get(channel, [])}
        for exchange in self._discord.exchanges.values():
            if exchange.user == user and exchange.channel == channel:
                found |= {one["id"]: one for one in exchange.shown if one["flags"] & EPHEMERAL}
        return sorted(found.values(), key=lambda one: int(one["id"]))

    def _look_around(self) -> None:
        self._before[self._who, self._where] = [(one["id"], shown(one, self._zone)) for one in self._room()]

    # --- the window ------------------------------------------------------------------------------

    def _open_window(self) -> Window:
        assert self._window is not None, "no form is open"
        return self._window

    def _part(self, label: str) -> Json:
        parts = dict(_parts(self._open_window().modal))
        assert label in parts, f"there is no field {label!r}; there are {list(parts)}"
        return parts[label]

    def _value(self, part: Json) -> Any:
        return self._open_window().filled.get(part["custom_id"], _initial(part))

    def _choices(self, part: Json) -> list[tuple[str, str]]:
        """(what is read, what is sent)."""
        if part["type"] == 5:
            users = self._discord.users
            return [(str(users[one]["global_name"]), str(one)) for one in self._town.people.values()]
        if part["type"] == 8:
            return [("# sample-cohort", str(CHANNEL))]
        return [(one["label"], one["value"]) for one in part.get("options") or []]

    def _given(self, part: Json, value: Value) -> Any:
        several = [value] if isinstance(value, str) else list(value)
        if part["type"] == 4:
            return several[0]
        if part["type"] == 19:
            return [self._discord.attach(one, brought(one)) for one in several]
        names = dict(self._choices(part))
        assert set(several) <= set(names), f"{part['custom_id']} offers {list(names)}"
        chosen = [names[one] for one in several]
        return chosen[0] if part["type"] == 21 else chosen

    def _stopped(self, part: Json) -> str:
        """What the client itself says before it sends anything."""
        value = self._value(part)
        if part.get("required", True) and not value:
            return "This field is required."
        most = part.get("max_length") or 4000
        if part["type"] == 4 and len(value) > most:
            return f"This is too long: {len(value)} characters, and {most} fit."
        return ""

    def _window_text(self) -> str:
        if self._window is None:
            return ""
        above = [seen(one["content"]) for one in self._window.modal["components"] if one["type"] == 10]
        parts = []
        for label, part in _parts(self._window.modal):
            parts += [label, self._window.errors.get(label, ""), *(name for name, _ in self._choices(part))]
        described = [one.get("description") or "" for one in self._window.modal["components"]]
        return "\n".join([self.form(), *above, *described, *parts])

    # --- the residents ---------------------------------------------------------------------------

    async def _residents(self) -> None:
        """The first button that stands out, and then the form, for every new message."""
        for short in RESIDENTS:
            user = self._town.people[short]
            for message in [one for one in self._discord.private(user) if int(one["id"]) > self._answered]:
                buttons = [one for row in message["components"] for one in row["components"]]
                first = next((one for one in buttons if one["style"] == 1), None)
                if first is None:
                    continue
                exchange = await self._finish(self._discord.press(user, message, first["label"]))
                if exchange.modal is not None:
                    values = {part["custom_id"]: _middle(part) for _, part in _parts(exchange.modal)}
                    await self._finish(self._discord.submit(user, exchange.modal, values, private=True))
        self._answered = self._discord.snowflake()


def _parts(modal: Json) -> list[tuple[str, Json]]:
    """(label as it is read, component). A long label goes on in the line below it."""
    found = []
    for one in modal["components"]:
        if one["type"] == 18:
            label, below = one["label"], one.get("description") or ""
            if label.endswith(" …") and below.startswith("… "):
                label = f"{label[:-2]} {below[2:]}"
            found.append((label, one["component"]))
    return found


def _initial(part: Json) -> Any:
    if part["type"] == 4:
        return part.get("value") or ""
    if part["type"] in (5, 8):
        return [str(one["id"]) for one in part.get("default_values") or []]
    chosen = [one["value"] for one in part.get("options") or [] if one.get("default")]
    return next(iter(chosen), None) if part["type"] == 21 else chosen


def _middle(part: Json) -> Any:
    options = part.get("options") or []
    if part["type"] == 21:
        return options[len(options) // 2]["value"]
    if options:
        return [options[0]["value"]]
    return "I asked one question more than last time." if part.get("required") else ""


def _labels(message: Json) -> list[str]:
    return [one["label"] for row in message["components"] for one in row["components"]]


def shown(message: Json, zone: str = "UTC") -> str:
    files = [one["filename"] for one in message["attachments"]] + [
        one["description"] or "" for one in message["attachments"]
    ]
    words = seen(message["content"], zone) if message["author"].get("bot") else message["content"]
    return "\n".join([words.replace(f"<@{APP}>", "@cohortbook"), *files, *_labels(message)])


def seen(content: str, zone: str = "UTC") -> str:
    """As the client draws it for somebody who lives in this zone."""
    at = partial(datetime.fromtimestamp, tz=ZoneInfo(zone))
    content = re.sub(r"<t:(\d+):F>", lambda found: f"{at(int(found[1])):%A %-d %B at %H:%M}", content)
    text = re.sub(r"^(### |-# |> )", "", content, flags=re.MULTILINE).replace("**", "")
    text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
    return re.sub(r"\\([^\w\s])", r"\1", text).replace(f"<@{APP}>", "@cohortbook")
