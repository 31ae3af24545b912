"""What works on this machine, and what to do about what does not."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot import config, platforms
from bot.errors import CohortbookError

if TYPE_CHECKING:
    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Line:
    well: bool
    text: str


def checkup(file: Path | None) -> Iterator[Line]:
    """One line a matter. Nothing is changed, and no secret is shown."""
    yield Line(True, f"Python {sys.version_info.major}.{sys.version_info.minor}")
    try:
        settings = config.load(file)
    except CohortbookError as problem:
        yield Line(False, str(problem))
        return
    yield Line(True, f"settings; platforms: {', '.join(settings.platforms)}")
    if settings.facilitators:
        yield Line(True, f"facilitators named: {len(settings.facilitators)}")
    else:
        yield Line(
            False, "nobody may make a cohort yet: name the first facilitator in cohortbook.yaml under `facilitators`"
        )
    for name in set(settings.platforms) & set(platforms.with_commands()):
        yield Line(True, f"{name} is set up here; `cohortbook {name} check` asks {name} itself")
    yield _help_card(settings)
    yield _folder(settings.data)
    yield from _owner(settings)
    yield _key(settings)
    yield from _installed(settings)
    yield from _search(settings)
    yield from _content(settings)


def _help_card(settings: config.Settings) -> Line:
    from bot import help_card
    from bot.clock import machine_now

    late = help_card.overdue(settings.countries, machine_now().date())
    if late:
        return Line(
            False,
            f"the numbers of the help card are a year old ({', '.join(late)}): ask {help_card.OWNER} to look them up, "
            "and write the day into bot/help_card.py",
        )
    return Line(
        True, f"help card with numbers for: {', '.join(settings.countries) or 'no country, only your contacts'}"
    )


def _folder(folder: Path) -> Line:
    import os

    from bot.disk import open_to_others

    warning = open_to_others(folder)
    if warning:
        return Line(False, warning)
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if os.access(there, os.W_OK):
        return Line(True, f"data folder {folder}")
    return Line(False, f"the data folder {folder} cannot be written to; change its owner or set COHORTBOOK_DATA")


def _owner(settings: config.Settings) -> Iterator[Line]:
    from bot import control
    from bot.store import ownership

    if settings.database_url:
        return
    try:
        control.ask(settings.data, "ping", seconds=5)
    except control.NobodyHere:
        yield Line(True, "no bot is running on this data folder now")
        return
    except CohortbookError as problem:
        yield Line(False, str(problem))
        return
    note = ownership.note(settings.data)
    yield Line(True, f"running on this data folder: {note.name if note else 'a bot'}")


def _key(settings: config.Settings) -> Line:
    from bot.vault.places import read_keys

    places = settings.key_places
    keyring = places.keyring_file
    if not places.key and not places.key_file.exists() and (keyring is None or not keyring.exists()):
        return Line(True, f"no key yet; the first start makes one at {places.key_file}")
    try:
        keys = read_keys(places)
    except CohortbookError as problem:
        return Line(False, str(problem))
    if not places.key and places.key_file.absolute().is_relative_to(settings.data.absolute()):
        return Line(True, f"key {keys[0].fingerprint.hex()}; it lies beside the data, and is safer elsewhere: key_file")
    return Line(True, f"key {keys[0].fingerprint.hex()}")


def _installed(settings: config.Settings) -> Iterator[Line]:
    """The workspaces that the bot was added to by a link, each with a token that is kept sealed."""
    from sqlalchemy import inspect
    from sqlalchemy.exc import DBAPIError

    from bot.store import ownership
    from bot.store.engine import open_engine
    from bot.store.tables import token
    from bot.vault import safe

    file = settings.data / ownership.DATABASE
    if not settings.database_url and not file.exists():
        return
    engine = open_engine(settings.database_url or f"sqlite:///{file}")
    try:
        with engine.connect().execution_options(read_only=True) as tx:
            there = inspect(tx).has_table(token.name)
            kept = safe.kept(tx) if there else []
            closed = _closed(tx, settings) if kept else []
    except DBAPIError as problem:
        yield Line(False, f"the database does not answer ({type(problem.orig).__name__}); is its address right?")
        return
    finally:
        engine.dispose()
    if kept:
        yield Line(True, f"added to these workspaces by a link: {', '.join(kept)}")
    if closed:
        yield Line(
            False,
            f"the tokens of {', '.join(closed)} do not open, so the bot rests there. Nothing is lost: put the right "
            "key and the newest keyring in their places, and start again",
        )


def _closed(tx: Connection, settings: config.Settings) -> list[str]:
    from bot import key_commands
    from bot.vault import safe
    from bot.vault.vault import Vault

    try:
        keyring = key_commands.opened(settings.key_places)
    except CohortbookError as problem:
        return safe.unopened(tx, Vault.locked(str(problem)))
    try:
        return safe.unopened(tx, Vault(keyring, lambda count: b""))
    finally:
        keyring.close()


def _search(settings: config.Settings) -> Iterator[Line]:
    from index.build import read_manifest
    from index.encoder import WordsOnly, encoder
    from index.errors import SearchError

    try:
        name, _, mark = encoder(settings.model).name.partition("@")
        yield Line(True, f"search model {name}, its checksum is {mark if settings.model else 'right'}")
    except SearchError as problem:
        yield Line(False, str(problem))
    try:
        manifest = read_manifest(settings.index_folder)
        by_words = manifest["model"] == WordsOnly.name
        found = f"search index: {manifest['entries']} entries, {manifest['passages']} passages"
        yield Line(not by_words, found + (", by words alone; `cohortbook index` makes it anew" if by_words else ""))
    except SearchError as problem:
        yield Line(False, str(problem))


def _content(settings: config.Settings) -> Iterator[Line]:
    from bot import programs
    from index import documents

    problems = documents.problems(settings.knowledge) + programs.check(settings.prompts)
    if problems:
        yield Line(False, f"{len(problems)} problems in knowledge/ and prompts/; `cohortbook check` lists them")
    else:
        yield Line(True, "knowledge/ and prompts/ read without a problem")
