"""A backup is whole, is made while the bot goes on, and never stands over another file."""

from __future__ import annotations

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot import backup
from bot.backup import BackupError
from bot.store import Store, milestones, tables

NOW = datetime(2027, 1, 4, 13, 10, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path / "data")
    yield store
    store.close()


@pytest.fixture
def source(store: Store, tmp_path: Path) -> Path:
    return tmp_path / "data" / "cohortbook.sqlite"


def fill(store: Store, count: int, start: int = 0) -> None:
    with store.begin() as tx:
        tx.execute(
            insert(tables.inbox),
            [{"tenant": "t", "event": f"{n:08d}{'x' * 150}", "at": NOW} for n in range(start, start + count)],
        )


def rows(file: Path) -> int:
    with closing(sqlite3.connect(file)) as db:
        return int(db.execute("SELECT count(*) FROM inbox").fetchone()[0])


def test_what_was_committed_is_in_the_backup(store: Store, source: Path, tmp_path: Path) -> None:
    """Also what stands only in the log beside the file; the backup is one file that its owner alone can read."""
    fill(store, 500)
    made = backup.make(source, tmp_path / "out" / "copy.sqlite", NOW)
    assert rows(made.file) == 500
    assert made.bytes == made.file.stat().st_size
    assert stat.S_IMODE(made.file.stat().st_mode) == 0o600
    assert [path.name for path in made.file.parent.iterdir()] == ["copy.sqlite"]


def test_a_backup_says_when_it_was_made(store: Store, source: Path, tmp_path: Path) -> None:
    """In the copy alone; the database in use knows nothing of it."""
    backup.make(source, tmp_path / "cohortbook.sqlite", NOW)
    copy = Store.in_folder(tmp_path)
    with copy.begin() as tx, store.begin() as here:
        assert milestones.latest(tx, milestones.BACKUP) == NOW
        assert milestones.latest(here, milestones.BACKUP) is None
    copy.close()


def test_another_file_is_never_written_over(source: Path, tmp_path: Path) -> None:
    """Not a backup from before, not anything else."""
    target = tmp_path / "copy.sqlite"
    target.write_text("the only copy")
    with pytest.raises(BackupError, match="is there already and was left as it is"):
        backup.make(source, target, NOW)
    assert target.read_text() == "the only copy"


def test_a_file_that_comes_there_meanwhile_is_left_too(store: Store, source: Path, tmp_path: Path) -> None:
    """Two backups to one name at the same moment: one of them is told no."""
    fill(store, 200)
    target = tmp_path / "copy.sqlite"

    def meanwhile() -> bool:
        target.write_text("the other one")
        return False

    with pytest.raises(BackupError, match="is there already"):
        backup.make(source, target, NOW, meanwhile)
    assert target.read_text() == "the other one"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["copy.sqlite", "data"]


def test_writing_goes_on_and_the_backup_is_of_one_moment(store: Store, source: Path, tmp_path: Path) -> None:
    """Rows that come between two of its pages are all left out, and writers do not wait for it."""
    fill(store, 40_000)  # more pages than are copied at once
    written = 0

    def meanwhile() -> bool:
        nonlocal written
        if written < 1000:
            fill(store, 100, start=50_000 + written)
            written += 100
        return False

    made = backup.make(source, tmp_path / "copy.sqlite", NOW, meanwhile)
    assert written >= 200
    assert rows(made.file) == 40_000
    assert backup.verify(made.file) == []


def test_a_stopped_bot_breaks_a_backup_off_and_leaves_nothing(store: Store, source: Path, tmp_path: Path) -> None:
    """No half file that somebody could take for a whole one."""
    fill(store, 20_000)
    with pytest.raises(BackupError, match="was stopped meanwhile"):
        backup.make(source, tmp_path / "copy.sqlite", NOW, lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]


def test_a_copy_with_faults_is_thrown_away(tmp_path: Path, store: Store, source: Path) -> None:
    """A page of the database is damaged on the disk: the operator learns it now, not on the day of need."""
    fill(store, 2_000)
    store.close()
    with source.open("r+b") as file:
        file.seek(source.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 4096)
    with pytest.raises(BackupError, match=r"has faults|malformed"):
        backup.make(source, tmp_path / "copy.sqlite", NOW)
    assert not (tmp_path / "copy.sqlite").exists()


def test_a_place_that_cannot_be_written_to_is_said(store: Store, source: Path, tmp_path: Path) -> None:
    """In words that say what to do, and that nothing was lost."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match=r"could not be written.*Nothing was lost"):
        backup.make(source, tmp_path / "file" / "copy.sqlite", NOW)


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    """An empty file would look like a backup."""
    with pytest.raises(BackupError, match="nothing to back up"):
        backup.make(tmp_path / "none.sqlite", tmp_path / "copy.sqlite", NOW)
    assert list(tmp_path.iterdir()) == []
