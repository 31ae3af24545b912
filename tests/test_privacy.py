"""Who can read what, taking everything out, and being forgotten."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta

import pytest

from bot.messages import Form, Outgoing, Press
from tests.town import Town, text_of
from tests.ways import MEMBERS, at, entries, first_week, kept, labels, on_disk, share, write

CANARY = "canary-of-renata"


async def everything(town: Town) -> str:
    """Renata writes, sets a step, shares, notes and asks; returns the cohort."""
    cohort = await first_week(town)
    await write(town, "renata", hope=f"{CANARY} hope", step=f"{CANARY} step")
    (entry,) = await entries(town, "renata")
    await town.press("renata", await share(town, "renata", entry, "cohort"), "Share it")
    await town.press("renata", await town.say("renata", f"{CANARY} note"), "Save privately")
    form = await town.act("renata", Press("requests.open"))
    assert isinstance(form, Form)
    await town.submit("renata", form, {"whom": form.fields[0].choices[0][0], "text": f"{CANARY} question"})
    form = await town.act("renata", Press("own-clock.settings", cohort))
    await town.submit("renata", form, {"zone": "Asia/Tokyo", "quiet_from": "22:22"})
    return cohort


def bodies(row: tuple[object, ...]) -> list[bytes]:
    return [value for value in row if isinstance(value, bytes)]


async def download(town: Town, who: str) -> dict[str, str]:
    page = await town.command(who, "/privacy")
    given = await town.press(who, page, "Download my data")
    assert isinstance(given, Outgoing)
    assert given.file is not None
    assert given.file.media_type == "application/zip"
    with zipfile.ZipFile(io.BytesIO(given.file.data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize(
    "said",
    [
        "You: everything you wrote",
        "Facilitators: counts only, and only for groups of 5 or more",
        "Never a list of who answered",
        "Other members: only what you share",
        "the town's own people): they hold its keys",
        "This chat platform: ordinary messages",
        "Its owners may be able to export them",
        "Nobody: your questions",
        "I look for words that may mean danger",
    ],
)
async def test_who_can_read_what_names_everybody_who_can(town: Town, said: str) -> None:
    """Limits are said as plainly as promises."""
    shown = await town.press("renata", await town.command("renata", "/privacy"), "Who can read what")
    assert said in text_of(shown)


async def test_the_download_holds_everything_its_owner_wrote(town: Town) -> None:
    """For machines and for people: answers, step, note, questions, and with whom it was shared."""
    await everything(town)
    files = await download(town, "renata")
    assert set(files) == {"journal.json", "journal.md"}
    journal = json.loads(files["journal.json"])
    assert journal["format"] == "cohortbook journal 1"
    first, note = journal["entries"]
    assert first["title"] == "Sample cohort: Arrive and settle in"
    assert first["shared_with"] == ["cohort"]
    assert {f"{CANARY} hope", f"{CANARY} step"} <= {one["answer"] for one in first["answers"]}
    assert note["answers"][0]["answer"] == f"{CANARY} note"
    assert [(one["to"], one["text"]) for one in journal["asked"]] == [("Imani Brooks", f"{CANARY} question")]
    for part in ("hope", "step", "note", "question"):
        assert f"{CANARY} {part}" in files["journal.md"]


async def test_a_download_holds_nobody_elses_words(town: Town) -> None:
    """Not even what was shared with its owner, or asked of them."""
    await everything(town)
    for who in ("kwame", "imani"):
        assert CANARY not in "".join((await download(town, who)).values())


async def test_an_empty_journal_can_be_downloaded(town: Town) -> None:
    """A curious person gets an empty file and no error."""
    assert json.loads((await download(town, "yusuf"))["journal.json"])["entries"] == []


async def test_erasing_asks_first(town: Town) -> None:
    """The button carries what it does and that it cannot be undone."""
    page = await town.command("renata", "/privacy")
    assert isinstance(page, Outgoing)
    assert "cannot be brought back" in next(one.confirm for one in page.options if one.label == "Erase my data")


async def test_erasing_leaves_no_row_of_the_person_but_their_account(town: Town) -> None:
    """In every table, and no word of theirs in any file."""
    await everything(town)
    (me,) = [row[1] for row in kept(town)["person"] if "Renata Aguilar" in row]
    said = await town.press("renata", await town.command("renata", "/privacy"), "Erase my data")
    assert "Erased" in text_of(said)
    left = {name for name, rows in kept(town).items() if any(me in row for row in rows)}
    assert left == {"person", "account"}
    (row,) = [row for row in kept(town)["person"] if me in row]
    assert "Asia/Tokyo" not in row
    assert not any(CANARY in str(rows) for rows in kept(town).values())


async def test_erased_words_are_gone_from_the_file_as_well(town: Town) -> None:
    """After the log of the database is folded in, their bytes are overwritten."""
    await everything(town)
    assert not on_disk(town, CANARY)
    sealed = [body for name in ("entry", "share", "request") for row in kept(town)[name] for body in bodies(row)]
    assert len(sealed) == 4
    assert all(on_disk(town, one) for one in sealed)
    await town.act("renata", Press("privacy.erase"))
    with town.house.store.engine.connect() as tx:
        tx.rollback()
        tx.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]
    assert not any(on_disk(town, one) for one in sealed)


async def test_erasing_touches_nobody_else(town: Town) -> None:
    """Another member's entries and place stay."""
    await everything(town)
    await write(town, "kwame", hope="Kwame's own.")
    await town.act("renata", Press("privacy.erase"))
    assert len(await entries(town, "kwame")) == 1
    await town.act("renata", Press("privacy.erase"))  # twice is harmless
    assert len(await entries(town, "kwame")) == 1


async def test_after_erasing_nothing_is_sent(town: Town) -> None:
    """No prompt, no reminder, no step."""
    await everything(town)
    await town.act("renata", Press("privacy.erase"))
    before = len(town.private("renata"))
    await at(town, town.clock.now() + timedelta(weeks=3))
    assert len(town.private("renata")) == before
    assert "empty" in text_of(await town.command("renata", "/journal"))


async def test_who_was_erased_can_be_invited_and_welcomed_again(town: Town) -> None:
    """From the beginning: a welcome, a Start, this week's prompt, an empty journal."""
    cohort = await everything(town)
    await town.act("renata", Press("privacy.erase"))
    before = len(town.private("renata"))
    form = await town.act("imani", Press("setup.roster", cohort))
    await town.submit("imani", form, {"members": [str(town.chat.who(one)) for one in MEMBERS]})
    (welcome,) = town.private("renata")[before:]
    assert welcome.title == "Welcome to Sample cohort"
    await town.press("renata", welcome, "Start")
    assert town.prompt("renata") is town.private("renata")[-1]
    await write(town, "renata", hope="A new beginning.")
    assert len(await entries(town, "renata")) == 1


async def test_a_form_that_is_open_while_its_writer_erases_saves_nothing(town: Town) -> None:
    """Erased means erased; the words stay in the form to be copied."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    await town.act("renata", Press("privacy.erase"))
    assert isinstance(form, Form)
    reply = await town.submit("renata", form, {"quiet-time": form.fields[0].choices[0][0]})
    assert "nothing was saved" in text_of(reply)
    assert kept(town)["entry"] == []


async def test_the_privacy_page_is_open_to_everybody(town: Town) -> None:
    """Also to who belongs to no cohort."""
    assert labels(await town.command("yusuf", "/privacy")) == [
        "Who can read what?",
        "What do facilitators see?",
        "Who did what about me?",
        "Download my data",
        "Erase my data",
    ]
