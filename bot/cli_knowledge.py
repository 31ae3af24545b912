"""The commands around the knowledge base: add, list, retire, bring back, say that an entry was checked."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.errors import CohortbookError
from bot.terminal import build_index, say, settings_of
from index.errors import SearchError

if TYPE_CHECKING:
    from bot.config import Settings
    from index.documents import Entry
    from index.shelf import Shelf, Standing


@click.group()
def knowledge() -> None:
    """Add entries to the knowledge base, list and retire them."""


@knowledge.command()
@click.argument("what", nargs=-1, required=True)
@click.option("--id", "id_", help="The entry's id; by default made of its title.")
@click.option("--title", help="By default what the file itself says.")
@click.option(
    "--kind", default="reading", show_default=True, help="program, framework, protocol, reading, glossary, faq."
)
@click.option("--source-url", default="", help="Where the original is, for everybody to read.")
@click.option("--license-note", default="", help="What it may be used for.")
@click.option("--replace", is_flag=True, help="Take the place of the entry with the same id.")
@click.pass_context
def add(
    ctx: click.Context,
    what: tuple[str, ...],
    id_: str | None,
    title: str | None,
    kind: str,
    source_url: str,
    license_note: str,
    replace: bool,
) -> None:
    """Make entries of files, folders or web pages: .md, .txt, .html, .pdf, .docx.

    They can be found as soon as this is done, also while the bot runs.
    """
    settings = settings_of(ctx)
    sources = [source for one in what for source in _sources(one)]
    if (id_ or title) and len(sources) != 1:
        raise click.UsageError("An id or a title can be given for one file at a time.")
    shelf = _shelf(settings)
    failed = 0
    for source in sources:
        try:
            made = _entry(settings, source, title, kind, source_url, license_note)
            put = shelf.put(made if id_ is None else _named(made, id_), replacing=replace)
            click.echo(f"{source}: added as {put.id} ({put.title})")
        except (SearchError, CohortbookError) as problem:
            failed += 1
            say(str(problem))
    _found_from_now_on(settings)
    if failed:
        say(f"{failed} of {len(sources)} could not be added, for the reasons above. The others are in.")
        ctx.exit(1)


@knowledge.command("list")
@click.option("--all", "everything", is_flag=True, help="Also the entries that came with the bot.")
@click.pass_context
def list_(ctx: click.Context, everything: bool) -> None:
    """Show what can be found, what could not be read and why, and what should be checked again."""
    shelf = _shelf(settings_of(ctx))
    standing = shelf.standing()
    today = date.today()  # noqa: DTZ011 - the day on the wall of whoever reads the list
    shown = [one for one in standing if one.own or everything]
    for one in shown:
        click.echo(f"{one.entry.id:<40} {_about(one, today)}")
        click.echo(f"    {one.entry.title}")
    for line in shelf.failed():
        say(f"Not found by anybody, because it is not in order: {line}")
    due = [one.entry.id for one in standing if one.check_by and one.check_by <= today]
    click.echo(f"{len(shown)} shown of {len(standing)}. To be checked again: {len(due)}.")
    for id_ in due[:20]:
        click.echo(f"  cohortbook knowledge checked {id_}")


@knowledge.command()
@click.argument("id_", metavar="ID")
@click.pass_context
def retire(ctx: click.Context, id_: str) -> None:
    """Let an entry be found no more. Its text is kept."""
    settings = settings_of(ctx)
    _shelf(settings).retire(id_)
    _found_from_now_on(settings)
    click.echo(f"{id_} is retired. `cohortbook knowledge bring-back {id_}` brings it back.")


@knowledge.command("bring-back")
@click.argument("id_", metavar="ID")
@click.pass_context
def bring_back(ctx: click.Context, id_: str) -> None:
    """Let a retired entry be found again."""
    settings = settings_of(ctx)
    _shelf(settings).restore(id_)
    _found_from_now_on(settings)
    click.echo(f"{id_} can be found again.")


@knowledge.command()
@click.argument("id_", metavar="ID")
@click.pass_context
def checked(ctx: click.Context, id_: str) -> None:
    """Say that somebody read the entry today, and it still holds."""
    settings = settings_of(ctx)
    _shelf(settings).checked(id_, date.today())  # noqa: DTZ011 - see above
    _found_from_now_on(settings)
    click.echo(f"{id_} is marked as checked today.")


def _shelf(settings: Settings) -> Shelf:
    from index.shelf import Shelf

    return Shelf(settings.added, settings.knowledge)


def _found_from_now_on(settings: Settings) -> None:
    """A running bot sees the new index with its next question."""
    build_index(settings.knowledge, settings.index_folder, own=settings.added, model=settings.model, or_by_words=True)


def _sources(what: str) -> list[str]:
    from index.intake.reading import ENDINGS

    if re.match(r"https?://", what):
        return [what]
    path = Path(what)
    if path.is_dir():
        return [str(one) for one in sorted(path.rglob("*")) if one.suffix.lower() in ENDINGS and one.is_file()]
    return [what]


def _entry(settings: Settings, source: str, title: str | None, kind: str, source_url: str, license_note: str) -> Entry:
    from index.intake import entry_of

    if re.match(r"https?://", source):
        if not settings.web_pages:
            raise CohortbookError(
                f"{source}: adding web pages is switched off. Set `web_pages: true` in the settings, or save the page "
                f"as a file and add that. Nothing was added."
            )
        from index.intake.web import fetch

        page = fetch(source)
        name, content, source_url = source + page.ending, page.content, source_url or page.address
        origin = source
    else:
        path = Path(source)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CohortbookError(f"{source}: it cannot be read ({error.strerror}). Nothing was added.") from error
        name, origin = path.name, path.name
    return entry_of(
        content,
        name,
        title=title or "",
        kind=kind,
        origin=origin,
        source_url=source_url,
        license_note=license_note,
        today=date.today(),  # noqa: DTZ011 - see above
    )


def _named(entry: Entry, id_: str) -> Entry:
    from dataclasses import replace

    return replace(entry, id=id_)


def _about(one: Standing, today: date) -> str:
    said = ["yours" if one.own else "came with the bot", one.entry.status]
    if one.check_by and one.check_by <= today:
        said.append(f"to be checked since {one.check_by}")
    if one.upstream_changed:
        said.append("the one that came with the bot has changed since; compare the two")
    return ", ".join(said)
