"""What Slack sends differs by place and plan: each variant of a payload is the same thing to the house."""

from __future__ import annotations

from typing import Any

import pytest

from bot.messages import Audience, Option, Outgoing, Press, Text
from bot.platforms.slack.events import event_id, workspaces_named
from bot.platforms.slack.slack import Slack
from tests.fakes.slack import BOT_USER, CHANNEL, TEAM, FakeSlack, Fault
from tests.slack.conftest import KWAME, RENATA, Door, settings
from tests.slack.house import REFLECT, SAVED

ORGANIZATION = "E0STATE"
BETWEEN_TWO = "D0BETWEENTWO"


async def test_a_receipt_reaches_its_writer_after_a_form_that_was_opened_among_two_people(door: Door) -> None:
    """The bot is not in their private messages, and the address to answer at lasts for half an hour."""
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect", BETWEEN_TWO)
    await door.settled()
    door.house.reply = SAVED
    door.slack.faults["response_url"] = [Fault(404)]
    await door.slack.submit(RENATA, {"f.what": {"value": "Families."}})
    await door.settled()
    assert "Saved. Only you see it." in door.card(RENATA)
    assert door.slack.messages[-1].only == RENATA


async def test_an_answer_in_a_thread_whose_beginning_was_deleted_stands_beside_it(door: Door) -> None:
    """In a channel and in private messages."""
    door.slack.faults["chat.postEphemeral"] = [Fault(error="thread_not_found")]
    await door.slack.write(RENATA, "Help", thread_ts="1700000000.5")
    await door.settled()
    assert "Hello." in door.card(RENATA)
    door.slack.faults["chat.postEphemeral"] = [Fault(error="thread_not_found")]
    await door.slack.mention(RENATA, "help", thread_ts="1700000000.5")
    await door.settled()
    assert "Hello." in door.card(RENATA, CHANNEL)
    assert door.slack.messages[-1].only == RENATA


async def test_what_is_for_the_channel_is_posted_when_its_address_has_run_out(door: Door) -> None:
    """And where the bot cannot post, whoever shared it reads that nobody saw it, and what to do."""
    door.house.reply = Outgoing("We begin at nine.", audience=Audience.CHANNEL)
    door.slack.faults["response_url"] = [Fault(404), Fault(404)]
    await door.slack.command(RENATA, "/resources", CHANNEL)
    await door.settled()
    assert "We begin at nine." in door.card(KWAME, CHANNEL)
    door.slack.channels["C0ELSE"] = {"members": [RENATA], "archived": False}
    await door.slack.command(RENATA, "/resources", "C0ELSE")
    await door.settled()
    assert "nobody saw it. I am not in this channel. Invite me with /invite @Cohortbook." in door.card(RENATA)


async def test_two_presses_without_a_trigger_are_two_and_one_that_comes_again_is_one(door: Door) -> None:
    """Not every payload carries a trigger; what it says tells them apart."""
    door.house.reply = Outgoing("Which one?", options=(Option("First", "a.b", "1"), Option("Second", "a.b", "2")))
    await door.slack.command(RENATA, "/journal")
    await door.settled()
    shown = door.slack.messages[-1]
    for label in ("First", "Second"):
        await door.slack.press(RENATA, shown, label, trigger_id=None)
    await door.settled()
    assert door.house.presses == [Press("a.b", "1"), Press("a.b", "2")]
    body = {"type": "block_actions", "actions": [{"action_id": "0:a.b", "action_ts": "1.2"}]}
    assert event_id(body) == event_id(dict(reversed(body.items())))


async def test_words_that_say_what_somebody_does_are_words(door: Door) -> None:
    """`/me asks for help` comes with a subtype of its own."""
    await door.slack.write(RENATA, "asks for help", subtype="me_message")
    await door.settled()
    assert door.house.heard[0].what == Text("asks for help")


@pytest.mark.parametrize(
    "body",
    [
        {"authorizations": [{"team_id": "T0PART", "enterprise_id": ORGANIZATION}], "team_id": "T0PART"},
        {"authorizations": [{"team_id": None, "enterprise_id": ORGANIZATION}], "team_id": "T0PART"},
        {"team": None, "enterprise": {"id": ORGANIZATION}, "user": {"id": "U1", "team_id": "T0PART"}},
        {"team_id": "T0PART", "enterprise_id": ORGANIZATION},
        {"view": {"app_installed_team_id": ORGANIZATION}, "team": {"id": "T0PART"}},
    ],
)
async def test_in_an_organization_somebody_is_the_same_person_in_every_payload(
    slack: FakeSlack, body: dict[str, Any]
) -> None:
    """With a part of the organization named, without one, and with none for the team."""
    slack.organization = ORGANIZATION
    platform = Slack(settings(slack))
    found = await platform.workspaces.among(workspaces_named(body))
    assert found is not None
    assert found[0] == "T0PART"


async def test_in_a_shared_channel_a_strangers_own_team_does_not_hide_ours(door: Door) -> None:
    """Slack names the channel's workspace beside theirs."""
    event = {"type": "app_mention", "channel": "C0COHORT", "user": RENATA, "text": f"<@{BOT_USER}> hello"}
    payload = {"type": "event_callback", "team_id": "T0STRANGER", "context_team_id": TEAM, "event_id": "Ev1"}
    await door.slack.deliver("events_api", {**payload, "event": event, "api_app_id": "A0COHORT"})
    await door.settled()
    assert door.house.heard[0].what == Text("hello")
    assert door.house.heard[0].who.workspace == TEAM
