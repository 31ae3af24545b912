"""Private messages and mentions: in turn for each person, none lost over a gap, none answered twice."""

from __future__ import annotations

import asyncio
import logging
import re
from collections import defaultdict
from typing import TYPE_CHECKING

import discord

from bot.errors import DeliveryError
from bot.messages import Form, Incoming, Outgoing, Reply, Text
from bot.news import Account, News
from bot.seam import House

from . import buttons
from .answers import OPEN, READY, Answers
from .asking import ask
from .cards import card
from .notebook import digest

if TYPE_CHECKING:
    from .door import Door

log = logging.getLogger(__name__)

NOT_A_MEMBER = "I work for the members of one server, and you are not among them. Nothing was kept."
ONLY_WORDS = "I can only read words. Nothing was kept."
FOR_YOU = "I have an answer. Only the one who asked can open it."


class Mailbox:
    def __init__(self, door: Door, house: House, answers: Answers) -> None:
        self._door = door
        self._house = house
        self._answers = answers
        self._in_turn: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._behind: set[int] = set()
        """Whose private messages since the last session are still to be read."""

    async def receive(self, message: discord.Message) -> None:
        if message.type not in (discord.MessageType.default, discord.MessageType.reply):
            return
        if message.guild is None:
            await self._private(message)
        elif message.guild.id == self._door.settings.server:
            await self._mention(message)

    async def _mention(self, message: discord.Message) -> None:
        """A mention, or a reply to the bot. Nobody but the writer can open an answer that is only theirs."""
        me = self._door.client.user
        if me is None or (me.id not in message.raw_mentions and me not in message.mentions):
            return
        self._door.people.meet(message.author)
        text = re.sub(rf"<@!?{me.id}>", "", message.content).strip() or "help"
        where = self._door.place(message.channel, message.channel.id)
        incoming = Incoming(f"m{message.id}", self._door.who(message.author.id), where, Text(text))
        await self._door.notebook.acted(message.author.id, message.id)
        reply = await ask(self._house, incoming)
        if reply is None:
            return
        token = self._door.token()
        if isinstance(reply, Form):
            self._answers.forms.put(token, message.author.id, reply)
        elif isinstance(reply, Outgoing):
            self._answers.waiting.put(token, message.author.id, reply)
        async with self._door.calling() as client:
            await client.get_partial_messageable(message.channel.id).send(
                FOR_YOU,
                view=buttons.held("Open", token) or buttons.NO_VIEW,
                reference=message,
                mention_author=False,
                nonce=digest(f"mention#{message.id}", 25),
                allowed_mentions=discord.AllowedMentions.none(),
                suppress_embeds=True,
            )

    async def _private(self, message: discord.Message) -> None:
        """One after the other for each person, and nothing twice."""
        person = message.author.id
        async with self._in_turn[person]:
            if person in self._behind:
                await self._read_on(person)
            known = await self._door.notebook.known(person)
            if known is None or known.channel is None or message.id > known.seen:
                await self._private_text(message)

    async def _private_text(self, message: discord.Message) -> None:
        door, who = self._door, self._door.who(message.author.id)
        door.people.meet(message.author)
        if not (await door.people.person(who)).active:
            await self._house.hear(News(Account(who)))
            await self._write_back(message, Outgoing(NOT_A_MEMBER))
            return
        await door.notebook.acted(message.author.id, message.id - 1)
        await door.notebook.found(message.author.id, message.channel.id, message.id - 1)
        if message.content.strip():
            reply = await ask(self._house, Incoming(f"m{message.id}", who, who, Text(message.content)))
        else:
            reply = Outgoing(ONLY_WORDS)
        try:
            await self._write_back(message, reply)
        finally:
            await door.notebook.read_up_to(message.author.id, message.id)

    async def _write_back(self, message: discord.Message, reply: Reply) -> None:
        if isinstance(reply, Form):
            token = self._door.token()
            self._answers.forms.put(token, message.author.id, reply)
            async with self._door.calling() as client:
                await client.get_partial_messageable(message.channel.id).send(
                    READY,
                    view=buttons.held(OPEN, token) or buttons.NO_VIEW,
                    nonce=digest(f"form#{message.id}", 25),
                    allowed_mentions=discord.AllowedMentions.none(),
                )
        elif isinstance(reply, Outgoing):
            async with self._door.calling() as client:
                for number, page in enumerate(card(reply)):
                    await self._door.post(client, message.channel.id, page, f"m{message.id}", number)

    # --- after a gap ------------------------------------------------------------------------------

    async def catch_up(self) -> None:
        """A new session tells nothing of what came before it: private messages are read from where we stopped."""
        known = await self._door.notebook.everybody()
        self._behind = {one.person for one in known}
        for one in known:
            async with self._in_turn[one.person]:
                try:
                    await self._read_on(one.person)
                except DeliveryError as failure:
                    log.warning("private messages are read later: %s", failure, extra={"action": "catch up"})

    async def _read_on(self, person: int) -> None:
        """The caller holds this person's turn."""
        if person not in self._behind:
            return
        known = await self._door.notebook.known(person)
        if known is not None and known.channel is not None:
            missed = []
            async with self._door.calling() as client:
                place = client.get_partial_messageable(known.channel, type=discord.ChannelType.private)
                after = discord.Object(known.seen)
                async for message in place.history(after=after, limit=None, oldest_first=True):
                    if message.author.id == person:
                        missed.append(message)
            for message in missed:
                await self._private_text(message)
        self._behind.discard(person)
