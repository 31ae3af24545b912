"""The platform module of the post office: what a worker needs of Slack or Discord, and not a line more."""

from __future__ import annotations

import asyncio
import json

from bot.errors import Refused, Unknown, Wait
from bot.messages import Address, Outgoing


class Door:
    name = "office"

    def __init__(self, port: int, *, rate: float | None = float("inf")) -> None:
        self.port = port
        self.rate = rate
        self._lines: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def send(self, address: Address, outgoing: Outgoing, key: str) -> str:
        status, said = await self._post("/send", {"workspace": address.workspace, "who": address.id, "key": key})
        if status == 429:
            raise Wait(said["pause"])
        if status >= 500:
            raise Unknown("the office has trouble")
        if status >= 400:
            raise Refused(said["error"])
        return f"1|office|{said['ref']}"

    async def find(self, address: Address, key: str) -> str | None:
        status, said = await self._post("/find", {"key": key})
        if status != 200:
            raise Unknown("the office has trouble")
        return said["ref"] and f"1|office|{said['ref']}"

    async def edit(self, ref: str, outgoing: Outgoing) -> None:
        raise NotImplementedError

    async def delete(self, ref: str) -> None:
        raise NotImplementedError

    async def _post(self, path: str, body: dict[str, str]) -> tuple[int, dict[str, str]]:
        """No retry of any kind: whoever has no clear answer says so."""
        text = json.dumps(body).encode()
        line = self._lines.pop() if self._lines else None
        try:
            if line is None:
                line = await asyncio.open_connection("127.0.0.1", self.port)
            reader, writer = line
            writer.write(f"POST {path} HTTP/1.1\r\ncontent-length: {len(text)}\r\n\r\n".encode() + text)
            await writer.drain()
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            length = next(int(one[15:]) for one in head.splitlines() if one.startswith("content-length:"))
            said = json.loads(await reader.readexactly(length))
        except (OSError, asyncio.IncompleteReadError) as fault:
            if line is not None:
                line[1].close()
            raise Unknown("the line went dead") from fault
        except asyncio.CancelledError:
            if line is not None:
                line[1].close()
            raise
        self._lines.append(line)
        return int(head.split()[1]), said

    def close(self) -> None:
        for _, writer in self._lines:
            writer.close()
