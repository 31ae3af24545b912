"""After a restore nothing is sent twice, and the operator learns what is gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import backup, outbox
from bot.errors import CohortbookError
from bot.messages import Outgoing
from bot.restore import look_up_first, restore
from bot.store import SchemaError, Store, ownership, tables
from tests.databases import database as database
from tests.operations.houses import deliveries, filled, live, open_form
from tests.town import Town, text_of

NOW = datetime(2027, 1, 4, 13, 10, tzinfo=UTC)
MEMBERS = ("renata", "kwame", "thanh-mai")


async def until_the_first_prompt(town: Town) -> None:
    await town.found_cohort(MEMBERS)
    await town.start(*MEMBERS)
    await town.until("week")


async def reflect(town: Town, who: str, text: str) -> None:
    form = await open_form(town, who)
    reply = await town.submit(who, form, filled(form, text))
    assert isinstance(reply, Outgoing)
    assert reply.text.startswith("Saved")


def copy(town: Town, target: Path) -> Path:
    return backup.make(town.house.settings.data / ownership.DATABASE, target, town.clock.now()).file


async def test_what_was_sent_after_the_backup_is_not_sent_again(tmp_path: Path) -> None:
    """Neither what the backup held as still to send, nor what is planned again after it."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        file = copy(town, tmp_path / "copy.sqlite")
        await town.until("week")
        await town.until("week")
        now = town.clock.now()
    before = deliveries(town)
    restore(file, tmp_path / "data", now)
    async with live(tmp_path, before=town) as again:
        for _ in range(3):
            await again.house.tick()
        assert deliveries(again) == before
        await again.until("week")
        after = deliveries(again)
    assert sum(after.values()) > sum(before.values())
    assert set(after.values()) == {1}


async def test_what_did_not_arrive_before_the_restore_is_still_sent(tmp_path: Path) -> None:
    """A message that is not found where it belongs goes out, once."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        file = copy(town, tmp_path / "copy.sqlite")
        await town.until("week")
        lost = [one for one in town.chat.delivered if one.address == town.chat.who("kwame") and ":prompt:" in one.key][
            -1
        ]
        town.chat.delivered.remove(lost)
        now = town.clock.now()
    restore(file, tmp_path / "data", now)
    async with live(tmp_path, before=town) as again:
        for _ in range(3):
            await again.house.tick()
        found = deliveries(again)
    assert found[(lost.address, lost.key)] == 1
    assert set(found.values()) == {1}


async def test_the_operator_learns_what_is_lost(tmp_path: Path) -> None:
    """How many reflections, in which cohort, and where the database that was in place is kept."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        await reflect(town, "renata", "in the backup")
        file = copy(town, tmp_path / "copy.sqlite")
        made = town.clock.now()
        await reflect(town, "kwame", "after the backup")
        await reflect(town, "thanh-mai", "after the backup")
        now = made + timedelta(minutes=10)
    done = restore(file, tmp_path / "data", now)
    assert done.made == made
    assert done.lost == ["reflections saved or changed: 2 in Sample cohort"]
    assert done.kept is not None
    assert backup.verify(done.kept) == []
    told = "\n".join(done.told(file))
    assert str(done.kept) in told
    assert f"of {made:%Y-%m-%d %H:%M:%S} UTC" in told
    assert "after the backup" not in told
    assert "in the backup: " not in told
    async with live(tmp_path, before=town) as again:
        entries = [text_of(await again.command(who, "/journal")) for who in ("renata", "kwame")]
    assert "has 1 entry" in entries[0]
    assert "has 1 entry" not in entries[1]


async def test_words_that_were_deleted_and_come_back_are_told(tmp_path: Path) -> None:
    """A member deleted them and was told that they are gone; the operator must know."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        await reflect(town, "renata", "to be deleted")
        file = copy(town, tmp_path / "copy.sqlite")
        with town.house.store.begin() as tx:
            tx.exec_driver_sql("DELETE FROM entry")
        now = town.clock.now()
    done = restore(file, tmp_path / "data", now)
    assert done.lost == ["reflections that their writers had deleted, and that are back: 1 in Sample cohort"]


async def test_a_restore_is_refused_while_the_bot_runs(tmp_path: Path) -> None:
    """It would write into a file that is no longer there."""
    async with live(tmp_path):
        with pytest.raises(ownership.Owned, match="`cohortbook run`, process"):
            ownership.take(tmp_path / "data", "restore")


async def test_what_is_no_backup_changes_nothing(tmp_path: Path) -> None:
    """A text file, a database of something else, a backup with a damaged page."""
    import sqlite3

    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        good = copy(town, tmp_path / "good.sqlite")
        now = town.clock.now()
    text, other, damaged = (tmp_path / name for name in ("text", "other", "damaged"))
    text.write_text("not a database" * 1000)
    with sqlite3.connect(other) as db:
        db.execute("CREATE TABLE songs (name)")
    db.close()
    whole = good.read_bytes()
    middle = len(whole) // 2 // 4096 * 4096
    damaged.write_bytes(whole[:middle] + b"\xff" * 4096 + whole[middle + 4096 :])
    place = tmp_path / "data" / ownership.DATABASE
    before = place.read_bytes()
    for bad in (text, other, damaged):
        with pytest.raises(CohortbookError, match="Nothing was changed"):
            restore(bad, tmp_path / "data", now)
    assert place.read_bytes() == before
    assert not (tmp_path / "data" / "restoring").exists()


async def test_a_backup_of_a_newer_release_changes_nothing(tmp_path: Path) -> None:
    """There is no way back for a schema."""
    import sqlite3

    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        file = copy(town, tmp_path / "copy.sqlite")
        now = town.clock.now()
    with sqlite3.connect(file) as db:
        db.execute("UPDATE schema SET version = 99")
    db.close()
    place = tmp_path / "data" / ownership.DATABASE
    before = place.read_bytes()
    with pytest.raises(SchemaError, match="schema 99"):
        restore(file, tmp_path / "data", now)
    assert place.read_bytes() == before


async def test_a_database_that_cannot_be_read_is_replaced_and_kept(tmp_path: Path) -> None:
    """The very day a backup is for: what was in place is damaged, so nobody can say what is lost."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        file = copy(town, tmp_path / "copy.sqlite")
        now = town.clock.now()
    before = deliveries(town)
    place = tmp_path / "data" / ownership.DATABASE
    place.write_bytes(b"\x00" * 8192)
    done = restore(file, tmp_path / "data", now)
    assert done.lost is None
    assert done.kept is not None
    assert done.kept.read_bytes() == b"\x00" * 8192
    assert "cannot be named" in "\n".join(done.told(file))
    async with live(tmp_path, before=town) as again:
        await again.house.tick()
        assert deliveries(again) == before


async def test_a_backup_may_be_restored_into_an_empty_folder(tmp_path: Path) -> None:
    """A new machine."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        file = copy(town, tmp_path / "copy.sqlite")
        now = town.clock.now()
    (tmp_path / "new").mkdir()
    done = restore(file, tmp_path / "new", now)
    assert (done.kept, done.lost) == (None, [])
    assert backup.verify(tmp_path / "new" / ownership.DATABASE) == []


def test_a_database_that_came_back_by_other_means_looks_first_too(database: str) -> None:
    """A server's own backup, or the disk of a machine: what is due and what is planned again begins as unknown."""
    store = Store(database)
    due = [outbox.Intent("t", "c", "prompt", number, "p", NOW + timedelta(days=number)) for number in range(4)]
    with store.begin() as tx:
        outbox.put(tx, due[:1] + due[3:])
        assert look_up_first(tx, NOW + timedelta(days=2)) == 1
        outbox.put(tx, due)
        rows = {row.number: row for row in tx.execute(select(tables.outbox))}
    store.close()
    assert [rows[number].state for number in range(4)] == ["unknown", "unknown", "unknown", "ready"]
    assert {rows[number].reason for number in range(3)} == {outbox.RESTORED}
    assert [rows[number].tried_at for number in range(3)] == [one.due for one in due[:3]]
