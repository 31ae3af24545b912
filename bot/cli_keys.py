"""`cohortbook keys`: what opens people's words, replaced without a pause."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from bot.terminal import settings_of

if TYPE_CHECKING:
    from datetime import datetime

    from bot.config import Settings


@click.group()
def keys() -> None:
    """The key that opens what people write: look after it, and replace it."""


@keys.command()
def new() -> None:
    """Print a new key, for a place that only you can write to. Nothing is changed."""
    import base64
    import secrets

    click.echo(base64.b64encode(secrets.token_bytes(32)).decode())


@keys.command()
@click.pass_context
def status(ctx: click.Context) -> None:
    """Which key is in use, and how many members' keys still wait to be wrapped under it."""
    settings = settings_of(ctx)
    found = _do(settings, "status")
    given = settings.key.get_secret_value()
    click.echo(f"Read from {'the variable COHORTBOOK_KEY' if given else settings.key_places.key_file.absolute()}.")
    for one in found["generations"]:
        click.echo(
            f"{one['key']}  made {one['made']}  wraps {one['wraps']} keys" + ("  in use" if one["current"] else "")
        )
    click.echo(_left(found["left"], len(found["generations"])))


@keys.command()
@click.pass_context
def rotate(ctx: click.Context) -> None:
    """Put a new key in the place of the old one, also while the bot runs. Run again, it goes on where it stopped."""
    found = _do(settings_of(ctx), "rotate")
    click.echo(f"Wrapped {found['done']} keys anew. No word that people wrote was touched.")
    click.echo(_left(found["left"], len(found["generations"])))


@keys.command()
@click.confirmation_option(
    prompt="Older copies of the keyring, and a lost one of today, can then be opened by nobody. Destroy the old keys?"
)
@click.pass_context
def retire(ctx: click.Context) -> None:
    """Destroy the old keys once nothing is wrapped under them, and with them all older copies of the keyring."""
    found = _do(settings_of(ctx), "retire")
    if found["copied"]:
        click.echo(f"A fresh copy of the keyring is in {found['copied']}.")
    click.echo(f"Destroyed: {', '.join(found['retired'])}." if found["retired"] else "There was no old key.")
    if found["retired"]:
        click.echo("Remove them from your own copies of the key file, too.")


def _left(left: int, generations: int) -> str:
    if left:
        return f"{left} are still wrapped under an older key: run `cohortbook keys rotate` again."
    return "None is left under an older key." + (
        " `cohortbook keys retire` destroys the old ones." if generations > 1 else ""
    )


def _do(settings: Settings, what: str) -> Any:
    """By the running bot where one has the data, and else here."""
    from bot import control, key_commands
    from bot.clock import machine_now
    from bot.store import ownership

    if not settings.database_url:
        with contextlib.suppress(control.NobodyHere):
            return control.ask(settings.data, f"keys.{what}")
    places = settings.key_places
    with contextlib.nullcontext() if settings.database_url else ownership.take(settings.data, f"keys {what}"):
        keyring = key_commands.opened(places)
        try:
            if what == "status":
                return key_commands.status(keyring)
            act = {"rotate": key_commands.rotate, "retire": key_commands.retire}[what]
            done = act(keyring, places, machine_now())
        finally:
            keyring.close()
        _note(settings, f"keys.{what}", machine_now())
        return done


def _note(settings: Settings, what: str, at: datetime) -> None:
    """For the audit, which the bot keeps while it runs."""
    from bot.store import Store, milestones

    store = Store(settings.database_url) if settings.database_url else Store.in_folder(settings.data)
    try:
        with store.begin() as tx:
            milestones.record(tx, what, at)
    finally:
        store.close()
