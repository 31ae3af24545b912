"""`cohortbook discord ...`: the invitation, and a look at what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .settings import DiscordSettings


@click.group("discord")
def commands() -> None:
    """Set Discord up: the invitation link, and a look at what is missing."""


@commands.command()
@click.pass_context
def invite(ctx: click.Context) -> None:
    """Print the link that adds the bot to your server, with the permissions it uses and no others."""
    from .permissions import NEEDED
    from .permissions import invite as link

    known = _settings(ctx)
    click.echo(link(known.application, known.server))
    click.echo("\nIt asks for these permissions, because the bot uses them:", err=True)
    for name, why in NEEDED.items():
        click.echo(f"  {name.replace('_', ' ')}: to {why}", err=True)


@commands.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Ask Discord what works, and say what to do about what does not. Nothing is changed."""
    from .checkup import look

    async def show() -> bool:
        well = True
        lines: AsyncIterator[tuple[bool, str]] = look(_settings(ctx))
        async for fine, text in lines:
            well = well and fine
            click.secho("ok    " if fine else "mend  ", fg="green" if fine else "yellow", nl=False)
            click.echo(text)
        return well

    ctx.exit(0 if asyncio.run(show()) else 1)


def _settings(ctx: click.Context) -> DiscordSettings:
    """Reads the same file as every other command; the house's other settings do not matter here."""
    import os

    from .settings import read

    return read(_own(ctx, dict(os.environ)), os.environ)


def _own(ctx: click.Context, environment: dict[str, str]) -> dict[str, Any]:
    from pathlib import Path

    import yaml

    from bot.errors import SettingsError

    file = Path(str(ctx.obj or environment.get("COHORTBOOK_CONFIG") or "cohortbook.yaml"))
    try:
        whole = yaml.safe_load(file.read_text("utf-8")) or {}
        own = whole.get("platforms", {}).get("discord")
    except (OSError, AttributeError, yaml.YAMLError):
        raise SettingsError(
            f"{file} cannot be read as settings. Copy cohortbook.example.yaml to it and name your server there:\n"
            "platforms:\n  discord:\n    server: 123456789012345678"
        ) from None
    return own if isinstance(own, dict) else {}
