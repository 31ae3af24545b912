"""The commands around the audit: list, verify, acknowledge."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bot.terminal import settings_of

if TYPE_CHECKING:
    from bot.audit import Entry
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
                click.echo(_line(one))


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


@audit.command()
@click.pass_context
def acknowledge(ctx: click.Context) -> None:
    """Stand for the entries that were written without the key, once you know that they are what happened."""
    from bot import audit as record
    from bot import control

    settings = settings_of(ctx)
    with _store(settings) as store, store.engine.connect().execution_options(read_only=True) as tx:
        found = record.without_key(tx)
    for home, some in found.items():
        click.echo(f"{home}, {len(some)} entries without the key")
        for one in some:
            click.echo(_line(one))
    if not found:
        click.echo("There is no entry without the key that somebody has to look at.")
        return
    click.confirm(
        "Compare their times with the hours in which the key was missing. Members can read that you did. "
        "Are they all what happened?",
        abort=True,
    )
    seen = {home: some[-1].number for home, some in found.items()}
    try:
        done = control.ask(settings.data, "audit.acknowledge", seen=seen)
    except control.NobodyHere:
        done = _acknowledge_here(settings, seen)
    click.echo(f"{done['count']} entries are acknowledged. Whoever changes one of them from now on is noticed.")


def _acknowledge_here(settings: Settings, seen: dict[str, int]) -> dict[str, Any]:
    import asyncio

    from bot import audit_commands
    from bot.app import build
    from bot.clock import RealClock

    house = build(settings, RealClock(), doing="acknowledge")
    try:
        return asyncio.run(audit_commands.acknowledge(house.services, seen))
    finally:
        house.close()


def _line(one: Entry) -> str:
    deed = one.deed
    parts = (("cohort", deed.cohort), ("touched", deed.touched), ("subject", deed.subject))
    about = " ".join(f"{name} {value}" for name, value in parts if value)
    said = f"  {one.number:>5}  {one.at:%Y-%m-%d %H:%M:%S}Z  {deed.outcome:<7}  {deed.actor}  {deed.action}  {about}"
    return said.rstrip()


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
