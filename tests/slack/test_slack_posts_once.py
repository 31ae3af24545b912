"""slack_sdk tries again by itself after a broken line, and so posts twice; none of our clients may."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from slack_sdk.web.async_client import AsyncWebClient

import bot
from bot.errors import Unknown
from bot.messages import Outgoing
from bot.platforms.slack.slack import Slack
from tests.fakes.slack import BOT_TOKEN, CHANNEL, FakeSlack, Fault
from tests.slack.conftest import channel, settings

_CLIENTS = ("WebClient", "WebhookClient")


def made() -> list[ast.Call]:
    """Every place in the code that makes a client of slack_sdk."""
    trees = [ast.parse(file.read_text("utf-8")) for file in Path(bot.__file__).parent.rglob("*.py")]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [one for one in calls if ast.unparse(one.func).endswith(_CLIENTS)]


def test_every_client_is_made_without_retry_handlers() -> None:
    """Also those that somebody adds."""
    found = [{word.arg: ast.unparse(word.value) for word in one.keywords} for one in made()]
    assert len(found) >= 2
    assert [one.get("retry_handlers") for one in found] == ["[]"] * len(found)


async def test_an_answer_that_gets_lost_leaves_one_message(slack: FakeSlack) -> None:
    """The library's own client would leave two."""
    slack.faults["chat.postMessage"] = [Fault(cut=True, after=True)]
    with pytest.raises(Unknown):
        await Slack(settings(slack)).send(channel(), Outgoing("Ours."), "key")
    slack.faults["chat.postMessage"] = [Fault(cut=True, after=True)]
    theirs = AsyncWebClient(BOT_TOKEN, base_url=slack.base_url)
    theirs.proxy = None
    await theirs.chat_postMessage(channel=CHANNEL, text="Theirs.", unfurl_links=False, unfurl_media=False)
    assert [one.words for one in slack.messages] == ["Ours.", "Theirs.", "Theirs."]
