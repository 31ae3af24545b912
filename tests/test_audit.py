"""The record of what facilitators and operators did: whoever changes it is noticed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, Engine, delete, insert, select, update
from sqlalchemy.exc import DBAPIError

from bot import audit, heads, house_keys
from bot.audit import Deed, Head
from bot.cli import main
from bot.errors import CohortbookError
from bot.store import Store, migrations, tables
from bot.store.engine import open_engine
from bot.store.oversight import APPEND_ONLY
from tests.databases import database as database
from tests.operations.test_migrations import lay
from tests.prove import Proof
from tests.vault.places import opened

KEY = b"k" * 32
AT = datetime(2026, 11, 26, 17, 0, tzinfo=UTC)
HOMES = ("t1", "t2")
FIELDS = ("at", "actor", "action", "outcome", "cohort", "touched", "subject", "mac")


def write(tx: Connection, count: int, key: bytes = KEY) -> None:
    for number in range(count):
        home = HOMES[number % 2]
        deed = Deed(f"p{number % 5}", "broadcasts.send", cohort=f"c{number % 3}", subject=f"b{number}")
        audit.append(tx, key, home, AT + timedelta(minutes=number), [deed])


@pytest.fixture
def kept(database: str) -> Iterator[Store]:
    made = Store(database)
    yield made
    made.close()


def open_up(tx: Connection) -> None:
    """What somebody with the database in hand does first."""
    if tx.dialect.name == "sqlite":
        for verb in ("update", "delete"):
            tx.exec_driver_sql(f"DROP TRIGGER audit_no_{verb}")
    else:
        tx.exec_driver_sql("DROP TRIGGER audit_append_only ON audit")


def test_a_chain_that_nobody_touched_is_whole(kept: Store) -> None:
    """For each workspace its own, numbered from one."""
    with kept.begin() as tx:
        write(tx, 11)
        assert audit.problems(tx, KEY, audit.heads(tx)) == []
        assert [one.number for one in audit.entries(tx, "t1")] == [6, 5, 4, 3, 2, 1]
        assert [one.number for one in audit.heads(tx)] == [6, 5]


@pytest.mark.parametrize("how", ["update", "delete"])
def test_the_database_itself_refuses_to_change_or_drop_an_entry(kept: Store, how: str) -> None:
    """Also to the bot's own code, should it ever try."""
    with kept.begin() as tx:
        write(tx, 4)
    statement = update(tables.audit).values(actor="x") if how == "update" else delete(tables.audit)
    with pytest.raises(DBAPIError, match="append-only"), kept.begin() as tx:
        tx.execute(statement)


@pytest.mark.parametrize("version", [1, 4])
def test_a_database_of_an_earlier_release_refuses_it_too(database: str, version: int) -> None:
    """Its table came by a step, and the same guard with it."""
    engine: Engine = open_engine(database)
    lay(engine, version)
    migrations.bring_up(engine)
    with engine.begin() as tx:
        write(tx, 2)
    with pytest.raises(DBAPIError, match="append-only"), engine.begin() as tx:
        tx.execute(delete(tables.audit))
    engine.dispose()


def test_what_was_written_without_the_key_is_acknowledged_once_and_cannot_change_after(kept: Store) -> None:
    """Only as far as the operator was shown, only with the key, and only in the workspace that it is about."""
    with kept.begin() as tx:
        write(tx, 4)
        write(tx, 6, audit.NO_KEY)
        assert len(audit.problems(tx, KEY)) == 6
        assert audit.acknowledge(tx, KEY, AT, {"t1": 4}) == 2
        assert [line.partition(" was")[0] for line in audit.problems(tx, KEY)] == [
            *("t1: entry 5", "t2: entry 3", "t2: entry 4", "t2: entry 5")
        ]
        assert audit.acknowledge(tx, KEY, AT, {"t1": 9, "t2": 5}) == 4
        assert audit.problems(tx, KEY) == []
        assert audit.without_key(tx) == {}
        assert audit.acknowledge(tx, KEY, AT, {"t1": 9}) == 0
        audit.append(tx, audit.NO_KEY, "t1", AT, [Deed(audit.OPERATOR, audit.ACKNOWLEDGED, subject="99")])
        assert len(audit.problems(tx, KEY)) == 1
        audit.append(tx, b"another key", "t1", AT, [Deed(audit.OPERATOR, audit.ACKNOWLEDGED, subject="99")])
        assert len(audit.problems(tx, KEY)) == 2
        open_up(tx)
        altered = audit.entries(tx, "t1")[0].number
        tx.execute(delete(tables.audit).where(tables.audit.c.tenant == "t1", tables.audit.c.number == altered))
        here = (tables.audit.c.tenant == "t1", tables.audit.c.number == 4)
        row = tx.execute(select(tables.audit).where(*here)).one()
        before = tx.execute(select(tables.audit.c.mac).where(here[0], tables.audit.c.number == 3)).scalar_one()
        deed = Deed("somebody else", row.action, row.outcome, row.cohort, row.touched, row.subject)
        forged = audit._mac(audit.NO_KEY, before, "t1", 4, row.at, deed)
        tx.execute(update(tables.audit).where(*here).values(actor=deed.actor, mac=forged))
        assert audit.problems(tx, KEY) != []


def test_the_guard_is_known_for_both_databases() -> None:
    """A third one would need its own."""
    assert set(APPEND_ONLY) == {"sqlite", "postgresql"}


def tamper(tx: Connection, chance: random.Random) -> str:
    """One change of one kind, at a place that chance chooses."""
    rows = [dict(row._mapping) for row in tx.execute(select(tables.audit))]
    row = chance.choice(rows)
    here = (tables.audit.c.tenant == row["tenant"], tables.audit.c.number == row["number"])
    how = chance.choice(["alter", "drop", "insert", "reorder", "cut", "forge"])
    if how == "alter":
        field = chance.choice(FIELDS)
        other: Any = {"at": row["at"] + timedelta(microseconds=1), "mac": bytes([row["mac"][0] ^ 1]) + row["mac"][1:]}
        tx.execute(update(tables.audit).where(*here).values({field: other.get(field, f"{row[field]}x")}))
    elif how == "drop":
        tx.execute(delete(tables.audit).where(*here))
    elif how == "cut":
        tx.execute(
            delete(tables.audit).where(tables.audit.c.tenant == row["tenant"], tables.audit.c.number >= row["number"])
        )
    elif how == "insert":
        copied = chance.choice(rows)
        number = max(one["number"] for one in rows if one["tenant"] == row["tenant"]) + 1
        tx.execute(insert(tables.audit).values(**copied | {"tenant": row["tenant"], "number": number}))
    elif how == "reorder":
        others = [one for one in rows if one["tenant"] == row["tenant"] and one["number"] != row["number"]]
        other = chance.choice(others)
        tx.execute(delete(tables.audit).where(*here))
        tx.execute(
            update(tables.audit)
            .where(tables.audit.c.tenant == other["tenant"], tables.audit.c.number == other["number"])
            .values(number=row["number"])
        )
        tx.execute(insert(tables.audit).values(**row | {"number": other["number"]}))
    else:  # cut, and written on by somebody without the key
        tx.execute(
            delete(tables.audit).where(tables.audit.c.tenant == row["tenant"], tables.audit.c.number >= row["number"])
        )
        audit.append(tx, b"x" * 32, row["tenant"], AT, [Deed("p1", "broadcasts.send")] * chance.randint(1, 20))
    return how


def noticed(folder: Path, tries: int, seed: int) -> dict[str, list[bool]]:
    """For each kind of tampering, whether each try was noticed. An untouched chain comes before every one."""
    kept, found = Store(f"sqlite:///{folder / 'audit.sqlite'}"), dict[str, list[bool]]()
    chance = random.Random(seed)  # noqa: S311 - a draw that can be drawn again
    with kept.begin() as tx:
        write(tx, 24)
        heads.keep(folder, AT.date(), audit.heads(tx))
        open_up(tx)
    outside = heads.kept(folder)
    for _ in range(tries):
        with kept.engine.connect() as tx:
            assert audit.problems(tx, KEY, outside) == []
            how = tamper(tx, chance)
            found.setdefault(how, []).append(bool(audit.problems(tx, KEY, outside)))
            tx.rollback()
    kept.close()
    return found


def test_every_one_of_some_tamperings_is_noticed(tmp_path: Path) -> None:
    """Altered, dropped, inserted, moved, cut, and cut and written on."""
    found = noticed(tmp_path, 120, seed=2)
    assert len(found) == 6
    assert all(map(all, found.values())), found


@pytest.mark.prove(23)
def test_every_one_of_a_thousand_tamperings_is_noticed(tmp_path: Path, proof: Proof) -> None:
    """Every tampering with the audit is noticed."""
    found = noticed(tmp_path, 1000, seed=1)
    tried, seen = (sum(map(count, found.values())) for count in (len, sum))
    proof(f"{tried:,} tries in {len(found)} ways", f"{seen:,} noticed", "all of 1,000", seen == tried >= 1000)


def test_a_cut_end_is_noticed_by_who_kept_a_code(kept: Store) -> None:
    """The chain alone is whole after a cut; this is why the code leaves the database."""
    with kept.begin() as tx:
        write(tx, 8)
        (head, _) = audit.heads(tx)
        open_up(tx)
        tx.execute(delete(tables.audit).where(tables.audit.c.tenant == "t1", tables.audit.c.number > 2))
        assert audit.problems(tx, KEY) == []
        assert audit.problems(tx, KEY, [head]) != []


def test_who_has_the_key_cannot_rewrite_the_past_under_a_code_that_somebody_kept(kept: Store) -> None:
    """Every code covers all entries before it: an operator's new past has another end."""
    with kept.begin() as tx:
        write(tx, 12)
        (head, _) = audit.heads(tx)
        later = [one for one in reversed(audit.entries(tx, "t1")) if one.number > 2]
        open_up(tx)
        tx.execute(delete(tables.audit).where(tables.audit.c.tenant == "t1", tables.audit.c.number >= 2))
        audit.append(tx, KEY, "t1", AT, [Deed("p1", "another.deed")])
        for one in later:
            audit.append(tx, KEY, "t1", one.at, [one.deed])
        assert audit.problems(tx, KEY) == []
        assert audit.problems(tx, KEY, [head]) != []


def test_the_code_is_short_enough_to_read_aloud(kept: Store) -> None:
    """Two members compare twelve signs."""
    with kept.begin() as tx:
        write(tx, 1)
        (head,) = audit.heads(tx)
    assert len(head.code.replace("-", "")) == 12


def test_heads_are_kept_once_a_day_and_never_rewritten(tmp_path: Path) -> None:
    """A second look on the same day adds nothing; the next day adds a line below."""
    first, later = Head("t1", 4, "AAAA-BBBB-CCCC"), Head("t1", 9, "DDDD-EEEE-FFFF")
    day = date(2026, 11, 26)
    assert heads.keep(tmp_path, day, [first]) == 1
    before = (tmp_path / heads.FILE).read_text()
    assert heads.keep(tmp_path, day, [later]) == 0
    assert heads.keep(tmp_path, day + timedelta(days=1), [later]) == 1
    assert (tmp_path / heads.FILE).read_text().startswith(before)
    assert heads.kept(tmp_path) == [first, later]


def test_a_spoiled_line_is_told(tmp_path: Path) -> None:
    """Rather than passed over."""
    (tmp_path / heads.FILE).write_text("something else\n")
    with pytest.raises(CohortbookError, match="not written by this bot"):
        heads.kept(tmp_path)


def test_an_entry_that_fails_with_its_transaction_leaves_no_gap(kept: Store) -> None:
    """What did not happen is not recorded."""
    with pytest.raises(ZeroDivisionError), kept.begin() as tx:
        write(tx, 3)
        raise ZeroDivisionError
    with kept.begin() as tx:
        write(tx, 3)
        assert audit.problems(tx, KEY) == []


def test_many_who_write_at_once_make_one_chain(database: str) -> None:
    """Numbers without a gap and without a fork, on both databases."""
    from concurrent.futures import ThreadPoolExecutor

    both = [Store(database), Store(database)]

    def work(which: int) -> None:
        for _ in range(10):
            with both[which].begin() as tx:
                audit.append(tx, KEY, "t1", AT, [Deed("p1", "broadcasts.send")])

    with ThreadPoolExecutor(2) as threads:
        list(threads.map(work, range(2)))
    with both[0].begin() as tx:
        assert audit.problems(tx, KEY) == []
        assert audit.heads(tx)[0].number == 20
    for one in both:
        one.close()


def test_what_is_done_to_the_whole_house_stands_in_every_record(kept: Store) -> None:
    """A backup copies everybody's data."""
    with kept.begin() as tx:
        for home in HOMES:
            tx.execute(insert(tables.tenant).values(tenant=home, created_at=AT))
        audit.operator(tx, KEY, AT, "backup")
        assert [one.deed.actor for home in HOMES for one in audit.entries(tx, home)] == [audit.OPERATOR] * 2
        assert audit.last_operator_deed(tx, "backup") == AT


def test_one_reads_what_touched_oneself_and_no_more(kept: Store) -> None:
    """One's own entries, those of one's cohorts, those of the house."""
    with kept.begin() as tx:
        deeds = [
            Deed("leader", "setup.people", cohort="mine"),
            Deed("leader", "setup.people", cohort="other"),
            Deed("leader", "shared-with-me.read", cohort="mine", touched="me"),
            Deed("leader", "shared-with-me.read", cohort="mine", touched="she"),
            Deed(audit.OPERATOR, "backup"),
        ]
        audit.append(tx, KEY, "t1", AT, deeds)
        assert [one.number for one in audit.touching(tx, "t1", "me", ["mine"])] == [5, 3, 1]


def test_verify_says_what_is_wrong_and_fails(tmp_path: Path) -> None:
    """For whoever runs it by hand or from a schedule."""
    data = tmp_path / "data"
    settings = tmp_path / "cohortbook.yaml"
    settings.write_text(f"data: {data}\n")
    kept = Store.in_folder(data)
    vault = opened(kept, data)
    keys = house_keys.opened(vault, kept, data)
    vault.close()
    with kept.begin() as tx:
        write(tx, 6, keys.audit)
        heads.keep(data, AT.date(), audit.heads(tx))
    run = CliRunner()
    good = run.invoke(main, ["--config", str(settings), "audit", "verify"])
    assert (good.exit_code, "All is well: 6 entries" in good.output) == (0, True)
    assert "broadcasts.send" in run.invoke(main, ["--config", str(settings), "audit", "list"]).output
    with kept.begin() as tx:
        open_up(tx)
        tx.execute(delete(tables.audit).where(tables.audit.c.number == 3))
    bad = run.invoke(main, ["--config", str(settings), "audit", "verify"])
    assert bad.exit_code == 1
    assert "entry 3 was" in bad.output
    kept.close()


def test_listing_a_record_that_does_not_exist_makes_nothing(tmp_path: Path) -> None:
    """A wrong folder is told."""
    settings = tmp_path / "cohortbook.yaml"
    settings.write_text(f"data: {tmp_path / 'data'}\n")
    done = CliRunner().invoke(main, ["--config", str(settings), "audit", "list"])
    assert done.exit_code == 1
    assert not (tmp_path / "data").exists()
