"""Serving until Ctrl-C or SIGTERM: the page's server around the house."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator

from bot.app import House

_STOP_SECONDS = 2
"""What an open request gets to end by itself."""


async def serve(house: House, ready: Callable[[str], None]) -> None:
    """`ready` gets the server's address once it can be reached. Returns after SIGINT or SIGTERM."""
    import uvicorn

    config = uvicorn.Config(
        house.web(),
        host=house.settings.host,
        port=house.settings.port,
        log_level="warning",
        log_config=None,  # its lines go where ours go
        access_log=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        server_header=False,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                port = self.servers[0].sockets[0].getsockname()[1]
                ready(f"http://{_shown(house.settings.host)}:{port}")

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # The server's own way raises the signal again when it has stopped, which would end the process
            # before the house is closed.
            if threading.current_thread() is not threading.main_thread():
                yield
                return
            loop = asyncio.get_running_loop()
            for which in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(which, self.stop)
            try:
                yield
            finally:
                for which in (signal.SIGINT, signal.SIGTERM):
                    loop.remove_signal_handler(which)

        def stop(self) -> None:
            """A second signal does not wait for open requests any more."""
            self.force_exit = self.should_exit
            self.should_exit = True
            house.hang_up()  # a page that follows what happens would be waited for

    await Server(config).serve()


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - what it shows, not what it binds
