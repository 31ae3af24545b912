"""A file in a form: fetched with the workspace's token, from Slack alone, and no further than it is wanted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.errors import DeliveryError, Refused, Unknown
from bot.messages import Errors, Field, Form, Outgoing
from bot.platforms.slack import downloads
from bot.platforms.slack.slack import Slack
from tests.fakes.slack import FakeSlack, Fault
from tests.slack.conftest import KWAME, RENATA, Door, settings

FORM = Form("f1", "A file", "files.add", (Field("file", "File", "file", True, endings=(".txt",)), Field("t", "Title")))
FILE = b"Nothing of this is anybody's business. " * 20


async def opened(door: Door, user: str = RENATA) -> dict[str, Any]:
    """What a form sends of the file that was chosen in it."""
    door.house.reply = FORM
    await door.slack.command(user, "/facilitate")
    await door.settled()
    assert door.slack.modals[user]["blocks"][0]["element"]["filetypes"] == ["txt"]
    return {"f.file": door.slack.put_into_form("choir.txt", FILE)}


async def test_a_file_is_fetched_when_somebody_reads_it_and_no_further(door: Door) -> None:
    """Its name and size are known before."""
    given = await opened(door)
    door.house.reply = Errors({"file": "Not this one."})
    await door.slack.submit(RENATA, given)
    assert door.slack.modals[RENATA]["errors"] == {"f.file": "Not this one."}
    sent = door.house.submissions[-1]
    file = sent.files["file"]
    assert (sent.values["file"], file.name, file.size) == ("choir.txt", "choir.txt", len(FILE))
    assert not door.slack.called("files.info")
    assert await file.read(10_000) == FILE
    assert await file.read(7) == FILE[:7]


async def test_a_file_that_takes_long_is_announced_and_its_outcome_takes_that_place(socket_door: Door) -> None:
    """In the same window; in private messages where that was closed meanwhile."""
    door, people = socket_door, (RENATA, KWAME)
    given = {user: await opened(door, user) for user in people}
    door.house.reply, door.house.hold = Outgoing("This is how it reads."), asyncio.Event()
    for answer in await asyncio.gather(*(door.slack.submit(user, given[user]) for user in people)):
        assert answer["response_action"] == "update"
    assert all("I am reading your file." in str(door.slack.modals[user]) for user in people)
    door.slack.modals.pop(KWAME)
    door.house.hold.set()
    await door.settled()
    assert "This is how it reads." in str(door.slack.modals[RENATA])
    assert "This is how it reads." in door.card(KWAME)


@pytest.mark.parametrize("status", [404, 302, 503])
async def test_a_file_that_is_not_given_is_told_apart_from_one_that_may_come(slack: FakeSlack, status: int) -> None:
    """A page to sign in on is not taken for the file."""
    workspace = await Slack(settings(slack)).workspaces.only()
    file = slack.put_into_form("choir.txt", FILE)["files"][0]["id"]
    slack.faults["download"].append(Fault(status))
    with pytest.raises(Unknown if status == 503 else Refused):
        await downloads.fetch(workspace, file, 100)
    with pytest.raises(DeliveryError):
        await downloads.fetch(workspace, "F0GONE", 100)


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://files.slack.com/files-pri/T1-F1/download/choir.txt", True),
        ("http://files.slack.com/choir.txt", False),
        ("https://files.slack.com.evil.example/choir.txt", False),
        ("https://evilslack.com/choir.txt", False),
        ("https://files.slack.com@evil.example/choir.txt", False),
        ("http://127.0.0.1/choir.txt", False),
        ("", False),
    ],
)
def test_the_token_goes_to_slack_alone(url: str, own: bool) -> None:
    """Whatever an answer names as the place of the file."""
    assert downloads.slacks_own(url, "https://slack.com/api/") is own
