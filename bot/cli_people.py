"""The commands about one person: erase, disclosure, verify-erasure."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.terminal import settings_of

if TYPE_CHECKING:
    from bot.config import Settings


@click.command()
@click.argument("person")
@click.confirmation_option(prompt="Everything they wrote here goes and cannot be brought back. Erase it?")
@click.pass_context
def erase(ctx: click.Context, person: str) -> None:
    """Forget PERSON (platform/workspace/person), also while the bot runs."""
    done = _do(settings_of(ctx), "erase", person=_address(person))
    click.echo(
        f"Erased at {done['at']}: {done['reflections']} reflections, {done['shares']} shared copies, "
        f"{done['questions']} questions. Their keys are destroyed. Receipt {done['receipt']}."
    )
    click.echo(f"{done['messages']} private messages of the bot are taken away while it runs, one after the other.")
    click.echo(
        f"The last copy in the backup folder is removed by {done['last_copy']}; copies elsewhere are yours to remove."
    )
    if not done["swept"]:
        click.echo(
            "Something was read all the while, so old pages leave the files with the next daily round.", err=True
        )


@click.command()
@click.argument("person")
@click.pass_context
def disclosure(ctx: click.Context, person: str) -> None:
    """Print all that could be handed over about PERSON (platform/workspace/person) today."""
    for line in _do(settings_of(ctx), "disclose", person=_address(person))["lines"]:
        click.echo(line)


@click.command("verify-erasure")
@click.argument("backups", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.pass_context
def verify_erasure(ctx: click.Context, backups: tuple[Path, ...]) -> None:
    """Try every key that exists today on what erased people left in BACKUPS, copies of the keyring among them."""
    found = _do(settings_of(ctx), "verify", files=[str(one.absolute()) for one in backups])
    for line in found["lines"]:
        click.echo(line)
    click.echo(f"{found['opened']} opened.")
    sys.exit(1 if found["opened"] else 0)


def _address(person: str) -> str:
    from bot.config import person_at

    try:
        return str(person_at(person))
    except ValueError as problem:
        raise click.UsageError(f"{problem}. Nothing was changed.") from None


def _do(settings: Settings, what: str, **more: Any) -> dict[str, Any]:
    """By the process that has the data, or here when nobody does."""
    from bot import control

    try:
        return control.ask(settings.data, f"person.{what}", **more)
    except control.NobodyHere:
        return _here(settings, what, more)


def _here(settings: Settings, what: str, asked: dict[str, Any]) -> dict[str, Any]:
    from bot import person_commands
    from bot.app import build
    from bot.clock import RealClock

    house = build(settings, RealClock(), doing=what)
    try:
        return asyncio.run(
            _answer(person_commands.commands(house.services, settings.key_places)[f"person.{what}"], asked)
        )
    finally:
        house.close()


async def _answer(command: Any, asked: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = await command(asked)
    return found
