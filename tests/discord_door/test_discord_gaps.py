"""No private message is lost over a broken line, a refused resume or a restart, and none is answered twice."""

from __future__ import annotations

import pytest

from bot.messages import Text
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse


def said(house: SmallHouse) -> list[str]:
    return [one.what.text for one in house.heard if isinstance(one.what, Text)]


async def test_after_a_resume_nothing_is_missing_or_double(here: Place, house: SmallHouse) -> None:
    """The gateway asks to come back (opcode 7), and replays what was said meanwhile."""
    await here.discord.write(here.renata, "one")
    await here.settled()
    await here.discord.gateway.reconnect()
    await here.discord.write(here.renata, "two")
    await here.connected()
    assert here.discord.gateway.resumed == 1
    assert said(house) == ["one", "two"]


async def test_after_a_cut_line_nothing_is_missing_or_double(here: Place, house: SmallHouse) -> None:
    """Without a word from the other side."""
    await here.discord.write(here.renata, "one")
    await here.settled()
    await here.discord.gateway.drop()
    await here.discord.write(here.renata, "two")
    await here.connected()
    assert said(house) == ["one", "two"]


@pytest.mark.slow  # the library lets five seconds pass before a new session
async def test_after_a_refused_resume_private_messages_are_read_from_where_we_stopped(
    here: Place, house: SmallHouse
) -> None:
    """A new session tells nothing of the gap; what is new after it comes in its turn."""
    await here.discord.write(here.renata, "one")
    await here.settled()
    here.discord.gateway.refuse_resume = True
    await here.discord.gateway.drop()
    await here.discord.write(here.renata, "two")
    await here.discord.write(here.renata, "three")
    await here.connected()
    await here.discord.write(here.renata, "four")
    await here.settled()
    assert said(house) == ["one", "two", "three", "four"]
    assert len(here.discord.private(here.renata)) == 4


async def test_what_was_written_while_the_bot_was_away_is_read_at_its_start(place: Place, house: SmallHouse) -> None:
    """Each message once, in the order in which they came."""
    async with place.open():
        await place.discord.write(place.renata, "one")
        await place.settled()
    await place.discord.write(place.renata, "two")
    await place.discord.write(place.renata, "three")
    async with place.open():
        assert said(house) == ["one", "two", "three"]
    async with place.open():
        assert said(house) == ["one", "two", "three"]


@pytest.mark.slow
async def test_a_new_session_is_made_when_the_old_one_ends(here: Place, house: SmallHouse) -> None:
    """Opcode 9: identify again, with a heartbeat on each line."""
    here.discord.gateway.refuse_resume = True
    await here.discord.gateway.invalidate()
    await here.connected()
    assert len(here.discord.gateway.identified) == 2
    assert here.discord.gateway.heartbeats >= 2


async def test_a_message_told_twice_is_answered_once(here: Place, house: SmallHouse) -> None:
    """As happens around a resume."""
    await here.discord.write(here.renata, "one")
    await here.discord.gateway.again()
    await here.settled()
    assert said(house) == ["one"]
    assert len(here.discord.private(here.renata)) == 1
