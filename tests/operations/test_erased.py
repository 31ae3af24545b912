"""Who was erased stays erased: whatever backup is brought back, and whatever key is tried on one."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot import backup, key_commands, tombstones
from bot.cli import main
from bot.forgetting import in_restored
from bot.messages import Press
from bot.restore import restore
from bot.store import ownership
from bot.tombstones import LedgerError
from bot.vault.places import read_keys
from bot.verify_erasure import verify
from tests.operations.houses import live
from tests.operations.test_restore import reflect, until_the_first_prompt
from tests.test_forgetting import rows_with
from tests.test_own_data import somebody
from tests.town import Town, text_of
from tests.ways import kept


def copies(town: Town, day: int) -> list[Path]:
    """What `cohortbook backup` makes: the data, and the keyring apart."""
    settings, at = town.house.settings, town.clock.now() + timedelta(days=day)
    data = backup.make(settings.data / ownership.DATABASE, settings.backups / backup.name(at), at).file
    keyring = Path(key_commands.copy(settings.key_places, at))
    return [data, keyring]


async def test_an_erased_member_against_seven_daily_backups_with_every_key_of_today(tmp_path: Path) -> None:
    """Also with the keyring's own copies, which were made before: nothing opens. Somebody else's words still would."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        await reflect(town, "renata", "to be forgotten")
        await reflect(town, "kwame", "to be kept")
        files = [file for day in range(7) for file in copies(town, day)]
        services, places = town.house.services, town.house.settings.key_places
        stolen = tmp_path / "stolen.sqlite"
        shutil.copyfile(files[1], stolen)  # a copy of the keyring that is out of our reach
        await town.act("renata", Press("privacy.erase"))
        tried = verify(files, services.vault, services.forgetting.ledger, read_keys(places))
        data = [one for one in tried if one.file in files[::2]]
        assert [(one.people, one.pieces, one.opened) for one in data] == [(1, 1, 0)] * 7
        assert [(one.people, one.pieces) for one in tried if one.file in files[1::2]] == [(0, 0)] * 7
        # The attack works where a key is left.
        again = verify([files[0], stolen], services.vault, services.forgetting.ledger, read_keys(places))
        assert [one.opened for one in again] == [1, 1]


async def test_a_backup_that_is_brought_back_brings_nobody_back_who_was_erased(tmp_path: Path) -> None:
    """Nor their place in the cohort, nor their messages; everybody else is there."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        await reflect(town, "renata", "to be forgotten")
        await reflect(town, "kwame", "to be kept")
        me = somebody(town, "renata").person
        file, _ = copies(town, 0)
        await town.act("renata", Press("privacy.erase"))
        now, settings = town.clock.now(), town.house.settings
    done = restore(file, tmp_path / "data", now, forget=in_restored(settings))
    assert done.erased == 1
    assert "1 person in it had been erased since" in "\n".join(done.told(file))
    async with live(tmp_path, before=town) as again:
        assert rows_with(again, me, "Renata Aguilar") == set()
        assert len(kept(again)["entry"]) == 1
        assert "1 entry" in text_of(await again.command("kwame", "/journal"))
        assert "empty" in text_of(await again.command("renata", "/journal"))


@pytest.mark.parametrize("how", ["absent", "older", "damaged"])
async def test_a_restore_is_refused_without_the_newest_ledger(tmp_path: Path, how: str) -> None:
    """Nothing is changed, and the operator is told which file to bring."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        ledger = town.house.settings.data / tombstones.FILE
        before = ledger.read_bytes()
        await town.act("renata", Press("privacy.erase"))
        file, _ = copies(town, 0)
        now, settings = town.clock.now(), town.house.settings
    if how == "absent":
        ledger.unlink()
    else:
        ledger.write_bytes(before if how == "older" else before + b"\n")
    place = tmp_path / "data" / ownership.DATABASE
    size = place.stat().st_size
    with pytest.raises(LedgerError, match=r"Nothing was changed\. Put its newest copy"):
        restore(file, tmp_path / "data", now, forget=in_restored(settings))
    assert place.stat().st_size == size
    assert not (tmp_path / "data" / "restoring").exists()


@pytest.mark.parametrize("how", ["absent", "older"])
async def test_a_bot_does_not_serve_data_that_knows_more_than_its_ledger(tmp_path: Path, how: str) -> None:
    """Somebody put an older ledger, or none, beside the database: a start would rely on it."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        ledger = town.house.settings.data / tombstones.FILE
        before = ledger.read_bytes()
        await town.act("renata", Press("privacy.erase"))
    ledger.unlink()
    if how == "older":
        ledger.write_bytes(before)
    with pytest.raises(LedgerError, match="newest copy"):
        async with live(tmp_path, before=town):
            pass


def test_old_backups_are_removed_and_the_newest_stays(tmp_path: Path) -> None:
    """As members are told; files of other names are nobody's to remove but their owner's."""
    from tests.town import START

    made = [tmp_path / backup.name(START + timedelta(days=day)) for day in range(10)]
    for one in [*made, tmp_path / "mine.sqlite"]:
        one.write_text("")
        one.with_name(one.name + tombstones.COPY).write_text("")
    assert backup.prune(tmp_path, START + timedelta(days=3)) == 3
    assert [one.exists() for one in made] == [False] * 3 + [True] * 7
    assert not made[0].with_name(made[0].name + tombstones.COPY).exists()
    assert backup.prune(tmp_path, START + timedelta(days=300)) == 6
    assert made[-1].exists()
    assert (tmp_path / "mine.sqlite").exists()


# --- the commands ----------------------------------------------------------------------------------------


@pytest.fixture
async def settled(tmp_path: Path) -> Path:
    """A data folder with three members in it, one of whom wrote; nobody runs. Returns its settings file."""
    async with live(tmp_path) as town:
        await until_the_first_prompt(town)
        await reflect(town, "renata", "to be forgotten")
        await reflect(town, "kwame", "to be kept")
    file = tmp_path / "cohortbook.yaml"
    file.write_text(f"data: {tmp_path / 'data'}\nindex: {tmp_path / 'no-index'}\nplatforms: [recorder]\n")
    return file


def run(file: Path, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["--config", str(file), *words])
    return done.exit_code, done.output


async def test_an_operator_can_disclose_erase_and_verify_on_the_command_line(settled: Path, tmp_path: Path) -> None:
    """From what could be handed over to proof that nothing opens, with the bot stopped."""
    import asyncio

    def all_of_it() -> None:
        code, said = run(settled, "disclosure", "recorder/room/renata")
        assert (code, "Private words: sealed, 1 entry" in said) == (0, True), said
        assert "Name: Renata Aguilar" in said
        assert "Cohort: Sample cohort, started" in said
        assert "Whoever holds the key file and the keyring can open all of these" in said
        assert "to be forgotten" not in said
        assert run(settled, "backup")[0] == 0
        code, said = run(settled, "erase", "recorder/room/renata", "--yes")
        assert (code, "Erased at" in said) == (0, True), said
        made = sorted(str(one) for one in (tmp_path / "data").glob("*backups/*.sqlite"))
        assert len(made) == 2
        code, said = run(settled, "verify-erasure", *made)
        assert (code, "1 erased people, 1 pieces of theirs, 0 opened" in said) == (0, True), said
        code, said = run(settled, "erase", "recorder/room/renata", "--yes")
        assert (code, "Nobody of that name is known here" in said) == (1, True), said
        code, said = run(settled, "erase", "renata", "--yes")
        assert (code, "platform/workspace/person" in said) == (2, True), said

    await asyncio.to_thread(all_of_it)  # a command has an event loop of its own
