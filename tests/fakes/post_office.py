"""A chat platform of any number of workspaces in a process of its own, quicker than any real one.

What is measured against it is our own speed, pace and fairness: it limits the rate of each workspace, never
answers some, and refuses some people. Its wire is a little HTTP. Run as a program it prints its port.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field


@dataclass
class Ways:
    """How it behaves; times in seconds."""

    rate: float = 0.0
    """Posts a second for each workspace, in a bucket of `burst`; 0 for no limit."""
    burst: float = 8.0
    pause: float = 1.0
    """Told with a 429, in whole seconds as the platforms do."""
    hangs: tuple[str, ...] = ()
    """Workspaces that never answer."""
    closed: tuple[str, ...] = ()
    """People whose door is closed."""


@dataclass
class Office:
    ways: Ways
    posts: list[tuple[float, str, str]] = field(default_factory=list)
    """(when, workspace, key) of everything that was posted, as anybody in the channel would see it."""
    asked: Counter[str] = field(default_factory=Counter)
    buckets: dict[str, tuple[float, float]] = field(default_factory=dict)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((int(line[15:]) for line in head.splitlines() if line.startswith("content-length:")), 0)
                body = json.loads(await reader.readexactly(length)) if length else {}
                status, said = await self.answer(head.split()[1], body)
                text = json.dumps(said).encode()
                writer.write(f"HTTP/1.1 {status} .\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, path: str, body: dict[str, str]) -> tuple[int, object]:
        self.asked[path] += 1
        if path == "/book":
            return 200, {"posts": self.posts, "asked": self.asked}
        if path == "/find":
            found = any(key == body["key"] for _, _, key in self.posts)
            return 200, {"ref": body["key"] if found else None}
        return await self._send(body["workspace"], body["who"], body["key"])

    async def _send(self, workspace: str, who: str, key: str) -> tuple[int, object]:
        if workspace in self.ways.hangs:
            await asyncio.sleep(3600)
        if who in self.ways.closed:
            return 403, {"error": "this door is closed"}
        if self.ways.rate and not self._allowed(workspace):
            self.asked["429"] += 1
            return 429, {"pause": self.ways.pause}
        self.posts.append((time.time(), workspace, key))
        return 200, {"ref": key}

    def _allowed(self, workspace: str) -> bool:
        now = time.monotonic()
        left, then = self.buckets.get(workspace, (self.ways.burst, now))
        left = min(self.ways.burst, left + (now - then) * self.ways.rate)
        self.buckets[workspace] = (left - 1 if left >= 1 else left, now)
        return left >= 1


@dataclass(frozen=True)
class Running:
    port: int

    def book(self) -> tuple[list[tuple[float, str, str]], Counter[str]]:
        """Everything that was posted, and how often each thing was asked."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/book", timeout=60) as answer:
            told = json.load(answer)
        return [(when, workspace, key) for when, workspace, key in told["posts"]], Counter(told["asked"])


@contextmanager
def open_office(ways: Ways) -> Iterator[Running]:
    """A post office in its own process."""
    command = [sys.executable, "-m", "tests.fakes.post_office", json.dumps(asdict(ways))]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Running(int(process.stdout.readline()))
        finally:
            process.kill()


async def _main(ways: Ways) -> None:
    office = Office(ways)
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)  # until whoever opened it is gone
    os._exit(0)


if __name__ == "__main__":
    given = json.loads(sys.argv[1])
    asyncio.run(_main(Ways(**{name: tuple(v) if isinstance(v, list) else v for name, v in given.items()})))
