"""Being forgotten: every row, every key, every copy within reach, and what the chat holds of the bot's own."""

from __future__ import annotations

import asyncio
import base64
import gzip
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import erasure, forgetting, own_data, tombstones
from bot.errors import NotAllowed
from bot.forgetting import AlreadyGone
from bot.messages import Form, Outgoing, Press
from bot.store import cohorts, people, sweeping
from bot.store.tables import metadata
from bot.tombstones import Ledger, LedgerError, Tombstone
from tests.databases import ON_BOTH
from tests.test_own_data import somebody
from tests.test_privacy import CANARY, everything
from tests.town import START, Town, text_of
from tests.ways import at, first_week, kept, labels, write

NAME = "Renata Aguilar"


async def erase(town: Town, who: str = "renata") -> Outgoing:
    said = await town.press(who, await town.command(who, "/privacy"), "Erase my data")
    assert isinstance(said, Outgoing)
    return said


def shapes(words: str) -> Iterator[bytes]:
    """How words may stand in a file: as they are, or as some program would pack them."""
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        plain = words.encode(encoding)
        yield plain
        yield plain.hex().encode()
        for shift in range(3):  # base64 of a longer text has them in one of three ways
            yield base64.b64encode(b"\0" * shift + plain)[4 * bool(shift) : -4]


def traces(folder: Path, *words: str) -> list[str]:
    """Files that hold any of the words in any shape, also inside of what is packed with gzip."""
    found = []
    for file in sorted(folder.rglob("*")):
        if not file.is_file():
            continue
        held = file.read_bytes()
        packed = [held, *_unpacked(held)]
        found += [f"{file.name}: {one}" for one in words for shape in shapes(one) for part in packed if shape in part]
    return found


def _unpacked(held: bytes) -> Iterator[bytes]:
    at = held.find(b"\x1f\x8b\x08")
    while at >= 0:
        with suppress(OSError, EOFError):
            yield gzip.decompress(held[at:])
        at = held.find(b"\x1f\x8b\x08", at + 1)


def rows_with(town: Town, *ids: str) -> set[str]:
    """The audit keeps ids of people whom nobody knows any more: a chain from which they went would not verify."""
    return {name for name, rows in kept(town, "audit").items() if any(one in str(row) for row in rows for one in ids)}


# --- what goes -------------------------------------------------------------------------------------------


@ON_BOTH
async def test_nothing_of_the_person_is_left_in_any_table(town: Town) -> None:
    """Neither their id, nor their name, nor where they were to be found."""
    await everything(town)
    me = somebody(town, "renata").person
    assert rows_with(town, me, NAME, "person|renata") >= {"person", "account", "entry", "share", "outbox"}
    said = text_of(await erase(town))
    assert rows_with(town, me, NAME, "person|renata", CANARY) == set()
    assert "2 reflections and notes" in said
    assert "1 copy that you had shared" in said
    assert "1 question that you put to a person" in said


def test_every_table_that_names_a_person_is_known_to_the_erasure() -> None:
    """A new table with somebody's id in it must be thought of here."""
    elsewhere = {"person", "account", "other_door", "role", "broadcast"}  # each has its own way, in `erasure._part`
    named = {table.name for table in metadata.sorted_tables if "person" in table.c}
    assert named - elsewhere == {table.name for table in erasure._THEIRS} | {"unsigned", "paper", "occasion"}


async def test_nothing_of_the_person_is_left_in_any_file(town: Town) -> None:
    """Database, its log, keyring, ledger: no name, no address, no word; with readers at work meanwhile."""
    await everything(town)
    folder, me = town.house.settings.data, somebody(town, "renata").person
    words = (CANARY, NAME, "person|renata")
    assert {line.partition(":")[0] for line in traces(folder, *words)} >= {"cohortbook.sqlite-wal"}
    assert any(line.startswith("keyring") for line in traces(folder, me))
    await erase(town)
    assert traces(folder, *words) == []
    assert not any(line.startswith("keyring") for line in traces(folder, me))


async def test_a_reader_who_holds_on_is_waited_for(town: Town) -> None:
    """What it still sees stands in the log; once it has gone on, the log is emptied."""
    await everything(town)
    engine = town.house.store.engine
    reader = engine.connect().execution_options(read_only=True)
    reader.execute(select(metadata.tables["person"])).all()
    tenant, me = _of(town, "renata")
    with town.house.store.begin() as tx:
        services = town.house.services
        erasure.erase(tx, services.keys, tenant, me, Tombstone(tenant, "0" * 64), START, START, services.ids)
    tried = []

    async def step() -> bool:
        tried.append(sweeping.fold(engine))
        reader.close()
        return tried[-1]

    assert await sweeping.until_folded(step)
    assert tried == [False, True]
    assert traces(town.house.settings.data, NAME) == []


def ledger_of(town: Town) -> Ledger:
    return Ledger(town.house.settings.data / tombstones.FILE, town.house.services.keys.erasures)


def _of(town: Town, who: str) -> tuple[str, str]:
    one = somebody(town, who)
    return one.tenant, one.person


async def test_words_that_wait_in_memory_go_too(town: Town) -> None:
    """A note that waited for a yes."""
    await first_week(town)
    waits = await town.say("renata", "words that wait")
    assert isinstance(waits, Outgoing)
    me = somebody(town, "renata").person
    await erase(town)
    held = town.house.services.held
    assert held.take(waits.options[0].value, me, town.clock.now()) is None


async def test_the_platforms_are_told_to_forget(town: Town) -> None:
    """Each address that the person had."""
    await everything(town)
    await erase(town)
    assert town.chat.forgotten == [town.chat.who("renata")]


async def test_the_bots_own_private_messages_are_taken_away(town: Town) -> None:
    """One after the other; the member can follow it without becoming known again."""
    await everything(town)
    mine = [one for one in town.chat.delivered if one.address == town.chat.who("renata")]
    assert len(mine) >= 2
    receipt = await erase(town)
    assert all(one.gone for one in mine)
    said = await town.press("renata", receipt, "How far is that?")
    assert f"{len(mine)} messages of {len(mine)} taken away" in text_of(said)
    assert kept(town)["account"] == [row for row in kept(town)["account"] if "renata" not in str(row)]


async def test_what_a_platform_does_not_let_us_delete_is_said(town: Town) -> None:
    """No claim of more than was done."""
    await everything(town)
    town.chat.cannot_delete = True
    receipt = await erase(town)
    said = text_of(await town.press("renata", receipt, "How far is that?"))
    assert "0 messages of" in said
    assert "could not be taken away. Please delete them yourself" in said


async def test_opening_the_bots_page_afterwards_makes_nobody_known(town: Town) -> None:
    """Slack shows that page again after every press."""
    await everything(town)
    await erase(town)
    page = await town.house.desk.home(town.chat.who("renata"))
    assert "not in a running cohort" in text_of(page)
    assert rows_with(town, NAME, "person|renata") == set()


@ON_BOTH
async def test_who_leads_a_cohort_keeps_that_right_and_nothing_else(town: Town) -> None:
    """A facilitator is erased as a person who wrote; her cohort goes on with her in it."""
    cohort = await first_week(town)
    await town.act("imani", Press("setup.roster", cohort))
    before = somebody(town, "imani").person
    await erase(town, "imani")
    after = somebody(town, "imani").person
    assert after != before
    assert rows_with(town, before) == set()
    assert "Sample cohort" in text_of(await town.command("imani", "/facilitate"))
    page = await town.command("renata", "/privacy")
    record = text_of(await town.press("renata", page, "Who did what about me?"))
    assert "Somebody whose data is erased opened the list of members (Sample cohort)." in record


# --- the receipt -----------------------------------------------------------------------------------------


async def test_the_receipt_says_what_when_and_until_when_a_copy_can_exist(town: Town) -> None:
    """And what stays with others, which nobody here can take away."""
    await everything(town)
    said = text_of(await erase(town))
    last = (START + timedelta(days=7)).date()
    assert f"removed by {last:%A} {last.day} {last:%B}" in said
    assert "keys to your words are destroyed" in said
    assert "What you typed in this chat yourself stays with the platform" in said
    assert "leads to nobody" in said


# --- the ledger ------------------------------------------------------------------------------------------


async def test_the_ledger_knows_them_by_a_mark_that_tells_nothing(town: Town) -> None:
    """Keyed: another house's key marks the same person otherwise."""
    await everything(town)
    tenant, me = _of(town, "renata")
    await erase(town)
    ledger = ledger_of(town)
    (stone,) = ledger.stones()
    assert stone == ledger.stone(tenant, me)
    assert Ledger(ledger.file, b"another").stone(tenant, me) != stone
    assert me not in ledger.file.read_text()


def test_a_torn_line_was_never_relied_on_and_is_taken_out(tmp_path: Path) -> None:
    """The power went while it was written; the next one stands whole."""
    ledger = Ledger(tmp_path / "ledger", b"key")
    ledger.begin()
    one, two = Tombstone("t", "a" * 64), Tombstone("t", "b" * 64)
    ledger.add([one], START)
    with ledger.file.open("a") as file:
        file.write("t " + "c" * 300)  # longer than the line that comes in its place
    assert set(ledger.stones()) == {one}
    ledger.add([two], START)
    assert set(ledger.stones()) == {one, two}
    assert b"cc" not in ledger.file.read_bytes()


@pytest.mark.parametrize("damage", ["nonsense\n", "t tooshort 2026-11-26T17:00:00+00:00\n", "\n"])
def test_a_damaged_ledger_is_not_relied_on(tmp_path: Path, damage: str) -> None:
    """People who were erased could come back."""
    ledger = Ledger(tmp_path / "ledger", b"key")
    ledger.begin()
    with ledger.file.open("a") as file:
        file.write(damage)
    with pytest.raises(LedgerError, match="damaged in line 2"):
        ledger.stones()


# --- at the wrong moment ---------------------------------------------------------------------------------


async def test_erasing_twice_at_once_is_done_once(town: Town) -> None:
    """Two windows, one press each: one receipt, and one clear answer."""
    await everything(town)
    who = _of(town, "renata")
    done = await asyncio.gather(
        *(town.house.services.forgetting.forget(*who) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in done) == ["AlreadyGone", "Receipt"]
    with pytest.raises(AlreadyGone, match="nothing left to erase"):
        await town.house.services.forgetting.forget(*who)
    assert len(ledger_of(town).stones()) == 1


async def test_a_download_that_is_under_way_opens_nothing_more(town: Town) -> None:
    """The keys are gone before the rows: what was not opened yet is told as unreadable, and nothing crashes."""
    await everything(town)
    me = somebody(town, "renata")
    services = town.house.services
    with town.house.store.begin() as tx:
        services.vault.forget(me.tenant, me.person)
        held = own_data.as_json(own_data.gather(tx, services, me, town.clock.now()))
    assert CANARY not in str(held)
    assert [one["readable"] for one in held["reflections"]] == [False, False]


async def test_what_was_under_way_does_not_bring_them_back(town: Town) -> None:
    """A form whose visit began before the erasure and ends after it."""
    await first_week(town)
    me = somebody(town, "renata")
    await erase(town)
    visit = _visit(town, me)
    with pytest.raises(NotAllowed, match="Everything of yours was erased"):
        await visit.write(lambda tx: None)
    with pytest.raises(NotAllowed, match="Everything of yours was erased"):
        await visit.once(lambda tx: None)


def _visit(town: Town, me: people.Somebody):  # type: ignore[no-untyped-def]
    from bot.messages import Command, Incoming
    from bot.visit import Visit

    who = town.chat.who("renata")
    return Visit(Incoming("late", who, who, Command("reflect")), me, town.house.services, lambda tx, row: None)


async def test_whoever_wants_to_be_erased_is_also_while_the_vault_is_locked(town: Town) -> None:
    """No key is needed to destroy one."""
    await everything(town)
    town.house.services.vault.cause = "The key file is missing."
    assert "Your data is erased" in text_of(await erase(town))
    town.house.services.vault.cause = ""
    assert kept(town)["entry"] == []
    assert traces(town.house.settings.data, CANARY, NAME) == []


def test_a_ledger_of_another_house_is_not_relied_on(tmp_path: Path) -> None:
    """With another key nobody in it would be found, and everybody would come back."""
    ledger = Ledger(tmp_path / "ledger", b"key")
    ledger.begin()
    ledger.add([ledger.stone("t", "p")], START)
    with pytest.raises(LedgerError, match=r"another house key.*Nothing was changed"):
        Ledger(ledger.file, b"another").stones()


@ON_BOTH
async def test_the_end_of_the_process_in_the_middle_is_made_up_for(town: Town) -> None:
    """It stands in the ledger: at the next start keys and rows go, and nobody else's do."""
    await everything(town)
    await write(town, "kwame", hope="Kwame's own.")
    services = town.house.services
    tenant, me = _of(town, "renata")
    ledger = services.forgetting.ledger
    ledger.add([ledger.stone(tenant, me)], START)

    def start() -> int:
        return forgetting.catch_up(
            town.house.store,
            services.vault,
            services.keys,
            ledger,
            town.house.settings.keyring_copies,
            START,
            services.ids,
        )

    assert start() == 1
    assert start() == 0
    assert rows_with(town, me, NAME) == set()
    assert len(kept(town)["entry"]) == 1
    with closing(sqlite3.connect(town.house.settings.data / "keyring.sqlite")) as db:
        assert db.execute("SELECT count(*) FROM keyring_key WHERE person = ?", (me,)).fetchone() == (0,)


async def test_who_comes_back_is_somebody_new_whom_the_ledger_does_not_name(town: Town) -> None:
    """A start after the return must not erase what they write now."""
    cohort = await first_week(town)
    await erase(town)
    form = await town.act("imani", Press("setup.roster", cohort))
    assert isinstance(form, Form)
    await town.submit("imani", form, {"members": [str(town.chat.who(one)) for one in ("renata", "kwame")]})
    await town.act("renata", Press("membership.start", cohort))
    await at(town, town.clock.now() + timedelta(weeks=1))
    await write(town, "renata")
    services = town.house.services
    again = forgetting.catch_up(
        town.house.store,
        services.vault,
        services.keys,
        services.forgetting.ledger,
        town.house.settings.keyring_copies,
        START,
        services.ids,
    )
    assert again == 0
    assert len(kept(town)["entry"]) == 1
    me = somebody(town, "renata")
    with town.house.store.begin() as tx:
        assert cohorts.of_person(tx, me)


async def test_erasing_asks_and_then_offers_nothing_that_would_lead_back(town: Town) -> None:
    """After it the only button is how far the deletions are."""
    await everything(town)
    assert labels(await erase(town)) == ["How far is that?"]
