"""What an operator does with keys and copies, as commands, while the bot runs and while it does not."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from bot import audit, control, deeds, house_keys, key_commands, tombstones
from bot.app import House, build
from bot.cli import main
from bot.clock import RealClock
from bot.config import Settings
from bot.open_house import open_house
from bot.restore import restore
from bot.store import Store, milestones
from bot.store.tables import entry
from bot.tombstones import Ledger
from bot.vault import age, private
from bot.vault.places import KEYRING
from tests.operations.houses import filled, live, open_form
from tests.schemas import dump
from tests.town import text_of
from tests.vault.people import somebody, write
from tests.vault.places import opened, places

NOW = datetime(2027, 1, 4, 13, 10, tzinfo=UTC)
RENATA = somebody("renata")


def cohortbook(folder: Path, *words: str) -> Result:
    file = folder / "cohortbook.yaml"
    file.write_text(f"data: {folder / 'data'}\n", "utf-8")
    return CliRunner().invoke(main, ["--config", str(file), *words])


def lived(folder: Path, *who: str) -> None:
    store = Store.in_folder(folder / "data")
    vault = opened(store, folder / "data")
    with store.begin() as tx:
        for one in who or ("renata",):
            write(tx, vault, somebody(one), f"words of {one}", f"e-{one}")
    ledger = Ledger(folder / "data" / tombstones.FILE, house_keys.opened(vault, store, folder / "data").erasures)
    if not ledger.there:
        ledger.begin()
    vault.close()
    store.close()


def test_keys_are_looked_at_replaced_and_destroyed(tmp_path: Path) -> None:
    """Each step says where things stand and what comes next."""
    lived(tmp_path)
    assert "wraps 3 keys  in use" in cohortbook(tmp_path, "keys", "status").output
    said = cohortbook(tmp_path, "keys", "rotate")
    assert said.exit_code == 0
    assert "Wrapped 3 keys anew. No word that people wrote was touched." in said.output
    assert "`cohortbook keys retire` destroys the old ones" in said.output
    assert "Aborted" in cohortbook(tmp_path, "keys", "retire").output
    said = cohortbook(tmp_path, "keys", "retire", "--yes")
    assert "A fresh copy of the keyring is in" in said.output
    assert "Destroyed: " in said.output
    assert len(places(tmp_path / "data").key_file.read_text().splitlines()) == 1
    assert "wraps 3 keys  in use" in cohortbook(tmp_path, "keys", "status").output


def test_without_a_keyring_there_is_nothing_to_do(tmp_path: Path) -> None:
    """And none is made by looking."""
    said = cohortbook(tmp_path, "keys", "rotate")
    assert said.exit_code == 1
    assert "There is no keyring yet. Nothing was changed." in said.output
    assert not (tmp_path / "data" / KEYRING).exists()


def test_a_new_key_for_another_place_is_printed(tmp_path: Path) -> None:
    """Of the right length, and another one each time."""
    printed = {cohortbook(tmp_path, "keys", "new").output for _ in range(2)}
    assert {len(line) for line in printed} == {45}
    assert len(printed) == 2


async def test_the_running_bot_replaces_its_key_itself(tmp_path: Path) -> None:
    """Asked at its door; it goes on with the new one."""
    settings = Settings(data=tmp_path / "data", index=tmp_path, platforms={"web": {}}, port=0)
    async with open_house(settings, RealClock()) as house:
        assert "A new key was made" in " ".join(house.news())
        vault = house.services.vault
        await house.store.write(write, vault, RENATA, "before", "e1")
        found = await asyncio.to_thread(control.ask, settings.data, "keys.rotate")
        assert (found["done"], found["left"]) == (3, 0)
        await house.store.write(write, vault, somebody("kwame"), "after", "e2")
        assert (await asyncio.to_thread(control.ask, settings.data, "keys.retire"))["retired"]
        kept = await house.store.read(private.find, vault, RENATA, "e1")
        assert kept is not None
        assert kept.words.answers == {"seen": "before"}


def test_the_backup_holds_no_key_and_the_keyring_goes_elsewhere(tmp_path: Path) -> None:
    """Two files in two folders; of the keyring's copies the newest seven stay."""
    lived(tmp_path)
    said = cohortbook(tmp_path, "backup")
    assert "The keyring is copied to" in said.output
    (data,) = (tmp_path / "data" / "backups").glob("*.sqlite")
    with closing(sqlite3.connect(data)) as db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master")}
    assert "keyring_key" not in tables
    key = places(tmp_path / "data").key_file.read_bytes().strip()
    assert key not in data.read_bytes()
    for day in range(10):
        key_commands.copy(places(tmp_path / "data"), NOW + timedelta(days=day))
    left = sorted(path.name for path in (tmp_path / "data" / "keyring-backups").iterdir())
    assert len(left) == key_commands.KEPT
    assert "20270113" in left[-1] or "2026" in left[-1]


async def test_what_was_taken_away_does_not_come_back_with_a_backup(tmp_path: Path) -> None:
    """What was edited since does, in the version that the backup has: that is what a restore is for."""
    from bot import backup

    async with live(tmp_path) as town:
        await town.found_cohort(("renata", "kwame"))
        await town.start("renata", "kwame")
        await town.until("week")
        for who in ("renata", "kwame"):
            form = await open_form(town, who)
            await town.submit(who, form, filled(form, f"first words of {who}"))
        data = town.house.settings.data
        file = backup.make(data / "cohortbook.sqlite", tmp_path / "copy.sqlite", NOW).file
        journal = await town.command("renata", "/journal")
        page = await town.press("renata", journal, "")
        await town.press("renata", page, "Delete")
        form = await town.press("kwame", await town.press("kwame", await town.command("kwame", "/journal"), ""), "Edit")
        await town.submit("kwame", form, filled(form, "second words of kwame"))  # type: ignore[arg-type]
    keyring = key_commands.in_place(places(data))
    done = restore(file, data, NOW, keyring)
    assert keyring is not None
    keyring.close()
    assert "1 entries and copies that people had deleted or taken back since stay away." in "\n".join(done.told(file))
    async with live(tmp_path, town) as again:
        assert "Your journal is empty" in text_of(await again.command("renata", "/journal"))
        page = await again.press("kwame", await again.command("kwame", "/journal"), "")
        assert "first words of kwame" in text_of(page)


def test_a_backup_of_an_earlier_release_fits_too(tmp_path: Path) -> None:
    """It lacks tables that came later."""
    lived(tmp_path)
    cohortbook(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as db, db:
        db.execute("DROP TABLE unsigned")
    keyring = key_commands.in_place(places(tmp_path / "data"))
    assert keyring is not None
    assert list(age.fit(tmp_path / "copy.sqlite", keyring)) == []
    keyring.close()


@pytest.mark.parametrize("which", ["older keyring", "another keyring"])
def test_data_and_keyring_of_different_ages_are_told(tmp_path: Path, which: str) -> None:
    """Before the next start, while the right one can still be found."""
    lived(tmp_path)
    data = tmp_path / "data"
    older = (data / KEYRING).read_bytes()
    lived(tmp_path, "kwame")
    cohortbook(tmp_path, "backup", str(tmp_path / "copy.sqlite"))
    if which == "older keyring":
        (data / KEYRING).write_bytes(older)
    else:
        lived(tmp_path / "other")
        (data / KEYRING).write_bytes((tmp_path / "other" / "data" / KEYRING).read_bytes())
    said = cohortbook(tmp_path, "restore", str(tmp_path / "copy.sqlite")).output
    if which == "older keyring":
        assert "The keyring is older than this backup: 1 of its keys are missing" in said
    else:
        assert "belongs to another keyring" in said
        assert "Nothing was changed" in said


def test_a_backup_from_before_the_vault_is_sealed_at_the_next_start(tmp_path: Path) -> None:
    """Although the keyring in place has sealed everything once before."""
    lived(tmp_path)
    with closing(sqlite3.connect(tmp_path / "copy.sqlite")) as db, db:
        for statement in dump.statements(5, "sqlite"):
            db.execute(statement)
        db.execute(f"UPDATE {entry.name} SET body = ?", (b'{"answers": {"seen": "plain"}, "step": ""}',))  # noqa: S608
    said = cohortbook(tmp_path, "restore", str(tmp_path / "copy.sqlite")).output
    assert "They are sealed at the next start" in said
    house = build(Settings(data=tmp_path / "data", index=tmp_path, platforms={"web": {}}), RealClock())
    with house.store.begin() as tx:
        found = private.everything(tx, house.services.vault, somebody("person", "tenant"))
        assert [one.words.answers for one in found] == [{"seen": "plain"}]
        assert b"plain" not in tx.execute(select(entry.c.body)).scalar_one()
    house.close()


async def test_what_operators_do_stands_in_the_record(tmp_path: Path) -> None:
    """While the bot runs and while it does not: every member can read that it was done, each time that it was."""
    async with live(tmp_path) as town:
        await town.command("renata", "/cohort")
    for command in (("keys", "rotate"), ("keys", "rotate"), ("keys", "retire", "--yes")):
        assert cohortbook(tmp_path, *command).exit_code == 0
    settings = Settings(data=tmp_path / "data", index=tmp_path, platforms={"web": {}}, port=0)
    async with open_house(settings, RealClock()) as house:
        await asyncio.to_thread(control.ask, settings.data, "keys.rotate")
        await asyncio.to_thread(control.ask, settings.data, "backup", file=str(tmp_path / "copy.sqlite"))
        await house.keep_record()
        await house.keep_record()
        assert operators(house) == ["copied", "keys.retire", *3 * ["keys.rotate"]]
    places(tmp_path / "data").key_file.rename(tmp_path / "elsewhere")
    async with open_house(settings, RealClock()) as house:
        await house.keep_record()
        assert operators(house)[-2:] == ["keys.rotate", "locked"]


def operators(house: House) -> list[str]:
    with house.store.begin() as tx:
        homes = {head.tenant for head in audit.heads(tx)}
        return sorted(
            one.deed.action for home in homes for one in audit.entries(tx, home) if one.deed.actor == audit.OPERATOR
        )


def test_every_deed_of_an_operator_has_words() -> None:
    """Members read a sentence, not a name of ours."""
    assert {*milestones.BY_OPERATORS, "person.erase", "audit.acknowledge", "person.disclose"} == deeds._OPERATOR.keys()
