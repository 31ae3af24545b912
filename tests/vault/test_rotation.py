"""A new key takes the place of the old one while people go on writing, and it can stop anywhere."""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.errors import CohortbookError, Locked
from bot.store import Store
from bot.vault import key_file, private, rotation
from bot.vault.kek import Purpose
from bot.vault.keyring import DataKey, Keyring, Owner
from bot.vault.places import Places, read_keys
from bot.vault.rings import data_key
from bot.vault.vault import Vault
from tests.databases import database as database
from tests.prove import Proof
from tests.vault.people import NOW, somebody, write
from tests.vault.places import opened, places

RENATA, KWAME = somebody("renata"), somebody("kwame")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.in_folder(tmp_path)
    yield store
    store.close()


@pytest.fixture
def vault(store: Store, tmp_path: Path) -> Iterator[Vault]:
    vault = opened(store, tmp_path)
    yield vault
    vault.close()


def ring(vault: Vault) -> Keyring:
    assert vault.keyring is not None
    return vault.keyring


def filled(keyring: Keyring, count: int) -> list[tuple[Owner, DataKey]]:
    """So many members' keys, as their first words would have made them."""
    made = [
        (Owner("t", "c", f"m{number}"), DataKey(secrets.token_bytes(8), secrets.token_bytes(32)))
        for number in range(count)
    ]
    current = keyring.current()
    with keyring.begin() as tx:
        tx.execute(
            insert(data_key),
            [
                {
                    **owner._asdict(),
                    "purpose": Purpose.PRIVATE.value,
                    "key": key.id.hex(),
                    "fingerprint": current,
                    "wrapped": keyring.wrap(current, owner, Purpose.PRIVATE, key),
                }
                for owner, key in made
            ],
        )
    return made


def rotate(vault: Vault, where: Places, **more: object) -> int:
    return rotation.rotate(ring(vault), where, NOW, secrets.token_bytes, **more)  # type: ignore[arg-type]


def test_after_a_rotation_everything_opens_under_the_new_key_alone(store: Store, vault: Vault, tmp_path: Path) -> None:
    """And no row was touched."""
    with store.begin() as tx:
        write(tx, vault, RENATA, "before", "e1")
    house_key = vault.house_key(Purpose.AUDIT)
    old, new = rotated(vault, tmp_path)
    assert old != new
    with store.begin() as tx:
        write(tx, vault, KWAME, "after", "e2")
    rotation.retire(ring(vault), places(tmp_path))
    assert [one.fingerprint.hex() for one in key_file.read(places(tmp_path).key_file)] == [new]
    again = opened(store, tmp_path)
    with store.begin() as tx:
        assert private.find(tx, again, RENATA, "e1").words.answers == {"seen": "before"}  # type: ignore[union-attr]
        assert private.find(tx, again, KWAME, "e2").words.answers == {"seen": "after"}  # type: ignore[union-attr]
    assert again.house_key(Purpose.AUDIT) == house_key
    again.close()


def rotated(vault: Vault, folder: Path) -> tuple[str, str]:
    before = ring(vault).current()
    rotate(vault, places(folder))
    return before, ring(vault).current()


def test_an_older_copy_of_the_keyring_opens_nothing_after_the_old_key_is_destroyed(
    store: Store, vault: Vault, tmp_path: Path
) -> None:
    """Whoever finds it, and with all that is there today."""
    with store.begin() as tx:
        write(tx, vault, RENATA, "before", "e1")
    vault.close()
    shutil.copy(tmp_path / "keyring.sqlite", tmp_path / "copy")
    rotated(vault, tmp_path)
    rotation.retire(ring(vault), places(tmp_path))
    old = Keyring(f"sqlite:///{tmp_path / 'copy'}", secrets.token_bytes)
    with pytest.raises(Locked, match="another one"):
        old.take(read_keys(places(tmp_path)))
    with pytest.raises(Locked):
        old.find(Owner("t", "c", "renata"), Purpose.PRIVATE)
    old.close()


def test_the_old_key_is_not_destroyed_while_anything_needs_it(vault: Vault, tmp_path: Path) -> None:
    """The remainder is told."""
    filled(ring(vault), 3)

    class Killed(Exception):
        pass

    def dies(done: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        rotate_in_batches(vault, tmp_path, 2, dies)
    held = places(tmp_path).key_file.read_bytes()
    with pytest.raises(CohortbookError, match="1 keys are still wrapped"):
        rotation.retire(ring(vault), places(tmp_path))
    assert places(tmp_path).key_file.read_bytes() == held


def rotate_in_batches(vault: Vault, folder: Path, batch: int, after: object) -> int:
    return rotate(vault, places(folder), batch=batch, after_batch=after)


def test_a_rotation_killed_at_every_edge_of_a_batch_loses_no_key(store: Store, tmp_path: Path) -> None:
    """At each edge all keys are readable for a process that starts then; the next run goes on from there."""
    assert killed_at_every_edge(store, tmp_path, 200, 50) == (4, 0)


@pytest.mark.prove(25)
def test_a_rotation_of_ten_thousand_keys_killed_at_every_edge_loses_none(
    store: Store, tmp_path: Path, proof: Proof
) -> None:
    """A rotation that is killed at every edge of a batch leaves every key readable."""
    edges, unreadable = killed_at_every_edge(store, tmp_path, 10_000, 500)
    proof(store.engine.dialect.name, f"{edges} edges, {unreadable} unreadable", "0 of 10,000", unreadable == 0)


def killed_at_every_edge(store: Store, tmp_path: Path, count: int, batch: int) -> tuple[int, int]:
    """(edges, unreadable keys)."""
    vault = opened(store, tmp_path)
    made = filled(ring(vault), count)
    edges = unreadable = 0

    class Killed(Exception):
        pass

    def dies(done: int) -> None:
        raise Killed

    while not edges or rotation.remainder(ring(vault)):
        with pytest.raises(Killed):
            rotate_in_batches(vault, tmp_path, batch, dies)
        edges += 1
        vault.close()
        vault = opened(store, tmp_path)
        unreadable += sum(ring(vault).find(owner, Purpose.PRIVATE) != key for owner, key in made[:: count // 100])
    unreadable += sum(ring(vault).find(owner, Purpose.PRIVATE) != key for owner, key in made)
    assert edges == count // batch
    assert rotation.remainder(ring(vault)) == 0
    assert len(rotation.status(ring(vault))) == 2
    vault.close()
    return edges, unreadable


def test_wrapping_anew_takes_seconds(vault: Vault, tmp_path: Path) -> None:
    """So that it can be done whenever there is a doubt."""
    assert wrapping_anew(vault, tmp_path, 500) < 5


@pytest.mark.prove(25)
def test_wrapping_ten_thousand_anew_takes_seconds(vault: Vault, tmp_path: Path, proof: Proof) -> None:
    """Ten thousand keys are wrapped anew in seconds."""
    took = wrapping_anew(vault, tmp_path, 10_000)
    proof("10,000 keys", f"{took:.2f} s", "< 5 s", took < 5)


def wrapping_anew(vault: Vault, tmp_path: Path, count: int) -> float:
    filled(ring(vault), count)
    began = time.perf_counter()
    assert rotate(vault, places(tmp_path)) == count
    return time.perf_counter() - began


def test_people_write_and_read_while_it_goes_on(store: Store, vault: Vault, tmp_path: Path) -> None:
    """Between any two batches: an old key, a new one, and one that is destroyed meanwhile."""
    filled(ring(vault), 6)
    with store.begin() as tx:
        write(tx, vault, RENATA, "before", "e1")
    seen = []

    def meanwhile(done: int) -> None:
        with store.begin() as tx:
            write(tx, vault, somebody(f"new{done}"), "during", f"n{done}")
            seen.append(private.find(tx, vault, RENATA, "e1"))
        ring(vault).destroy("t", f"m{5 - done // 2}")

    rotate_in_batches(vault, tmp_path, 2, meanwhile)
    assert len(seen) >= 3
    assert all(one is not None and one.words.answers == {"seen": "before"} for one in seen)
    assert rotation.remainder(ring(vault)) == 0
    with store.begin() as tx:
        assert private.find(tx, vault, somebody("new2"), "n2") is not None


def test_a_key_made_and_not_yet_known_to_the_keyring_is_taken_next_time(vault: Vault, tmp_path: Path) -> None:
    """Killed right after the file was written: no further key is made."""
    filled(ring(vault), 1)
    made = key_file.add(places(tmp_path).key_file, secrets.token_bytes)
    rotate(vault, places(tmp_path))
    assert ring(vault).current() == made.fingerprint.hex()
    assert len(key_file.read(places(tmp_path).key_file)) == 2


def test_a_key_from_a_variable_is_replaced_by_its_operator(store: Store, vault: Vault, tmp_path: Path) -> None:
    """The command says how, and does its part once the new one stands first."""
    filled(ring(vault), 2)
    old = places(tmp_path).key_file.read_text().strip()
    given = replace(places(tmp_path), key=old)
    with pytest.raises(CohortbookError, match="before the old one"):
        rotate(vault, given)
    assert rotate(vault, replace(given, key=f"{bytes(range(32)).hex()} {old}")) == 2


def test_a_key_that_was_replaced_before_is_not_taken_for_a_new_one(vault: Vault, tmp_path: Path) -> None:
    """Somebody turned the lines around."""
    file = places(tmp_path).key_file
    rotated(vault, tmp_path)
    lines = file.read_text().splitlines()
    file.chmod(0o600)
    file.write_text("\n".join(reversed(lines)))
    file.chmod(0o400)
    with pytest.raises(Locked, match="replaced before"):
        rotate(vault, places(tmp_path))


def test_a_rotation_on_a_server_is_the_same(database: str, tmp_path: Path) -> None:
    """The keyring of several replicas: who has the new key goes on, and two rotations do not disturb each other."""
    store = Store(database)
    url = "" if store.embedded else database
    vault, other = opened(store, tmp_path, keyring=url), opened(store, tmp_path, keyring=url)
    made = filled(ring(vault), 20)
    where = places(tmp_path, url)
    rotation.rotate(ring(vault), where, NOW, secrets.token_bytes, batch=5, after_batch=lambda done: None)
    rotation.rotate(ring(other), where, NOW, secrets.token_bytes, batch=5)
    for each in (vault, other):
        ring(each).take(read_keys(where))
        assert all(ring(each).find(owner, Purpose.PRIVATE) == key for owner, key in made)
        each.close()
    store.close()
