"""The first minutes: whoever is named as a facilitator hears in Slack itself what is missing, and how to mend it."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import House, build
from bot.clock import DemoClock
from bot.config import Settings
from tests.fakes.slack import TEAM, FakeSlack, Fault
from tests.slack.conftest import IMANI, open_door
from tests.slack.test_dialogues_in_slack import settings
from tests.town import START


@pytest.fixture
async def house(slack: FakeSlack, tmp_path: Path) -> AsyncIterator[House]:
    count = itertools.count(1)
    made = build(
        Settings(
            data=tmp_path / "data",
            index=tmp_path / "no-index",
            platforms={"slack": settings(tmp_path, slack, "socket")},
            facilitators=[f"slack/{TEAM}/{IMANI}"],
        ),
        DemoClock(tmp_path / "clock.json", machine=lambda: START),
        ids=lambda: f"id{next(count):06d}",
    )
    async with open_door(slack, made.platforms["slack"], made.desk):  # type: ignore[arg-type]
        yield made
    made.close()


async def begin(house: House) -> None:
    await house.welcome_facilitators()
    await house.tick()


async def test_a_named_facilitator_hears_once_what_is_missing(slack: FakeSlack, house: House) -> None:
    """In private messages, with what to do; another thing that is missing later is told as well."""
    slack.scopes -= {"files:write"}
    for _ in range(3):
        await begin(house)
    [told] = slack.messages
    assert (told.channel, told.only) == (slack.dm(IMANI), "")
    assert "Permissions are missing: files:write. Paste the output of `cohortbook slack manifest`" in told.words
    assert "Then write a word to me here: if I do not answer" in told.words
    slack.scopes -= {"commands"}
    await begin(house)
    assert "commands, files:write" in slack.messages[-1].words


async def test_who_misses_nothing_is_not_bothered(slack: FakeSlack, house: House) -> None:
    """Nor where it was mended before the message went out, nor while Slack gives no answer."""
    await begin(house)
    slack.scopes -= {"files:write"}
    await house.welcome_facilitators()
    slack.scopes |= {"files:write"}
    await begin(house)
    slack.faults["auth.test"] = [Fault(503)]
    await begin(house)
    assert slack.messages == []
