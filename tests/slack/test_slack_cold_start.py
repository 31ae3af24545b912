"""The bot's first seconds: Slack waits for nobody to load a language model."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from tests.fakes.slack import CHANNEL, FakeSlack
from tests.slack.conftest import KWAME, RENATA
from tests.slack.test_dialogues_in_slack import settings
from tests.town import own_index_of

pytestmark = pytest.mark.model


@asynccontextmanager
async def just_started(slack: FakeSlack, folder: Path, index: Path, mode: str) -> AsyncIterator[None]:
    """A process of its own, as somebody runs it, from the moment in which Slack can reach it."""
    file = folder / "cohortbook.yaml"
    given = {"data": str(folder / "data"), "index": str(own_index_of(index, folder / "index")), "port": 0}
    file.write_text(yaml.safe_dump({**given, "platforms": {"slack": settings(folder, slack, mode)}}))
    words = (sys.executable, "-m", "bot.cli", "--config", str(file), "run")
    bot = await asyncio.create_subprocess_exec(
        *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, env=dict(os.environ)
    )
    try:
        if mode == "http":
            assert bot.stdout is not None
            address = ""
            while not address:
                address = (await bot.stdout.readline()).decode().partition("Running at ")[2].strip("/\n")
            slack.http_target = f"{address}/slack/events"
        else:
            await slack.until(lambda: slack.sockets, 60)
        yield
    finally:
        bot.send_signal(signal.SIGINT)
        await bot.communicate()


@pytest.mark.parametrize("mode", ["socket", pytest.param("http", marks=pytest.mark.prove)])
async def test_whatever_comes_first_is_acknowledged_and_answered(
    slack: FakeSlack, tmp_path: Path, index_folder: Path, mode: str
) -> None:
    """All at once, and one after the other until the question is answered, while everything is still loading."""
    async with just_started(slack, tmp_path, index_folder, mode):
        await asyncio.gather(
            slack.command(RENATA, "/resources what is targeted universalism", CHANNEL),
            slack.write(RENATA, "help"),
            slack.mention(KWAME, "what is an equity pause"),
            slack.open_home(RENATA),
            *(slack.command(KWAME, name) for name in ("/reflect", "/journal", "/cohort", "/facilitate", "/privacy")),
        )
        while not any("universalism" in one.words for one in slack.messages if one.only):
            await slack.command(KWAME, "/journal")
        assert max(one.seconds for one in slack.acknowledged) < 3
        await slack.until(lambda: slack.homes and len([one for one in slack.messages if one.only]) >= 8, 20)
