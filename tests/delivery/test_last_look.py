"""A process that stands still with the request in its hands does not write it when its time is over."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from bot.errors import Unknown
from bot.in_time import in_time
from bot.messages import Address, Option, Outgoing
from tests.delivery import doors
from tests.fakes.apart import set_up
from tests.fakes.weather import Weather


@pytest.mark.parametrize("platform", [doors.SLACK, doors.DISCORD])
@pytest.mark.parametrize(("stands_still", "arrives"), [(0.0, True), (0.6, False)])
async def test_what_was_about_to_be_written_is_not_written_late(
    platform: str, stands_still: float, arrives: bool, tmp_path: Path
) -> None:
    """It stands still as under SIGSTOP: no timer rings before the library goes on with its write."""

    def passing(point: str) -> None:
        if point == "connected":
            time.sleep(stands_still)

    with set_up(platform, 1, Weather()) as there:
        if platform == doors.DISCORD:
            await doors.remember(there, tmp_path / "notes.db")
        async with doors.opened(platform, there.port, tmp_path / "notes.db", passing) as door:
            address = Address(platform, doors.WORKSPACE[platform], "person", there.people[0])
            message = Outgoing("Hello", options=(Option("Write", "reflections.open"),))
            sending = in_time(door.send(address, message, "a-key"), 0.5 if stands_still else 60)
            if arrives:
                await sending
            else:
                with pytest.raises((TimeoutError, Unknown)):
                    await sending
        assert there.arrived()["Hello"] == arrives
