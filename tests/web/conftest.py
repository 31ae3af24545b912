"""A playground with a toy house behind it: as an application, and as a running server for a browser."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from toy_house import ToyClock, ToyHouse

from bot.platforms.web import create
from bot.platforms.web.playground import Playground

T = TypeVar("T")

ORIGIN = "http://127.0.0.1:8321"
CHROMIUM = (
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Door:
    """The playground as an application, and what stands behind it."""

    playground: Playground
    house: ToyHouse
    clock: ToyClock
    client: httpx.AsyncClient

    async def post(self, path: str, who: str = "renata", **body: object) -> httpx.Response:
        return await self.client.post(f"/api/{path}", json={"event": "e1", "as": who, **body})


def build(folder: Path) -> tuple[Playground, ToyHouse, ToyClock]:
    clock = ToyClock()
    return create({}, folder, clock), ToyHouse(), clock


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    playground, house, clock = build(tmp_path)
    transport = httpx.ASGITransport(Starlette(routes=playground.routes(house)))
    headers = {"Authorization": f"Bearer {playground.token}", "Origin": ORIGIN}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        yield Door(playground, house, clock, client)
    playground.close()


class Running:
    """The playground on a free port, in a thread of its own."""

    def __init__(self, playground: Playground, house: ToyHouse) -> None:
        self.playground, self.house = playground, house
        app = Starlette(routes=self.playground.routes(self.house))
        config = uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.origin = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def address(self) -> str:
        return f"{self.origin}/{self.playground.path}"

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the server's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def stop(self) -> None:
        self.playground.close()
        self._server.should_exit = True
        self._thread.join(20)
        self._socket.close()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._server.serve(sockets=[self._socket]))
        self._loop.close()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    playground, house, _ = build(tmp_path)
    server = Running(playground, house)
    yield server
    server.stop()


def chromium() -> str | None:
    places = (os.environ.get("CHROMIUM"), *CHROMIUM, shutil.which("chromium"), shutil.which("google-chrome"))
    return next((place for place in places if place and Path(place).is_file()), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A real Chromium; where there is none, the test is skipped and says so.

    For one file at a time: while it runs, its loop keeps every asynchronous test from having one.
    """
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine: install one, or name it in CHROMIUM")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as profile:
        args = [*FLAGS, f"--disk-cache-dir={profile}"]
        started = playwright.chromium.launch(executable_path=program, args=args)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Any, running: Running) -> Iterator[Callable[..., Any]]:
    """Opens the page, and makes sure at the end that it met no script error and no policy refusal."""
    contexts, complaints = [], []

    def open_page(address: str = "", **options: Any) -> Any:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(8000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
        page.goto(address or running.address)
        page.get_by_role("button", name="Private messages").wait_for()
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []
