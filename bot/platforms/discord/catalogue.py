"""The commands as Discord lists them: for the server at once, and for private messages everywhere."""

from __future__ import annotations

import logging
from typing import Any, Protocol

import discord
from discord import app_commands

from bot.seam import House

from . import failures
from .client import Client
from .prose import cut

log = logging.getLogger(__name__)

FOR_FACILITATORS = frozenset({"facilitate"})
"""Hidden from those who may not manage events. This is courtesy: the house checks the role itself."""
WITHOUT_WORDS = frozenset({"reflect", "journal", "privacy", "facilitate"})
"""These open something private, and offering a line to type into would invite words that a form should hold."""
REFLECT = "reflect"
REFLECT_ON_THIS = "Reflect on this"


class Desk(Protocol):
    async def command(self, interaction: discord.Interaction[Any], name: str, text: str) -> None: ...

    async def suggest(self, interaction: discord.Interaction[Any], name: str, partial: str) -> list[str]: ...


async def publish(client: Client, house: House, desk: Desk, server: int) -> None:
    """Tell Discord which commands there are. Doing it again changes nothing there."""
    here = discord.Object(server)
    client.tree.clear_commands(guild=here)
    client.tree.clear_commands(guild=None)
    for name, about in house.commands():
        client.tree.add_command(_command(desk, name, about), guild=here)
        client.tree.add_command(_only_private(_command(desk, name, about)))
        if name == REFLECT:
            client.tree.add_command(_menu(desk), guild=here)
    try:
        await client.tree.sync()
        await client.tree.sync(guild=here)
    except failures.FAULTS as error:
        hint = "invite the bot first, with the link that `cohortbook discord invite` prints"
        if not isinstance(error, discord.Forbidden):
            hint = "they stay as they were; start the bot again to retry"
        log.warning("the commands could not be listed in the server: %s", hint, extra={"action": "commands"})


def _command(desk: Desk, name: str, about: str) -> app_commands.Command[Any, Any, Any]:
    async def bare(interaction: discord.Interaction[Any]) -> None:
        await desk.command(interaction, name, "")

    @app_commands.describe(text="What to look for")
    async def with_words(interaction: discord.Interaction[Any], text: str = "") -> None:
        await desk.command(interaction, name, text)

    async def complete(interaction: discord.Interaction[Any], current: str) -> list[app_commands.Choice[str]]:
        found = await desk.suggest(interaction, name, current)
        return [app_commands.Choice(name=cut(one, 100), value=cut(one, 100)) for one in found[:25]]

    about = cut(about, 100)
    if name in WITHOUT_WORDS:
        made: app_commands.Command[Any, Any, Any] = app_commands.Command(name=name, description=about, callback=bare)
    else:
        made = app_commands.Command(name=name, description=about, callback=with_words)
        made.autocomplete("text")(complete)
    if name in FOR_FACILITATORS:
        made.default_permissions = discord.Permissions(manage_events=True)
    return made


def _only_private(command: app_commands.Command[Any, Any, Any]) -> app_commands.Command[Any, Any, Any]:
    """The server has its own list, so the one for everywhere shows in private messages alone."""
    command.allowed_contexts = app_commands.AppCommandContext(guild=False, dm_channel=True, private_channel=False)
    command.allowed_installs = app_commands.AppInstallationType(guild=True, user=False)
    return command


def _menu(desk: Desk) -> app_commands.ContextMenu:
    async def reflect(interaction: discord.Interaction[Any], message: discord.Message) -> None:
        # The message itself stays where it is: its words are somebody else's.
        await desk.command(interaction, REFLECT, "")

    return app_commands.ContextMenu(name=REFLECT_ON_THIS, callback=reflect)
