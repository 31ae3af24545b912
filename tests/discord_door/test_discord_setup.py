"""One token and one server id are enough, and what is missing is said with its fix."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.errors import DeliveryError, SettingsError
from bot.messages import Option, Outgoing, Picture
from bot.platforms.discord.checkup import look
from bot.platforms.discord.permissions import NEEDED, invite, needed
from bot.platforms.discord.settings import DiscordSettings, read
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_server import APP, GUILD, TOKEN, permissions_of

ENVIRONMENT = {"DISCORD_TOKEN": TOKEN}


def test_a_token_and_a_server_are_all_it_takes(tmp_path: Path) -> None:
    """The token comes from the environment or from a file, and is never printed."""
    (tmp_path / "token").write_text(TOKEN + "\n")
    for known in (
        read({"server": GUILD}, ENVIRONMENT),
        read({"server": str(GUILD), "token_file": str(tmp_path / "token")}, {}),
    ):
        assert (known.server, known.application) == (GUILD, APP)
        assert known.token.get_secret_value() == TOKEN
        assert TOKEN not in repr(known)


@pytest.mark.parametrize(
    ("settings", "environment", "fix"),
    [
        ({"server": GUILD}, {}, "set DISCORD_TOKEN"),
        ({}, ENVIRONMENT, "Copy Server ID"),
        ({"server": "my server"}, ENVIRONMENT, "Copy Server ID"),
        ({"server": GUILD, "token": "abc"}, ENVIRONMENT, "does not belong in the settings file"),
        ({"server": GUILD, "token_file": "/nowhere/token"}, {}, "cannot be read"),
        ({"server": GUILD, "guild": 1}, ENVIRONMENT, "allowed: server, token_file"),
    ],
)
def test_a_bad_setting_names_its_fix(settings: dict[str, object], environment: dict[str, str], fix: str) -> None:
    """All at once, without a secret in the text."""
    with pytest.raises(SettingsError, match=fix) as problem:
        read(settings, environment)
    assert TOKEN not in str(problem.value)


async def use_everything(place: Place, house: SmallHouse) -> None:
    """Every call that needs a permission: a chart, a look-up, an answer to a mention."""
    chart = Outgoing("Counts", picture=Picture(b"png", "Counts"), options=(Option("Go", "a.b"),))
    await place.door.send(place.channel, chart, "key-1")
    await place.door.notebook.arrived("key-1", "")
    assert await place.door.find(place.channel, "key-1")
    house.says["text"] = Outgoing("An answer")
    before = len(place.discord.public())
    await place.discord.post(place.renata, f"<@{APP}> hello")
    await place.settled()
    assert len(place.discord.public()) == before + 1


async def test_the_invitation_asks_for_what_is_used(here: Place, house: SmallHouse) -> None:
    """With exactly these permissions everything works."""
    here.discord.permissions = permissions_of(invite(APP, GUILD))
    assert here.discord.permissions == needed().value
    await use_everything(here, house)


@pytest.mark.parametrize("name", [name for name in NEEDED if name != "send_messages_in_threads"])
async def test_the_invitation_asks_for_nothing_more(here: Place, house: SmallHouse, name: str) -> None:
    """Without any one of them something fails."""
    less = needed()
    less.update(**{name: False})
    here.discord.permissions = less.value
    with pytest.raises((DeliveryError, AssertionError)):
        await use_everything(here, house)


async def test_a_wrong_token_ends_the_start_with_its_fix(place: Place) -> None:
    """And nothing is tried again with it."""
    async with place.open(run=False) as door:
        door.settings = DiscordSettings(SecretStr("wrong"), GUILD)
        with pytest.raises(SettingsError, match="Reset Token"):
            await door.run(place.house)
    assert [status for _, _, status in place.discord.requests] == [401]


async def test_commands_are_listed_for_the_server_and_for_private_messages(here: Place) -> None:
    """Once each, so that nobody sees a command twice; facilitators' commands are hidden from others."""
    server = {one["name"]: one for one in here.discord.commands[f"guilds/{GUILD}"]}
    private = {one["name"]: one for one in here.discord.commands[""]}
    assert set(server) == {"reflect", "resources", "journal", "facilitate", "Reflect on this"}
    assert set(private) == set(server) - {"Reflect on this"}
    assert all(one["contexts"] == [1] for one in private.values())
    assert str(server["facilitate"]["default_member_permissions"]) == str(1 << 33)
    assert server["journal"].get("default_member_permissions") is None
    assert server["resources"]["options"][0]["autocomplete"]
    assert not server["reflect"].get("options")


async def test_a_bot_that_is_not_invited_yet_runs_and_says_so(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    """The commands for the server cannot be listed; the rest goes on."""
    from tests.fakes.discord_server import Fault

    refused = Fault("PUT", f"/guilds/{GUILD}/commands", 403, {"code": 50001, "message": "Missing Access"})
    place.discord.faults.append(refused)
    async with place.open():
        assert "cohortbook discord invite" in caplog.text


@pytest.mark.parametrize(
    ("permissions", "fine", "told"),
    [(needed().value, True, "may do all that it needs"), (0, False, "attach files, to post a chart")],
)
async def test_a_look_says_what_is_missing(place: Place, permissions: int, fine: bool, told: str) -> None:
    """With the link that mends it."""
    place.discord.permissions = permissions
    lines = [line async for line in look(DiscordSettings(SecretStr(TOKEN), GUILD))]
    assert lines[0][0]
    assert lines[1][0] is fine
    assert told in lines[1][1]
    wrong = [line async for line in look(DiscordSettings(SecretStr("wrong"), GUILD))]
    assert wrong == [(False, "Discord does not accept the token; make a new one under Bot, Reset Token")]
    await asyncio.sleep(0)


def test_the_command_line_prints_the_link_and_loads_no_discord_before(tmp_path: Path) -> None:
    """`cohortbook discord invite`, from a process of its own."""
    (tmp_path / "cohortbook.yaml").write_text(f"platforms:\n  discord:\n    server: {GUILD}\n")
    done = subprocess.run(
        [sys.executable, "-m", "bot.cli", "discord", "invite"],
        cwd=tmp_path,
        env=os.environ | ENVIRONMENT | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == invite(APP, GUILD)
    assert "attach files: to post a chart" in done.stderr
    lazy = "import sys, bot.platforms.discord.commands, bot.platforms.discord; sys.exit('discord' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", lazy], cwd=Path(__file__).parents[2], timeout=60).returncode == 0
