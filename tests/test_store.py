"""The one store: safe settings on every connection, writers that wait for each other, files that last."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, create_engine, insert, inspect, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from bot.messages import Address, Person
from bot.store import SchemaError, Store, people, tables
from bot.vault import private
from bot.vault.private import Words
from tests.vault.places import opened

NOW = datetime(2027, 1, 4, 13, 10, tzinfo=UTC)
RENATA = Address("toy", "room", "person", "renata")


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    yield store
    store.close()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Store]:
    """A SQLite file, for what only a file has."""
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


def meet(tx: Connection) -> people.Somebody:
    names = iter(("tenant", "renata"))
    return people.meet(tx, RENATA, Person("Renata Aguilar", "America/Denver"), NOW, lambda: next(names))


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("secure_delete", 1), ("busy_timeout", 30_000)],
)
def test_every_connection_has_the_safe_settings(file: Store, pragma: str, value: str | int) -> None:
    """The first, and others opened beside it."""
    with file.engine.connect() as one, file.engine.connect() as two, file.engine.connect() as three:
        reading = [each.execution_options(read_only=True) for each in (one, two, three)]
        assert [each.exec_driver_sql(f"PRAGMA {pragma}").scalar() for each in reading] == [value] * 3


def test_writers_that_read_first_wait_for_each_other(tmp_path: Path) -> None:
    """Two processes count in the same file, each reading before it writes; none is turned away, nothing is lost."""
    writers = [Store.in_folder(tmp_path), Store.in_folder(tmp_path)]
    with writers[0].begin() as tx:
        tx.execute(insert(tables.verdict).values(tenant="t", entry="e", verdict="helpful", count=0))
    together = Barrier(len(writers), timeout=30)

    def count(store: Store) -> None:
        together.wait()
        for _ in range(40):
            with store.begin() as tx:
                before = tx.execute(select(tables.verdict.c.count)).scalar_one()
                tx.execute(update(tables.verdict).values(count=before + 1))

    with ThreadPoolExecutor(len(writers)) as threads:
        list(threads.map(count, writers))  # raises "database is locked" if one did not wait
    with writers[0].begin() as tx:
        assert tx.execute(select(tables.verdict.c.count)).scalar_one() == 80
    for store in writers:
        store.close()


async def test_reading_goes_on_while_somebody_writes(store: Store) -> None:
    """A reader sees what was committed before, and does not wait."""
    with store.begin() as tx:
        meet(tx)
        assert await store.read(people.known, RENATA) is None
    assert await store.read(people.known, RENATA) is not None


async def test_a_failed_write_leaves_nothing_behind(store: Store) -> None:
    """All of a transaction, or none of it."""

    def half(tx: Connection) -> None:
        meet(tx)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        await store.write(half)
    assert await store.read(people.known, RENATA) is None


def test_a_database_of_a_newer_release_is_refused_and_left_alone(database: str) -> None:
    """The message says which schema it has, which one is known, and what to start instead."""
    store = Store(database)
    with store.begin() as tx:
        tx.execute(update(tables.schema).values(version=99))
        tx.execute(text("DROP TABLE verdict"))
    store.close()
    with pytest.raises(SchemaError) as refusal:
        Store(database)
    assert "schema 99" in str(refusal.value)
    assert f"knows schema {tables.SCHEMA_VERSION}" in str(refusal.value)
    assert "Nothing was changed" in str(refusal.value)
    assert "Start the release that made it" in str(refusal.value)
    looking = create_engine(database)
    assert not inspect(looking).has_table("verdict")
    looking.dispose()


def test_an_instant_without_a_zone_is_refused(store: Store) -> None:
    """A time that could mean any zone never gets into a table."""
    with pytest.raises(StatementError, match="an instant needs a zone"), store.begin() as tx:
        tx.execute(insert(tables.tenant).values(tenant="t", created_at=NOW.replace(tzinfo=None)))


def test_an_instant_comes_back_aware_and_the_same(store: Store) -> None:
    """Whatever zone it was given in, it is the same moment, in UTC."""
    given = (NOW + timedelta(microseconds=7)).astimezone(timezone(timedelta(hours=13)))
    with store.begin() as tx:
        tx.execute(insert(tables.tenant).values(tenant="t", created_at=given))
        found = tx.execute(select(tables.tenant.c.created_at)).scalar_one()
    assert found == given
    assert found.tzinfo == UTC


def test_a_row_about_nobody_is_refused(store: Store) -> None:
    """Foreign keys hold: an account needs its person."""
    with pytest.raises(IntegrityError, match=r"(?i)foreign key"), store.begin() as tx:
        tx.execute(insert(tables.account).values(tenant="t", address=str(RENATA), person="nobody"))


def test_answers_survive_opening_the_file_again(database: str, tmp_path: Path) -> None:
    """Word for word, in any script."""
    words = Words({"seen": "Ein Gespräch, 公平, ʻohana 🌺\na second line", "rate": 3, "pick": ["a", "b"]}, "If …")
    store = Store(database)
    vault = opened(store, tmp_path)
    with store.begin() as tx:
        saved, _ = private.save(tx, vault, meet(tx), "c", 1, "form", words, NOW, lambda: "entry")
    vault.close()
    store.close()
    again = Store(database)
    vault = opened(again, tmp_path)
    with again.begin() as tx:
        assert private.find(tx, vault, meet(tx), "entry") == saved
        assert private.find(tx, vault, meet(tx), "entry").words == words  # type: ignore[union-attr]
    vault.close()
    again.close()


def test_what_was_committed_survives_the_sudden_end_of_the_process(database: str) -> None:
    """A process that dies right after its commit, without closing anything, has lost nothing."""
    script = f"""
import os
from sqlalchemy import insert
from bot.store import Store, tables
store = Store({database!r})
with store.begin() as tx:
    tx.execute(insert(tables.verdict).values(tenant="t", entry="e", verdict="helpful", count=7))
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == 9
    store = Store(database)
    with store.begin() as tx:
        assert tx.execute(select(tables.verdict.c.count)).scalar_one() == 7
    store.close()


async def test_reading_writes_nothing(store: Store) -> None:
    """A read that tries to change something is refused, since it would not wait for other writers."""
    with pytest.raises(Exception, match=r"(?i)read-?only"):
        await store.read(meet)
    assert await store.write(meet)
