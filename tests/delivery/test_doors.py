"""Members whom no private message reaches: who else notices (nobody), what waits for them, and how they get it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Shut
from bot.messages import Outgoing, Reply
from tests.town import Town, open_town, text_of
from tests.ways import FIRST_WEEK, answers, at, jump, labels

THREE = ("renata", "kwame", "thanh-mai")
SIX = (*THREE, "yusuf", "leilani", "aroha")
NOT_YET = Shut("they must press something first", "not-yet")
CLOSED = Shut("their settings take no private messages", "closed")
GONE = Shut("the account is deactivated", "gone")
WEEK = timedelta(days=7)


@pytest.fixture
async def town(tmp_path: Path, database: str) -> AsyncIterator[Town]:
    async with open_town(tmp_path, tmp_path / "index", database=database) as made:
        yield made


async def running(town: Town, *but: str, members: Sequence[str] = THREE) -> None:
    """Everybody has started, except those named; the first prompt is still to come."""
    await town.found_cohort(members)
    await jump(town, FIRST_WEEK - timedelta(days=3))
    await town.start(*(one for one in members if one not in but))


def notices(town: Town) -> list[Outgoing]:
    return [one for one in town.public() if any(option.action == "doors.open" for option in one.options)]


async def overview(town: Town) -> str:
    return text_of(await town.command("imani", "/facilitate"))


async def broadcast(town: Town, text: str) -> Reply:
    form = await town.press("imani", await town.command("imani", "/facilitate"), "Write to")
    preview = await town.submit("imani", form, {"text": text, "where": "each"})
    return await town.press("imani", preview, "Send it now")


async def waiting(town: Town, who: str) -> Reply:
    """What `who` sees after pressing the button that their next command offers."""
    home = await town.command(who, "/cohort", channel=True)
    return await town.press(who, home, "Open what waits", channel=True)


# --- joining ---------------------------------------------------------------------------------------


async def test_who_must_press_first_finds_a_button_in_the_channel_and_then_the_welcome(town: Town) -> None:
    """Nobody is named; the welcome is shown to whoever presses, and private messages begin with Start alone."""
    town.chat.closed = {"renata": NOT_YET}
    await running(town, "renata")
    (notice,) = notices(town)
    assert "Renata" not in text_of(notice)
    assert "Press Open to read your welcome" in text_of(notice)
    assert "1 person: they have not pressed anything" in await overview(town)
    town.chat.closed = {}
    opened = await town.press("renata", notice, "Open", channel=True)
    assert "Welcome to Sample cohort" in text_of(opened)
    assert town.private("renata") == []
    await town.press("renata", opened, "Start", channel=True)
    assert [one.text[:33] for one in town.private("renata")] == ["This is where your prompts come. "]
    assert "No private message reaches" not in await overview(town)
    await jump(town, FIRST_WEEK)
    assert town.prompt("renata")


async def test_for_everybody_else_nothing_waits_behind_the_button(town: Town) -> None:
    """Pressing it shows nobody anything about anybody."""
    town.chat.closed = {"renata": NOT_YET}
    await running(town, "renata")
    opened = await town.press("kwame", notices(town)[0], "Open", channel=True)
    assert "Nothing waits for you here" in text_of(opened)


async def test_a_yes_given_in_the_channel_is_followed_by_a_private_message_that_proves_the_door(town: Town) -> None:
    """So that a closed door is known before the first prompt, and not by its silence."""
    town.chat.closed = {"renata": CLOSED}
    await running(town, "renata")
    welcome = await waiting(town, "renata")
    assert "Welcome" in text_of(welcome)
    assert "could not bring this to your private messages" in text_of(welcome)
    await town.press("renata", welcome, "Start", channel=True)
    assert "1 person: their chat settings" in await overview(town)
    town.chat.closed = {}
    await town.command("renata", "/cohort", channel=True)
    assert "No private message reaches" not in await overview(town)
    assert [m.text for m in town.private("renata")] == ["This is where your prompts come. There is nothing to do now."]


async def test_guests_and_closed_accounts_are_not_put_into_a_cohort(town: Town) -> None:
    """They are named to the facilitator who chose them, before anything is sent."""
    town.chat.guests.add("yusuf")
    with pytest.raises(AssertionError, match="Yusuf Demirci cannot take part"):
        await town.found_cohort(SIX)


# --- a door that closes ----------------------------------------------------------------------------


async def test_a_closed_door_delays_nobody_and_is_not_tried_every_week(town: Town) -> None:
    """Everybody else has the prompt at their own hour; after one refusal no other message is tried."""
    await running(town)
    town.chat.closed = {"renata": CLOSED, "kwame": GONE}
    knocks = len(town.chat.knocks)
    for week in range(3):
        await jump(town, FIRST_WEEK + week * WEEK)
        for who in THREE[2:]:
            assert len([m for m in town.private(who) if any(o.action == "weekly.skip" for o in m.options)]) > week
    assert [town.chat.knocks[knocks:].count(who) for who in ("renata", "kwame")] == [1, 1]
    told = await overview(town)
    assert "1 person: their chat settings take no private messages" in told
    assert "1 person: their account here has been closed" in told
    assert not any(name in told for name in ("Renata", "Kwame"))


async def test_a_closed_door_is_not_counted_as_silence(town: Town) -> None:
    """Neither in the facilitator's count, nor by the question that follows two silent weeks."""
    await running(town, members=SIX)
    town.chat.closed = {"renata": CLOSED}
    await jump(town, FIRST_WEEK)
    assert "0 of 5 answered" in await overview(town)
    for week in (1, 2):
        await jump(town, FIRST_WEEK + week * WEEK)
    town.chat.closed = {}
    await town.command("renata", "/cohort", channel=True)
    await at(town, FIRST_WEEK + 3 * WEEK)
    assert [m for m in town.private("kwame") if "you were busy" in m.text]
    assert not [m for m in town.private("renata") if "you were busy" in m.text]


async def test_what_waits_is_shown_at_the_next_command_and_comes_once(town: Town) -> None:
    """The current prompt, with its buttons, in the channel for one pair of eyes; what was read waits no more."""
    await running(town)
    town.chat.closed = {"renata": CLOSED}
    await jump(town, FIRST_WEEK + WEEK)
    shown = await waiting(town, "renata")
    assert "Reflect privately" in labels(shown)
    assert "Week 1" in text_of(shown)
    last = await town.press("renata", shown, "I have read it", channel=True)
    assert "That was all" in text_of(last)
    town.chat.closed = {}
    await town.command("renata", "/cohort", channel=True)
    assert not [m for m in town.private("renata") if "Week 1" in m.title]
    assert "Open what waits for you" not in labels(await town.command("renata", "/cohort", channel=True))


async def test_a_door_that_opens_again_gets_what_is_still_in_time(town: Town) -> None:
    """The week's prompt comes, and none of a week that is over."""
    await running(town)
    town.chat.closed = {"renata": CLOSED}
    await jump(town, FIRST_WEEK + WEEK)
    town.chat.closed = {}
    await town.command("renata", "/cohort", channel=True)
    assert [m.title.partition(" ·")[0] for m in town.private("renata")[1:]] == ["Week 1"]


async def test_an_answered_prompt_waits_for_nobody(town: Town) -> None:
    """The channel's own button was enough."""
    await running(town)
    town.chat.closed = {"renata": CLOSED}
    await jump(town, FIRST_WEEK)
    announcement = next(m for m in town.public() if "Reflect privately" in labels(m))
    form = await town.press("renata", announcement, "Reflect privately", channel=True)
    await town.submit("renata", form, answers(form, hope="Patience."))
    assert "Open what waits for you" not in labels(await town.command("renata", "/cohort", channel=True))
    town.chat.closed = {}
    await town.command("renata", "/cohort", channel=True)
    assert not [m for m in town.private("renata") if "Reflect privately" in labels(m)]


# --- the button in the channel ---------------------------------------------------------------------


async def test_the_channel_is_told_at_most_once_a_week(town: Town) -> None:
    """However many messages wait, and for however many people; a prompt has the announcement's button already."""
    await running(town)
    town.chat.closed = {"renata": CLOSED, "kwame": CLOSED}
    await jump(town, FIRST_WEEK)
    assert notices(town) == []
    for text in ("We meet at nine.", "Bring a friend."):
        await broadcast(town, text)
    assert len(notices(town)) == 1
    await jump(town, FIRST_WEEK + timedelta(days=8))
    await broadcast(town, "We meet again.")
    assert len(notices(town)) == 2


async def test_a_correction_reaches_the_copy_that_waits(town: Town) -> None:
    """Whoever opens it later reads the new words; what was stopped or withdrawn is not shown at all."""
    await running(town)
    town.chat.closed = {"renata": CLOSED}
    first = await broadcast(town, "We meet at nine.")
    second = await broadcast(town, "Bring a friend.")
    await town.submit("imani", await town.press("imani", first, "Correct"), {"text": "We meet at ten."})
    await town.press("imani", second, "Withdraw")
    shown = await town.press("renata", notices(town)[0], "Open", channel=True)
    assert "We meet at ten." in text_of(shown)
    assert "From Imani" in text_of(shown)
    assert "That was all" in text_of(await town.press("renata", shown, "Next", channel=True))
