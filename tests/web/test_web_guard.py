"""Nobody but the page itself reaches the playground."""

from __future__ import annotations

import asyncio
from base64 import b64encode

import httpx
import pytest
from conftest import ORIGIN, Door
from starlette.types import Message

from bot.messages import Submission

EVERY_POST = ("command", "text", "press", "submit", "dismiss", "clock", "home", "suggest")


async def get(door: Door, path: str, headers: dict[str, str]) -> httpx.Response:
    """As a browser asks for something of the page's own; a stream that opens by mistake is cut off."""
    async with asyncio.timeout(5):
        return await door.client.get(path, headers={"Sec-Fetch-Site": "same-origin", **headers})


async def test_a_name_that_merely_points_here_is_refused(door: Door) -> None:
    """A web page whose host name was turned to this machine gets nothing, not even the page."""
    del door.client.headers["Origin"]
    for host in ("evil.example", "evil.example:8321", "127.0.0.1", "127.0.0.1:1", "localhost", "0.0.0.0:8321", ""):
        for path in ("/", "/static/js/main.js", "/api/state?as=renata"):
            assert (await get(door, path, {"Host": host})).status_code == 403, (host, path)


async def test_both_names_of_this_machine_are_welcome(door: Door) -> None:
    """The address that was printed works, and so does localhost."""
    assert (await door.client.get("/")).status_code == 200
    own = {"Host": "localhost:8321", "Origin": "http://localhost:8321"}
    assert (await door.client.get("/api/state?as=renata", headers=own)).status_code == 200


@pytest.mark.parametrize("path", EVERY_POST)
async def test_a_post_from_another_page_is_refused(door: Door, path: str) -> None:
    """Another origin, the null origin, a missing origin, and this machine under its other name."""
    del door.client.headers["Origin"]
    for origin in ("https://evil.example", "null", "http://localhost:8321", "https://127.0.0.1:8321", None):
        headers = {} if origin is None else {"Origin": origin}
        reply = await door.client.post(f"/api/{path}", json={"event": "e", "as": "renata"}, headers=headers)
        assert reply.status_code == 403, origin
    assert door.house.heard == []


async def test_the_stream_opens_for_its_own_page_only(door: Door) -> None:
    """It needs the own origin, or the browser's word that the request came from the same one."""
    del door.client.headers["Origin"]
    for headers in (
        {"Sec-Fetch-Site": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "null"},
    ):
        assert (await get(door, "/api/stream?as=renata", headers)).status_code == 403, headers


@pytest.mark.parametrize("path", EVERY_POST)
async def test_nothing_answers_without_the_token(door: Door, path: str) -> None:
    """A missing, wrong or cut token gives 401 and a sentence that says what to do."""
    token = door.playground.token
    for given in ("", "Bearer", "Bearer wrong", f"Bearer {token[:-1]}", f"Bearer {token}x", f"Basic {token}é"):
        headers = {"Authorization": given.encode()}
        reply = await door.client.post(f"/api/{path}", json={"event": "e", "as": "renata"}, headers=headers)
        assert reply.status_code == 401, given
        assert "open the address that it printed" in reply.json()["error"]
        assert (await door.client.get("/api/state?as=renata", headers=headers)).status_code == 401
    assert door.house.heard == []


def test_the_token_is_new_at_each_start_and_stays_out_of_the_request(door: Door) -> None:
    """It stands behind the # of the address, which no browser sends."""
    assert len(door.playground.token) >= 40
    assert door.playground.path == f"#k={door.playground.token}"


async def test_every_answer_carries_the_strict_policy(door: Door) -> None:
    """Page, files, API and refusals alike."""
    for path, headers in (("/", {}), ("/static/js/main.js", {}), ("/api/state?as=renata", {}), ("/", {"Host": "x"})):
        reply = await door.client.get(path, headers=headers)
        policy = reply.headers["content-security-policy"]
        for rule in (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ):
            assert rule in policy.split("; ")
        assert "unsafe" not in policy
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert reply.headers["referrer-policy"] == "no-referrer"
        assert "access-control-allow-origin" not in reply.headers
    assert reply.headers["cache-control"] == "no-cache"
    assert (await door.client.get("/api/state?as=renata")).headers["cache-control"] == "no-store"


async def test_a_web_socket_is_closed_at_once(door: Door) -> None:
    """The playground speaks none, so one that is asked for comes from elsewhere."""
    from bot.platforms.web.guard import Guard

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def inside(*_: object) -> None:
        raise AssertionError("nobody may come this far")

    await Guard(inside, "token")({"type": "websocket", "headers": []}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1008}]


async def test_what_is_no_json_gets_a_plain_sentence(door: Door) -> None:
    """Broken JSON, a list, deep nesting, another media type, a missing event, a missing room."""
    json_type = {"Content-Type": "application/json"}
    for content in (b"{", b"[]", b"\xff", b"[" * 100_000, b'"text"'):
        reply = await door.client.post("/api/text", content=content, headers=json_type)
        assert reply.status_code == 400
        assert "Nothing was changed" in reply.json()["error"]
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await door.client.post("/api/text", content=b"as=renata", headers=form)).status_code == 415
    assert (await door.post("text", event="", text="hello", where="me")).status_code == 400
    assert (await door.post("text", text="hello", where="elsewhere")).status_code == 400
    assert (await door.post("text", text=["hello"], where="me")).status_code == 400
    assert (await door.post("text", who="nobody", text="hello", where="me")).status_code == 404
    assert door.house.heard == []


async def test_more_than_a_megabyte_is_too_much(door: Door) -> None:
    """The server stops reading and says so."""
    reply = await door.post("text", text="x" * 1_100_000, where="me")
    assert reply.status_code == 413
    assert "too much" in reply.json()["error"]


async def test_a_file_in_a_form_may_be_larger_and_one_in_pieces_is_none(door: Door) -> None:
    """What is sent of it arrives as it was; what is no file counts as if none had been chosen."""
    opened = await door.post("command", name="paper", text="", where="me", event="e1")
    form = opened.json()["reply"]
    assert form["fields"][0]["endings"] == [".pdf"]
    data = b"\x00\xff" * 1_000_000
    for number, (given, there) in enumerate(
        [({"name": "a.pdf", "data": b64encode(data).decode()}, True), ({"name": "a.pdf", "data": "?"}, False)]
    ):
        reply = await door.post("submit", form=form["id"], values={"file": given}, event=f"s{number}")
        assert reply.status_code == 200
        sent = door.house.heard[-1].what
        assert isinstance(sent, Submission)
        assert sent.values == {"file": "a.pdf"}
        assert ("file" in sent.files) is there
        assert not there or await sent.files["file"].read(5) == data[:5]


async def test_the_origin_in_these_tests_is_the_page_itself() -> None:
    """So that a refusal above means what it seems to mean."""
    assert ORIGIN == "http://127.0.0.1:8321"
