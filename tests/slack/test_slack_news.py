"""What Slack tells about accounts, channels and the app itself, and what becomes of it in the whole house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import DemoClock
from bot.messages import Outgoing
from bot.news import Account, Change, Channel, Installation, Presence
from bot.store import doors
from tests.fakes.slack import BOT_USER, CHANNEL, TEAM, FakeSlack, Message
from tests.slack.conftest import IMANI, KWAME, RENATA, Door, channel, person
from tests.slack.slack_driver import SlackTown
from tests.slack.test_dialogues_in_slack import open_town
from tests.ways import FIRST_WEEK

HERE = Installation("slack", TEAM)
ARCHIVED = {"type": "channel_archive", "channel": CHANNEL, "user": IMANI}
STRANGER = "U0NORA"

TOLD: list[tuple[dict[str, object], Change]] = [
    ({"type": "user_change", "user": {"id": KWAME, "deleted": True}}, Account(person(KWAME))),
    ({"type": "member_joined_channel", "channel": CHANNEL, "user": KWAME}, Presence(person(KWAME), channel())),
    ({"type": "member_left_channel", "channel": CHANNEL, "user": KWAME}, Presence(person(KWAME), channel())),
    ({"type": "member_joined_channel", "channel": CHANNEL, "user": BOT_USER}, Channel(channel())),
    ({"type": "member_left_channel", "channel": CHANNEL, "user": BOT_USER}, Channel(channel())),
    (ARCHIVED, Channel(channel())),
    ({"type": "channel_unarchive", "channel": CHANNEL, "user": IMANI}, Channel(channel())),
    ({"type": "channel_deleted", "channel": CHANNEL}, Channel(channel())),
    ({"type": "channel_left", "channel": CHANNEL, "actor_id": IMANI}, Channel(channel())),
    ({"type": "group_archive", "channel": "G0X"}, Channel(channel("G0X"))),
    ({"type": "group_unarchive", "channel": "G0X"}, Channel(channel("G0X"))),
    ({"type": "group_deleted", "channel": "G0X"}, Channel(channel("G0X"))),
    ({"type": "group_left", "channel": "G0X"}, Channel(channel("G0X"))),
    ({"type": "app_uninstalled"}, HERE),
    ({"type": "tokens_revoked", "tokens": {"bot": [BOT_USER]}}, HERE),
]


async def test_each_event_tells_where_something_changed(door: Door) -> None:
    """Whoever did it is not told along, and the event keeps its name when it comes again."""
    for number, (event, _) in enumerate(TOLD):
        await door.slack.event(event, f"Ev{number}")
        await door.settled()
    assert [(one.what, one.event) for one in door.house.news if one.event] == [
        (change, f"slack:Ev{number}") for number, (_, change) in enumerate(TOLD)
    ]
    assert door.house.heard == []


@pytest.mark.parametrize(
    "event",
    [
        {"type": "team_join", "user": {"id": "U0NEW"}},
        {"type": "user_change"},
        {"type": "user_change", "user": {}},
        {"type": "member_joined_channel", "channel": "", "user": KWAME},
        {"type": "channel_archive"},
        {"type": "channel_rename", "channel": {"id": CHANNEL, "name": "x"}},
    ],
    ids=lambda one: str(one["type"]),
)
async def test_news_without_a_name_or_of_no_use_is_only_acknowledged(door: Door, event: dict[str, object]) -> None:
    """A new account in the workspace is nobody's business before that person acts."""
    await door.slack.event(event)
    await door.settled()
    assert [one for one in door.house.news if one.event] == []
    assert door.house.heard == []


async def test_at_its_start_the_app_says_that_it_is_there(door: Door) -> None:
    """So that a workspace it was put back into goes on without anybody's press."""
    await door.house.told.wait()
    assert [one.what for one in door.house.news] == [HERE]


async def test_slack_is_asked_what_is_true_of_a_channel_and_of_the_app(door: Door) -> None:
    """Archived, without the bot, not there at all; and a token that is no longer good, which is then forgotten."""
    assert await door.platform.writable(channel())
    door.slack.channels[CHANNEL]["archived"] = True
    assert not await door.platform.writable(channel())
    door.slack.channels[CHANNEL] |= {"archived": False, "members": []}
    assert not await door.platform.writable(channel())
    assert not await door.platform.writable(channel("C0NOWHERE"))
    assert await door.platform.installed(TEAM)
    door.slack.uninstalled = True
    assert not await door.platform.installed(TEAM)
    asked = len(door.slack.called("auth.test"))
    door.slack.uninstalled = False
    await door.platform.members(channel())
    assert len(door.slack.called("auth.test")) == asked + 1


# --- the whole house -------------------------------------------------------------------------------


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[SlackTown]:
    async with open_town(tmp_path, tmp_path / "index", "socket") as made:
        await _jump(made, 3)
        for short in ("renata", "kwame"):
            await made.slack.press(made.people[short], _newest(made, short), "Start")
        await made.settled()
        yield made


async def _jump(town: SlackTown, days_before: float) -> None:
    """Some days before everybody has had the first prompt."""
    assert isinstance(town.clock, DemoClock)
    town.clock.set(FIRST_WEEK - timedelta(days=days_before))
    await town.settled()


def _newest(town: SlackTown, short: str) -> Message:
    user = town.people[short]
    return town.slack.seen_by(user, town.slack.dm(user))[-1]


def _door(town: SlackTown, short: str) -> str:
    with town.house.store.begin() as tx:
        return doors.at(tx, person(town.people[short]))


async def test_a_deactivated_account_is_gone_and_back_when_it_is_active_again(town: SlackTown) -> None:
    """Its prompt is held, and comes then; told again and late, nothing changes."""
    kwame = town.people["kwame"]
    town.slack.users[kwame]["deleted"] = True
    event = {"type": "user_change", "user": town.slack.users[kwame]}
    await town.slack.event(event, "EvGone")
    await town.settled()
    assert _door(town, "kwame") == doors.GONE
    await _jump(town, 0)
    assert "Welcome" in _newest(town, "kwame").words or "You are in" in _newest(town, "kwame").words
    town.slack.users[kwame]["deleted"] = False
    await town.slack.event(event, "EvGone", retry=1)
    await town.settled()
    assert _door(town, "kwame") == doors.GONE
    await town.slack.event({"type": "user_change", "user": town.slack.users[kwame]}, "EvBack")
    await town.settled()
    assert "Reflect privately" in _newest(town, "kwame").words


async def test_an_archived_channel_brings_its_facilitator_one_note(town: SlackTown) -> None:
    """With the way to another channel; when it is brought back, the announcement comes."""
    town.slack.channels[CHANNEL]["archived"] = True
    await town.slack.event(ARCHIVED)
    await town.settled()
    await _jump(town, 0)
    note = _newest(town, "imani")
    assert "I can no longer write in this cohort's channel." in note.words
    assert "Choose another channel" in note.words
    assert "A new prompt" not in "\n".join(one.words for one in town.slack.messages if one.channel == CHANNEL)
    town.slack.channels[CHANNEL]["archived"] = False
    await town.slack.event({"type": "channel_unarchive", "channel": CHANNEL, "user": IMANI})
    await town.settled()
    assert "A new prompt" in "\n".join(one.words for one in town.slack.messages if one.channel == CHANNEL)
    assert [one for one in town.slack.messages if "can no longer write" in one.words] == [note]


async def test_an_uninstalled_app_calls_nobody_and_goes_on_when_it_is_back(town: SlackTown) -> None:
    """Slack is asked once whether it is so; after that the token is not used for sending."""
    town.slack.uninstalled = True
    await town.slack.event({"type": "app_uninstalled"})
    await town.settled()
    called = len(town.slack.calls)
    await _jump(town, 0)
    assert town.slack.calls[called:] == []
    town.slack.uninstalled = False
    await town.slack.command(town.people["renata"], "/cohort")
    await town.settled()
    assert "Reflect privately" in _newest(town, "kwame").words


async def test_who_joins_a_followed_channel_is_welcomed_and_a_stranger_is_not(town: SlackTown) -> None:
    """Her settings form offers it in Slack, where members coming and going is told."""
    slack, imani = town.slack, town.people["imani"]
    await slack.command(imani, "/facilitate")
    await town.settled()
    await slack.press(imani, slack.messages[-1], "People")
    await town.settled()
    await slack.press(imani, slack.messages[-1], "Invite members")
    await town.settled()
    block = next(one for one in slack.modals[imani]["blocks"] if one.get("block_id") == "f.changes")
    follow = next(one for one in block["element"]["options"] if one["value"] == "follow")
    await slack.submit(imani, {"f.changes": {"selected_option": follow}})
    await town.settled()
    slack.add_person("U0NEW", "Noor Haddad")
    slack.add_person(STRANGER, "Nora Elsewhere", team_id="T0OTHER", is_stranger=True)
    for user in ("U0NEW", STRANGER):
        await slack.event({"type": "member_joined_channel", "channel": CHANNEL, "user": user, "team": TEAM})
        await town.settled()
    assert "You joined the channel of this cohort" in slack.seen_by("U0NEW", slack.dm("U0NEW"))[-1].words
    assert slack.seen_by(STRANGER, slack.dm(STRANGER)) == []


# --- guests and strangers of a shared channel ------------------------------------------------------


OUTSIDERS: dict[str, dict[str, object]] = {
    "U0GUEST": {"is_restricted": True},
    "U0ONEROOM": {"is_restricted": True, "is_ultra_restricted": True},
    "U0STRANGER": {"team_id": "T0OTHER", "is_stranger": True},
    "U0OTHERTEAM": {"team_id": "T0OTHER"},
    "U0UNSEEN": {"hidden": True},
}


@pytest.mark.model
async def test_guests_and_strangers_only_look_up_public_entries(tmp_path: Path, index_folder: Path) -> None:
    """A shared channel brings people of other organizations, whose events name both teams."""
    async with open_town(tmp_path, index_folder, "http") as town:
        slack = town.slack
        for who, told in OUTSIDERS.items():
            slack.add_person(who, "Nora Elsewhere", **told)
            theirs = {"user_team": "T0OTHER", "source_team": "T0OTHER", "team": "T0OTHER"}
            await slack.mention(who, "what does LEEP stand for", **theirs)
            await town.settled()
            assert "Leading for Equity and Excellence" in slack.messages[-1].words
            for command in ("/reflect", "/journal", "/cohort", "/facilitate", "/privacy"):
                await slack.command(who, command, CHANNEL)
                await town.settled()
                assert "As a guest here" in slack.messages[-1].words
                assert slack.messages[-1].only == who
            await slack.mention(who, "I felt shut out of our meeting again", **theirs)
            await town.settled()
            assert "As a guest here" in slack.messages[-1].words
            assert who not in slack.modals


# --- what is old, changed or taken away ------------------------------------------------------------


@pytest.mark.parametrize("subtype", ["message_changed", "message_deleted"])
async def test_words_that_were_edited_or_deleted_are_not_answered_again(door: Door, subtype: str) -> None:
    """The bot keeps nothing of a private message, so there is nothing to change or to take away."""
    await door.slack.write(RENATA, "help")
    await door.settled()
    told = {"message": {"user": RENATA, "text": "help me"}, "previous_message": {"user": RENATA, "text": "help"}}
    await door.slack.event(
        {"type": "message", "subtype": subtype, "channel_type": "im", "channel": door.slack.dm(RENATA), **told}
    )
    await door.settled()
    assert len(door.house.heard) == 1


async def test_an_event_of_last_week_is_left_alone(slack: FakeSlack, door: Door) -> None:
    """That it was answered then may be forgotten by now; one of this morning is heard."""
    for event, days in (("EvWeek", 8), ("EvToday", 0.4)):
        slack.event_age = days * 24 * 60 * 60
        await slack.write(RENATA, "help", event)
        await door.settled()
    assert [one.event for one in door.house.heard] == ["slack:EvToday"]


async def test_a_retry_from_an_hour_ago_has_no_second_effect(slack: FakeSlack, door: Door) -> None:
    """Slack tries up to three times, the last time an hour later."""
    door.house.reply = Outgoing("Hello.")
    for retry in range(4):
        await slack.write(RENATA, "help", "EvOld", retry)
        await door.settled()
    assert len(door.house.heard) == 1
