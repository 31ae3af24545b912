"""What goes wrong, by chance, between the bot and a chat platform when something is posted.

Put before a fake Slack or Discord as it is: answers that get lost after the post was taken, requests that get
lost before, server errors of both kinds, pauses, posts that land late.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from dataclasses import dataclass, fields

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware


@dataclass(frozen=True)
class Weather:
    """Odds are between 0 and 1, times in seconds."""

    answer_lost: float = 0.0
    """Taken, and then the line goes dead."""
    request_lost: float = 0.0
    server_error: float = 0.0
    """Half of them after the post was taken."""
    pushed_back: float = 0.0
    """With a pause of one second, the shortest that the platforms tell."""
    lands_late: float = 0.0
    """The line goes dead, and the post lands up to `lateness` later."""
    lateness: float = 0.0
    seed: int = 1


_KINDS = tuple(one.name for one in fields(Weather) if one.name not in ("lateness", "seed"))
_PUSHED_BACK = {"ok": False, "error": "ratelimited", "message": "too fast", "retry_after": 1.0, "global": False}
_HEADERS = {"Content-Type": "application/json", "Via": "1.1 google", "Retry-After": "1"}


def over(weather: Weather, met: Counter[str]) -> Middleware:
    """`met` counts the posts, and how often each kind of fault was met."""
    chance = random.Random(weather.seed)  # noqa: S311 - a script of faults, not a secret
    late: set[asyncio.Task[None]] = set()

    @web.middleware
    async def meet(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "POST" or not request.path.endswith(("/chat.postMessage", "/messages")):
            return await handler(request)
        await request.read()
        met["posts"] += 1
        fault = _drawn(weather, chance)
        met[fault] += 1
        if fault == "pushed_back":
            return web.Response(status=429, body=json.dumps(_PUSHED_BACK), headers=_HEADERS)
        if fault == "lands_late":
            task = asyncio.create_task(_land(chance.random() * weather.lateness, handler, request))
            late.add(task)
            task.add_done_callback(late.discard)
        if fault == "server_error":
            if chance.random() < 0.5:
                await handler(request)
            return web.Response(status=500, body=b"{}", headers=_HEADERS)
        answer = await handler(request) if fault in ("", "answer_lost") else web.Response()
        if fault and request.transport is not None:
            request.transport.abort()
        return answer

    return meet


async def _land(seconds: float, handler: Handler, request: web.Request) -> None:
    await asyncio.sleep(seconds)
    await handler(request)


def _drawn(weather: Weather, chance: random.Random) -> str:
    """The kind of fault, or '' for none."""
    left = chance.random()
    for kind in _KINDS:
        if left < getattr(weather, kind):
            return kind
        left -= getattr(weather, kind)
    return ""
