"""Which pages of a message are already there: known by a mark in their buttons or at their end, or by their looks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import discord

from . import buttons, tail
from .client import Client
from .notebook import Try, digest

_LOOK_THROUGH = 300


@dataclass(slots=True)
class Pages:
    there: dict[int, int] = field(default_factory=dict)
    """Number of the page to message."""
    whole: bool = False


def looks(content: str) -> str:
    return digest(" ".join(tail.without(content).split()), 16)


async def noted(client: Client, channel: int, key: str, before: Try) -> Pages:
    """Of a message whose try is in the notebook."""
    ours = await _ours(client, channel, discord.Object(before.since))
    found = _marked(ours, key)
    free = [one for one in ours if not any(buttons.ids_in(one.components)) and tail.read(one.content) is None]
    for number, look in enumerate(before.looks):  # should Discord have taken the mark away
        same = next((one for one in free if looks(one.content) == look), None)
        if number not in found.there and same is not None:
            found.there[number] = same.id
            free.remove(same)
    found.whole |= bool(before.looks) and len(found.there) == len(before.looks)
    return found


async def marked(client: Client, channel: int, key: str) -> Pages:
    """Of a message that somebody else sent, or a life whose notebook is gone."""
    return _marked(await _ours(client, channel, None), key)


async def ending(message: discord.PartialMessage, last: bool) -> str:
    """What an edited message has to end with, so that it is still found. `last`: of its pages from now on."""
    before = await message.fetch()
    found = tail.read(before.content)
    for one in buttons.ids_in(before.components):
        key, page = buttons.marked(one)
        found = found or (tail.Tail(key[: tail.DIGITS], page, last=True) if key else None)
    return replace(found, last=last).letters if found else ""


def _marked(ours: Sequence[discord.Message], key: str) -> Pages:
    found, last = Pages(), None
    for one in ours:
        end, under = tail.read(one.content), buttons.page_of(buttons.ids_in(one.components), key)
        if end is not None and end.key == tail.of(key, 0, False).key:
            found.there.setdefault(end.page, one.id)
            last = end.page if end.last else last
        elif under is not None:  # what has buttons is the last
            found.there.setdefault(under, one.id)
            last = under if last is None else max(last, under)
    found.whole = last is not None and set(found.there) == set(range(last + 1))
    return found


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
