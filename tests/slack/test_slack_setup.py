"""Setting up: a manifest with what is used and no more, and a look that says what is missing."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner

from bot.cli import main
from bot.features import ROUTE
from bot.messages import File, Outgoing
from bot.platforms.slack import downloads
from bot.platforms.slack.checkup import look
from bot.platforms.slack.manifest import COMMANDS, EVENTS, SCOPES, manifest
from bot.platforms.slack.settings import Secret, SlackSettings
from bot.platforms.slack.slack import Slack
from tests.fakes.slack import CHANNEL, TEAM, FakeSlack
from tests.slack.conftest import RENATA, channel, person, settings
from tests.slack.installing import settings as by_link

NEEDED_BY_EVENT = {
    "app_home_opened": set(),
    "app_mention": {"app_mentions:read"},
    "app_uninstalled": set(),
    "tokens_revoked": set(),
    **{f"channel_{one}": {"channels:read"} for one in ("archive", "deleted", "left", "unarchive")},
    **{f"group_{one}": {"groups:read"} for one in ("archive", "deleted", "left", "unarchive")},
    "member_joined_channel": {"channels:read", "groups:read"},
    "member_left_channel": {"channels:read", "groups:read"},
    "message.im": {"im:history"},
    "user_change": {"users:read"},
}
PRIVATE_CHANNEL = "G0COHORT"


async def test_the_manifest_asks_for_exactly_what_is_used(slack: FakeSlack) -> None:
    """By every method called, every event subscribed to, and the commands."""
    slack.channels[PRIVATE_CHANNEL] = dict(slack.channels[CHANNEL])
    platform = Slack(settings(slack))
    for where in (person(RENATA), channel(), channel(PRIVATE_CHANNEL)):
        ref = await platform.send(where, Outgoing("Hello.", file=File("a", b"1")), "k")
        await platform.find(where, "k")
        await platform.members(where)
        await platform.writable(where) if where.kind == "channel" else None
        await platform.edit(ref, Outgoing("Hello again."))
        await platform.delete(ref)
    slack.groups["S0LEADS"] = ("Leads", [RENATA])
    assert await platform.groups(TEAM) == (("S0LEADS", "Leads"),)
    assert await platform.in_group(TEAM, "S0LEADS") == [person(RENATA)]
    workspace = await platform.workspaces.of(TEAM)
    await downloads.fetch(workspace, slack.put_into_form("a.txt", b"1")["files"][0]["id"], 9)
    used = {one for one in slack.used_scopes if one and not one.startswith("app:")} | {"commands"}
    for event in EVENTS:
        used |= NEEDED_BY_EVENT[event]
    assert used == set(SCOPES)
    assert manifest()["oauth_config"]["scopes"]["bot"] == sorted(SCOPES)


def test_the_manifest_names_the_commands_that_the_house_has() -> None:
    """One that is only in the house could not be typed."""
    known = {name for feature in ROUTE for name in feature.commands}
    assert set(COMMANDS) == known


def test_the_manifest_is_set_up_for_a_socket_or_for_an_address() -> None:
    """Without an address nothing names one."""
    assert manifest()["settings"]["socket_mode_enabled"]
    assert "http" not in json.dumps(manifest())
    over_http = manifest("https://bot.example.org/")
    assert not over_http["settings"]["socket_mode_enabled"]
    assert over_http["settings"]["interactivity"]["request_url"] == "https://bot.example.org/slack/events"
    assert all(one["url"] for one in over_http["features"]["slash_commands"])


def test_the_manifest_names_where_people_come_back_to_when_it_is_installed_by_a_link() -> None:
    """And nothing of the kind when one token is all there is."""
    assert "redirect_urls" not in manifest("https://bot.example.org")["oauth_config"]
    words = ["slack", "manifest", "--address", "https://bot.example.org/", "--by-link"]
    made = json.loads(CliRunner().invoke(main, words).stdout)
    assert made["oauth_config"]["redirect_urls"] == ["https://bot.example.org/slack/oauth_redirect"]
    assert made == manifest("https://bot.example.org", by_link=True)
    assert "needs an address" in CliRunner().invoke(main, ["slack", "manifest", "--by-link"]).output


def test_the_manifest_fits_into_slack() -> None:
    """Slack counts the characters of what it shows."""
    made = manifest(name="n" * 35)
    assert len(made["display_information"]["description"]) <= 140
    assert all(len(one["description"]) <= 2000 for one in made["features"]["slash_commands"])
    assert len(made["features"]["shortcuts"][0]["name"]) <= 24


def test_the_command_prints_a_manifest_and_nothing_else() -> None:
    """So that it can be put into a file."""
    done = CliRunner().invoke(main, ["slack", "manifest"])
    assert done.exit_code == 0
    assert json.loads(done.stdout) == manifest()
    assert CliRunner().invoke(main, ["slack", "manifest", "--address", "http://x"]).exit_code == 2


async def _lines(given: SlackSettings) -> list[tuple[bool, str]]:
    return [line async for line in look(given)]


async def test_the_look_finds_everything_well(slack: FakeSlack) -> None:
    """Token, permissions, socket."""
    assert [well for well, _ in await _lines(settings(slack))] == [True, True, True, True]


async def test_the_look_says_what_is_missing_and_how_to_mend_it(slack: FakeSlack) -> None:
    """A permission, a token, a socket, and Slack itself."""
    slack.scopes -= {"files:write"}
    assert _short((await _lines(settings(slack)))[1]) == (False, "permissions are missing: files:write")
    wrong = SlackSettings(Secret("xoxb-wrong"), Secret("xapp-wrong"), Secret(""), "socket", slack.base_url)
    [(well, text)] = await _lines(wrong)
    assert (well, "Copy it again" in text) == (False, True)
    good = settings(slack)
    half = SlackSettings(good.bot_token, Secret("xapp-wrong"), Secret(""), "socket", slack.base_url)
    assert [well for well, _ in await _lines(half)] == [True, False, True, False]
    await slack.stop()
    [(well, text)] = await _lines(good)
    assert (well, "cannot be reached" in text) == (False, True)


async def test_the_look_knows_whether_slack_takes_the_client_id_and_its_secret(slack: FakeSlack) -> None:
    """Nothing is installed by looking, and the address to name in Slack is told."""
    good = by_link(slack)
    assert good.installing is not None
    lines = await _lines(good)
    assert [well for well, _ in lines] == [True, True]
    assert good.installing.redirect_url in lines[1][1]
    assert [well for well, _ in await _lines(by_link(slack, "socket"))] == [True, True, True]
    for wrong, said in (
        (replace(good.installing, client_id="9.9"), "does not know the client id"),
        (replace(good.installing, client_secret=Secret("another")), "is not the one of this client id"),
    ):
        [(well, text)] = await _lines(replace(good, installing=wrong))
        assert (well, said in text) == (False, True)
    await slack.stop()
    [(well, text)] = await _lines(good)
    assert (well, "cannot be reached" in text) == (False, True)


def _short(line: tuple[bool, str]) -> tuple[bool, str]:
    return line[0], line[1].partition(".")[0]


def test_a_look_without_tokens_says_where_they_are_found(tmp_path: Path) -> None:
    """One sentence each and no traceback."""
    without = dict.fromkeys(("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"))
    (tmp_path / "c.yaml").write_text("platforms:\n  slack: {}\n")
    done = CliRunner(env=without).invoke(main, ["--config", str(tmp_path / "c.yaml"), "slack", "check"])
    assert done.exit_code == 1
    assert "SLACK_BOT_TOKEN" in done.output and "SLACK_APP_TOKEN" in done.output
