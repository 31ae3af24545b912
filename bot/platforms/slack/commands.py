"""`cohortbook slack ...`: the app's manifest, and a look at what is missing."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from .settings import SlackSettings


@click.group("slack")
def commands() -> None:
    """Set Slack up: the app's manifest, and a look at what is missing."""


@commands.command()
@click.option("--address", default="", help="Public https address of this bot; without it Socket Mode is used.")
@click.option("--by-link", is_flag=True, help="To be installed by a link at that address, in many workspaces.")
@click.option("--name", default="Cohortbook", show_default=True, help="What the bot is called in your workspace.")
def manifest(address: str, by_link: bool, name: str) -> None:
    """Print the manifest to paste at api.slack.com/apps > Create New App > From a manifest > JSON."""
    from .manifest import SCOPES
    from .manifest import manifest as made

    if address and not address.startswith("https://"):
        raise click.UsageError("Slack reaches addresses with https:// only.")
    if by_link and not address:
        raise click.UsageError("The link needs an address: name it with --address.")
    if not 0 < len(name) <= 35:
        raise click.UsageError("The name must have 1 to 35 characters.")
    click.echo(json.dumps(made(address, name, by_link=by_link), indent=2))
    click.echo("\nIt asks for these permissions, because the bot uses them:", err=True)
    for scope, why in SCOPES.items():
        click.echo(f"  {scope}: to {why}", err=True)


@commands.command()
@click.pass_context
def check(ctx: click.Context) -> None:
    """Ask Slack what works, and say what to do about what does not. Nothing is changed."""
    from .checkup import look

    async def show() -> bool:
        well = True
        async for fine, text in look(_settings(ctx)):
            well = well and fine
            click.secho("ok    " if fine else "mend  ", fg="green" if fine else "yellow", nl=False)
            click.echo(text)
        return well

    ctx.exit(0 if asyncio.run(show()) else 1)


def _settings(ctx: click.Context) -> SlackSettings:
    """From the file that every other command reads; the other settings do not matter here."""
    import yaml

    from bot.errors import SettingsError

    from .settings import read

    path = Path(ctx.obj or os.environ.get("COHORTBOOK_CONFIG") or "cohortbook.yaml")
    try:
        found = yaml.safe_load(path.read_text("utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SettingsError(f"{path} cannot be read. `cohortbook check` says where. Nothing was changed.") from None
    platforms = found.get("platforms") if isinstance(found, dict) else None
    own = platforms.get("slack") if isinstance(platforms, dict) else None
    return read(own if isinstance(own, dict) else {}, os.environ)
