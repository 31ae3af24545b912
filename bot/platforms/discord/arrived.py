"""Which pages of a message are already there: known by a mark in their buttons, or by a note of how they look."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from . import buttons
from .client import Client
from .notebook import Try, digest

_LOOK_THROUGH = 300


def looks(content: str) -> str:
    return digest(" ".join(content.split()), 16)


async def noted(client: Client, channel: int, key: str, before: Try) -> dict[int, int]:
    """Number of the page to message, of a message whose try is in the notebook."""
    found: dict[int, int] = {}
    for message in await _ours(client, channel, discord.Object(before.since)):
        ids = [one for one in buttons.ids_in(message.components) if one]
        for number, look in enumerate(before.looks):
            marked = any(buttons.carries(one, buttons.mark(key, number)) for one in ids)
            if number not in found and (marked or (not ids and look == looks(message.content))):
                found[number] = message.id
                break
    return found


async def marked(client: Client, channel: int, key: str) -> list[int]:
    """All pages of a message that somebody else sent, or a life whose notebook is gone; none if it is not there.

    Pages go out in their order and the last has the buttons, so the pages above it belong to it. What has no
    buttons cannot be known this way.
    """
    ours = await _ours(client, channel, None)
    for at in reversed(range(len(ours))):
        number = buttons.page_of(buttons.ids_in(ours[at].components), key)
        if number is not None:
            return [one.id for one in ours[max(0, at - number) : at + 1]]
    return []


async def _ours(client: Client, channel: int, after: discord.Object | None) -> Sequence[discord.Message]:
    """What the bot wrote there, the oldest first: all since `after`, or the newest."""
    me = client.user.id if client.user else 0
    place = client.get_partial_messageable(channel)
    found = [
        message
        async for message in place.history(after=after, limit=_LOOK_THROUGH, oldest_first=after is not None)
        if message.author.id == me
    ]
    return found if after is not None else found[::-1]
