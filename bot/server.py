"""Serving until Ctrl-C: the page's server around the house."""

from __future__ import annotations

import socket
from collections.abc import Callable

from bot.app import House


async def serve(house: House, ready: Callable[[str], None]) -> None:
    """`ready` gets the server's address once it can be reached. Returns after SIGINT or SIGTERM."""
    import uvicorn

    config = uvicorn.Config(
        house.web(),
        host=house.settings.host,
        port=house.settings.port,
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=3,
        server_header=False,
    )

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                port = self.servers[0].sockets[0].getsockname()[1]
                ready(f"http://{_shown(house.settings.host)}:{port}")

    await Server(config).serve()


def _shown(host: str) -> str:
    return "127.0.0.1" if host in ("", "0.0.0.0", "::") else host  # noqa: S104 - what it shows, not what it binds
