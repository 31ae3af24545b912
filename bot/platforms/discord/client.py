"""The connection to Discord: no privileged intent, no cache of anybody's words, and no mention that pings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord

from bot.last_look import looking

from .pace import BadAnswers

_LONGEST_WAIT = 30.0
"""Longer pauses are the outbox's business, so that one busy channel does not hold up all others."""

# At the finest level the library logs whole messages; they are nobody's business in a log.
logging.getLogger("discord").setLevel(max(logging.INFO, logging.getLogger("discord").level))


def intents() -> discord.Intents:
    """Private messages and mentions come with their words; everything else in a channel comes without."""
    return discord.Intents(guilds=True, guild_messages=True, dm_messages=True)


class Client(discord.Client):
    """Tells its listeners what happened; knows nothing else."""

    def __init__(self, bad_answers: BadAnswers) -> None:
        discord.VoiceClient.warn_nacl = False
        discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=intents(),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=_LONGEST_WAIT,
            http_trace=looking(_counting(bad_answers)),
        )
        self.tree = discord.app_commands.CommandTree(self)
        self.on_news: Callable[[discord.Interaction[Any] | discord.Message], Awaitable[None]] | None = None
        self.on_fresh_session: Callable[[], Awaitable[None]] | None = None
        self.on_change: Callable[[discord.Guild | discord.abc.GuildChannel], Awaitable[None]] | None = None
        self.on_put_back: Callable[[discord.Guild], Awaitable[None]] | None = None
        self._signing_in = asyncio.Lock()
        self._signed_in = False

    async def sign_in(self, token: str) -> None:
        """Once; later calls return at once. Raises what `failures.FAULTS` name, or discord.LoginFailure."""
        async with self._signing_in:
            if self._signed_in or self.is_ready():
                return
            try:
                await self.login(token)
            except BaseException:
                await self.http.close()
                self.http.connector = discord.utils.MISSING  # closed with its session; the next try makes another
                raise
            self._signed_in = True

    async def on_connect(self) -> None:
        """A new session: whatever happened since the last one was not told."""
        if self.on_fresh_session is not None:
            await self.on_fresh_session()

    async def on_guild_remove(self, server: discord.Guild) -> None:
        if self.on_change is not None:
            await self.on_change(server)

    async def on_guild_join(self, server: discord.Guild) -> None:
        if self.on_put_back is not None:
            await self.on_put_back(server)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        if self.on_change is not None:
            await self.on_change(channel)

    async def on_guild_channel_update(
        self, before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:  # fmt: skip
        """Its permissions too: the bot may be let in again, or shut out."""
        if self.on_change is not None:
            await self.on_change(after)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        # Commands and their completions come through the command tree.
        pressed = (discord.InteractionType.component, discord.InteractionType.modal_submit)
        if self.on_news is not None and interaction.type in pressed:
            await self.on_news(interaction)

    async def on_message(self, message: discord.Message) -> None:
        if self.on_news is not None and not message.author.bot and message.webhook_id is None:
            await self.on_news(message)


def _counting(bad_answers: BadAnswers) -> aiohttp.TraceConfig:
    async def ended(
        session: aiohttp.ClientSession, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        bad_answers.note(params.response.status)

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(ended)
    return trace
