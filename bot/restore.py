"""Bringing a backup back. The platforms are then ahead of the file, so nothing due before is sent unasked.

Every message due before the restore, also one that is planned again after it, begins as unknown: it is looked
up where it would have arrived. What was in place stays beside it, and what is lost is told.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, func, update

from bot import backup, outbox, removals, words
from bot.config import Settings
from bot.disk import sync
from bot.errors import CohortbookError
from bot.store import Store, milestones, ownership
from bot.store.tables import outbox as rows
from bot.vault import age, floors
from bot.vault.keyring import Keyring


@dataclass(frozen=True, slots=True)
class Restored:
    made: datetime | None
    """When the backup was made, where it says so."""
    unknown: int
    """Messages that are looked up before anything is sent."""
    kept: Path | None
    """The database that was in place."""
    lost: list[str] | None
    """What was acknowledged after the backup; None when the database in place cannot be read."""
    keys: tuple[str, ...] = ()
    """What the keyring says to it."""
    erased: int = 0
    """People in the backup who had been forgotten since, and are again."""

    def told(self, file: Path) -> Iterator[str]:
        """Lines for the operator."""
        when = f"of {self.made:%Y-%m-%d %H:%M:%S} UTC" if self.made else "that does not say when it was made"
        yield f"Restored {file}, a backup {when}."
        if self.kept is not None:
            yield f"The database that was in place is kept as {self.kept}. Remove it when nobody needs it any more."
        if self.lost is None:
            yield "The database that was in place cannot be read, so what was saved after the backup cannot be named."
            yield "Please tell the cohorts that anything they saved after that time is gone."
        elif self.lost:
            yield "People were told that these were saved or done, and they are not in the backup:"
            yield from (f"  {line}" for line in self.lost)
            yield "Please tell those cohorts."
        elif self.kept is not None:
            yield "Nothing that people were told was saved is missing from the backup."
        if self.erased:
            yield f"{words.people(self.erased)} in it had been erased since, and were erased again at once."
        yield from self.keys


def restore(
    file: Path,
    folder: Path,
    now: datetime,
    keyring: Keyring | None = None,
    forget: Callable[[Store], int] = lambda store: 0,
) -> Restored:
    """Only for the owner of the folder. The database in place is replaced at one stroke, at the very end.

    `keyring`: what its people took away since is taken away from the backup, too. `forget`: erases in it whoever
    was erased since, and says how many; what it raises leaves everything as it was.
    """
    _must_be_sound(file)
    place = folder / ownership.DATABASE
    fresh = folder / "restoring" / place.name
    with _scratch(fresh):
        backup.copy(file, fresh, at_rest=not _log(file).exists())
        keys = tuple(age.fit(fresh, keyring)) if keyring else ()
        lost, newest = _compare(place, fresh)
        store = Store.in_folder(fresh.parent)  # and with it, to the schema of this release
        try:
            erased = forget(store)
            with store.begin() as tx:
                made = milestones.latest(tx, milestones.BACKUP)
                unknown = look_up_first(tx, max(now, newest or now))
        finally:
            store.close()
        if _log(fresh).exists():
            raise CohortbookError(f"The copy in {fresh.parent} could not be closed. Nothing was changed.")
        kept = _set_aside(place, now) if place.exists() else None
        fresh.replace(place)
        sync(folder)
        if keyring:
            floors.forget_lowered(keyring)
    return Restored(made, unknown, kept, lost, keys, erased)


def in_place(settings: Settings, now: datetime, forget: Callable[[Store], int] = lambda store: 0) -> int:
    """For a database that was brought back by its server's own tools, or with the machine's disk."""
    store = Store(settings.database_url) if settings.database_url else Store.in_folder(settings.data)
    try:
        forget(store)
        with store.begin() as tx:
            return look_up_first(tx, now)
    finally:
        store.close()


_OPEN = (outbox.READY, outbox.SENDING, outbox.UNKNOWN, outbox.HELD)


def look_up_first(tx: Connection, boundary: datetime) -> int:
    """Messages due by then may have been sent by a life that this database does not remember."""
    milestones.record(tx, milestones.RESTORE, boundary)
    return tx.execute(
        update(rows)
        # To take a message away twice is harmless.
        .where(rows.c.state.in_(_OPEN), rows.c.due_at <= boundary, rows.c.kind != removals.TAKE_AWAY)
        .values(
            state=outbox.UNKNOWN,
            # The first try cannot have been earlier than it was due.
            tried_at=func.coalesce(rows.c.tried_at, rows.c.due_at),
            reason=outbox.RESTORED,
            # Whatever was tried before belongs to that other life, and so do its hours.
            attempts=0,
            again_at=None,
            safe_until=None,
        )
    ).rowcount


def _must_be_sound(file: Path) -> None:
    try:
        faults = backup.verify(file, at_rest=not _log(file).exists())
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.execute("SELECT version FROM schema").fetchone()
    except sqlite3.Error as problem:
        raise CohortbookError(f"{file} is not a backup of this bot ({problem}). Nothing was changed.") from None
    if faults:
        raise CohortbookError(f"{file} has faults ({faults[0]}). Nothing was changed. Use another backup.")


def _compare(place: Path, fresh: Path) -> tuple[list[str] | None, datetime | None]:
    """What the database in place knows and the backup does not, and the newest moment that it knows of."""
    if not place.exists():
        return [], None
    try:
        with closing(sqlite3.connect(f"{place.absolute().as_uri()}?mode=rw", uri=True)) as db:
            db.execute("ATTACH ? AS old", (str(fresh),))
            lost = [line for line in _lost(db) if line]
            (newest,) = db.execute("SELECT max(max(tried_at), max(sent_at)) FROM main.outbox").fetchone()
    except sqlite3.Error:
        return None, None
    return lost, None if newest is None else datetime.fromisoformat(newest).replace(tzinfo=UTC)


def _lost(db: sqlite3.Connection) -> Iterator[str]:
    """Counts, with cohorts by their names; never a person and never a word of theirs."""
    for what, query in _LOST.items():
        for cohort, count in db.execute(query):
            yield f"{what}: {count}" + (f" in {cohort}" if cohort else "")


_HERE = "LEFT JOIN main.cohort c ON c.tenant = n.tenant AND c.cohort = n.cohort"


def _new(table: str, key: str, also: str = "", where: str = "1") -> str:
    """Rows of a table that the backup does not have, or has in another state, counted by cohort."""
    same = " AND ".join(f"o.{one} = n.{one}" for one in ("tenant", *key.split()))
    return (
        f"SELECT c.name, count(*) FROM main.{table} n LEFT JOIN old.{table} o ON {same} {_HERE} "  # noqa: S608 - ours
        f"WHERE {where} AND (o.tenant IS NULL {also}) GROUP BY c.name ORDER BY c.name"
    )


_LOST = {
    "cohorts": _new("cohort", "cohort"),
    "people who joined or changed how they take part": _new(
        "membership", "cohort person", "OR o.state <> n.state OR o.day IS NOT n.day OR o.time IS NOT n.time"
    ),
    "reflections saved or changed": _new("entry", "entry", "OR o.revision <> n.revision"),
    "shared copies": _new("share", "share", "OR o.state <> n.state"),
    "announcements by facilitators": _new("broadcast", "broadcast", "OR o.state <> n.state"),
    "requests to talk": _new("request", "request", "OR o.state <> n.state"),
    "reflections that their writers had deleted, and that are back": (
        "SELECT c.name, count(*) FROM old.entry o LEFT JOIN main.entry n ON n.tenant = o.tenant AND n.entry = o.entry "
        "LEFT JOIN old.cohort c ON c.tenant = o.tenant AND c.cohort = o.cohort "
        "WHERE n.tenant IS NULL GROUP BY c.name ORDER BY c.name"
    ),
}


@contextlib.contextmanager
def _scratch(fresh: Path) -> Iterator[None]:
    """A folder of its own, on the same disk, gone afterwards whatever happened."""
    _empty(fresh.parent)
    fresh.parent.mkdir(mode=0o700)
    try:
        yield
    finally:
        _empty(fresh.parent)


def _empty(folder: Path) -> None:
    if folder.exists():
        for left in folder.iterdir():
            left.unlink()
        folder.rmdir()


def _set_aside(place: Path, now: datetime) -> Path:
    """The database in place keeps a name of its own, with all that its log holds."""
    kept = place.with_name(f"{place.name}.before-restore-{now.astimezone(UTC):%Y%m%d-%H%M%S}")
    try:
        with closing(sqlite3.connect(place, isolation_level=None)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            db.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.Error:  # damaged, which may be why it is replaced: its log goes with it as it is
        for ending in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                place.with_name(place.name + ending).rename(kept.with_name(kept.name + ending))
    try:
        os.link(place, kept)
    except OSError:  # a disk without hard links
        shutil.copyfile(place, kept)
    return kept


def _log(file: Path) -> Path:
    return file.with_name(file.name + "-wal")
