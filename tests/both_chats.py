"""One house with a Slack workspace and a Discord server, each behind its real door, and people who are in both."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from pydantic import SecretStr

from bot.app import House, build
from bot.clock import DemoClock
from bot.config import Settings
from bot.messages import Address
from bot.platforms.discord.door import Door
from bot.platforms.slack.slack import Slack
from bot.store import people
from bot.store.people import Somebody
from tests.discord_door.conftest import Place
from tests.fakes import discord_server, slack
from tests.fakes.discord_server import GUILD, TOKEN, Discord, Exchange, open_discord
from tests.fakes.recorder import PEOPLE
from tests.fakes.slack import TEAM, FakeSlack
from tests.slack.conftest import open_door
from tests.slack.test_dialogues_in_slack import settings as slack_settings
from tests.town import FIRST_DAY, START, Machine

_SECONDS_BETWEEN = 5
"""Messages go out at the pace that a platform allows, by the machine's clock."""
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}\b")


@dataclass
class Both:
    house: House
    clock: DemoClock
    machine: Machine
    slack: FakeSlack
    discord: Discord
    place: Place
    on_slack: Mapping[str, str]
    on_discord: Mapping[str, int]
    shown: dict[str, Exchange] = field(default_factory=dict)
    """The newest that each person sees in Discord after acting."""

    async def settled(self) -> None:
        door = cast(Slack, self.house.platforms["slack"])
        for _ in range(2):
            await door.finish()
            await self.place.settled()
            self.machine.go_on(_SECONDS_BETWEEN)
            await self.house.tick()
        await self.place.settled()

    # --- in Slack ----------------------------------------------------------------------------------

    async def slack_says(self, who: str, line: str) -> str:
        await self.slack.command(self.on_slack[who], line)
        await self.settled()
        return self.slack_card(who)

    async def slack_presses(self, who: str, label: str, channel: str = "") -> str:
        user = self.on_slack[who]
        seen = self.slack.seen_by(user, channel or self.slack.dm(user))
        message = next(one for one in reversed(seen) if any(_starts(each, label) for each in one.buttons))
        await self.slack.press(user, message, label)
        await self.settled()
        return self.slack_card(who)

    async def slack_fills(self, who: str, values: dict[str, Any]) -> str:
        await self.slack.submit(self.on_slack[who], values)
        await self.settled()
        return self.slack_card(who)

    def slack_card(self, who: str) -> str:
        seen = self.slack.seen_by(self.on_slack[who], self.slack.dm(self.on_slack[who]))
        return seen[-1].words if seen else ""

    def slack_all(self, who: str) -> str:
        user = self.on_slack[who]
        return "\n".join(one.words for one in self.slack.seen_by(user, self.slack.dm(user)))

    # --- in Discord --------------------------------------------------------------------------------

    async def discord_says(self, who: str, command: str) -> str:
        self.shown[who] = await self.discord.slash(self.on_discord[who], command, private=True)
        await self.settled()
        return self.shown[who].text

    async def discord_presses(self, who: str, label: str) -> str:
        """Under the newest answer, or else under a private message."""
        user = self.on_discord[who]
        answers = self.shown[who].shown if who in self.shown else []
        offered = [*self.discord.private(user), *answers]
        found = next(one for one in reversed(offered) if any(text.startswith(label) for text in labels(one)))
        self.shown[who] = await self.discord.press(user, found, label)
        await self.settled()
        if self.shown[who].shown and "Not now" in labels(self.shown[who].shown[-1])[1:]:
            self.shown[who] = await self.discord.press(user, self.shown[who].shown[-1], label)
            await self.settled()
        return self.shown[who].text

    async def discord_fills(self, who: str, values: Mapping[str, object]) -> str:
        modal = self.shown[who].modal
        assert modal is not None, self.shown[who].text
        self.shown[who] = await self.discord.submit(self.on_discord[who], modal, values, private=True)
        await self.settled()
        return self.shown[who].text

    async def discord_answers(self, who: str) -> str:
        """The open form, with the first choice or a line wherever an answer is required."""
        modal = self.shown[who].modal
        assert modal is not None, self.shown[who].text
        parts = [one["component"] for one in modal["components"] if one["type"] == 18]
        required = [one for one in parts if one.get("required", True)]
        return await self.discord_fills(
            who,
            {one["custom_id"]: one["options"][0]["value"] if one.get("options") else "One line." for one in required},
        )

    def discord_all(self, who: str) -> str:
        return "\n".join(one["content"] for one in self.discord.private(self.on_discord[who]))

    def public(self, words: str = "room 4") -> tuple[int, int]:
        """How many messages in the two channels have these words: (in Slack, in Discord)."""
        there = [one.words for one in self.slack.messages if one.channel == slack.CHANNEL and not one.gone]
        return sum(words in one for one in there), sum(words in one["content"] for one in self.discord.public())

    # --- common ways -------------------------------------------------------------------------------

    async def code_from_slack(self, who: str) -> str:
        await self.slack_says(who, "/connect")
        found = CODE.search(await self.slack_presses(who, "Make a code"))
        assert found is not None
        return found.group()

    async def type_in_discord(self, who: str, code: str) -> str:
        await self.discord_says(who, "connect")
        await self.discord_presses(who, "Type a code")
        return await self.discord_fills(who, {"code": code})

    async def join(self, who: str) -> str:
        await self.type_in_discord(who, await self.code_from_slack(who))
        return await self.discord_presses(who, "Yes, that is me")

    async def found_cohort(self, here: Sequence[str], there: Sequence[str]) -> None:
        """Imani makes it in Slack, with its channel and people there, and then chooses those in Discord."""
        await self.slack_says("imani", "/facilitate")
        await self.slack_presses("imani", "New cohort")
        program = self._block("imani", "f.program")
        chosen = next(one for one in program["element"]["options"] if one["value"] == "leep")
        await self.slack_fills(
            "imani",
            {
                "f.program": {"selected_option": chosen},
                "f.name": {"value": "Spring cohort"},
                "f.start": {"selected_date": FIRST_DAY},
                "f.zone": {"value": "America/New_York"},
            },
        )
        await self.slack_presses("imani", "Next")
        await self.slack_fills(
            "imani",
            {
                "f.channel": {"selected_conversation": slack.CHANNEL},
                "f.members": {"selected_users": [self.on_slack[one] for one in here]},
            },
        )
        await self.slack_presses("imani", "Set it running")
        await self.discord_says("imani", "facilitate")
        await self.discord_presses("imani", "People")
        await self.discord_presses("imani", "Invite members")
        await self.discord_fills(
            "imani", {"channel": [discord_server.CHANNEL], "members": [self.on_discord[one] for one in there]}
        )

    def _block(self, who: str, name: str) -> dict[str, Any]:
        blocks = self.slack.modals[self.on_slack[who]]["blocks"]
        return next(one for one in blocks if one.get("block_id") == name)

    async def until(self, by: str) -> None:
        async def nobody() -> None:
            return None

        await self.clock.advance(by, nobody)  # type: ignore[arg-type]
        await self.settled()

    async def who(self, address: Address) -> Somebody | None:
        return await self.house.store.read(people.known, address)

    def slack_address(self, who: str) -> Address:
        return Address("slack", TEAM, "person", self.on_slack[who])

    def discord_address(self, who: str) -> Address:
        return Address("discord", str(GUILD), "person", str(self.on_discord[who]))


def labels(message: dict[str, Any]) -> list[str]:
    return [one["label"] for row in message["components"] for one in row["components"]]


def _starts(button: dict[str, Any], label: str) -> bool:
    return bool(button["text"]["text"].startswith(label))


@asynccontextmanager
async def open_both(folder: Path, database: str = "") -> AsyncIterator[Both]:
    async with open_discord() as discord, contextlib.AsyncExitStack() as closing:
        fake = FakeSlack()
        await fake.start()
        closing.push_async_callback(fake.stop)
        on_slack = {short: f"U0{short.upper().replace('-', '')}" for short in PEOPLE}
        for short, (name, zone) in PEOPLE.items():
            fake.add_person(on_slack[short], name, zone)
        on_discord = {short: discord.join(name) for short, (name, _) in PEOPLE.items()}
        (folder / "token").write_text(TOKEN)
        count, machine = itertools.count(1), Machine(START)
        clock = DemoClock(folder / "clock.json", machine=machine)
        house = build(
            Settings(
                database=SecretStr(database),
                data=folder / "data",
                index=folder / "index",
                platforms={
                    "slack": slack_settings(folder, fake, "socket"),
                    "discord": {"server": GUILD, "token_file": str(folder / "token")},
                },
                facilitators=[f"slack/{TEAM}/{on_slack['imani']}", f"discord/{GUILD}/{on_discord['imani']}"],
                runs_it="the town's own people",
            ),
            clock,
            ids=lambda: f"id{next(count):06d}",
            machine=machine,
        )
        closing.callback(house.close)
        clock.deliver = house
        door = cast(Door, house.platforms["discord"])
        place = Place(discord, folder, house.desk, doors=[door])
        await house.welcome_facilitators()
        running = asyncio.create_task(door.run(house.desk))
        closing.push_async_callback(_ended, running)
        await closing.enter_async_context(open_door(fake, cast(Slack, house.platforms["slack"]), house.desk))
        await place.connected()
        yield Both(house, clock, machine, fake, discord, place, on_slack, on_discord)
        assert fake.complaints == []


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
