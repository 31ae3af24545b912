"""The demo: a sample cohort in the playground, made through the same door as any other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

from pydantic import SecretStr

from bot import logs
from bot.app import House
from bot.clock import DemoClock, machine_now
from bot.config import Settings
from bot.errors import CohortbookError
from bot.messages import Address, Errors, Incoming, Outgoing, Press, Reply, Submission
from bot.open_house import open_house
from bot.server import serve

PROGRAM, ZONE, CHANNEL = "leep", "America/New_York", "sample-cohort"
_AT = time(17, 0)  # waking hours from Honolulu to London


def settings(base: Settings) -> Settings:
    """The demo keeps to itself: its own folder, the playground alone, nobody's tokens."""
    return base.model_copy(
        update={
            "data": base.data / "demo",
            "index": base.index_folder,
            "key": SecretStr(""),
            "key_file": None,
            "keyring": SecretStr(""),
            "public_url": f"http://127.0.0.1:{base.port}" if base.port else "",
            "platforms": {"web": {"channel": CHANNEL}},
            "facilitators": ["web/playground/imani"],
            "runs_it": "whoever started this demo on this computer",
        }
    )


async def run(chosen: Settings, say: Callable[[str], None], tell: Callable[[str], None]) -> None:
    """`say` gets the page's address; `tell` what else whoever started it should know."""
    logs.start(chosen.log, logging.WARNING)
    clock = DemoClock(chosen.data / "clock.json")
    if clock.fresh:
        clock.set(first_moment(machine_now()))
    async with open_house(chosen, clock, doing="demo") as house:
        clock.deliver = house
        for line in house.news():
            tell(line)
        await seed(house)
        path = getattr(house.platforms["web"], "path", "")
        await serve(house, lambda address: say(f"{address}/{path}"))


def first_moment(machine: datetime) -> datetime:
    """A Thursday before the first prompt, so that the welcomes come first and the prompt within a week."""
    monday = machine.date() + timedelta(days=(7 - machine.weekday()) % 7 or 7)
    if (monday - machine.date()).days < 4:
        monday += timedelta(weeks=1)
    return datetime.combine(monday - timedelta(days=4), _AT, UTC)


async def seed(house: House) -> None:
    """A cohort of everybody but the facilitator. Does nothing when the facilitator has one already."""
    (leader,) = house.settings.first_facilitators
    web = house.platforms["web"]
    channel = Address(web.name, leader.workspace, "channel", CHANNEL)
    everybody = [one for one in await web.members(channel) if one != leader]

    async def act(what: Press | Submission, step: str) -> Reply:
        reply = await house.desk.answer(Incoming(f"demo:{step}", leader, leader, what))
        if isinstance(reply, Errors):
            raise CohortbookError(f"The sample cohort could not be made: {'; '.join(reply.fields.values())}")
        return reply

    start = house.services.now().date() + timedelta(days=4)
    made = await act(
        Submission(
            "demo",
            "setup.create",
            "",
            {"program": PROGRAM, "name": "Sample cohort", "start": start.isoformat(), "zone": ZONE},
        ),
        "create",
    )
    if not isinstance(made, Outgoing) or not made.options:
        return
    cohort = made.options[0].value
    await act(
        Submission(
            "demo-roster",
            "setup.save-roster",
            cohort,
            {"channel": str(channel), "members": [str(one) for one in everybody]},
        ),
        "roster",
    )
    await act(Press("setup.run", cohort), "run")
