"""The commands around the audit: list, verify."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.terminal import settings_of

if TYPE_CHECKING:
    from bot.config import Settings
    from bot.store import Store


@click.group()
def audit() -> None:
    """What facilitators and operators did, and what was refused, by ids alone."""


@audit.command("list")
@click.option("--newest", default=50, show_default=True, type=click.IntRange(1), help="How many of each workspace.")
@click.pass_context
def list_(ctx: click.Context, newest: int) -> None:
    """Print the newest entries."""
    from bot import audit as record

    with _store(settings_of(ctx)) as store, store.engine.connect().execution_options(read_only=True) as tx:
        for head in record.heads(tx):
            click.echo(f"{head.tenant}, {head.number} entries, code {head.code}")
            for one in reversed(record.entries(tx, head.tenant, newest)):
                deed = one.deed
                about = " ".join(
                    f"{name} {value}"
                    for name, value in (
                        ("cohort", deed.cohort),
                        ("touched", deed.touched),
                        ("subject", deed.subject),
                    )
                    if value
                )
                click.echo(f"  {one.number:>5}  {one.at:%Y-%m-%d %H:%M:%S}Z  {deed.outcome:<7}  ", nl=False)
                click.echo(f"{deed.actor}  {deed.action}  {about}".rstrip())


@audit.command()
@click.option(
    "--heads",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A copy of audit-heads.jsonl that was kept elsewhere (default: the one in the data folder).",
)
@click.pass_context
def verify(ctx: click.Context, file: Path | None) -> None:
    """Say whether every entry is as it was written, and nothing is missing."""
    from bot import audit as record
    from bot import heads, house_keys, key_commands

    settings = settings_of(ctx)
    kept = heads.read(file or settings.data / heads.FILE)
    keyring = key_commands.opened(settings.key_places)
    try:
        key = house_keys.of_audit(keyring, settings.data)
    finally:
        keyring.close()
    with _store(settings) as store, store.engine.connect().execution_options(read_only=True) as tx:
        found = record.problems(tx, key, kept)
        now = record.heads(tx)
    for line in found:
        click.echo(line)
    if found:
        click.echo(f"\n{len(found)} entries cannot be relied on. Keep this database, and ask why.", err=True)
        sys.exit(1)
    click.echo(f"All is well: {sum(one.number for one in now)} entries, checked beside {len(kept)} codes kept outside.")


@contextmanager
def _store(settings: Settings) -> Iterator[Store]:
    """Beside a bot that runs, too: nothing is written."""
    from bot.errors import CohortbookError
    from bot.store import Store, ownership

    if not settings.database_url and not (settings.data / ownership.DATABASE).exists():
        raise CohortbookError(f"There is no database in {settings.data} yet. Nothing was made.")
    store = Store(settings.database_url) if settings.database_url else Store.in_folder(settings.data)
    try:
        yield store
    finally:
        store.close()
