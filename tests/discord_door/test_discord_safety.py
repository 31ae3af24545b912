"""Nobody is pinged, nothing is previewed, nothing is read that was not meant for the bot."""

from __future__ import annotations

import json
import logging
import random
from typing import Any

import discord
import pytest

from bot.messages import Field, Form, Option, Outgoing, Picture, Quote
from bot.platforms.discord import client, prose
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_gateway import PRIVILEGED
from tests.fakes.discord_rules import SILENT, SUPPRESS_EMBEDS, units

PIXEL = bytes.fromhex("89504e470d0a1a0a")
NASTY = "@everyone <@&55> <@1> <#2> </ban:1> <t:1> *b* _i_ ||s|| `c` [x](https://evil.example) \\* ~~s~~\n# h\n- l\n> q"


async def test_no_privileged_intent_is_asked_for(here: Place) -> None:
    """Neither in what the client is built with nor in what it says to the gateway."""
    assert not client.intents().value & PRIVILEGED
    assert [one["intents"] & PRIVILEGED for one in here.discord.gateway.identified] == [0]


async def test_every_message_forbids_mentions_and_previews(here: Place, house: SmallHouse) -> None:
    """Delivered, answered, edited, deferred and in a private message alike."""
    house.says["/journal"] = house.says["text"] = Outgoing(
        NASTY, quotes=(Quote(NASTY, NASTY, NASTY, "https://a.example"),)
    )
    ref = await here.door.send(here.channel, Outgoing(NASTY), "key-1")
    asked = await here.discord.slash(here.renata, "journal")
    await here.discord.write(here.renata, NASTY)
    await here.discord.post(here.renata, "<@999000000000000001> " + NASTY)
    await here.settled()
    await here.door.edit(ref, Outgoing(NASTY + "!"))
    shown = [*here.discord.public(), *here.discord.private(here.renata), *asked.shown]
    assert len(shown) == 4
    for one in shown:
        assert one["allowed_mentions"]["parse"] == []
        assert not one["allowed_mentions"].get("replied_user")
        assert one["flags"] & SUPPRESS_EMBEDS


THREAD = {"auto_archive_duration": 60, "archived": False, "archive_timestamp": "2026-11-22T00:00:00+00:00"}
ROOMS: dict[str, dict[str, Any]] = {
    "a thread": {"type": 11, "parent_id": "1", "owner_id": "2", "message_count": 1, "member_count": 1}
    | {"thread_metadata": THREAD},
    "the chat of a voice channel": {"type": 2, "bitrate": 64000, "user_limit": 0, "rtc_region": None},
    "the chat of a stage": {"type": 13, "bitrate": 64000, "user_limit": 0, "rtc_region": None, "topic": None},
}


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS.keys())
async def test_a_reflection_after_a_command_opens_a_form_for_its_writer_and_stays_unsaid(
    here: Place, house: SmallHouse, room: dict[str, Any]
) -> None:
    """In rooms that are not the cohort's channel, too: the form is the only answer, and it holds nothing of it."""
    house.says["/reflect"] = Form("form-1", "Week 1", "reflect.save", (Field("what", "What?"),), "week:1")
    asked = await here.discord.slash(here.renata, "reflect", "my superintendent said it aloud", room=room)
    await here.settled()
    assert asked.modal is not None
    assert "superintendent" not in str((asked.modal, here.discord.public(), here.discord.private(here.renata)))


def test_no_mark_of_a_text_means_anything_to_discord() -> None:
    """Every character that Discord reads as a mark is escaped, and the words are the same without the escapes."""
    shown = prose.inert(NASTY)
    for mark in ("@everyone", "<@", "<#", "</", "<t:", "*b*", "_i_", "||s", "`c", "[x]", "~~s", "\n# ", "\n- ", "\n> "):
        assert f"\n{shown}".replace(f"\\{mark[0]}", "").find(mark) == -1, mark
    assert prose.inert("See https://a.example/x_y_z*1 now") == "See <https://a.example/x_y_z*1> now"
    assert prose.inert("3. and 2024) but 2.5") == "3\\. and 2024) but 2.5"


def test_cutting_into_pages_loses_no_word_and_tears_no_escape() -> None:
    """Random texts with marks, links and faces: each page fits, and together they are the text."""
    chance = random.Random(7)  # noqa: S311 - the same texts every time
    pieces = [*"*_\\@<\n |`é", "word", "👩🏽‍🏫", "\n\n", "https://a.example/b_c", "# ", "1. ", "x" * 300]
    for _ in range(60):
        text = "".join(chance.choice(pieces) for _ in range(chance.randrange(1, 900)))
        found = prose.pages(text)
        assert all(units(one) <= 2000 for one in found)
        bare = prose.inert(text)
        assert "".join("".join(found).split()).replace("\\", "") == "".join(bare.split()).replace("\\", "")


async def test_a_long_text_comes_in_pages_with_the_buttons_under_the_last(here: Place) -> None:
    """2,000 characters as Discord counts them; one key holds them all together."""
    text = "\n".join(f"Line {number}: word 🙂 * " for number in range(400))
    ref = await here.door.send(here.channel, Outgoing(text, options=(Option("Start", "a.b"),)), "key-1")
    pages = here.discord.public()
    assert len(pages) > 2
    assert [bool(one["components"]) for one in pages] == [False] * (len(pages) - 1) + [True]
    assert await here.door.find(here.channel, "key-1") == ref
    await here.door.delete(ref)
    assert here.discord.public() == []


async def test_a_reminder_is_silent_and_a_chart_says_what_it_shows(here: Place) -> None:
    """Quiet messages carry the silent flag; a picture is an attachment with a description."""
    await here.door.send(here.channel, Outgoing("Still open.", quiet=True), "key-1")
    await here.door.send(here.channel, Outgoing("Counts", picture=Picture(PIXEL, "Seven of nine answered")), "key-2")
    silent, chart = here.discord.public()
    assert silent["flags"] & SILENT
    assert not chart["flags"] & SILENT
    assert chart["attachments"][0]["description"] == "Seven of nine answered"


async def test_the_bot_does_not_hear_itself_nor_other_bots_nor_what_was_said_to_others(
    here: Place, house: SmallHouse
) -> None:
    """Only people, and in a channel only where they mention it."""
    robot = here.discord.join("Robot", bot=True)
    await here.discord.write(robot, "hello")
    await here.discord.post(here.renata, "a word among colleagues")
    await here.discord.write(here.renata, "a system message", type=7)
    await here.settled()
    assert house.heard == []
    assert here.discord.private(robot) == []


async def test_no_word_and_no_token_is_logged(here: Place, house: SmallHouse, caplog: pytest.LogCaptureFixture) -> None:
    """Not even when the house breaks over it, with every logger at its finest."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("discord").setLevel(logging.INFO)
    house.says["text"] = RuntimeError("broken")
    await here.discord.write(here.renata, "my secret thought")
    await here.settled()
    assert "went wrong" in here.discord.private(here.renata)[0]["content"]
    logged = caplog.text + json.dumps([str(one.__dict__) for one in caplog.records])
    assert "secret thought" not in logged
    assert "made-up.for-tests" not in logged


def test_the_library_cannot_be_brought_to_log_bodies() -> None:
    """Its finest level prints whole messages, so it is not left to chance."""
    assert logging.getLogger("discord").level >= logging.INFO
    assert discord.__version__.startswith("2.")
