"""The commands around what the bot keeps: backup, restore, move."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import CohortbookError
from bot.terminal import settings_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.config import Settings
    from bot.vault.keyring import Keyring


@click.command()
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path | None) -> None:
    """Copy the database to FILE, also while the bot runs (default: a new file in the data folder).

    The keyring is copied after it, into a folder of its own; keep the two apart.
    """
    from bot import backup as copying
    from bot import control, key_commands, tombstones
    from bot.clock import machine_now
    from bot.store import ownership

    settings = settings_of(ctx)
    _only_for_a_file(settings, "pg_dump makes its backups, also while the bot runs")
    target = (file or settings.data / "backups" / copying.name(machine_now())).absolute()
    try:
        made = control.ask(settings.data, "backup", file=str(target))
        size = int(made["bytes"])
        keyring = str(control.ask(settings.data, "keys.copy")["file"])
    except control.NobodyHere:
        with ownership.take(settings.data, "backup"):
            size = copying.make(settings.data / ownership.DATABASE, target, machine_now()).bytes
            # After the data, so that it has every key that a row in the copy needs.
            keyring = key_commands.copy(settings.key_places, machine_now())
    ledger = tombstones.copy_beside(settings.data / tombstones.FILE, target)
    old = copying.prune(settings.backups, machine_now() - timedelta(days=settings.backup_days), target)
    click.echo(f"Backed up to {target} ({size / 1e6:.1f} MB), and read it through once: it is whole.")
    if keyring:
        click.echo(f"The keyring is copied to {keyring}; the newest {key_commands.KEPT} copies are kept.")
    if ledger:
        click.echo(f"Who was erased is written down in {ledger}. A restore needs the newest of these.")
    if old:
        click.echo(f"{old} older backups were removed, since members were told so; `backup_days` says how many days.")
    click.echo(
        "What people wrote is sealed in it; who takes part, and when, is not. Guard it like the database itself, and "
        "keep it apart from the keyring's copies and from the key.",
        err=True,
    )


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--in-place", is_flag=True, help="The database was brought back by other means; only mark what is due.")
@click.pass_context
def restore(ctx: click.Context, file: Path | None, in_place: bool) -> None:
    """Bring the backup FILE back. The bot must be stopped; what is in place is kept beside it."""
    from bot import forgetting
    from bot import restore as restoring
    from bot.clock import machine_now
    from bot.store import ownership

    if (file is None) != in_place:
        raise click.UsageError("Name the backup file, or say --in-place and no file.")
    settings = settings_of(ctx)
    forget = forgetting.in_restored(settings)
    if file is not None:
        _only_for_a_file(settings, "restore it with its own tools, and then run `cohortbook restore --in-place`")
    with contextlib.nullcontext() if settings.database_url else ownership.take(settings.data, "restore"):
        if file is None:
            unknown = restoring.in_place(settings, machine_now(), forget)
        else:
            with _keyring(settings) as keyring:
                done = restoring.restore(file, settings.data, machine_now(), keyring, forget)
            unknown = done.unknown
            for line in done.told(file):
                click.echo(line)
    click.echo(f"{unknown} messages were due before now. Each is looked up before anything is sent again.")


@contextlib.contextmanager
def _keyring(settings: Settings) -> Iterator[Keyring | None]:
    """The one in place; None before the first start. It needs no key to say what was taken away."""
    from bot import key_commands

    there = key_commands.in_place(settings.key_places)
    try:
        yield there
    finally:
        if there is not None:
            there.close()


@click.command()
@click.option("--to", "address", required=True, help="postgresql://user:password@host/name, an empty database.")
@click.pass_context
def move(ctx: click.Context, address: str) -> None:
    """Move the database from its file to a PostgreSQL server. The bot must be stopped; the file is kept."""
    from pydantic import SecretStr, ValidationError

    from bot import moving
    from bot.clock import machine_now
    from bot.config import Settings
    from bot.store import ownership

    settings = settings_of(ctx)
    if settings.database_url:
        raise CohortbookError("The settings name a server already, and only a file can be moved. Nothing was changed.")
    try:
        url = Settings(database=SecretStr(address)).database_url
    except ValidationError:
        raise click.BadParameter("must be postgresql://user:password@host/name", param_hint="--to") from None
    with ownership.take(settings.data, "move"):
        done = moving.move(settings.data, url, machine_now())
    click.echo(f"Moved {done.rows} rows of {len(done.tables)} tables, and compared each: all arrived as they were.")
    click.echo("Now write the server into the settings, as `database:` or as COHORTBOOK_DATABASE in the environment,")
    click.echo("and start the bot. Without it the bot would begin again with an empty file.")
    click.echo(f"The file is kept as {done.kept}. Remove it when nobody needs it any more.")


def _only_for_a_file(settings: Settings, instead: str) -> None:
    if settings.database_url:
        raise CohortbookError(f"The database is on a server: {instead}. Nothing was changed.")
