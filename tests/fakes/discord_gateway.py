"""The gateway of the fake Discord: hello, identify, heartbeat, resume, and whatever a test breaks."""

from __future__ import annotations

import asyncio
import json
import zlib
from typing import Any

from aiohttp import WSMsgType, web

Json = dict[str, Any]

PRIVILEGED = (1 << 1) | (1 << 8) | (1 << 15)
GUILD_MESSAGES, DM_MESSAGES = 1 << 9, 1 << 12


class Gateway:
    """One session at a time, which outlives its sockets and replays what a resume missed."""

    def __init__(self, token: str, application: Json, me: Json, guild: Json) -> None:
        self._token, self._application, self._me, self._guild = token, application, me, guild
        self.address = ""
        self.identified: list[Json] = []
        self.resumed = 0
        self.heartbeats = 0
        self.refuse_resume = False
        self.heartbeat_interval = 41_250
        self.ready = asyncio.Event()
        self.sequence = 0
        self._sessions = 0
        self._sent: list[tuple[int, str, Json]] = []
        self._socket: web.WebSocketResponse | None = None
        self._squeeze: Any = None

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoping=True)
        await socket.prepare(request)
        self._squeeze = zlib.compressobj() if request.query.get("compress") == "zlib-stream" else None
        await self._put(socket, {"op": 10, "d": {"heartbeat_interval": self.heartbeat_interval}, "s": None, "t": None})
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                break
            await self._heard(socket, json.loads(frame.data))
        if self._socket is socket:
            self._socket = None
            self.ready.clear()
        return socket

    async def _heard(self, socket: web.WebSocketResponse, said: Json) -> None:
        data = said["d"]
        if said["op"] == 1:
            self.heartbeats += 1
            await self._put(socket, {"op": 11, "d": None, "s": None, "t": None})
        elif said["op"] == 2:
            if data["token"] != self._token:
                await socket.close(code=4004)
            elif data["intents"] & PRIVILEGED:
                await socket.close(code=4014)
            else:
                self.identified.append(data)
                await self._begin(socket)
        elif said["op"] == 6:
            if self.refuse_resume or data["session_id"] != f"session-{self._sessions}":
                await self._put(socket, {"op": 9, "d": False, "s": None, "t": None})
            else:
                self.resumed += 1
                self._socket = socket
                for number, name, payload in [one for one in self._sent if one[0] > data["seq"]]:
                    await self._put(socket, {"op": 0, "d": payload, "s": number, "t": name})
                await self.dispatch("RESUMED", {})
                self.ready.set()

    async def _begin(self, socket: web.WebSocketResponse) -> None:
        self._sessions += 1
        self._sent.clear()
        self.sequence = 0
        self._socket = socket
        await self.dispatch(
            "READY",
            {
                "v": 10,
                "user": self._me,
                "guilds": [{"id": self._guild["id"], "unavailable": True}],
                "session_id": f"session-{self._sessions}",
                "resume_gateway_url": self.address,
                "application": {"id": self._application["id"], "flags": 0},
            },
        )
        await self.dispatch("GUILD_CREATE", self._guild)
        self.ready.set()

    async def dispatch(self, name: str, payload: Json) -> None:
        """Told now, or on resume when the socket is down."""
        self.sequence += 1
        self._sent.append((self.sequence, name, payload))
        if self._socket is not None:
            await self._put(self._socket, {"op": 0, "d": payload, "s": self.sequence, "t": name})

    async def again(self) -> None:
        """The newest event once more, as happens around a resume."""
        _, name, payload = self._sent[-1]
        await self.dispatch(name, payload)

    async def reconnect(self) -> None:
        """Opcode 7: the client is asked to come back."""
        assert self._socket is not None
        self.ready.clear()
        await self._put(self._socket, {"op": 7, "d": None, "s": None, "t": None})

    async def invalidate(self) -> None:
        """Opcode 9, not resumable."""
        assert self._socket is not None
        self.ready.clear()
        await self._put(self._socket, {"op": 9, "d": False, "s": None, "t": None})

    async def drop(self) -> None:
        """The line is cut without a word."""
        assert self._socket is not None
        self.ready.clear()
        socket, self._socket = self._socket, None
        transport = socket._req.transport if socket._req else None
        if transport is not None:
            transport.abort()

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()

    async def _put(self, socket: web.WebSocketResponse, frame: Json) -> None:
        text = json.dumps(frame)
        try:
            if self._squeeze is None:
                await socket.send_str(text)
            else:
                data = self._squeeze.compress(text.encode()) + self._squeeze.flush(zlib.Z_SYNC_FLUSH)
                await socket.send_bytes(data)
        except ConnectionError:
            self._socket = None
