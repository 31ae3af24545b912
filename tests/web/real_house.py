"""The demo as `make demo` runs it, on a free port: the real house, its sample cohort and the page."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import uvicorn

from bot import demo
from bot.app import House
from bot.clock import DemoClock
from bot.config import Settings
from bot.open_house import open_house
from tests.town import own_index_of

T = TypeVar("T")
THURSDAY = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
_SECONDS = 30


class RealHouse:
    """In a thread of its own. Its machine clock stands still, so that only the page's buttons move the time."""

    def __init__(self, folder: Path, index: Path) -> None:
        own = own_index_of(index, folder / "index")
        self._settings = demo.settings(Settings(data=folder, index=own, port=0))  # and so without links
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._up = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._house: House | None = None
        self._server: uvicorn.Server | None = None
        self._thread = threading.Thread(target=self._live, name="house")
        self._thread.start()
        assert self._up.wait(_SECONDS), "the house did not open"

    @property
    def house(self) -> House:
        assert self._house is not None, "the house could not be opened; its own error stands above"
        return self._house

    @property
    def address(self) -> str:
        path = getattr(self.house.platforms["web"], "path", "")
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}/{path}"

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something on the house's own loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    def settle(self) -> None:
        """All that is due has gone out."""
        self.do(self.house.tick())

    def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
        self._thread.join(_SECONDS)
        self._socket.close()

    def _live(self) -> None:
        asyncio.set_event_loop(self._loop)
        with contextlib.closing(self._loop):
            try:
                self._loop.run_until_complete(self._open())
            finally:
                self._up.set()

    async def _open(self) -> None:
        clock = DemoClock(self._settings.data / "clock.json", machine=lambda: THURSDAY)
        async with open_house(self._settings, clock) as house:
            clock.deliver = house
            await demo.seed(house)
            await house.tick()
            config = uvicorn.Config(house.web(), log_level="warning", timeout_graceful_shutdown=1)
            self._house, self._server = house, uvicorn.Server(config)
            self._up.set()
            await self._server.serve(sockets=[self._socket])
