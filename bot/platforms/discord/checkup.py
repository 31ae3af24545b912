"""Is the token right, is the bot in the server, may it do there what it does?"""

from __future__ import annotations

from collections.abc import AsyncIterator

import discord

from bot.errors import CohortbookError

from . import failures
from .client import Client
from .pace import BadAnswers
from .permissions import NEEDED, invite, needed
from .settings import DiscordSettings


async def look(settings: DiscordSettings) -> AsyncIterator[tuple[bool, str]]:
    """(well, what to read) for each matter. No secret is shown."""
    client = Client(BadAnswers(lambda: 0.0))
    try:
        async with client:
            await client.sign_in(settings.token.get_secret_value())
            yield True, f"the token is right; the bot is called {client.user}"
            yield await _in_server(client, settings)
    except discord.LoginFailure:
        yield False, "Discord does not accept the token; make a new one under Bot, Reset Token"
    except failures.FAULTS as error:
        yield False, f"Discord could not be asked: {failures.meaning(error)} Please try again in a minute."
    except CohortbookError as problem:
        yield False, str(problem)


async def _in_server(client: Client, settings: DiscordSettings) -> tuple[bool, str]:
    link = invite(settings.application, settings.server)
    try:
        me = await client.http.get_member(settings.server, client.user.id if client.user else 0)
        roles = await client.http.get_roles(settings.server)
    except (discord.NotFound, discord.Forbidden):
        return False, f"the bot is not in server {settings.server}; invite it: {link}"
    mine = {str(settings.server), *(str(one) for one in me["roles"])}
    may = 0
    for role in roles:
        if str(role["id"]) in mine:
            may |= int(role["permissions"])
    allowed = discord.Permissions(may)
    if allowed.administrator or allowed >= needed():
        return True, "the bot is in the server and may do all that it needs; a channel's own settings can still differ"
    missing = [name for name in NEEDED if not getattr(allowed, name)]
    told = "; ".join(f"{name.replace('_', ' ')}, to {NEEDED[name]}" for name in missing)
    return False, f"in the server the bot may not: {told}. Open this link again to allow it: {link}"
