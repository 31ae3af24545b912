"""What somebody put into a form: asked for by its id, and fetched with the workspace's own token."""

from __future__ import annotations

from urllib.parse import urlsplit

import aiohttp

from bot.errors import Refused, Unknown

from .calls import TIMEOUT_SECONDS, delivering, stays_here
from .workspaces import Workspace

_PIECE = 64 * 1024


async def fetch(workspace: Workspace, file: str, most: int) -> bytes:
    """At most so many bytes of it."""
    api = workspace.api
    with delivering():
        told = await api.files_info(file=file)
        url = str((told.get("file") or {}).get("url_private_download") or "")
        if not slacks_own(url, api.base_url):
            raise Refused("Slack keeps this file somewhere else.")
        held = bytearray()
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)) as session:
            proxy = None if stays_here(url) else api.proxy
            about = {"Authorization": f"Bearer {api.token}"}
            # To whom it does not give the file, Slack shows a page to sign in on. That page is not the file.
            async with session.get(url, headers=about, proxy=proxy, allow_redirects=False) as answer:
                if answer.status >= 500:
                    raise Unknown("Slack did not give the file.")
                if answer.status != 200:
                    raise Refused("Slack did not give the file.")
                async for piece in answer.content.iter_chunked(_PIECE):
                    held += piece
                    if len(held) >= most:
                        break
    return bytes(held[:most])


def slacks_own(url: str, base_url: str) -> bool:
    """The token goes nowhere else, whatever an answer names."""
    if stays_here(base_url):
        return stays_here(url)
    parts = urlsplit(url)
    return parts.scheme == "https" and (parts.hostname or "").endswith(".slack.com")
