"""The fake Slack or Discord in a process of its own: whoever talks to it may die, and what arrived is counted here.

`python -m tests.fakes.apart slack|discord PEOPLE NONCE_WINDOW WEATHER` prints where it is and who is there.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from aiohttp import web

from tests.fakes.weather import Weather, over


@dataclass(frozen=True)
class There:
    """Where it is, and as whom and where each of its people can be written to."""

    port: int
    people: tuple[str, ...]
    rooms: tuple[str, ...]

    def arrived(self) -> Counter[str]:
        """How often each text stands in somebody's private messages."""
        return Counter(self._asked("arrived"))

    def met(self) -> Counter[str]:
        """How many posts came in, and which faults they met."""
        return Counter(self._asked("met"))

    def _asked(self, what: str) -> Any:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/told/{what}", timeout=60) as answer:
            return json.load(answer)


@contextmanager
def set_up(platform: str, people: int, weather: Weather, *, nonce_window: float = 120.0) -> Iterator[There]:
    words = [platform, str(people), str(nonce_window), json.dumps(asdict(weather))]
    command = [sys.executable, "-m", "tests.fakes.apart", *words]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            yield There(told["port"], tuple(told["people"]), tuple(told["rooms"]))
        finally:
            process.kill()


async def _serve(app: web.Application, told: dict[str, Any], arrived: Any, met: Counter[str]) -> None:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(arrived() if request.match_info["what"] == "arrived" else met)

    app.router.add_get("/told/{what}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"port": runner.addresses[0][1], **told}), flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until whoever set it up is gone
    os._exit(0)


async def _slack(people: int, weather: Weather) -> None:
    from tests.fakes.slack import FakeSlack
    from tests.fakes.slack_rules import texts

    fake, met = FakeSlack(), Counter[str]()
    users = [f"U{number:04}" for number in range(people)]
    for one in users:
        fake.add_person(one, f"Person {one}")
    app = fake.app(over(weather, met))
    rooms = [fake.dm(one) for one in users]
    await _serve(
        app, {"people": users, "rooms": rooms}, lambda: Counter(next(texts(one.blocks)) for one in fake.messages), met
    )


async def _discord(people: int, weather: Weather, nonce_window: float) -> None:
    from tests.fakes.discord_server import Discord

    fake, met = Discord(nonce_window=nonce_window), Counter[str]()
    users = [fake.join(f"person{number}") for number in range(people)]
    rooms = [str(fake.dm(one)) for one in users]
    told = {"people": [str(one) for one in users], "rooms": rooms}
    await _serve(
        fake.app(over(weather, met)), told,
        lambda: Counter(one["content"] for room in fake.messages.values() for one in room), met,
    )  # fmt: skip


if __name__ == "__main__":
    which, count, window, given = sys.argv[1:]
    over_there = Weather(**json.loads(given))
    asyncio.run(_slack(int(count), over_there) if which == "slack" else _discord(int(count), over_there, float(window)))
