"""The two lines to Slack: sockets that drop and come back, and requests that may be forged."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import aiohttp
import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.errors import SettingsError
from bot.messages import Command
from bot.platforms.slack import create
from bot.platforms.slack.settings import Secret, read
from tests.fakes.slack import (
    APP_TOKEN,
    BOT_TOKEN,
    CHANNEL,
    SIGNING_SECRET,
    FakeSlack,
    Fault,
    encoded,
    signed,
)
from tests.slack.conftest import RENATA, Door, opened

CANARY = "my-superintendent-said-it-aloud"
FORM = "application/x-www-form-urlencoded"


def body(text: str = CANARY, trigger: str = "t1") -> bytes:
    return encoded(
        "slash_commands",
        {
            "command": "/reflect",
            "text": text,
            "user_id": RENATA,
            "team_id": "T0TOWN",
            "channel_id": CHANNEL,
            "trigger_id": trigger,
        },
    )[0]


# --- Socket Mode --------------------------------------------------------------------------------------


async def test_a_dropped_socket_is_opened_again(socket_door: Door) -> None:
    """What happens afterwards is answered as before."""
    slack = socket_door.slack
    old = slack.sockets[0]
    await old.close()
    await slack.until(lambda: slack.sockets and slack.sockets[0] is not old)
    await slack.command(RENATA, "/journal")
    await socket_door.settled()
    assert len(socket_door.house.heard) == 1


@pytest.mark.parametrize("reason", ["warning", "refresh_requested", "link_disabled"])
async def test_a_refresh_that_slack_announces_loses_nothing(socket_door: Door, reason: str) -> None:
    """Slack asks for a new connection every few hours, before it closes one, and when Socket Mode is switched."""
    slack = socket_door.slack
    old = slack.sockets[0]
    await old.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "applink"}})
    await slack.until(lambda: slack.sockets and slack.sockets[-1] is not old)
    await slack.until(lambda: old not in slack.sockets)
    await slack.command(RENATA, "/journal")
    await socket_door.settled()
    assert len(socket_door.house.heard) == 1


async def test_a_socket_comes_back_when_slack_was_out_of_reach_for_a_while(socket_door: Door) -> None:
    """Neither a refused ticket nor a failing call ends the tries."""
    slack = socket_door.slack
    old = slack.sockets[0]
    slack.faults["apps.connections.open"] = [Fault(503), Fault(error="internal_error"), Fault(cut=True)]
    slack.refused_links = 2
    await old.close()
    await slack.until(lambda: slack.sockets and slack.sockets[0] is not old, 20)
    await slack.command(RENATA, "/journal")
    await socket_door.settled()
    assert len(socket_door.house.heard) == 1


async def test_several_connections_answer_each_event_once(slack: FakeSlack) -> None:
    """Slack hands an event to any one of them, and to another when it hears nothing."""
    async with opened(slack, "socket", connections=3) as door:
        await slack.write(RENATA, "Help", event_id="Ev1")
        slack.sockets.reverse()
        await slack.write(RENATA, "Help", event_id="Ev1", retry=1)
        await door.settled()
        assert len(door.house.heard) == 1


# --- HTTP ---------------------------------------------------------------------------------------------


def forged(case: str) -> dict[str, str] | list[tuple[str, str]]:
    good = signed(body())
    stamp, signature = good["X-Slack-Request-Timestamp"], good["X-Slack-Signature"]
    headers: dict[str, dict[str, str] | list[tuple[str, str]]] = {
        "none": {},
        "only a time": {"X-Slack-Request-Timestamp": stamp},
        "zeros": good | {"X-Slack-Signature": "v0=" + "0" * 64},
        "another secret": signed(body(), secret="guessed"),
        "another body": signed(body("else")),
        "not ascii": good | {"X-Slack-Signature": "v0=é" + signature[4:]},
        "not a number": good | {"X-Slack-Request-Timestamp": "abc"},
        "many digits": good | {"X-Slack-Request-Timestamp": "1" * 5000},
        "negative": good | {"X-Slack-Request-Timestamp": f"-{stamp}"},
        "too old": signed(body(), at=time.time() - 301),
        "too new": signed(body(), at=time.time() + 310),
        "twice": [*good.items(), ("X-Slack-Signature", signature), ("X-Slack-Request-Timestamp", stamp)],
    }
    return headers[case]


@pytest.mark.parametrize(
    "case",
    "none|only a time|zeros|another secret|another body|not ascii|not a number|many digits|negative|too old|too new|"
    "twice".split("|"),
)
async def test_a_request_that_slack_did_not_sign_just_now_is_refused(
    http_door: Door, case: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing runs, and nothing of its body is logged at any level."""
    caplog.set_level(logging.DEBUG)
    headers = forged(case)
    given = list(headers.items()) if isinstance(headers, dict) else headers
    status, _ = await http_door.slack.post(body(), [*given, ("Content-Type", FORM)])
    await http_door.settled()
    assert status == 401
    assert http_door.house.heard == []
    assert CANARY not in caplog.text


async def test_ssl_check_opens_no_door(http_door: Door) -> None:
    """An old way around the signature."""
    for door in (body() + b"&ssl_check=1", b"ssl_check=1&payload=%7B%7D", b"ssl_check=1&token=" + b"t" * 400):
        assert (await http_door.slack.post(door, {"Content-Type": FORM}))[0] == 401
    await http_door.settled()
    assert http_door.house.heard == []


async def test_slack_may_look_at_the_certificate(http_door: Door) -> None:
    """Now and then, unsigned, with nothing in it; it wants to hear that all is well."""
    for look in (b"ssl_check=1", b"token=abc&ssl_check=1"):
        assert await http_door.slack.post(look, {"Content-Type": FORM}) == (200, "")
    async with aiohttp.ClientSession() as browser:
        for query, status in (("?ssl_check=1&token=abc", 200), ("", 404)):
            async with browser.get(http_door.slack.http_target + query) as answer:
                assert answer.status == status
    assert http_door.house.heard == []


@pytest.mark.parametrize(("junk", "status"), [(b"\xff\xfe", 400), (b"a" * 2_000_000, 413)])
async def test_what_cannot_be_from_slack_is_refused_before_it_is_read(
    http_door: Door, junk: bytes, status: int
) -> None:
    """Half characters, and more than Slack ever sends."""
    assert (await http_door.slack.post(junk, signed(junk) | {"Content-Type": FORM}))[0] == status


TWICE = b'{"type":"event_callback","user":"U1","user":"U2","event":{"type":"message","user":"U1","user":"U2"}}'


@pytest.mark.parametrize("odd", [b"", b"[]", b"{", b'{"a":' * 2000, b'{"type":"nothing"}', b"payload=%7B%7D", TWICE])
async def test_a_signed_riddle_does_no_harm(http_door: Door, odd: bytes, caplog: pytest.LogCaptureFixture) -> None:
    """Signed, and yet nothing that Slack would send."""
    for content in ("application/json", FORM):
        await http_door.slack.post(odd, signed(odd) | {"Content-Type": content})
    await http_door.slack.command(RENATA, "/journal")
    await http_door.settled()
    assert len(http_door.house.heard) == 1


async def test_an_unsigned_riddle_is_refused_unread(http_door: Door) -> None:
    """Only what Slack signed is worth reading."""
    for odd in (b"[]", b"{", b'{"a":' * 2000):
        headers = signed(odd, secret="guessed") | {"Content-Type": "application/json"}
        assert (await http_door.slack.post(odd, headers))[0] == 401


async def test_a_replayed_request_is_acknowledged_and_does_nothing_again(http_door: Door) -> None:
    """The same signed bytes, within the minutes that Slack's clock allows."""
    headers = signed(body()) | {"Content-Type": FORM}
    for _ in range(3):
        assert (await http_door.slack.post(body(), headers))[0] == 200
    await http_door.settled()
    assert [one.what for one in http_door.house.heard] == [Command("reflect", CANARY)]


async def test_slack_may_make_sure_that_the_address_is_ours(http_door: Door) -> None:
    """What the setting-up of an app asks once."""
    asked = b'{"type":"url_verification","challenge":"c-123","token":"x"}'
    status, text = await http_door.slack.post(asked, signed(asked) | {"Content-Type": "application/json"})
    assert status == 200
    assert "c-123" in text


async def test_the_library_logs_no_body_when_a_signature_fails(
    http_door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """By itself it does, at INFO: with a clock that is off, every reflection would land in the log."""
    caplog.set_level(logging.DEBUG)
    app = http_door.platform._with(http_door.house)[1]
    headers = signed(body(), at=time.time() - 4000) | {"content-type": FORM}
    answer = await app.async_dispatch(AsyncBoltRequest(body=body().decode(), headers=headers))
    assert answer.status == 401
    assert CANARY not in caplog.text


async def test_no_word_and_no_token_is_logged_at_any_level(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """Commands, words, forms, sends and failures, with every logger wide open."""
    from bot.messages import Outgoing
    from tests.slack.conftest import channel
    from tests.slack.house import REFLECT

    caplog.set_level(logging.DEBUG)
    for name in ("slack_bolt", "slack_sdk", "aiohttp", "bot"):
        caplog.set_level(logging.DEBUG, name)
    await door.slack.write(RENATA, CANARY)
    await door.slack.command(RENATA, f"/resources {CANARY}")
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect")
    await door.settled()
    await door.slack.submit(RENATA, {"f.what": {"value": CANARY}})
    for fault in (Fault(error="invalid_blocks"), Fault(500), Fault(cut=True), Fault()):
        door.slack.faults["chat.postMessage"] = [fault]
        try:
            await door.platform.send(channel(), Outgoing(CANARY), "k")
        except Exception as problem:  # noqa: BLE001 - whatever it is, it must not quote
            assert CANARY not in f"{problem!r}{problem.__cause__!r}"
    for secret in (CANARY, BOT_TOKEN, APP_TOKEN, SIGNING_SECRET):
        assert secret not in caplog.text


# --- settings -----------------------------------------------------------------------------------------


def test_two_values_are_enough_to_start() -> None:
    """A bot token and an app-level token."""
    made = read({}, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})
    assert (made.mode, made.base_url) == ("socket", "https://slack.com/api/")


def test_a_client_id_and_its_secret_take_the_place_of_a_bot_token() -> None:
    """Each workspace brings its own; Slack's page that asks people is where its Web API is."""
    secrets = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s-9", "SLACK_SIGNING_SECRET": "sign"}
    made = read({"address": "https://bot.example.org/"}, secrets)
    assert (made.mode, made.installing and made.installing.client_id) == ("http", "1.2")
    assert made.installing is not None
    assert made.installing.redirect_url == "https://bot.example.org/slack/oauth_redirect"
    assert made.installing.authorize_url == "https://slack.com/oauth/v2/authorize"
    assert "s-9" not in repr(made)
    elsewhere = {"address": "https://bot.example.org", "base_url": "https://slack-gov.com/api/"}
    found = read(elsewhere, secrets).installing
    assert found is not None
    assert found.authorize_url == "https://slack-gov.com/oauth/v2/authorize"


def test_secrets_show_themselves_to_nobody() -> None:
    """Printed, formatted or inside something else."""
    made = read({}, {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"})
    assert "xoxb-1" not in f"{made!r} {made} {Secret('xoxb-1')}"


@pytest.mark.parametrize(
    ("settings", "environment", "said"),
    [
        ({}, {}, "SLACK_BOT_TOKEN"),
        ({}, {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        ({}, {"SLACK_BOT_TOKEN": "xapp-9", "SLACK_APP_TOKEN": "xoxb-9"}, "this is an app-level token"),
        ({}, {"SLACK_BOT_TOKEN": "xoxp-9", "SLACK_APP_TOKEN": "xapp-9"}, "this is a user token"),
        ({"mode": "http"}, {"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_SIGNING_SECRET"),
        ({"bot_token": "xoxb-9"}, {}, "keep it out of this file"),
        ({"bot_token_file": "/nowhere/at/all"}, {}, "cannot be read"),
        ({"color": "red"}, {}, "there is no such setting"),
        ({"mode": "pigeon"}, {}, "mode: must be"),
        ({"connections": 11}, {}, "connections: must be"),
        ({"workspaces": "T0123ABCD"}, {}, "workspaces: must be a list"),
        ({"workspaces": ["Our town"]}, {}, "workspaces: must be a list"),
        ({"workspaces": ["T0123ABCD"]}, {}, "a bot token is of one workspace"),
        ({"client_id": "1.2"}, {}, "SLACK_CLIENT_SECRET"),
        ({}, {"SLACK_CLIENT_SECRET": "s-9"}, "SLACK_CLIENT_ID"),
        ({"client_id": "1.2", "client_secret": "s-9"}, {}, "keep it out of this file"),
        ({"client_id": "1.2"}, {"SLACK_CLIENT_SECRET": "s-9"}, "address: must be where browsers reach this bot"),
        ({"client_id": "1.2", "address": "http://bot.example.org"}, {"SLACK_CLIENT_SECRET": "s-9"}, "address: must be"),
        (
            {"client_id": "1.2", "address": "https://bot.example.org"},
            {"SLACK_CLIENT_SECRET": "s-9", "SLACK_BOT_TOKEN": "xoxb-9"},
            "Take SLACK_BOT_TOKEN away",
        ),
    ],
)
def test_a_wrong_setting_names_its_fix(settings: dict[str, object], environment: dict[str, str], said: str) -> None:
    """And never shows the value."""
    with pytest.raises(SettingsError, match=said) as caught:
        read(settings, environment)
    assert "-9" not in str(caught.value)


def test_a_token_may_stand_in_a_file(tmp_path: Path) -> None:
    """As servers hand over secrets."""
    (tmp_path / "bot").write_text("xoxb-1\n")
    (tmp_path / "app").write_text("xapp-1\n")
    given = {"bot_token_file": str(tmp_path / "bot"), "app_token_file": str(tmp_path / "app")}
    assert read(given, {}).bot_token.reveal() == "xoxb-1"
    from bot.clock import RealClock

    assert create(given, tmp_path, RealClock()).name == "slack"
