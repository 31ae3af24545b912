"""What somebody put into a form: Discord keeps it for a while, at an address that it tells along with the form."""

from __future__ import annotations

import aiohttp

from bot.errors import Refused, Unknown

from . import failures

_SECONDS = 20
_PIECE = 64 * 1024


async def fetch(url: str, most: int) -> bytes:
    """At most so many bytes of it."""
    held = bytearray()
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_SECONDS)) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            if answer.status >= 500:
                raise Unknown("Discord did not give the file.")
            if answer.status != 200:
                raise Refused("Discord did not give the file.")
            async for piece in answer.content.iter_chunked(_PIECE):
                held += piece
                if len(held) >= most:
                    break
    except failures.FAULTS as error:
        raise failures.meaning(error) from None
    return bytes(held[:most])
