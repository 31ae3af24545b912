"""The keys of the house: in the keyring, taken over from an earlier release, and what goes on without them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import delete, func, select

from bot import audit, audit_commands, house_keys, tombstones
from bot.checkup import checkup
from bot.cli import main
from bot.errors import CohortbookError, Locked
from bot.house_keys import HouseKeys, derived
from bot.store import Store, milestones
from bot.store.tables import tally as counted
from bot.tombstones import Ledger
from bot.vault import rotation
from bot.vault.rings import data_key, mark
from bot.vault.vault import Vault
from tests.operations.houses import filled, live, open_form
from tests.town import text_of
from tests.vault.people import NOW
from tests.vault.places import opened, places

OLD = b"o" * 32


@contextmanager
def house(folder: Path) -> Iterator[tuple[Store, Vault]]:
    store = Store.in_folder(folder)
    vault = opened(store, folder)
    yield store, vault
    vault.close()
    store.close()


def keys_of(folder: Path) -> HouseKeys:
    with house(folder) as (store, vault):
        return house_keys.opened(vault, store, folder)


def cohortbook(folder: Path, *words: str, answer: str = "") -> Result:
    file = folder / "cohortbook.yaml"
    file.write_text(f"data: {folder / 'data'}\n", "utf-8")
    return CliRunner().invoke(main, ["--config", str(file), *words], input=answer)


def test_they_stay_the_same_and_lie_in_no_file_of_their_own(tmp_path: Path) -> None:
    """After a restart, and after the key that wraps them was replaced."""
    made = keys_of(tmp_path)
    assert keys_of(tmp_path) == made
    with house(tmp_path) as (_, vault):
        assert vault.keyring is not None
        rotation.rotate(vault.keyring, places(tmp_path), NOW, lambda count: bytes(range(count)))
        rotation.retire(vault.keyring, places(tmp_path))
    assert keys_of(tmp_path) == made
    held = b"".join(file.read_bytes() for file in tmp_path.iterdir() if file.is_file())
    assert made.audit not in held
    assert made.pseudonyms not in held
    assert not (tmp_path / house_keys.FILE).exists()


def test_those_of_an_earlier_release_are_taken_over_once(tmp_path: Path) -> None:
    """The file goes when the keyring has them, also where a crash came between the two."""
    file = tmp_path / house_keys.FILE
    for _ in range(2):
        file.write_bytes(OLD)
        with house(tmp_path) as (store, vault):
            assert house_keys.opened(vault, store, tmp_path) == derived(OLD)
            assert "Make a backup" in vault.news[-1]
        assert not file.exists()
    assert keys_of(tmp_path) == derived(OLD)


def test_another_houses_file_is_refused_and_stays(tmp_path: Path) -> None:
    """It came from elsewhere, or the keyring did; a person has to say which."""
    keys_of(tmp_path)
    (tmp_path / house_keys.FILE).write_bytes(OLD)
    with pytest.raises(CohortbookError, match=r"another key than the keyring has\. Nothing was changed"):
        keys_of(tmp_path)
    assert (tmp_path / house_keys.FILE).read_bytes() == OLD


@pytest.mark.parametrize("lost", [data_key, mark], ids=["wrapped", "of the ledger"])
def test_lost_ones_are_not_replaced_over_what_was_made_with_them(tmp_path: Path, lost: object) -> None:
    """With others nobody in the ledger would be known, and whoever was counted would be counted again."""
    with house(tmp_path) as (store, vault):
        keys = house_keys.opened(vault, store, tmp_path)
        Ledger(tmp_path / tombstones.FILE, keys.erasures).begin()
        with store.begin() as tx:
            row = {"tenant": "t", "cohort": "c", "number": 1, "question": "q", "member": "m", "series": "s"}
            tx.execute(counted.insert(), row | {"due": NOW.date()})
        assert vault.keyring is not None
        with vault.keyring.begin() as tx:
            tx.execute(delete(lost))  # type: ignore[arg-type]
    with pytest.raises(CohortbookError, match=r"not in the keyring.*Nothing was changed"):
        keys_of(tmp_path)


def test_a_locked_house_keeps_the_file_of_an_earlier_release(tmp_path: Path) -> None:
    """It is taken over at the first start with the key, and everything goes on until then."""
    keys_of(tmp_path)
    places(tmp_path).key_file.rename(tmp_path / "elsewhere")
    (tmp_path / house_keys.FILE).write_bytes(OLD)
    assert keys_of(tmp_path) == derived(OLD)
    assert (tmp_path / house_keys.FILE).exists()


async def test_a_member_is_erased_while_locked_and_unlinked_from_the_counts_after_it(tmp_path: Path) -> None:
    """Their pseudonym cannot be told without the key; the next start with it makes up for that."""
    async with live(tmp_path) as town:
        await town.found_cohort(("renata", "kwame"))
        await town.start("renata", "kwame")
        await town.until("week")
        for who in ("renata", "kwame"):
            form = await open_form(town, who)
            await town.submit(who, form, filled(form))
        with town.house.store.begin() as tx:
            waiting = {row.member for row in tx.execute(select(counted))}
        assert len(waiting) == 2
    key = places(tmp_path / "data").key_file
    key.rename(tmp_path / "elsewhere")
    async with live(tmp_path, town) as locked:
        assert locked.house.services.vault.cause
        page = await locked.command("renata", "/privacy")
        assert "Your data is erased" in text_of(await locked.press("renata", page, "Erase my data"))
        with locked.house.store.begin() as tx:
            assert milestones.latest(tx, milestones.UNLINK) is not None
            assert {row.member for row in tx.execute(select(counted))} == waiting
    (tmp_path / "elsewhere").rename(key)
    async with live(tmp_path, town) as again:
        with again.house.store.begin() as tx:
            left = {row.member for row in tx.execute(select(counted))}
            assert milestones.latest(tx, milestones.UNLINK) is None
        assert len(left) == 1
        assert left < waiting


async def test_the_record_goes_on_while_locked_and_says_so(tmp_path: Path) -> None:
    """A facilitator is not held up, and what she did then is told apart: it was written without the key."""
    async with live(tmp_path) as town:
        await town.found_cohort(("renata",))
        with town.house.store.begin() as tx:
            before = tx.execute(select(func.count()).select_from(audit.audit)).scalar_one()
    assert "All is well" in cohortbook(tmp_path, "audit", "verify").output
    key = places(tmp_path / "data").key_file
    key.rename(tmp_path / "elsewhere")
    async with live(tmp_path, town) as locked:
        home = await locked.command("imani", "/facilitate")
        await locked.press("imani", home, "People")
        with pytest.raises(Locked):
            await audit_commands.commands(locked.house.services)["audit.acknowledge"]({"seen": {}})
    assert "The key file" in cohortbook(tmp_path, "audit", "verify").output
    (tmp_path / "elsewhere").rename(key)
    async with live(tmp_path, town) as again:
        await again.command("imani", "/facilitate")
    said = cohortbook(tmp_path, "audit", "verify")
    assert said.exit_code == 1
    assert f"entry {before + 1} was written without the key" in said.output
    assert "is not what was written" not in said.output
    shown = cohortbook(tmp_path, "audit", "acknowledge", answer="n\n")
    assert shown.exit_code == 1
    assert "setup.people" in shown.output
    assert cohortbook(tmp_path, "audit", "verify").exit_code == 1
    done = await asyncio.to_thread(cohortbook, tmp_path, "audit", "acknowledge", answer="y\n")
    assert "entries are acknowledged" in done.output
    assert "All is well" in cohortbook(tmp_path, "audit", "verify").output
    assert "no entry without the key" in cohortbook(tmp_path, "audit", "acknowledge").output
    async with live(tmp_path, town) as told:
        page = await told.command("renata", "/privacy")
        record = text_of(await told.press("renata", page, "Who did what about me?"))
    assert "confirmed what was noted here while the bot had no key" in record


async def test_nobody_is_erased_while_there_is_no_keyring(tmp_path: Path) -> None:
    """Their keys in it would stay; so the answer is a clear no, and prompts go on."""
    async with live(tmp_path) as town:
        await town.found_cohort(("renata",))
        await town.start("renata")
        await town.until("week")
        form = await open_form(town, "renata")
        await town.submit("renata", form, filled(form))
    (tmp_path / "data" / "keyring.sqlite").rename(tmp_path / "elsewhere")
    async with live(tmp_path, town) as locked:
        page = await locked.command("renata", "/privacy")
        said = text_of(await locked.press("renata", page, "Erase my data"))
        assert "I saved and changed nothing" in said
    (tmp_path / "elsewhere").rename(tmp_path / "data" / "keyring.sqlite")
    async with live(tmp_path, town) as again:
        assert "Your journal is empty" not in text_of(await again.command("renata", "/journal"))


def test_the_data_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    """A new one is made so; one that others can look into is told by start and doctor, with what to do."""
    data = tmp_path / "data"
    Store.in_folder(data).close()
    assert data.stat().st_mode & 0o777 == 0o700
    file = tmp_path / "cohortbook.yaml"
    file.write_text(f"data: {data}\n", "utf-8")
    assert next(line.well for line in checkup(file) if str(data) in line.text)
    data.chmod(0o755)
    told = next(line for line in checkup(file) if str(data) in line.text)
    assert (told.well, f"Run: chmod 700 {data}" in told.text) == (False, True)


async def test_a_start_tells_of_a_folder_that_others_can_look_into(tmp_path: Path) -> None:
    """It goes on all the same: who may look is the operator's to say."""
    async with live(tmp_path) as town:
        assert not any("chmod 700" in line for line in town.house.news())
        town.house.settings.data.chmod(0o750)
        assert any("chmod 700" in line for line in town.house.news())
