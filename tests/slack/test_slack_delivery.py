"""What the worker asks of Slack: each message once, found again, changed, taken back, and every failure named."""

from __future__ import annotations

import pytest

from bot.errors import Refused, Shut, Unknown, Wait
from bot.messages import Address, File, Option, Outgoing, Picture
from bot.platforms.slack.delivery import Delivery
from bot.platforms.slack.people import People
from bot.platforms.slack.slack import Slack
from bot.platforms.slack.workspaces import Workspaces
from tests.fakes.slack import CHANNEL, TEAM, FakeSlack, Fault
from tests.slack.conftest import KWAME, RENATA, channel, person, settings

PROMPT = Outgoing(
    "What were you standing for?", title="Week 1", options=(Option("Reflect privately", "reflections.open", "c1:1"),)
)
KEY = "cohort1:prompt:1::person7"


@pytest.fixture
def platform(slack: FakeSlack) -> Slack:
    return Slack(settings(slack))


async def test_a_message_is_sent_and_found_by_its_key(slack: FakeSlack, platform: Slack) -> None:
    """The key stands in the message as something that says nothing to anybody."""
    ref = await platform.send(person(RENATA), PROMPT, KEY)
    assert ref == f"1|slack|{TEAM}|{slack.dm(RENATA)}|{slack.messages[0].ts}"
    assert await platform.find(person(RENATA), KEY) == ref
    assert await platform.find(person(RENATA), "another") is None
    assert await platform.find(person(KWAME), KEY) is None
    assert "cohort1" not in str(slack.messages[0].blocks)


async def test_a_restarted_bot_finds_what_was_sent_before(slack: FakeSlack, platform: Slack) -> None:
    """Nothing of it is only in memory."""
    private = await platform.send(person(RENATA), PROMPT, KEY)
    public = await platform.send(channel(), PROMPT, KEY)
    fresh = Slack(settings(slack))
    assert await fresh.find(person(RENATA), KEY) == private
    assert await fresh.find(channel(), KEY) == public


async def test_a_message_is_changed_and_taken_back(slack: FakeSlack, platform: Slack) -> None:
    """Taking it back twice is harmless."""
    ref = await platform.send(channel(), PROMPT, KEY)
    await platform.edit(ref, Outgoing("Corrected."))
    assert "Corrected." in slack.messages[0].words
    await platform.delete(ref)
    await platform.delete(ref)
    assert slack.seen_by(RENATA, CHANNEL) == []
    with pytest.raises(Refused):
        await platform.edit(ref, PROMPT)


@pytest.mark.parametrize("ref", ["", "1|discord|a|b|c", "1|slack|T0TOWN|C0COHORT", "2|slack|T0TOWN|C0COHORT|1"])
async def test_a_reference_of_somebody_else_is_refused(platform: Slack, ref: str) -> None:
    """It is never sent to Slack."""
    with pytest.raises(Refused):
        await platform.delete(ref)


async def test_a_pause_is_asked_for_by_slack_and_named(slack: FakeSlack, platform: Slack) -> None:
    """The lane waits; the library does not try again by itself."""
    slack.faults["chat.postMessage"] = [Fault(429, retry_after="17")]
    with pytest.raises(Wait) as caught:
        await platform.send(channel(), PROMPT, KEY)
    assert caught.value.seconds == 17
    assert len(slack.called("chat.postMessage")) == 1


async def test_a_pause_right_after_a_message_there_is_that_channels_own(slack: FakeSlack) -> None:
    """Slack counts each channel by itself and does not say so; a while later the whole workspace is meant."""
    seconds = 100.0
    workspaces = Workspaces(settings(slack))
    delivery = Delivery(workspaces, People(workspaces), lambda: seconds)
    await delivery.send(person(RENATA), PROMPT, KEY)
    for where, later, only_this in ((RENATA, 1.0, True), (KWAME, 0.0, False), (RENATA, 2.0, False)):
        seconds += later
        slack.faults["chat.postMessage"] = [Fault(429, retry_after="17")]
        with pytest.raises(Wait) as caught:
            await delivery.send(person(where), PROMPT, f"{KEY}{later}")
        assert (caught.value.seconds, caught.value.only_this) == (17, only_this)


@pytest.mark.parametrize("fault", [Fault(503), Fault(error="internal_error"), Fault(cut=True)])
async def test_no_clear_answer_is_unknown(slack: FakeSlack, platform: Slack, fault: Fault) -> None:
    """Whether it arrived is then looked up, and it is not sent blindly again."""
    slack.faults["chat.postMessage"] = [fault]
    with pytest.raises(Unknown):
        await platform.send(channel(), PROMPT, KEY)
    assert len(slack.called("chat.postMessage")) == 1
    assert await platform.find(channel(), KEY) is None


async def test_a_lost_answer_leaves_one_message_that_is_found(slack: FakeSlack, platform: Slack) -> None:
    """Slack took it and the line broke: the library's own second try would have doubled it."""
    slack.faults["chat.postMessage"] = [Fault(cut=True, after=True)]
    with pytest.raises(Unknown):
        await platform.send(person(RENATA), PROMPT, KEY)
    assert len(slack.messages) == 1
    assert await platform.find(person(RENATA), KEY)


@pytest.mark.parametrize("error", ["is_archived", "not_in_channel", "channel_not_found", "restricted_action"])
async def test_a_clear_no_is_a_refusal_with_its_reason(slack: FakeSlack, platform: Slack, error: str) -> None:
    """A second try is useless."""
    slack.faults["chat.postMessage"] = [Fault(error=error)]
    with pytest.raises(Refused, match=r"channel|workspace"):
        await platform.send(channel(), PROMPT, KEY)


@pytest.mark.parametrize("error", ["invalid_auth", "token_revoked", "missing_scope", "account_inactive"])
async def test_trouble_with_the_token_keeps_the_message_for_later(
    slack: FakeSlack, platform: Slack, error: str
) -> None:
    """Whoever runs the bot can mend it, so nothing is given up."""
    slack.faults["chat.postMessage"] = [Fault(error=error)]
    with pytest.raises(Wait):
        await platform.send(channel(), PROMPT, KEY)


async def test_a_slack_out_of_reach_means_that_nothing_was_posted(slack: FakeSlack, platform: Slack) -> None:
    """Without a connection there is no doubt."""
    await platform.person(person(RENATA))
    await slack.stop()
    with pytest.raises(Wait):
        await platform.send(person(RENATA), PROMPT, KEY)


async def test_nothing_is_sent_to_deactivated_people(slack: FakeSlack, platform: Slack) -> None:
    """Slack would take it without a word."""
    slack.users[RENATA]["deleted"] = True
    with pytest.raises(Shut, match="deactivated") as door:
        await platform.send(person(RENATA), PROMPT, KEY)
    assert door.value.why == "gone"
    assert slack.messages == slack.to_nobody == []


async def test_nothing_is_sent_to_guests(slack: FakeSlack, platform: Slack) -> None:
    """They could press none of its buttons."""
    slack.users[RENATA]["is_restricted"] = True
    with pytest.raises(Shut, match="guest") as door:
        await platform.send(person(RENATA), PROMPT, KEY)
    assert door.value.why == "guest"
    assert slack.messages == []


@pytest.mark.parametrize(("error", "why"), [("user_disabled", "gone"), ("cannot_dm_bot", "closed")])
async def test_a_shut_door_is_told_from_other_refusals(slack: FakeSlack, platform: Slack, error: str, why: str) -> None:
    """Only what concerns this one person holds their messages back for them."""
    slack.faults["chat.postMessage"] = [Fault(error=error)]
    with pytest.raises(Shut) as door:
        await platform.send(person(RENATA), PROMPT, KEY)
    assert door.value.why == why


async def test_another_workspace_is_not_written_to(slack: FakeSlack, platform: Slack) -> None:
    """The one token belongs to one workspace."""
    with pytest.raises(Refused):
        await platform.send(Address("slack", "T0OTHER", "person", RENATA), PROMPT, KEY)
    assert slack.called("chat.postMessage") == []


async def test_pictures_and_files_go_by_the_current_upload(slack: FakeSlack, platform: Slack) -> None:
    """A picture is inside the message; a file stands beside it."""
    outgoing = Outgoing("Counts only.", picture=Picture(b"png", "Five of six answered."), file=File("a.csv", b"1"))
    await platform.send(channel(), outgoing, KEY)
    image = next(block for block in slack.messages[-1].blocks if block["type"] == "image")
    assert image["slack_file"]["id"] in slack.files
    assert [one.name for one in slack.files.values() if one.shared] == ["a.csv"]


async def test_a_picture_that_slack_does_not_take_is_told_in_words(slack: FakeSlack, platform: Slack) -> None:
    """The message goes out all the same."""
    slack.faults["files.getUploadURLExternal"] = [Fault(503)]
    await platform.send(channel(), Outgoing("Counts.", picture=Picture(b"png", "Five of six.")), KEY)
    assert "Picture: Five of six." in slack.messages[-1].words


async def test_people_are_known_with_zone_and_standing(slack: FakeSlack, platform: Slack) -> None:
    """Guests, strangers from a shared channel and the deactivated are told apart."""
    slack.add_person("U0GUEST", "Guest", is_restricted=True)
    slack.add_person("U0AWAY", "Stranger", team_id="T0OTHER")
    slack.add_person("U0GONE", "Gone", deleted=True)
    slack.add_person("U0ZONE", "No zone", tz=None)
    slack.add_person("U0HID", "Hidden", hidden=True)
    slack.add_person("U0ROBOT", "Robot", is_bot=True)
    renata = await platform.person(person(RENATA))
    assert (renata.name, renata.zone, renata.language) == ("Renata Aguilar", "America/Denver", "en")
    assert (renata.active, renata.guest) == (True, False)
    assert (await platform.person(person("U0GUEST"))).guest
    assert (await platform.person(person("U0AWAY"))).guest
    assert (await platform.person(person("U0HID"))).guest
    assert not (await platform.person(person("U0GONE"))).active
    assert not (await platform.person(person("U0ROBOT"))).active
    assert (await platform.person(person("U0ZONE"))).zone is None
    with pytest.raises(Refused):
        await platform.person(person("U0NOBODY"))


async def test_people_are_asked_for_once_in_a_while(slack: FakeSlack, platform: Slack) -> None:
    """Every visit looks at them."""
    for _ in range(3):
        await platform.person(person(RENATA))
    assert len(slack.called("users.info")) == 1


async def test_a_channel_names_its_members_without_the_bot(slack: FakeSlack, platform: Slack) -> None:
    """Over as many pages as Slack gives."""
    for name in ("A", "B", "C", "D"):
        slack.add_person(f"U0{name}", name)
    found = await platform.members(channel())
    assert [one.id for one in found] == ["U0RENATA", "U0KWAME", "U0IMANI", "U0A", "U0B", "U0C", "U0D"]
    assert await platform.members(person(RENATA)) == [person(RENATA)]
