"""Pictures and files, by Slack's upload in three steps: ask for a place, put the bytes there, say what for."""

from __future__ import annotations

import json

import aiohttp

from bot.errors import Refused, Unknown
from bot.messages import File, Picture

from .calls import TIMEOUT_SECONDS, delivering, stays_here
from .text import cut
from .workspaces import Workspace


async def picture(workspace: Workspace, one: Picture) -> str:
    """The id of a picture that nobody sees until a message shows it."""
    file = await _put(workspace, "picture.png", one.data, one.description)
    await _complete(workspace, file, cut(one.description, 200), "")
    return file


async def share(workspace: Workspace, channel: str, one: File) -> None:
    """Put a file into a conversation, under its name."""
    file = await _put(workspace, one.name, one.data, "")
    await _complete(workspace, file, one.name, channel)


async def _put(workspace: Workspace, name: str, data: bytes, description: str) -> str:
    api = workspace.api
    with delivering():
        place = await api.files_getUploadURLExternal(
            filename=name, length=len(data), alt_txt=cut(description, 1_000) or None
        )
        url = str(place.get("upload_url") or "")
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)) as session:
            proxy = None if stays_here(url) else api.proxy
            async with session.post(url, data=data, proxy=proxy) as answer:
                if answer.status >= 500:
                    raise Unknown("Slack did not take the file.")
                if answer.status >= 400:
                    raise Refused("Slack did not take the file.")
    return str(place.get("file_id") or "")


async def _complete(workspace: Workspace, file: str, title: str, channel: str) -> None:
    about = {"files": json.dumps([{"id": file, "title": title}])}
    if channel:
        about["channel_id"] = channel
    with delivering():
        await workspace.api.api_call("files.completeUploadExternal", params=about)
