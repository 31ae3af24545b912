"""The door under simcord, which checks permissions, intents and limits in its own way: a second pair of eyes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simcord
from pydantic import SecretStr

from bot.messages import Errors, Field, Form, Option, Outgoing, Press, Text
from bot.platforms.discord.catalogue import publish
from bot.platforms.discord.door import Door
from bot.platforms.discord.notebook import Notebook
from bot.platforms.discord.reception import Reception
from bot.platforms.discord.settings import DiscordSettings
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_server import GUILD, TOKEN

FORM = Form(
    "form1",
    "Arrive and settle in",
    "a.save",
    (
        Field("hope", "One hope", required=True, lines=3, limit=200),
        Field("when", "When?", "choice", choices=(("am", "Mornings"), ("pm", "Later"))),
        Field("who", "With whom?", "choices", choices=(("s", "Students"), ("f", "Families"))),
    ),
    "v",
    intro="What would you like more of?",
)


@dataclass
class Simulated:
    env: Any
    channel: Any
    renata: Any
    door: Door
    house: SmallHouse


@asynccontextmanager
async def simulated(folder: Path) -> AsyncIterator[Simulated]:
    tokens = iter(f"token{number}" for number in range(100))
    door = Door(
        DiscordSettings(SecretStr(TOKEN), GUILD),
        Notebook(folder / "discord.db"),
        seconds=lambda: 0.0,
        token=lambda: next(tokens),
    )
    house = SmallHouse()
    try:
        async with simcord.run(door.client) as env:
            guild = env.create_guild(id=GUILD)
            channel = guild.create_text_channel("sample-cohort")
            reception = Reception(door, house)
            door.client.on_news = reception.news
            await publish(door.client, house, reception, GUILD)
            yield Simulated(env, channel, guild.add_member(env.create_user("renata")), door, house)
    finally:
        door.close()


async def test_a_form_goes_out_comes_back_and_opens_again(tmp_path: Path) -> None:
    """Radio buttons, boxes and text, sent back with an error and then taken."""
    async with simulated(tmp_path) as there:
        there.house.says["/reflect"], there.house.says["a.save"] = FORM, Errors({"hope": "A little shorter, please."})
        opened = await there.renata.slash(there.channel, "reflect")
        refused = await there.renata.submit_modal(opened, {"hope": "More time", "when": "am", "who": ["s"]})
        assert refused.ephemeral
        assert "One hope: A little shorter, please." in refused.response.content
        again = await there.renata.click(refused.response, label="Open the form again")
        assert again.modal is not None
        there.house.says["a.save"] = Outgoing("Saved.")
        saved = await there.renata.submit_modal(again, {"hope": "More", "when": "pm", "who": ["f"]})
        assert saved.response.content == "Saved."
        assert there.house.sent_in[-1].values == {"hope": "More", "when": "pm", "who": ["f"]}


async def test_a_button_a_question_and_a_private_message(tmp_path: Path) -> None:
    """Delivered, pressed, asked before it counts; and words in private answered in private."""
    async with simulated(tmp_path) as there:
        options = (Option("Skip", "weekly.skip", "c:1"), Option("Leave", "m.leave", "c", "danger", "Leave?"))
        ref = await there.door.send(
            there.door.place(None, there.channel.id), Outgoing("Hello", options=options), "key-1"
        )
        assert await there.door.find(there.door.place(None, there.channel.id), "key-1") == ref
        message = there.channel.last_message
        await there.renata.click(message, label="Skip")
        asked = await there.renata.click(message, label="Leave")
        await there.renata.click(asked.response, label="Leave")
        assert [one.what for one in there.house.heard] == [Press("weekly.skip", "c:1"), Press("m.leave", "c")]
        await there.renata.send_dm("Is anybody there?")
        assert there.house.heard[-1].what == Text("Is anybody there?")
        await there.door.send(there.door.who(there.renata.id), Outgoing("A prompt"), "key-2")
