"""A message to each member: how far it is, who cannot be reached and why, stopping it, correcting every copy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Refused, Shut, Wait
from bot.messages import Outgoing, Reply
from tests.town import Town, open_town, text_of

EVERYBODY = ("renata", "kwame", "thanh-mai")


@pytest.fixture
async def town(tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Three members who said yes, in the afternoon."""
    async with open_town(tmp_path, tmp_path / "index", database=database) as made:
        await made.found_cohort(EVERYBODY)
        await made.start(*EVERYBODY)
        yield made


async def write(town: Town, text: str = "We meet at nine.") -> Outgoing:
    """To each member; returns what Imani sees once it is on its way."""
    form = await town.press("imani", await town.command("imani", "/facilitate"), "Write to")
    preview = await town.submit("imani", form, {"text": text, "where": "each"})
    assert "3 people in private messages" in text_of(preview)
    sent = await town.press("imani", preview, "Send it now")
    assert isinstance(sent, Outgoing)
    return sent


async def progress(town: Town, sent: Reply) -> Outgoing:
    found = await town.press("imani", sent, "How far")
    assert isinstance(found, Outgoing)
    return found


def got(town: Town, text: str) -> list[str]:
    return [who for who in EVERYBODY if any(m.text == text for m in town.private(who))]


async def test_each_member_gets_a_copy_and_the_facilitator_sees_how_many(town: Town) -> None:
    """And nothing stands in the channel."""
    sent = await write(town)
    assert got(town, "We meet at nine.") == list(EVERYBODY)
    assert town.public() == []
    assert "3 people got it." in text_of(await progress(town, sent))


async def test_who_cannot_be_reached_is_told_as_a_number_with_the_reason(town: Town) -> None:
    """No name is shown; the overview counts it too."""
    town.chat.answers_with = [Refused("the account is closed")]
    told = text_of(await progress(town, await write(town)))
    assert "2 people got it." in told
    assert "1 person cannot be reached: the account is closed." in told
    assert not any(name in told for name in ("Renata", "Kwame", "Thanh-Mai"))
    assert "1: the account is closed" in text_of(await town.command("imani", "/facilitate"))


async def test_what_has_not_gone_out_can_be_stopped(town: Town) -> None:
    """The chat asked for a pause; who has it keeps it, and the others do not get it afterwards."""
    town.chat.answers_with = [Wait(60)] * 3
    far = await progress(town, await write(town))
    assert "3 people still to come." in text_of(far)
    stopped = await town.press("imani", far, "Stop the rest")
    assert "3 people" in text_of(stopped)
    assert "3 people: stopped before it went out." in text_of(await progress(town, stopped))
    assert "nothing left to stop" in text_of(await town.press("imani", far, "Stop the rest"))
    town.machine.go_on(120)
    await town.house.tick()
    assert got(town, "We meet at nine.") == []


async def test_a_correction_reaches_every_copy_and_a_withdrawal_too(town: Town) -> None:
    """Also the copy that went out after the correction was written."""
    sent = await write(town)
    done = await town.submit("imani", await town.press("imani", sent, "Correct"), {"text": "We meet at ten."})
    assert "each member's copy shows the new words" in text_of(done)
    assert got(town, "We meet at ten.") == list(EVERYBODY)
    assert got(town, "We meet at nine.") == []
    assert "out of each member's private messages" in text_of(await town.press("imani", sent, "Withdraw"))
    assert got(town, "We meet at ten.") == []


async def test_what_could_not_go_out_in_time_is_asked_about_and_not_sent(town: Town) -> None:
    """The chat was away for two hours; one question comes, and with a yes everybody gets it."""
    town.chat.answers_with = [Wait(2 * 3600)] * 3
    await write(town)
    town.machine.go_on(2 * 3600)
    await town.house.tick()
    assert got(town, "We meet at nine.") == []
    asked = [m for m in town.private("imani") if "Send it now?" in m.text]
    assert len(asked) == 1
    await town.press("imani", asked[0], "Send it now")
    assert got(town, "We meet at nine.") == list(EVERYBODY)


async def test_without_an_answer_it_stays_unsent_and_is_asked_about_once(town: Town) -> None:
    """Nothing goes out by itself after its hour."""
    town.chat.answers_with = [Wait(2 * 3600)] * 3
    await write(town)
    for _ in range(3):
        town.machine.go_on(timedelta(hours=3).total_seconds())
        await town.house.tick()
    assert got(town, "We meet at nine.") == []
    assert sum("Send it now?" in m.text for m in town.private("imani")) == 1


async def test_looking_again_takes_the_place_of_the_look_before(town: Town) -> None:
    """While something is still to come; afterwards there is nothing to look at again."""
    town.chat.answers_with = [Wait(60)] * 3
    far = await progress(town, await write(town))
    town.machine.go_on(120)
    await town.house.tick()
    again = await town.press("imani", far, "Look again")
    assert isinstance(again, Outgoing)
    assert again.replaces
    assert "3 people got it." in text_of(again)
    assert "Look again" not in [one.label for one in again.options]


async def test_what_became_of_a_message_to_the_channel_is_told_of_the_channel(town: Town) -> None:
    """And not as one person who got it."""
    form = await town.press("imani", await town.command("imani", "/facilitate"), "Write to")
    town.chat.answers_with = [Refused("I am not in this channel.")]
    await town.press("imani", await town.submit("imani", form, {"text": "We meet at nine."}), "Send it now")
    listed = await town.press("imani", await town.command("imani", "/facilitate"), "What I sent")
    told = text_of(await town.press("imani", listed, "Thursday"))
    assert "The channel cannot be reached: I am not in this channel." in told
    assert "person" not in told


async def test_the_preview_tells_for_how_many_it_will_wait(town: Town) -> None:
    """Before anything is sent, the facilitator knows whom it does not reach at once."""
    town.chat.closed = {"kwame": Shut("no private messages", "closed")}
    told = text_of(await progress(town, await write(town)))
    assert "1 person cannot be reached: their chat settings take no private messages from me." in told
    form = await town.press("imani", await town.command("imani", "/facilitate"), "Write to")
    preview = await town.submit("imani", form, {"text": "Bring a friend.", "where": "each"})
    assert "For 1 person of them it waits" in text_of(preview)
