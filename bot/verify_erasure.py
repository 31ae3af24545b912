"""Does anything that was erased still open? Tried on any backup, with every secret that exists today.

It looks for the rows of everybody in the ledger, and tries on each every key of the keyring in use and of each copy
of a keyring that it is given. What was never sealed counts as open.
"""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, inspect, select, text

from bot import keyring_copies
from bot.errors import CohortbookError, Unreadable
from bot.tombstones import Ledger, Tombstone
from bot.vault import envelope, rows
from bot.vault.kek import Kek, Purpose
from bot.vault.keyring import DataKey, Keyring, Owner
from bot.vault.rings import data_key
from bot.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Tried:
    file: Path
    people: int
    """Of the erased, how many this file still knows by their ids."""
    pieces: int
    """Rows of their words in a copy of the data; keys of theirs in a copy of the keyring."""
    opened: int

    @property
    def told(self) -> str:
        return f"{self.file}: {self.people} erased people, {self.pieces} pieces of theirs, {self.opened} opened"


def verify(files: Sequence[Path], vault: Vault, ledger: Ledger, keks: Sequence[Kek]) -> list[Tried]:
    """Blocks. Nothing is written to any of the files. Raises LedgerError without a ledger."""
    if vault.keyring is None:
        raise CohortbookError("There is no keyring here, so there is nothing to try. Nothing was changed.")
    gone = set(ledger.stones())
    copies = [file for file in files if keyring_copies.is_keyring(file)]
    tried, keys = [], list(_keys(vault.keyring))
    for file in copies:
        found = _keys_of_copy(file, keks)
        theirs = {owner for owner, _ in found if ledger.stone(owner.tenant, owner.person) in gone}
        count = sum(owner in theirs for owner, _ in found)
        tried.append(Tried(file, len({one.person for one in theirs}), count, count))
        keys += found
    distinct = list(dict.fromkeys(key for _, key in keys))
    return tried + [_try(file, ledger, gone, distinct) for file in files if file not in copies]


def _keys(keyring: Keyring) -> Iterator[tuple[Owner, DataKey]]:
    with keyring.begin(reading=True) as tx:
        found = tx.execute(select(data_key)).all()
    for row in found:
        owner, purpose, which = Owner(row.tenant, row.cohort, row.person), Purpose(row.purpose), bytes.fromhex(row.key)
        try:
            yield owner, DataKey(which, keyring.unwrap(row.fingerprint, owner, purpose, which, row.wrapped))
        except CohortbookError:  # wrapped under a key that was destroyed: it opens nothing any more
            continue


def _keys_of_copy(file: Path, keks: Sequence[Kek]) -> list[tuple[Owner, DataKey]]:
    """From a copy of the copy: opening one as a keyring would write beside it."""
    with tempfile.TemporaryDirectory(prefix="cohortbook-") as folder:
        copied = Path(folder) / "keyring.sqlite"
        shutil.copyfile(file, copied)
        keyring = Keyring(f"sqlite:///{copied}", lambda count: bytes(count))
        try:
            keyring.hold(keks)
            return list(_keys(keyring))
        finally:
            keyring.close()


def _try(file: Path, ledger: Ledger, gone: set[Tombstone], keys: Sequence[DataKey]) -> Tried:
    people, pieces, opened = set(), 0, 0
    try:
        for row in _sealed_rows(file):
            if ledger.stone(row.tenant, rows.owner(row).person) in gone:
                people.add((row.tenant, row.person))
                pieces += 1
                opened += _opens(bytes(row.body), row, keys)
    except sqlite3.Error as problem:
        raise CohortbookError(f"{file} is not a backup of this bot ({problem}). Nothing was changed.") from None
    return Tried(file, len(people), pieces, opened)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a backup with the columns that it is bound to."""

    table: Any
    values: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name not in self.values:
            raise AttributeError(name)
        return self.values[name]


def _sealed_rows(file: Path) -> Iterator[_Row]:
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as db:
        db.execute("SELECT version FROM schema").fetchone()
    engine = create_engine(f"sqlite:///file:{file.absolute()}?mode=ro&immutable=1&uri=true", hide_parameters=True)
    try:
        there = inspect(engine).get_table_names()  # an earlier release had fewer
        for table in (one for one in rows.PURPOSE if one.name in there):
            columns = {one["name"] for one in inspect(engine).get_columns(table.name)}
            with engine.connect() as tx:
                if "body" not in columns:  # of an earlier schema, with its words as they were written
                    asked = text(f"SELECT tenant, person, text AS body FROM {table.name}")  # noqa: S608 - our own names
                    found = [dict(row._mapping) for row in tx.execute(asked)]
                    yield from (_Row(table, {**one, "body": str(one["body"]).encode()}) for one in found)
                else:
                    yield from (_Row(table, dict(row._mapping)) for row in tx.execute(select(table)))
    finally:
        engine.dispose()


def _opens(sealed: bytes, row: _Row, keys: Sequence[DataKey]) -> bool:
    if not envelope.is_sealed(sealed):
        return True
    bound = rows.bound(row.table, row, row.values.get("revision", 1))
    for key in keys:
        try:
            envelope.unseal(key.secret, sealed, bound)
        except Unreadable:
            continue
        return True
    return False
