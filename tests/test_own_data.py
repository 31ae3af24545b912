"""Taking everything along: in a locked file or by a link that works once, and bringing it back."""

from __future__ import annotations

import contextlib
import io
import json
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bot import downloads, own_data, own_data_back, sealed_file
from bot.messages import Outgoing, Press
from bot.store import people
from bot.store.people import Somebody
from bot.store.tables import entry
from bot.vault import private
from tests.databases import ON_BOTH
from tests.test_privacy import CANARY, everything
from tests.town import Town, open_town, text_of
from tests.ways import first_week, kept, labels, running, write

HTTPS = "https://bot.example.org"


@pytest.fixture
async def reachable(tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    """A town whose bot has pages that members can open."""
    async with open_town(tmp_path, index_folder, public_url=HTTPS) as made:
        yield made


def somebody(town: Town, who: str) -> Somebody:
    with town.house.store.begin() as tx:
        found = people.known(tx, town.chat.who(who))
    assert found is not None
    return found


async def locked(town: Town, who: str) -> tuple[Outgoing, bytes]:
    """The message with the file, and the file opened with the key that its button shows."""
    given = await town.press(who, await town.command(who, "/privacy"), "Download my data")
    assert isinstance(given, Outgoing)
    assert given.file is not None
    key = await town.press(who, given, "Show the key, once")
    assert isinstance(key, Outgoing)
    return given, sealed_file.unseal(given.file.data, key.text)


def files(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def gathered(town: Town, who: str) -> dict[str, bytes]:
    me = somebody(town, who)
    with town.house.store.begin() as tx:
        return files(own_data.pack(own_data.gather(tx, town.house.services, me, town.clock.now())))


def journal(found: dict[str, bytes]) -> dict[str, Any]:
    held: dict[str, Any] = json.loads(found["reflections.json"])
    return held


# --- what is in it ---------------------------------------------------------------------------------------


async def test_it_holds_everything_its_owner_wrote_and_with_whom_it_was_shared(town: Town) -> None:
    """For machines and for people: answers, step, note, question, readers by name, settings; and a chart."""
    await everything(town)
    found = gathered(town, "renata")
    held = journal(found)
    assert held["schema"] == "cohortbook own data 1"
    first, note = held["reflections"]
    assert first["title"] == "Sample cohort: Arrive and settle in"
    assert first["answers"]["hope"] == f"{CANARY} hope"
    assert first["step"] == f"{CANARY} step"
    (copy,) = first["shared"]
    assert {"Imani Brooks", "Kwame Osei-Tutu"} <= set(copy["readers"])
    assert note["answers"] == {"note": f"{CANARY} note"}
    assert [(one["to"], one["text"]) for one in held["asked"]] == [("Imani Brooks", f"{CANARY} question")]
    assert held["member"]["zone"] == "Asia/Tokyo"
    assert [one["state"] for one in held["memberships"]] == ["started"]
    assert held["units"][0]["was"] == "answered"
    page = found["reflections.md"].decode()
    for part in ("hope", "step", "note", "question"):
        assert f"> {CANARY} {part}" in page
    assert "with Aroha Ngata," in page


async def test_it_holds_nobody_elses_words(town: Town) -> None:
    """Not even what was shared with its owner, or asked of them."""
    await everything(town)
    for who in ("kwame", "imani"):
        assert CANARY.encode() not in b"".join(gathered(town, who).values())


async def test_an_empty_journal_can_be_taken_along(town: Town) -> None:
    """A curious person gets an empty file and no error."""
    await town.command("yusuf", "/privacy")
    found = gathered(town, "yusuf")
    assert journal(found)["reflections"] == []
    assert "Nothing was kept." in found["reflections.md"].decode()
    assert set(found) == {"reflections.json", "reflections.md"}


async def test_five_thousand_reflections_and_every_title_stay_inside_three_files(town: Town) -> None:
    """A cohort's name may look like a path or a formula, or be long: it is never a file's name."""
    for name in ("../../x", "=cmd()", "C" * 60, "CON"):
        await town.found_cohort(["renata"], name=name[:60])
    me = somebody(town, "renata")
    with town.house.store.begin() as tx:
        cohorts = [row.cohort for row in tx.execute(own_data.membership.select())]
        now = datetime(2026, 12, 1, tzinfo=UTC)
        for number in range(5000):
            words = private.Words({"hope": "# " + "x" * 300}, "=cmd()")
            which = cohorts[number % len(cohorts)]
            one = private.Entry(f"e{number}", which, 0, 1, now, words, f"f{number}")
            assert private.put_back(tx, town.house.services.vault, me, one, town.house.services.ids)
    found = gathered(town, "renata")
    assert set(found) == {"reflections.json", "reflections.md"}
    assert len(journal(found)["reflections"]) == 5000
    assert "\n# xxx" not in found["reflections.md"].decode()


# --- the locked file -------------------------------------------------------------------------------------


async def test_without_a_page_the_file_is_locked_and_its_key_is_shown_once(town: Town) -> None:
    """A chat platform keeps files; it must not keep this one readable."""
    await everything(town)
    given, data = await locked(town, "renata")
    assert given.file is not None
    assert given.file.name == "my-cohortbook.zip.age"
    assert CANARY.encode() not in given.file.data
    assert not zipfile.is_zipfile(io.BytesIO(given.file.data))
    assert "AGE-SECRET-KEY" not in text_of(given)
    assert journal(files(data))["reflections"]
    again = await town.press("renata", given, "Show the key, once")
    assert "shown already" in text_of(again)
    assert labels(again) == ["Download my data"]


async def test_nobody_else_is_shown_the_key(town: Town) -> None:
    """Also not who got hold of the button."""
    await first_week(town)
    given = await town.press("renata", await town.command("renata", "/privacy"), "Download my data")
    assert "AGE-SECRET-KEY" not in text_of(await town.press("kwame", given, "Show the key, once"))
    assert "AGE-SECRET-KEY" in text_of(await town.press("renata", given, "Show the key, once"))


def test_a_locked_file_opens_with_its_key_alone() -> None:
    """Another key, and a changed byte, open nothing."""
    one, other = sealed_file.seal(b"words"), sealed_file.seal(b"words")
    assert sealed_file.unseal(one.data, one.key) == b"words"
    for data, key in ((one.data, other.key), (one.data[:-1] + b"\0", one.key), (b"no age", one.key), (one.data, "x")):
        with pytest.raises(ValueError, match=r".+"):
            sealed_file.unseal(data, key)


# --- the link --------------------------------------------------------------------------------------------


async def link(town: Town, who: str) -> str:
    given = await town.press(who, await town.command(who, "/privacy"), "Download my data")
    assert isinstance(given, Outgoing)
    assert given.file is None
    (quote,) = given.quotes
    assert quote.source_url.startswith(f"{HTTPS}/own-data/")
    return quote.source_url


def browser(town: Town) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(town.house.web()), base_url=HTTPS)


async def test_a_link_gives_the_file_once(reachable: Town) -> None:
    """Looking at the page does not use it up, as programs that show previews look at links."""
    await everything(reachable)
    where = await link(reachable, "renata")
    async with browser(reachable) as web:
        for _ in range(2):
            page = await web.get(where)
            assert (page.status_code, "Download my data" in page.text) == (200, True)
        got = await web.post(where)
        assert got.headers["content-disposition"] == 'attachment; filename="my-cohortbook.zip"'
        assert got.headers["cache-control"] == "no-store"
        assert journal(files(got.content))["reflections"]
        assert [(await web.post(where)).status_code, (await web.get(where)).status_code] == [410, 410]


async def test_a_link_is_over_after_a_quarter_of_an_hour(reachable: Town) -> None:
    """By the machine's clock: moving the calendar neither keeps it nor ends it."""
    await running(reachable)
    where = await link(reachable, "renata")
    reachable.clock.set(reachable.clock.now() + timedelta(days=40))
    async with browser(reachable) as web:
        assert (await web.get(where)).status_code == 200
        reachable.machine.go_on(downloads.VALID.total_seconds())
        assert (await web.get(where)).status_code == 410
        assert (await web.post(where)).status_code == 410


async def test_a_new_link_ends_the_one_before_and_the_store_knows_neither(reachable: Town) -> None:
    """Only a hash is kept; whoever reads the database cannot open what a member asked for."""
    await running(reachable)
    before, after = await link(reachable, "renata"), await link(reachable, "renata")
    rows = str(kept(reachable)["download"])
    assert len(kept(reachable)["download"]) == 1
    assert before.rpartition("/")[2] not in rows
    assert after.rpartition("/")[2] not in rows
    async with browser(reachable) as web:
        assert [(await web.post(one)).status_code for one in (before, after)] == [410, 200]
        assert (await web.post(f"{HTTPS}/own-data/guessed")).status_code == 410


async def test_a_link_opens_nothing_after_its_owner_erased_everything(reachable: Town) -> None:
    """Also when the page stood open meanwhile."""
    await everything(reachable)
    where = await link(reachable, "renata")
    await reachable.act("renata", Press("privacy.erase"))
    async with browser(reachable) as web:
        assert (await web.post(where)).status_code == 410


# --- bringing it back ------------------------------------------------------------------------------------


@ON_BOTH
async def test_what_was_taken_along_comes_back_word_for_word(town: Town) -> None:
    """The same answers, steps, moments and revisions; twice is harmless, and nothing is shared again."""
    await everything(town)
    me = somebody(town, "renata")
    vault, ids = town.house.services.vault, town.house.services.ids
    with town.house.store.begin() as tx:
        before = private.everything(tx, vault, me)
        private.revise(tx, vault, me, before[0], private.Words({"hope": "changed"}, "step"))
        before = private.everything(tx, vault, me)
        data = own_data.pack(own_data.gather(tx, town.house.services, me, town.clock.now()))
        tx.execute(delete(entry))
    with town.house.store.begin() as tx:
        entries = own_data_back.read(data)
        assert own_data_back.bring_back(tx, vault, me, entries, ids) == own_data_back.Back(2, 0, 0)
        assert private.everything(tx, vault, me) == before
        assert own_data_back.bring_back(tx, vault, me, entries, ids) == own_data_back.Back(0, 2, 0)


async def test_an_entry_that_was_deleted_comes_back_as_another_one(town: Town) -> None:
    """Its own row stays deleted, whatever older database is put in place."""
    await first_week(town)
    await write(town, "renata", hope="h")
    me = somebody(town, "renata")
    vault = town.house.services.vault
    entries = own_data_back.read(_zip(gathered(town, "renata")))
    with town.house.store.begin() as tx:
        private.remove(tx, vault, me, entries[0].entry)
    with town.house.store.begin() as tx:
        own_data_back.bring_back(tx, vault, me, entries, town.house.services.ids)
        (back,) = private.everything(tx, vault, me)
    assert back.words == entries[0].words
    assert back.entry != entries[0].entry


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: _zip({"reflections.json": text.encode()})))
def test_any_other_file_is_refused_in_words(data: bytes) -> None:
    """Whatever somebody sends in."""
    with pytest.raises(own_data_back.NotOwnData, match="Nothing was changed"):
        own_data_back.read(data)


HEAPS: dict[str, list[str]] = {
    "a way out": ["../../reflections.json", own_data.JSON],
    "a way out of the root": ["/etc/reflections.json", own_data.JSON],
    "a link": ["link", own_data.JSON],
    "a hundred thousand parts": [own_data.JSON, *(f"{part}" for part in range(100_000))],
    "another zip": ["inner.zip", own_data.JSON],
    "the same name twice": [own_data.JSON, own_data.JSON],
}


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("names", HEAPS.values(), ids=HEAPS.keys())
def test_a_file_with_anything_beside_ones_own_data_is_refused_and_unpacks_nothing(
    names: list[str], tmp_path: Path
) -> None:
    """Also where what is asked for stands in it; nothing is written anywhere."""
    held = io.BytesIO()
    whole = json.dumps({"schema": own_data.SCHEMA, "reflections": []}).encode()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            part = zipfile.ZipInfo(name)
            part.external_attr = 0o120777 << 16 if name == "link" else 0
            archive.writestr(part, b"/etc/passwd" if name == "link" else whole)
    with contextlib.chdir(tmp_path), pytest.raises(own_data_back.NotOwnData, match="something else in this file"):
        own_data_back.read(held.getvalue())
    assert list(tmp_path.iterdir()) == []


def _zip(found: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in found.items():
            archive.writestr(name, data)
    return held.getvalue()


async def test_an_open_form_of_somebody_who_was_erased_saves_nothing_under_their_old_name(town: Town) -> None:
    """A note that waited for a yes is gone as well."""
    await first_week(town)
    waits = await town.say("renata", "words that wait")
    await town.act("renata", Press("privacy.erase"))
    assert "no longer have that message" in text_of(await town.press("renata", waits, "Save privately"))
    assert kept(town)["entry"] == []
    assert kept(town)["download"] == []


async def test_what_was_taken_along_takes_the_place_of_a_row_that_does_not_open(town: Town) -> None:
    """One damaged row must not keep the others from coming back; its writer has the words of it."""
    await first_week(town)
    await write(town, "renata", hope="h")
    me = somebody(town, "renata")
    vault, ids = town.house.services.vault, town.house.services.ids
    entries = own_data_back.read(_zip(gathered(town, "renata")))
    with town.house.store.begin() as tx:
        tx.execute(update(entry).values(body=b"damaged"))
        assert own_data_back.bring_back(tx, vault, me, entries, ids) == own_data_back.Back(1, 0, 0)
    with town.house.store.begin() as tx:
        (back,) = private.everything(tx, vault, me)
    assert back.readable
    assert back.words == entries[0].words
