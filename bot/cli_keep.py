"""The commands around what the bot keeps: backup, restore."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import CohortbookError
from bot.terminal import settings_of

if TYPE_CHECKING:
    from bot.config import Settings


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path | None) -> None:
    """Copy the database to FILE, also while the bot runs (default: a new file in the data folder)."""
    from bot import backup as copying
    from bot import control
    from bot.clock import machine_now
    from bot.store import ownership

    settings = settings_of(ctx)
    _only_for_a_file(settings, "pg_dump makes its backups, also while the bot runs")
    target = (file or settings.data / "backups" / copying.name(machine_now())).absolute()
    try:
        made = control.ask(settings.data, "backup", file=str(target))
        size = int(made["bytes"])
    except control.NobodyHere:
        with ownership.take(settings.data, "backup"):
            size = copying.make(settings.data / ownership.DATABASE, target, machine_now()).bytes
    click.echo(f"Backed up to {target} ({size / 1e6:.1f} MB), and read it through once: it is whole.")
    click.echo("It holds what people wrote. Guard it like the database itself.", err=True)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--in-place", is_flag=True, help="The database was brought back by other means; only mark what is due.")
@click.pass_context
def restore(ctx: click.Context, file: Path | None, in_place: bool) -> None:
    """Bring the backup FILE back. The bot must be stopped; what is in place is kept beside it."""
    from bot import restore as restoring
    from bot.clock import machine_now
    from bot.store import ownership

    if (file is None) != in_place:
        raise click.UsageError("Name the backup file, or say --in-place and no file.")
    settings = settings_of(ctx)
    if file is not None:
        _only_for_a_file(settings, "restore it with its own tools, and then run `cohortbook restore --in-place`")
    with contextlib.nullcontext() if settings.database_url else ownership.take(settings.data, "restore"):
        if file is None:
            unknown = restoring.in_place(settings, machine_now())
        else:
            done = restoring.restore(file, settings.data, machine_now())
            unknown = done.unknown
            for line in done.told(file):
                click.echo(line)
    click.echo(f"{unknown} messages were due before now. Each is looked up before anything is sent again.")


def _only_for_a_file(settings: Settings, instead: str) -> None:
    if settings.database_url:
        raise CohortbookError(f"The database is on a server: {instead}. Nothing was changed.")
