"""A chat platform in a process of its own, which keeps what was posted: what really arrived is counted there.

It speaks a little HTTP, and it fails on purpose: answers that get lost after the post was taken, requests
that get lost before, pauses, server errors, posts that land late. With a nonce window it takes a second post
with the same key for the first. Run as a program it prints its port.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
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
    """How it behaves. Odds are between 0 and 1, times in seconds."""

    answer_lost: float = 0.0
    """Taken, and then the line goes dead."""
    request_lost: float = 0.0
    server_error: float = 0.0
    """Half of them after the post was taken."""
    lands_late: float = 0.0
    """The line goes dead, and the post lands up to `lateness` later."""
    lateness: float = 0.0
    nonce_window: float = 0.0
    """For so long a second post with the same key is the first one."""
    rate: float = 0.0
    """Posts a second for each workspace, in a bucket of `burst`; 0 for no limit."""
    burst: float = 8.0
    pause: float = 1.0
    """Told with a 429, in whole seconds as the platforms do."""
    hangs: tuple[str, ...] = ()
    """Workspaces that never answer."""
    closed: tuple[str, ...] = ()
    """People whose door is closed."""
    seed: int = 0


@dataclass
class Office:
    ways: Ways
    posts: list[tuple[float, str, str]] = field(default_factory=list)
    """(when, workspace, key) of everything that was posted, as anybody in the channel would see it."""
    book: dict[str, list[float]] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    buckets: dict[str, tuple[float, float]] = field(default_factory=dict)
    later: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.ways.seed)  # noqa: S311 - a script of faults, not a secret

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                length = next((int(line[15:]) for line in head.splitlines() if line.startswith("content-length:")), 0)
                body = json.loads(await reader.readexactly(length)) if length else {}
                answer = await self.answer(head.split()[1], body)
                if answer is None:
                    writer.transport.abort()
                    return
                status, said = answer
                text = json.dumps(said).encode()
                writer.write(f"HTTP/1.1 {status} .\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def answer(self, path: str, body: dict[str, str]) -> tuple[int, object] | None:
        """None: the line goes dead."""
        self.asked[path] += 1
        if path == "/book":
            return 200, {"posts": self.posts, "asked": self.asked}
        if path == "/find":
            return 200, {"ref": body["key"] if body["key"] in self.book else None}
        return await self._send(body["workspace"], body["who"], body["key"])

    async def _send(self, workspace: str, who: str, key: str) -> tuple[int, object] | None:
        ways, chance = self.ways, self.chance.random()
        if workspace in ways.hangs:
            await asyncio.sleep(3600)
        if who in ways.closed:
            return 403, {"error": "this door is closed"}
        if ways.rate and not self._allowed(workspace):
            self.asked["429"] += 1
            return 429, {"pause": ways.pause}
        for odds, fault in (
            (ways.answer_lost, "answer"),
            (ways.request_lost, "request"),
            (ways.server_error, "error"),
            (ways.lands_late, "late"),
        ):
            if chance < odds:
                return self._fault(fault, workspace, key)
            chance -= odds
        self.post(workspace, key)
        return 200, {"ref": key}

    def _fault(self, fault: str, workspace: str, key: str) -> tuple[int, object] | None:
        if fault == "late":
            task = asyncio.create_task(self._land(self.chance.random() * self.ways.lateness, workspace, key))
            self.later.add(task)
            task.add_done_callback(self.later.discard)
            return None
        if fault == "answer" or (fault == "error" and self.chance.random() < 0.5):
            self.post(workspace, key)
        return (500, {}) if fault == "error" else None

    async def _land(self, seconds: float, workspace: str, key: str) -> None:
        await asyncio.sleep(seconds)
        self.post(workspace, key)

    def post(self, workspace: str, key: str) -> None:
        now, before = time.time(), self.book.setdefault(key, [])
        if before and now - before[0] < self.ways.nonce_window:
            return
        before.append(now)
        self.posts.append((now, workspace, key))

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

    def copies(self) -> Counter[str]:
        """How often each key was posted."""
        return Counter(key for _, _, key in self.book()[0])


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
