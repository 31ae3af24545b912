"""What Discord tells without a privileged intent, who is found to have left, and what becomes of it in the house."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.errors import Shut
from bot.messages import Outgoing
from bot.news import Account, Channel, Installation
from bot.store import doors
from tests.discord_door.conftest import Place
from tests.discord_door.discord_driver import DiscordTown
from tests.discord_door.small_house import SmallHouse
from tests.discord_door.test_dialogues_in_discord import open_town
from tests.fakes.discord_rules import VIEW
from tests.fakes.discord_server import GUILD
from tests.ways import FIRST_WEEK

HERE = Installation("discord", str(GUILD))
MESSAGE = Outgoing("Hello.")


async def test_each_new_session_says_that_the_bot_is_there(here: Place, house: SmallHouse) -> None:
    """What happened while it was away was told to nobody."""
    await here.settled()
    assert [one.what for one in house.news] == [HERE]
    assert await here.door.installed(str(GUILD))


async def test_a_removal_and_a_return_are_told_and_the_commands_are_listed_again(
    here: Place, house: SmallHouse
) -> None:
    """Discord drops them with the bot."""
    await here.door.client.wait_until_ready()
    house.news.clear()
    await here.discord.remove_bot()
    await here.settled()
    assert not await here.door.installed(str(GUILD))
    here.discord.commands.clear()
    await here.discord.put_back()
    await here.settled()
    assert [one.what for one in house.news] == [HERE, HERE]
    assert await here.door.installed(str(GUILD))
    assert here.discord.commands


async def test_a_deleted_channel_and_changed_permissions_are_told(here: Place, house: SmallHouse) -> None:
    """And Discord says what is true when it is asked."""
    house.news.clear()
    before = here.discord.permissions
    await here.discord.change_permissions(before & ~VIEW)
    await here.settled()
    assert not await here.door.writable(here.channel)
    await here.discord.change_permissions(before)
    await here.settled()
    assert await here.door.writable(here.channel)
    await here.discord.delete_channel()
    await here.settled()
    assert not await here.door.writable(here.channel)
    assert [one.what for one in house.news] == [Channel(here.channel)] * 3


@pytest.mark.parametrize("without", ["VIEW", "SEND", "channel"])
async def test_a_channel_that_takes_nothing_is_shut(here: Place, without: str) -> None:
    """Gone, not to be seen, or not to be written in: what is meant for it is held."""
    from tests.fakes import discord_rules

    if without == "channel":
        await here.discord.delete_channel()
    else:
        here.discord.permissions &= ~getattr(discord_rules, without)
    with pytest.raises(Shut) as door:
        await here.door.send(here.channel, MESSAGE, "key-1")
    assert door.value.why == "closed"


async def test_who_left_the_server_is_gone_and_who_takes_no_messages_is_not(here: Place) -> None:
    """Discord refuses both with one code, so it is asked whether they are members."""
    for one in (here.renata, here.kwame):
        await here.discord.slash(one, "journal")
        here.discord.closed[one] = 50007
    await here.settled()
    del here.discord.members[here.kwame]
    found = []
    for one in (here.renata, here.kwame):
        with pytest.raises(Shut) as door:
            await here.door.send(here.person(one), MESSAGE, "key-1")
        found.append(door.value.why)
    assert found == ["closed", "gone"]


async def test_who_writes_without_being_a_member_is_told_of_to_the_house(here: Place, house: SmallHouse) -> None:
    """In words or with a command; their words go nowhere."""
    house.news.clear()
    del here.discord.members[here.kwame]
    await here.discord.write(here.kwame, "are you there?")
    await here.discord.slash(here.kwame, "journal", private=True)
    await here.settled()
    assert [one.what for one in house.news] == [Account(here.person(here.kwame))] * 2
    assert house.heard == []


# --- the whole house -------------------------------------------------------------------------------


@pytest.fixture
async def town(tmp_path: Path, index_folder: Path) -> AsyncIterator[DiscordTown]:
    async with open_town(tmp_path, index_folder) as made:
        yield made


def _private(town: DiscordTown, short: str) -> str:
    return "\n".join(one["content"] for one in town.place.discord.private(town.people[short]))


async def _jump(town: DiscordTown, moment: datetime) -> None:
    town.clock.set(moment)
    await town.settled()


def _public(town: DiscordTown) -> str:
    return "\n".join(one["content"] for one in town.place.discord.public())


@pytest.mark.model
async def test_the_house_holds_what_cannot_go_out_and_goes_on(town: DiscordTown) -> None:
    """Somebody leaves and the channel is hidden; then the bot is taken out, and put back."""
    discord, kwame = town.place.discord, town.people["kwame"]
    await _jump(town, FIRST_WEEK - timedelta(days=3))
    for one in ("renata", "kwame"):
        await discord.press(town.people[one], discord.private(town.people[one])[-1], "Start")
    await town.settled()
    del discord.members[kwame]
    discord.closed[kwame] = 50007
    permissions = discord.permissions
    await discord.change_permissions(permissions & ~VIEW)
    await _jump(town, FIRST_WEEK)
    with town.house.store.begin() as tx:
        assert doors.at(tx, town.place.person(kwame)) == doors.GONE
    assert _private(town, "imani").count("I can no longer write in this cohort") == 1
    assert "A new prompt" not in _public(town)
    await discord.change_permissions(permissions)
    await town.settled()
    assert _public(town).count("A new prompt") == 1
    await town.place.door.client.wait_until_ready()
    await discord.remove_bot()
    await town.settled()
    sent = len(discord.requests)
    await _jump(town, FIRST_WEEK + timedelta(days=7))
    assert len(discord.requests) == sent
    await discord.put_back()
    await town.settled()
    assert _public(town).count("A new prompt") == 2
    assert "Week 1" in _private(town, "renata")
