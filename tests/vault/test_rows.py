"""What stands in the database opens in its own place and as it was written, and in no other way."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import Row, Table, delete, insert, select, update

from bot.errors import Unreadable
from bot.store import Store
from bot.store.tables import draft, entry, request, share, share_reader
from bot.vault import drafts, private, requests, rows, shared
from bot.vault.kek import Purpose
from bot.vault.private import Words
from bot.vault.vault import Opener, Vault
from tests.vault.people import NOW, ask, give, meet, somebody, write
from tests.vault.places import opened

RENATA, KWAME, IMANI, OTHER = somebody("renata"), somebody("kwame"), somebody("imani"), somebody("other")
KEYS = {entry: "entry", draft: "draft", share: "share", request: "request"}


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    yield store
    store.close()


@pytest.fixture
def vault(store: Store, tmp_path: Path) -> Iterator[Vault]:
    vault = opened(store, tmp_path)
    with store.begin() as tx:
        meet(tx, RENATA, KWAME, IMANI, OTHER)
    yield vault
    vault.close()


def laid(store: Store, vault: Vault) -> None:
    """One row of each kind."""
    with store.begin() as tx:
        write(tx, vault, RENATA, "own words", "e1")
        give(tx, vault, RENATA, "given words", "s1", "imani")
        ask(tx, vault, RENATA, "asked words", "r1", "imani")
        place = drafts.Place("c", 1, "e1")
        drafts.keep(tx, vault, RENATA, place, {"seen": "unsaved words"}, NOW, lambda: "d1")


def body(store: Store, table: Table, which: str) -> bytes:
    with store.begin() as tx:
        return bytes(tx.execute(select(table.c.body).where(table.c[KEYS[table]] == which)).scalar_one())


def alter(store: Store, table: Table, which: str, **values: object) -> None:
    with store.begin() as tx:
        tx.execute(update(table).where(table.c[KEYS[table]] == which).values(**values))


def open_all(store: Store, vault: Vault) -> str:
    """Every word that any of these people can open, by any of the ways that features use."""
    found: list[object] = []
    with store.begin() as tx:
        for who in (RENATA, KWAME, IMANI, OTHER):
            found += [one.words for one in private.everything(tx, vault, who)]
            found += drafts.everything(tx, vault, who, NOW)
            for cohort in ("c", "d"):
                found += private.of_unit(tx, vault, who, cohort, 1) + shared.given_to(tx, vault, who, cohort)
            for which in ("e1", "e2", "s1", "s2", "r1", "r2"):
                for look in (private.find, private.of_form, shared.read, requests.find):
                    try:
                        found.append(look(tx, vault, who, which))
                    except Unreadable:
                        continue
                found += shared.of_entry(tx, vault, who, which)
            found += requests.of_helper(tx, vault, who) + requests.of_asker(tx, vault, who)
    return repr(found)


def test_each_kind_opens_for_whom_it_is_for(store: Store, vault: Vault) -> None:
    """Its writer, or the one it was given to."""
    laid(store, vault)
    with store.begin() as tx:
        assert private.everything(tx, vault, RENATA)[0].words == Words({"seen": "own words"})
        copy = shared.read(tx, vault, IMANI, "s1")
        assert copy is not None
        assert copy.parts == (("Seen?", "given words"),)
        assert copy.readers == ("imani",)
        asked = requests.find(tx, vault, IMANI, "r1")
        assert asked is not None
        assert asked.text == "asked words"


def test_no_word_stands_in_a_row(store: Store, vault: Vault) -> None:
    """Neither as text nor as JSON; every length is a step of 256 bytes away from the next."""
    laid(store, vault)
    for table, which in ((entry, "e1"), (share, "s1"), (request, "r1")):
        assert b"words" not in body(store, table, which)
    with store.begin() as tx:
        for number, text in enumerate(("", "x", "x" * 150)):
            write(tx, vault, RENATA, text, f"length{number}")
    assert len({len(body(store, entry, f"length{number}")) for number in range(3)}) == 1


def test_words_moved_between_any_two_of_fifty_rows_are_refused(store: Store, vault: Vault) -> None:
    """Of the same member, of another, of another cohort, and of another kind."""
    writers = [(RENATA, "c"), (RENATA, "d"), (KWAME, "c"), (somebody("renata", "t2"), "c")]
    with store.begin() as tx:
        meet(tx, somebody("renata", "t2"))
        for number, (who, cohort) in zip(range(50), itertools.cycle(writers)):
            if number % 5 < 3:
                write(tx, vault, who, f"words {number}", f"e{number}", cohort)
            else:
                give(tx, vault, who, f"words {number}", f"s{number}", "imani", cohort=cohort)
    tried = refused = 0
    keys = openers(vault)
    with store.begin() as tx:
        found = [(table, row) for table in (entry, share) for row in tx.execute(select(table)).all()]
        assert len(found) == 50
        for (_, source), (table, target) in itertools.permutations(found, 2):
            tried += 1
            refused += not opens(keys, table, target, bytes(source.body))
        assert all(opens(keys, table, row, bytes(row.body)) for table, row in found)
    assert tried == 50 * 49
    assert refused == tried


def opens(openers: dict[Purpose, Opener], table: Table, row: Row[Any], body: bytes) -> bool:
    """As the features' own ways do it, without a trip to the database for each of thousands."""
    try:
        opener = openers[rows.PURPOSE[table]]
        opener.open(rows.owner(row), body, rows.bound(table, row, getattr(row, "revision", 1)))
    except Unreadable:
        return False
    return True


def openers(vault: Vault) -> dict[Purpose, Opener]:
    return {one: vault.opener(one) for one in rows.SEALED}


@pytest.mark.parametrize("table", [entry, draft, share, request], ids=lambda table: table.name)
def test_every_flipped_bit_of_a_row_is_refused(store: Store, vault: Vault, table: Table) -> None:
    """Nothing is shown in its place."""
    laid(store, vault)
    with store.begin() as tx:
        (row,) = tx.execute(select(table)).all()
    whole, keys = bytes(row.body), openers(vault)
    for at in range(8 * len(whole)):
        flipped = bytearray(whole)
        flipped[at // 8] ^= 1 << at % 8
        assert not opens(keys, table, row, bytes(flipped)), at
    assert opens(keys, table, row, whole)


@pytest.mark.parametrize("table", [entry, draft, share, request], ids=lambda table: table.name)
def test_every_edited_column_is_refused(store: Store, vault: Vault, table: Table) -> None:
    """Whoever edits whom, when, for whom or in which state a row is, opens nothing by it.

    Except for a question's state: it says only whether the question waits, and the one who was asked changes it.
    """
    laid(store, vault)
    words = {entry: "own words", draft: "unsaved words", share: "given words", request: "asked words"}[table]
    assert words in open_all(store, vault)
    with store.begin() as tx:
        held = tx.execute(select(table)).one()._mapping
        reader = tx.execute(select(share_reader)).one()
    columns = {column.name for column in table.columns} - {"body"} - ({"state"} if table is request else set())
    for column in sorted(columns):
        other = another(held[column], column)
        place(store, table, dict(held) | {column: other}, reader.person)
        assert words not in open_all(store, vault), column
    place(store, table, dict(held), reader.person)
    assert words in open_all(store, vault)


@pytest.mark.parametrize("table", [entry, draft, share, request], ids=lambda table: table.name)
def test_a_row_is_bound_to_all_that_it_says(table: Table) -> None:
    """Also where its key alone would refuse it."""
    held = {column.name: "x" for column in table.columns if column.name != "revision"}
    before = rows.bound(table, SimpleNamespace(**held))
    free = {"body", "state"} if table is request else {"body"}
    for column in set(held) - free:
        assert rows.bound(table, SimpleNamespace(**held | {column: "y"})) != before, column
    assert rows.bound(table, SimpleNamespace(**held), 2) != before


def another(value: Any, column: str) -> object:
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, int):
        return value + 1
    known = {"tenant": "t2", "person": "other", "cohort": "d", "helper": "other", "state": "proposed"}
    return known.get(column, "cohort" if column == "audience" else "e2")


def place(store: Store, table: Table, values: dict[str, Any], reader: str) -> None:
    """Instead of what the table holds; a copy's reader finds it under its new name."""
    with store.begin() as tx:
        if table is share:
            tx.execute(delete(share_reader))
        tx.execute(delete(table))
        tx.execute(insert(table).values(values))
        if table is share:
            tx.execute(insert(share_reader).values(tenant=values["tenant"], share=values["share"], person=reader))


def test_a_reader_written_into_the_tables_finds_nothing(store: Store, vault: Vault) -> None:
    """The audience was fixed inside of the copy; those who were in it still read it."""
    laid(store, vault)
    with store.begin() as tx:
        tx.execute(insert(share_reader).values(tenant="t", share="s1", person="kwame"))
        assert shared.read(tx, vault, KWAME, "s1") is None
        assert shared.given_to(tx, vault, KWAME, "c") == []
        assert shared.read(tx, vault, IMANI, "s1") is not None


def test_a_proposal_cannot_be_made_a_gift_by_anybody_else(store: Store, vault: Vault) -> None:
    """Its writer's yes seals it anew."""
    with store.begin() as tx:
        shared.propose(tx, vault, RENATA, "c", "e", "facilitators", ["imani"], "T", [("a", "b")], NOW, lambda: "s1")
    alter(store, share, "s1", state="shared")
    with store.begin() as tx, pytest.raises(Unreadable):
        shared.read(tx, vault, IMANI, "s1")


def test_a_plain_row_is_not_taken_for_ours(store: Store, vault: Vault) -> None:
    """Words that somebody put into the database under a member's name."""
    laid(store, vault)
    alter(store, entry, "e1", body=b'{"answers": {"seen": "never said"}, "step": ""}')
    alter(store, request, "r1", body=b"never said")
    assert "never said" not in open_all(store, vault)


def test_an_older_row_put_back_after_an_edit_is_refused(store: Store, vault: Vault) -> None:
    """Every earlier revision; the newest still opens."""
    copies = []
    for number in range(4):
        with store.begin() as tx:
            if number == 0:
                write(tx, vault, RENATA, "version 0", "e1")
            else:
                before = private.find(tx, vault, RENATA, "e1")
                assert before is not None
                private.revise(tx, vault, RENATA, before, Words({"seen": f"version {number}"}))
        with store.begin() as tx:
            copies.append(tx.execute(select(entry)).one())
    for old in copies[:-1]:
        alter(store, entry, "e1", revision=old.revision, body=old.body)
        with store.begin() as tx:
            assert not private.everything(tx, vault, RENATA)[0].readable
            with pytest.raises(Unreadable):
                private.find(tx, vault, RENATA, "e1")
    alter(store, entry, "e1", revision=copies[-1].revision, body=copies[-1].body)
    with store.begin() as tx:
        assert private.everything(tx, vault, RENATA)[0].words == Words({"seen": "version 3"})


def test_what_was_deleted_or_taken_back_stays_closed_when_it_is_put_back(store: Store, vault: Vault) -> None:
    """The row comes from an older copy of the database, and was sealed rightly then."""
    laid(store, vault)
    with store.begin() as tx:
        held = {table: dict(tx.execute(select(table)).one()._mapping) for table in (entry, share, share_reader)}
    with store.begin() as tx:
        private.remove(tx, vault, RENATA, "e1")
        assert shared.take_back(tx, vault, RENATA, "s1")
    with store.begin() as tx:
        for table, values in held.items():
            tx.execute(insert(table).values(values))
    found = open_all(store, vault)
    assert "own words" not in found
    assert "given words" not in found


@pytest.mark.parametrize("then", [private.remove, private.find])
def test_an_edit_that_was_rolled_back_leaves_the_row_readable(
    store: Store, vault: Vault, then: Callable[..., object]
) -> None:
    """The floor rises only with the commit, also where the new row was looked at before it."""
    laid(store, vault)

    def edit() -> None:
        with store.begin() as tx:
            before = private.find(tx, vault, RENATA, "e1")
            assert before is not None
            private.revise(tx, vault, RENATA, before, Words({"seen": "never kept"}))
            then(tx, vault, RENATA, "e1")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        edit()
    with store.begin() as tx:
        assert private.everything(tx, vault, RENATA)[0].words == Words({"seen": "own words"})


def test_a_floor_that_was_not_lifted_in_time_is_lifted_by_the_next_look(store: Store, vault: Vault) -> None:
    """The process may end between the two commits."""
    laid(store, vault)
    with store.begin() as tx:
        old = tx.execute(select(entry)).one()
    with store.begin() as tx:
        before = private.find(tx, vault, RENATA, "e1")
        assert before is not None
        private.revise(tx, vault, RENATA, before, Words({"seen": "newer"}))
        tx.info.clear()  # what a process that ends here would not do
    with store.begin() as tx:
        assert private.everything(tx, vault, RENATA)[0].words == Words({"seen": "newer"})
    alter(store, entry, "e1", revision=old.revision, body=old.body)
    with store.begin() as tx:
        assert not private.everything(tx, vault, RENATA)[0].readable


def test_one_damaged_row_hides_no_other(store: Store, vault: Vault) -> None:
    """It is listed as unreadable, and can be deleted."""
    with store.begin() as tx:
        write(tx, vault, RENATA, "first", "e1")
        write(tx, vault, RENATA, "second", "e2")
    alter(store, entry, "e1", body=body(store, entry, "e1")[:-1])
    with store.begin() as tx:
        assert [one.readable for one in private.everything(tx, vault, RENATA)] == [False, True]
        damaged = private.look(tx, vault, RENATA, "e1")
        assert damaged is not None
        assert not damaged.readable
        private.remove(tx, vault, RENATA, "e1")
        assert len(private.everything(tx, vault, RENATA)) == 1


def test_a_forgotten_member_opens_nowhere(store: Store, vault: Vault) -> None:
    """Also when all rows are put back as they were."""
    laid(store, vault)
    with store.begin() as tx:
        write(tx, vault, KWAME, "of kwame", "e2")
    vault.forget("t", "renata")
    found = open_all(store, vault)
    assert "own words" not in found
    assert "given words" not in found
    assert "asked words" not in found
    assert "of kwame" in found
