"""A whole house with its people, driven through the seam: what the tests of features stand on."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

import bot.platforms
from bot.app import House, build
from bot.clock import DemoClock
from bot.config import Settings
from bot.messages import Command, Errors, Form, Incoming, Outgoing, Press, Reply, Submission, Text
from bot.news import Change, News
from tests.fakes.recorder import Recorder

START = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
"""A Thursday. The sample cohort's first prompt comes on Monday 30 November."""
FIRST_DAY = "2026-11-30"


class Machine:
    """A machine clock that stands still, so that a test sees the same hours every time, until it is told to go on."""

    def __init__(self, at: datetime = START) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def go_on(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


class Town:
    """Say who does what; what came back and what was delivered is there to look at."""

    def __init__(self, house: House, clock: DemoClock, chat: Recorder, machine: Machine | None = None) -> None:
        self.house = house
        self.clock = clock
        self.chat = chat
        self.machine = machine or Machine()
        self._event = itertools.count(1)

    # --- doing -------------------------------------------------------------------------------------

    async def act(
        self,
        who: str,
        what: Command | Text | Press | Submission,
        *,
        channel: bool = False,
        event: str = "",
    ) -> Reply:
        address = self.chat.who(who)
        where = self.chat.channel if channel else address
        reply = await self.house.desk.answer(Incoming(event or f"e{next(self._event)}", address, where, what))
        await self.house.tick()
        return reply

    async def command(self, who: str, line: str, *, channel: bool = False) -> Reply:
        name, _, text = line.removeprefix("/").partition(" ")
        return await self.act(who, Command(name, text), channel=channel)

    async def say(self, who: str, text: str, *, channel: bool = False) -> Reply:
        return await self.act(who, Text(text), channel=channel)

    async def press(self, who: str, message: Reply, label: str, *, channel: bool = False) -> Reply:
        """Press the button with this label under a message."""
        assert isinstance(message, Outgoing), message
        for option in message.options:
            if option.label.startswith(label):
                return await self.act(who, Press(option.action, option.value), channel=channel)
        raise AssertionError(f"no button {label!r}; there are {[one.label for one in message.options]}")

    async def submit(
        self, who: str, form: Reply, values: Mapping[str, str | Sequence[str]], **more: bool | str
    ) -> Reply:
        """Send a form in; fields that are not named keep what they showed."""
        assert isinstance(form, Form), form
        filled: dict[str, str | Sequence[str]] = {one.name: one.initial for one in form.fields}
        unknown = set(values) - set(filled)
        assert not unknown, f"no fields {unknown}; there are {sorted(filled)}"
        filled.update(values)
        return await self.act(who, Submission(form.id, form.action, form.value, filled), **more)  # type: ignore[arg-type]

    async def hear(self, what: Change, event: str = "") -> None:
        """The platform tells that something changed."""
        await self.house.desk.hear(News(what, event))
        await self.house.tick()

    async def until(self, by: str) -> None:
        """Move the clock: next, day, week."""

        async def nobody() -> None:
            return None

        await self.clock.advance(by, nobody)  # type: ignore[arg-type]

    # --- looking -----------------------------------------------------------------------------------

    def private(self, who: str) -> list[Outgoing]:
        return self.chat.to(self.chat.who(who))

    def public(self) -> list[Outgoing]:
        return self.chat.to(self.chat.channel)

    def titles(self, who: str) -> list[str]:
        return [one.title for one in self.private(who)]

    # --- common ways -------------------------------------------------------------------------------

    async def found_cohort(
        self, members: Sequence[str] = (), name: str = "Sample cohort", program: str = "leep"
    ) -> str:
        """Imani makes a cohort and sets it running; returns its id."""
        home = await self.command("imani", "/facilitate")
        form = await self.press("imani", home, "New cohort")
        made = await self.submit(
            "imani", form, {"program": program, "name": name, "start": FIRST_DAY, "zone": "America/New_York"}
        )
        assert isinstance(made, Outgoing), made
        roster = await self.press("imani", made, "Next")
        everybody = members or [one for one in self.chat.people if one != "imani"]
        ready = await self.submit(
            "imani",
            roster,
            {"channel": str(self.chat.channel), "members": [str(self.chat.who(one)) for one in everybody]},
        )
        await self.press("imani", ready, "Set it running")
        return made.options[0].value

    async def start(self, *who: str) -> None:
        for one in who or [each for each in self.chat.people if each != "imani"]:
            welcome = next(m for m in self.private(one) if m.title.startswith("Welcome"))
            await self.press(one, welcome, "Start")

    def prompt(self, who: str) -> Outgoing:
        """The newest prompt in somebody's private messages."""
        return [m for m in self.private(who) if any(o.action == "weekly.skip" for o in m.options)][-1]


def text_of(message: Reply) -> str:
    """Every word of a reply, for looking."""
    if isinstance(message, Errors):
        return "\n".join(message.fields.values())
    if isinstance(message, Form):
        return "\n".join([message.title, message.intro, *(f"{f.label} {f.hint} {f.initial}" for f in message.fields)])
    if isinstance(message, Outgoing):
        quotes = [f"{q.title} {q.heading} {q.text} {q.source_url} {q.as_of}" for q in message.quotes]
        return "\n".join([message.title, message.text, *quotes, message.note, *(o.label for o in message.options)])
    return ""


def own_index_of(index: Path, copy: Path) -> Path:
    """Whoever looks after the entries in a town changes its index and no other town's."""
    if index.is_dir() and not copy.exists():
        shutil.copytree(index, copy, copy_function=os.link)
    return copy


@asynccontextmanager
async def open_town(
    folder: Path,
    index: Path,
    at: datetime = START,
    database: str = "",
    *,
    prompts: Path | None = None,
    first_id: int = 1,
    **more: Any,
) -> AsyncIterator[Town]:
    """`database`: the URL of an empty one; without, a SQLite file in the folder. `prompts`: other programs than those
    that are shipped. `first_id`: where a town that was closed goes on counting. `more`: settings."""
    fakes = str(Path(__file__).parent / "fakes")
    if fakes not in bot.platforms.__path__:
        bot.platforms.__path__.append(fakes)  # the recipe for adding a platform: a file in the folder
    count = itertools.count(first_id)
    own_index = own_index_of(index, folder / "index")
    machine = Machine(at)
    clock = DemoClock(folder / "clock.json", machine=machine)
    settings = Settings(
        database=SecretStr("" if database.startswith("sqlite") else database),
        data=folder / "data",
        index=own_index,
        platforms={"recorder": {}},
        facilitators=["recorder/room/imani"],
        runs_it="the town's own people",
        **({"prompts": prompts} if prompts else {}),
        contacts=["The town's nurse: knock at the blue door."],
        **more,
    )
    house = build(settings, clock, ids=lambda: f"id{next(count):06d}", machine=machine)
    clock.deliver = house
    await house.welcome_facilitators()
    # The same file under the name the house found it by, so for Python it is another class.
    chat = cast(Recorder, house.platforms["recorder"])
    try:
        yield Town(house, clock, chat, machine)
    finally:
        house.close()
