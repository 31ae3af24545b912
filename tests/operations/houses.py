"""A town that can be left and come back to: the same folder, and a chat platform that remembers."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import cast

from pydantic import SecretStr

import bot.platforms
from bot.app import build
from bot.clock import DemoClock
from bot.config import Settings
from bot.messages import Address, Form
from tests.fakes.recorder import Recorder
from tests.town import START, Town

FAKES = str(Path(__file__).parent.parent / "fakes")
TEXT = "A colleague spoke over a parent, and the minutes did not show it."


@asynccontextmanager
async def live(folder: Path, before: Town | None = None, database: str = "") -> AsyncIterator[Town]:
    """`before`: an earlier life of this town, whose chat still holds what was delivered. `database`: of a server."""
    if FAKES not in bot.platforms.__path__:
        bot.platforms.__path__.append(FAKES)
    clock = DemoClock(folder / "clock.json", machine=lambda: START + timedelta(0))
    settings = Settings(
        data=folder / "data",
        database=SecretStr("" if database.startswith("sqlite") else database),
        index=folder / "no-index",
        platforms={"recorder": {}},
        facilitators=["recorder/room/imani"],
    )
    # Time enough has passed since any try for it to be looked up.
    house = build(settings, clock, machine=lambda: clock.now() + timedelta(minutes=1))
    clock.deliver = house
    chat = cast(Recorder, house.platforms["recorder"])
    if before is not None:
        chat.delivered = before.chat.delivered
    await house.welcome_facilitators()
    try:
        yield Town(house, clock, chat)
    finally:
        house.close()


async def open_form(town: Town, who: str) -> Form:
    form = await town.press(who, town.prompt(who), "Reflect privately")
    assert isinstance(form, Form)
    return form


def filled(form: Form, text: str = TEXT) -> dict[str, str]:
    """The first question that takes a text, and a choice wherever one is asked for."""
    first = next(one for one in form.fields if one.kind == "text" and one.lines > 1)
    return {first.name: text} | {one.name: one.choices[0][0] for one in form.fields if one.choices and one.required}


def deliveries(town: Town) -> Counter[tuple[Address, str]]:
    """How often each message came to each place."""
    return Counter((one.address, one.key) for one in town.chat.delivered)
