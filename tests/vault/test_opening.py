"""The start of a process: the vault opens, or it stays locked with a named cause and everything as it was."""

from __future__ import annotations

import base64
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import create_engine, select, update

from bot.errors import Locked
from bot.store import Store
from bot.store.tables import entry
from bot.vault import private
from bot.vault.kek import Purpose
from bot.vault.opening import missing_keys, open_vault
from bot.vault.places import Places
from bot.vault.vault import Vault
from tests.databases import database as database
from tests.vault.people import NOW, meet, somebody, write
from tests.vault.places import opened, places

RENATA, KWAME = somebody("renata"), somebody("kwame")


def lived(folder: Path, *who: str) -> None:
    """A house in which somebody has written."""
    with house(folder) as (store, vault), store.begin() as tx:
        for one in who or ("renata",):
            write(tx, vault, somebody(one), f"words of {one}", f"e-{one}")


class house:
    """The data and the vault in a folder, opened as a start opens them."""

    def __init__(self, folder: Path, where: Places | None = None) -> None:
        self._store = Store.in_folder(folder)
        self._vault = open_vault(where or places(folder), self._store)

    def __enter__(self) -> tuple[Store, Vault]:
        return self._store, self._vault

    def __exit__(self, *exc: object) -> None:
        self._vault.close()
        self._store.close()


def key_file(folder: Path) -> Path:
    return places(folder).key_file


def rewrite(path: Path, held: bytes, mode: int = 0o400) -> None:
    path.chmod(0o600)
    path.write_bytes(held)
    path.chmod(mode)


def secret(folder: Path) -> bytes:
    return base64.b64decode(key_file(folder).read_bytes())


def test_the_first_start_makes_a_key_and_says_so(tmp_path: Path) -> None:
    """Where it is, and what losing it means."""
    with house(tmp_path) as (_, vault):
        assert vault.state() == "ok"
        told = " ".join(vault.news)
        assert str(key_file(tmp_path)) in told
        assert "Without it nobody can open their words again" in told
    made = key_file(tmp_path).read_bytes()
    with house(tmp_path) as (_, vault):
        assert vault.state() == "ok"
        assert vault.news == ()
    assert key_file(tmp_path).read_bytes() == made


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda it: rewrite(it, b""), "holds no key"),
        (lambda it: rewrite(it, base64.b64encode(bytes(range(16)))), "a key of another length"),
        (lambda it: rewrite(it, base64.b64encode(bytes(range(32)))), "another one"),
        (lambda it: rewrite(it, bytes(range(200, 232))), "is not text"),
        (lambda it: it.chmod(0o444), "chmod 400"),
        (lambda it: it.unlink(), "is missing"),
        (lambda it: (it.unlink(), it.mkdir()), "cannot be read"),
        (lambda it: shutil.copy(shutil.move(it, it.with_name("away")), it.with_name("copy")), "is missing"),
    ],
    ids=["empty", "16 bytes", "wrong", "not text", "world-readable", "missing", "unreadable", "moved"],
)
def test_a_key_that_is_not_right_locks_and_changes_nothing(
    tmp_path: Path, change: Callable[[Path], object], cause: str
) -> None:
    """No row is written, none is readable, no new key is made; with the right key all is there again."""
    lived(tmp_path)
    held = key_file(tmp_path).read_bytes()
    change(key_file(tmp_path))
    before = contents(tmp_path)
    with house(tmp_path) as (store, vault), store.begin() as tx:
        assert cause in vault.state()
        assert "Nothing was lost" in vault.state()
        with pytest.raises(Locked):
            write(tx, vault, KWAME, "not kept", "e2")
        with pytest.raises(Locked):
            private.everything(tx, vault, RENATA)
    assert contents(tmp_path) == before
    if key_file(tmp_path).is_dir():
        key_file(tmp_path).rmdir()
    key_file(tmp_path).unlink(missing_ok=True)
    key_file(tmp_path).write_bytes(held)
    key_file(tmp_path).chmod(0o400)
    assert readable(tmp_path, RENATA) == ["words of renata"]


@pytest.mark.parametrize(
    "written",
    [
        lambda key: base64.b64encode(key) + b"\n",
        lambda key: key.hex().encode() + b"\n",
        lambda key: b"# kept in the safe, too\r\n" + base64.b64encode(key) + b"\r\n",
        lambda key: base64.b64encode(bytes(range(32))) + b"\n" + base64.b64encode(key),
    ],
    ids=["end of line", "hex", "a remark", "after a newer one"],
)
def test_the_right_key_is_taken_however_it_is_written(tmp_path: Path, written: Callable[[bytes], bytes]) -> None:
    """Also when a new one already stands before it."""
    lived(tmp_path)
    rewrite(key_file(tmp_path), written(secret(tmp_path)))
    assert readable(tmp_path, RENATA) == ["words of renata"]


def test_the_key_may_come_from_a_variable(tmp_path: Path) -> None:
    """And a wrong one there is told like one in a file."""
    lived(tmp_path)
    given = replace(places(tmp_path), key=secret(tmp_path).hex(), key_file=tmp_path / "nowhere")
    with house(tmp_path, given) as (_, vault):
        assert vault.state() == "ok"
    with house(tmp_path, replace(given, key=bytes(32).hex())) as (_, vault):
        assert "another one" in vault.state()
    assert not (tmp_path / "nowhere").exists()


def test_two_keys_exchanged_are_both_refused(tmp_path: Path) -> None:
    """Of two installations on one machine."""
    lived(tmp_path / "a")
    lived(tmp_path / "b")
    held = [key_file(tmp_path / one).read_bytes() for one in "ab"]
    for one, other in zip("ab", reversed(held), strict=True):
        rewrite(key_file(tmp_path / one), other)
        with house(tmp_path / one) as (_, vault):
            assert "another one" in vault.state()


def test_a_missing_keyring_is_never_replaced_by_an_empty_one(tmp_path: Path) -> None:
    """Its keys cannot be made again."""
    lived(tmp_path)
    shutil.move(tmp_path / "keyring.sqlite", tmp_path / "away")
    with house(tmp_path) as (_, vault):
        assert "The keyring is missing" in vault.state()
    assert not (tmp_path / "keyring.sqlite").exists()
    shutil.move(tmp_path / "away", tmp_path / "keyring.sqlite")
    assert readable(tmp_path, RENATA) == ["words of renata"]


def test_an_empty_keyring_in_the_place_of_the_right_one_is_not_filled(tmp_path: Path) -> None:
    """As a new database on a server would be."""
    lived(tmp_path)
    where = places(tmp_path)
    with house(tmp_path, replace(where, keyring=f"sqlite:///{tmp_path / 'empty.sqlite'}")) as (_, vault):
        assert "The keyring is missing" in vault.state()
    (tmp_path / "empty.sqlite").touch()
    with house(tmp_path, replace(where, keyring=f"sqlite:///{tmp_path / 'empty.sqlite'}")) as (_, vault):
        assert "The keyring is missing" in vault.state()


def test_the_keyring_of_another_installation_is_refused(tmp_path: Path) -> None:
    """Even when the key fits it."""
    lived(tmp_path / "a")
    lived(tmp_path / "b")
    there = places(tmp_path / "b")
    with house(tmp_path / "a", there) as (_, vault):
        assert "belongs to another database" in vault.state()


def test_a_damaged_keyring_is_told_from_a_wrong_key(tmp_path: Path) -> None:
    """It needs another remedy."""
    lived(tmp_path)
    (tmp_path / "keyring.sqlite").write_bytes(b"not a database at all, by some accident" * 50)
    with house(tmp_path) as (_, vault):
        assert "keyring does not answer" in vault.state()
        assert "not a database" in vault.state()


def test_a_keyring_of_a_newer_release_is_left_alone(tmp_path: Path) -> None:
    """As a database is."""
    lived(tmp_path)
    with closing(sqlite3.connect(tmp_path / "keyring.sqlite")) as db, db:
        db.execute("UPDATE keyring SET version = 99")
    with house(tmp_path) as (_, vault):
        assert "version 99" in vault.state()


def test_a_keyring_older_than_the_data_opens_what_it_can_and_makes_no_key_for_the_rest(tmp_path: Path) -> None:
    """A new key for those rows would stand in the way of the right one."""
    lived(tmp_path, "renata")
    shutil.copy(tmp_path / "keyring.sqlite", tmp_path / "older")
    lived(tmp_path, "kwame")
    shutil.copy(tmp_path / "keyring.sqlite", tmp_path / "newer")
    shutil.copy(tmp_path / "older", tmp_path / "keyring.sqlite")
    assert readable(tmp_path, RENATA) == ["words of renata"]
    with house(tmp_path) as (store, vault):
        assert vault.keyring is not None
        assert missing_keys(store, vault.keyring) == 1
        with store.begin() as tx:
            assert not private.everything(tx, vault, KWAME)[0].readable
            with pytest.raises(Locked, match="older than the data"):
                write(tx, vault, KWAME, "more", "e2")
    shutil.copy(tmp_path / "newer", tmp_path / "keyring.sqlite")
    assert readable(tmp_path, KWAME) == ["words of kwame"]


def test_data_older_than_the_keyring_opens(tmp_path: Path) -> None:
    """More keys than rows are no trouble."""
    lived(tmp_path, "renata")
    with (
        closing(sqlite3.connect(tmp_path / "cohortbook.sqlite")) as db,
        closing(sqlite3.connect(tmp_path / "old")) as to,
    ):
        db.backup(to)
    lived(tmp_path, "kwame")
    for ending in ("", "-wal", "-shm"):
        (tmp_path / f"cohortbook.sqlite{ending}").unlink(missing_ok=True)
    shutil.copy(tmp_path / "old", tmp_path / "cohortbook.sqlite")
    assert readable(tmp_path, RENATA) == ["words of renata"]
    assert readable(tmp_path, KWAME) == []


def test_a_start_that_was_cut_short_at_any_point_goes_on(tmp_path: Path) -> None:
    """With a key and no keyring, and with a keyring that the data does not know yet."""
    with house(tmp_path):
        pass
    held = key_file(tmp_path).read_bytes()
    (tmp_path / "keyring.sqlite").unlink()
    with closing(sqlite3.connect(tmp_path / "cohortbook.sqlite")) as db, db:
        db.execute("DELETE FROM vault")
    lived(tmp_path)
    assert key_file(tmp_path).read_bytes() == held
    with closing(sqlite3.connect(tmp_path / "cohortbook.sqlite")) as db, db:
        db.execute("DELETE FROM vault")
    assert readable(tmp_path, RENATA) == ["words of renata"]


def test_plain_rows_of_an_earlier_release_are_sealed_before_anybody_is_served(database: str, tmp_path: Path) -> None:
    """Each of them, once; what is put in plainly later is not taken for ours."""
    store = laid_before_the_vault(database)
    vault = opened(store, tmp_path)
    with store.begin() as tx:
        assert [one.words.answers for one in private.everything(tx, vault, RENATA)] == [{"seen": "from before"}] * 450
        assert all(b"before" not in body for body in tx.execute(select(entry.c.body)).scalars())
        tx.execute(update(entry).where(entry.c.entry == "e1").values(body=b'{"answers": {}, "step": "forged"}'))
    vault.close()
    vault = opened(store, tmp_path)
    with store.begin() as tx:
        assert [one.readable for one in private.everything(tx, vault, RENATA)].count(False) == 1
    vault.close()
    store.close()


def test_sealing_what_was_plain_goes_on_where_it_was_cut_short(database: str, tmp_path: Path) -> None:
    """Killed after any batch; no row is lost, and none is sealed twice."""
    store = laid_before_the_vault(database)

    class Cut(Exception):
        pass

    left = 250

    def random(count: int) -> bytes:
        nonlocal left
        left -= 1
        if left == 0:
            raise Cut
        return os.urandom(count)

    with pytest.raises(Cut):
        open_vault(places(tmp_path), store, random=random)
    with store.begin() as tx:
        plain = sum(b"before" in body for body in tx.execute(select(entry.c.body)).scalars())
    assert 0 < plain < 450
    vault = opened(store, tmp_path)
    with store.begin() as tx:
        assert [one.words.answers for one in private.everything(tx, vault, RENATA)] == [{"seen": "from before"}] * 450
    vault.close()
    store.close()


def test_a_process_may_be_given_the_keys_for_what_is_shared_alone(tmp_path: Path) -> None:
    """Nobody's own words open there, nor can any be sealed."""
    lived(tmp_path)
    store = Store.in_folder(tmp_path)
    vault = opened(store, tmp_path, Purpose.SHARED)
    assert vault.state() == "ok"
    with store.begin() as tx:
        with pytest.raises(Locked, match="not given the keys"):
            private.everything(tx, vault, RENATA)
        with pytest.raises(Locked, match="not given the keys"):
            write(tx, vault, RENATA, "more", "e2")
    vault.close()
    store.close()


def test_several_processes_share_one_keyring(database: str, tmp_path: Path) -> None:
    """What one seals, another opens; the first word of a member makes one key, whoever writes it."""
    first, second = Store(database), Store(database)
    url = "" if first.embedded else database
    here, there = opened(first, tmp_path, keyring=url), opened(second, tmp_path, keyring=url)
    with first.begin() as tx:
        write(tx, here, RENATA, "one", "e1")
    with second.begin() as tx:
        write(tx, there, RENATA, "two", "e2")
    with first.begin() as tx:
        assert [one.readable for one in private.everything(tx, here, RENATA)] == [True, True]
    for one in (here, there, first, second):
        one.close()


def test_a_house_key_outlives_the_process_and_is_the_same_in_each(tmp_path: Path) -> None:
    """For the audit, pseudonyms and tokens."""
    with house(tmp_path) as (_, vault):
        made = {one: vault.house_key(one) for one in (Purpose.AUDIT, Purpose.PSEUDONYMS, Purpose.TOKENS)}
    assert len(set(made.values())) == 3
    with house(tmp_path) as (_, vault):
        assert {one: vault.house_key(one) for one in made} == made


def laid_before_the_vault(url: str) -> Store:
    """As the release before left it: rows in plain JSON, and no keyring."""
    store = Store(url)
    with store.begin() as tx:
        meet(tx, RENATA)
        tx.execute(
            entry.insert(),
            [
                {
                    "tenant": "t",
                    "entry": f"e{number}",
                    "cohort": "c",
                    "person": "renata",
                    "number": 1,
                    "form": f"f{number}",
                    "revision": 1 + number % 3,
                    "saved_at": NOW,
                    "body": b'{"answers": {"seen": "from before"}, "step": ""}',
                }
                for number in range(450)
            ],
        )
    return store


def readable(folder: Path, who: object) -> list[object]:
    with house(folder) as (store, vault), store.begin() as tx:
        assert vault.state() == "ok"
        return [one.words.answers["seen"] for one in private.everything(tx, vault, who)]  # type: ignore[arg-type]


def contents(folder: Path) -> list[object]:
    """Every row of both databases, and the names of the files."""
    found: list[object] = [sorted(path.name for path in folder.rglob("*") if not path.name.endswith(("-wal", "-shm")))]
    for name in ("cohortbook.sqlite", "keyring.sqlite"):
        engine = create_engine(f"sqlite:///{folder / name}")
        with engine.connect() as tx:
            for (table,) in tx.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'").all():
                found += tx.exec_driver_sql(f"SELECT * FROM {table}").all()  # noqa: S608
        engine.dispose()
    return found
