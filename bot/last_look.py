"""The last look at the clock: when the bytes of a request are about to go to the socket.

Between the moment a client library is asked to post and its write lie a millisecond and, under load, other
tasks. A process that is stopped just there would write after its lease, when another host has looked in vain for
the message and sent it. What is raised here reaches the caller as a call that gave no answer.
"""

from __future__ import annotations

from types import SimpleNamespace

import aiohttp

from bot.in_time import still_in_time


def looking(trace: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
    """The same trace; aiohttp calls it within microseconds of each write of a body, headers included."""

    async def look(
        session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestChunkSentParams
    ) -> None:
        still_in_time()

    trace.on_request_chunk_sent.append(look)
    return trace
