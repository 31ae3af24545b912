"""A database of any release that ever landed becomes today's, and nothing in it is lost on the way."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, Engine, create_engine, inspect, select, text
from sqlalchemy.engine.interfaces import ReflectedIndex

from bot.store import SchemaError, Store, migrations, tables
from bot.store.engine import open_engine
from bot.store.migrations import Step
from tests import databases
from tests.databases import database as database
from tests.schemas import dump

CREATE = Step(2, "one more table", lambda tx: _run(tx, "CREATE TABLE extra (a INTEGER)"))


def _run(tx: Connection, statement: str) -> None:
    tx.exec_driver_sql(statement)


def more(number: int) -> Step:
    return Step(number, "another table", lambda tx: _run(tx, "CREATE TABLE more (a INTEGER)"))


def lay(engine: Engine, version: int) -> None:
    """A database as that schema's dump has it, with a row in every table."""
    with engine.begin() as tx:
        for statement in dump.statements(version, engine.dialect.name):
            tx.exec_driver_sql(statement)


@pytest.fixture
def engine(database: str) -> Iterator[Engine]:
    """A database of either kind, opened as the store opens it, before the store has seen it."""
    made = open_engine(database)
    yield made
    made.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[Engine]:
    """For what only SQLite does its own way."""
    made = open_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    yield made
    made.dispose()


def shape(engine: Engine) -> dict[str, object]:
    """Everything that a table's definition promises, in an order of its own."""
    looking = inspect(engine)
    return {
        name: {
            "columns": sorted(
                (one["name"], str(one["type"]), one["nullable"], str(one["default"]))
                for one in looking.get_columns(name)
            ),
            "key": looking.get_pk_constraint(name)["constrained_columns"],
            "unique": sorted(one["column_names"] for one in looking.get_unique_constraints(name)),
            "refers": sorted(
                (one["constrained_columns"], one["referred_table"], one["referred_columns"])
                for one in looking.get_foreign_keys(name)
            ),
            "indexes": sorted(
                (one["name"], one["column_names"], one["unique"], where(one)) for one in looking.get_indexes(name)
            ),
        }
        for name in sorted(looking.get_table_names())
    }


def where(index: ReflectedIndex) -> str:
    """The condition of an index that holds some rows alone."""
    return " ".join(str(value) for value in index.get("dialect_options", {}).values())


def counts(engine: Engine) -> dict[str, int]:
    with engine.connect() as tx:
        return {
            name: tx.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608
            for name in inspect(engine).get_table_names()
        }


@pytest.mark.parametrize("version", dump.versions())
def test_every_schema_that_landed_becomes_todays(engine: Engine, tmp_path: Path, version: int) -> None:
    """The same columns, keys and indexes as a database made today, and every row still there."""
    lay(engine, version)
    before = counts(engine)
    assert set(before.values()) == {1}
    assert migrations.bring_up(engine) == version
    other = databases.fresh(engine.dialect.name, tmp_path)
    fresh = Store(other)
    assert shape(engine) == shape(fresh.engine)
    fresh.close()
    databases.drop(other)
    after = counts(engine)
    assert {name: after[name] for name in before} == before
    with engine.connect() as tx:
        assert migrations.version(tx) == tables.SCHEMA_VERSION
        if engine.dialect.name == "postgresql":
            return  # it looks after its foreign keys at every moment
        assert tx.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.parametrize("dialect", sorted(dump.DIALECTS))
def test_todays_schema_is_written_down(dialect: str) -> None:
    """A change of the tables needs a number, a step and a dump: `python -m tests.schemas.dump` writes it."""
    newest = dump.versions()[-1]
    assert newest == tables.SCHEMA_VERSION
    written = "".join(f"{one};\n\n" for one in dump.statements(newest, dialect))
    assert written == dump.text(tables.metadata, newest, dump.DIALECTS[dialect])


def test_the_steps_are_numbered_without_a_gap() -> None:
    """The last one leads to the schema that this release makes."""
    assert [step.number for step in migrations.STEPS] == list(range(2, tables.SCHEMA_VERSION + 1))


def test_a_second_start_changes_nothing(engine: Engine) -> None:
    """Every step is taken once."""
    lay(engine, 1)
    migrations.bring_up(engine, [CREATE])
    assert migrations.bring_up(engine, [CREATE]) == 2


def test_a_step_that_fails_leaves_what_was_before(engine: Engine) -> None:
    """The table it made and the record go together; the next start begins with it again."""
    lay(engine, 1)

    def half(tx: Connection) -> None:
        _run(tx, "CREATE TABLE more (a INTEGER)")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError, match="in the middle"):
        migrations.bring_up(engine, [CREATE, Step(3, "breaks", half)])
    looking = inspect(engine)
    assert looking.has_table("extra")
    assert not looking.has_table("more")
    assert migrations.bring_up(engine, [CREATE, more(3)]) == 2
    assert inspect(engine).has_table("more")


def test_the_sudden_end_of_a_process_in_a_step_is_made_up_for(tmp_path: Path) -> None:
    """Killed in the middle of the second of two steps: the first stays, the second is taken again."""
    script = f"""
import os, signal

from bot.store import migrations
from bot.store.engine import open_engine
from tests.operations.test_migrations import CREATE, lay, _run
engine = open_engine("sqlite:///{tmp_path / "old.sqlite"}")
lay(engine, 1)
def dies(tx):
    _run(tx, "CREATE TABLE more (a INTEGER)")
    os.kill(os.getpid(), signal.SIGKILL)
migrations.bring_up(engine, [CREATE, migrations.Step(3, "dies", dies)])
"""
    assert subprocess.run([sys.executable, "-c", script], timeout=60).returncode == -9
    engine = create_engine(f"sqlite:///{tmp_path / 'old.sqlite'}")
    assert migrations.bring_up(engine, [CREATE, more(3)]) == 2
    assert inspect(engine).has_table("more")
    engine.dispose()


def test_a_table_may_be_made_again_although_others_refer_to_it(file: Engine) -> None:
    """SQLite changes a table by copying it; what refers to it must survive that."""
    lay(file, 1)

    def rebuild(tx: Connection) -> None:
        _run(tx, "CREATE TABLE newer (tenant VARCHAR(32) NOT NULL PRIMARY KEY, created_at DATETIME, more INTEGER)")
        _run(tx, "INSERT INTO newer SELECT tenant, created_at, 1 FROM tenant")
        _run(tx, "DROP TABLE tenant")
        _run(tx, "ALTER TABLE newer RENAME TO tenant")

    migrations.bring_up(file, [Step(2, "tenants have more", rebuild)])
    with file.connect() as tx:
        assert tx.exec_driver_sql("SELECT more FROM tenant").all() == [(1,)]
        assert tx.exec_driver_sql("SELECT count(*) FROM person JOIN tenant USING (tenant)").scalar() == 1


def test_a_step_that_would_leave_rows_pointing_to_nothing_is_taken_back(file: Engine) -> None:
    """Foreign keys are looked at before the step counts."""
    lay(file, 1)
    with pytest.raises(SchemaError, match="would point to nothing"):
        migrations.bring_up(file, [Step(2, "loses people", lambda tx: _run(tx, "DELETE FROM person"))])
    assert counts(file)["person"] == 1
    with file.connect() as tx:
        assert migrations.version(tx) == 1


def test_a_newer_database_is_refused(engine: Engine) -> None:
    """There is no way back, so an older release changes nothing and says which one to start."""
    lay(engine, 1)
    migrations.bring_up(engine, [CREATE])
    with pytest.raises(SchemaError, match="has schema 2, and this release knows schema 1"):
        migrations.bring_up(engine, [Step(1, "was the first", lambda tx: None)])


def test_replicas_that_start_at_once_make_one_database(engine: Engine) -> None:
    """On an empty database, and on one of an earlier release: every one of them finds today's."""
    together = Barrier(4)

    def start(_: int) -> int:
        own = open_engine(engine.url.render_as_string(hide_password=False))
        together.wait()
        found = migrations.bring_up(own)
        own.dispose()
        return found

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(start, range(4)))
        with engine.begin() as tx:
            tables.metadata.drop_all(tx)
        lay(engine, 1)
        found = list(threads.map(start, range(4)))
    assert set(found) <= set(range(1, tables.SCHEMA_VERSION + 1))
    with engine.connect() as tx:
        assert tx.execute(select(tables.schema.c.version)).all() == [(tables.SCHEMA_VERSION,)]


def test_many_that_open_one_fresh_file_at_once_all_get_in(tmp_path: Path) -> None:
    """SQLite refuses some of those who turn a new file to WAL at the same moment; they try again."""
    together = Barrier(8)

    def look(file: Path) -> str:
        engine = open_engine(f"sqlite:///{file}")
        together.wait()
        with engine.connect() as tx:
            mode = tx.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        engine.dispose()
        return str(mode)

    with ThreadPoolExecutor(8) as threads:
        for each in range(100):
            assert set(threads.map(look, [tmp_path / f"{each}.sqlite"] * 8)) == {"wal"}
