"""What members and facilitators notice of the vault: nothing, until it is locked or a row was damaged."""

from __future__ import annotations

import asyncio
import base64
import binascii
import subprocess
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bot.messages import Errors, Form, Outgoing, Press
from bot.store.tables import entry
from tests.operations.houses import filled, live, open_form
from tests.town import Town, text_of
from tests.ways import entries, first_week, share, write

NOT_KEPT = "I can't keep this private right now, so I saved nothing. Your text is still in the box."
MEMBERS = ("renata", "kwame", "thanh-mai")


async def lived(folder: Path) -> Town:
    """Renata has written, and shared it; a form of Kwame's is open."""
    async with live(folder) as town:
        await town.found_cohort(MEMBERS)
        await town.start(*MEMBERS)
        await town.until("week")
        form = await open_form(town, "renata")
        await town.submit("renata", form, filled(form))
    return town


async def test_without_its_key_the_bot_keeps_nothing_and_goes_on(tmp_path: Path) -> None:
    """A form stays open with its text, own words are told kindly to wait, prompts go out, and health is red."""
    before = await lived(tmp_path)
    file = tmp_path / "data" / "key" / "cohortbook.key"
    held = file.read_bytes()
    file.unlink()
    async with live(tmp_path, before) as town:
        assert "key file" in " ".join(town.house.news())
        prompts = len(town.private("kwame"))
        await town.until("week")
        assert len(town.private("kwame")) > prompts
        reply = await town.press("kwame", town.prompt("kwame"), "Reflect privately")
        assert "I can't open or keep private words right now" in text_of(reply)
        assert "is not lost" in text_of(await town.command("renata", "/journal"))
        note = await town.say("kwame", "A thought of my own about this week.")
        assert "saved and changed nothing" in text_of(await town.press("kwame", note, "Save privately"))
        ask = await town.act("kwame", Press("requests.open"))
        assert isinstance(ask, Form)
        values = {"whom": ask.fields[0].choices[0][0], "text": "May I call you?"}
        sent = await town.submit("kwame", ask, values)
        assert isinstance(sent, Errors)
        assert sent.fields == {"": NOT_KEPT}
        assert "vault" in (await health(town))
        assert (await health(town))["status"] == "unwell"
    assert not file.exists()
    file.write_bytes(held)
    file.chmod(0o400)
    async with live(tmp_path, before) as town:
        assert "has 1 entry" in text_of(await town.command("renata", "/journal"))
        assert (await health(town))["vault"] == "ok"


async def health(town: Town) -> dict[str, Any]:
    from bot import health

    house = town.house
    return (await health.look(house.services, house.metrics, house.search)).as_json()


async def test_a_form_that_was_open_when_the_keyring_went_keeps_its_text(town: Town) -> None:
    """The refusal stands over the form, and the same form is saved once all is well again."""
    await first_week(town)
    form = await open_form(town, "renata")
    vault = town.house.services.vault
    vault.cause = "The keyring was taken away for this test."
    reply = await town.submit("renata", form, filled(form))
    assert isinstance(reply, Errors)
    assert reply.fields == {"": NOT_KEPT}
    vault.cause = ""
    assert "Saved" in text_of(await town.submit("renata", form, filled(form)))
    assert len(await entries(town, "renata")) == 1


async def test_a_typed_note_waits_in_memory_for_another_press(town: Town) -> None:
    """It was not saved while the vault was locked, and need not be typed again."""
    await first_week(town)
    note = await town.say("renata", "a note of mine")
    town.house.services.vault.cause = "Locked for this test."
    assert "saved and changed nothing" in text_of(await town.press("renata", note, "Save privately"))
    town.house.services.vault.cause = ""
    assert "Saved as a private note" in text_of(await town.press("renata", note, "Save privately"))
    assert len(await entries(town, "renata")) == 1


async def test_erasing_works_without_the_key(town: Town) -> None:
    """Whoever wants to go can go."""
    await first_week(town)
    await write(town, "renata", hope="to be gone")
    town.house.services.vault.cause = "Locked for this test."
    assert "Erased" in text_of(await town.act("renata", Press("privacy.erase")))
    town.house.services.vault.cause = ""
    assert await entries(town, "renata") == []


async def test_a_damaged_entry_is_told_and_can_be_deleted(town: Town) -> None:
    """The others are there as before; nothing of the damaged one is shown or written over."""
    await first_week(town)
    await write(town, "renata", hope="whole")
    await town.press("renata", await town.say("renata", "a note of mine"), "Save privately")
    with town.house.store.begin() as tx:
        tx.execute(update(entry).where(entry.c.number == -1).values(body=b"\xcbCBK damaged"))
    listing = await town.command("renata", "/journal")
    assert isinstance(listing, Outgoing)
    assert [option.label.endswith("(cannot be opened)") for option in listing.options[:2]] == [True, False]
    page = await town.press("renata", listing, listing.options[0].label)
    assert "cannot be opened" in text_of(page)
    assert "in a backup" in text_of(page)
    assert "Deleted" in text_of(await town.press("renata", page, "Delete"))
    assert len(await entries(town, "renata")) == 1


async def test_no_word_is_found_on_the_disk(town: Town) -> None:
    """Reflections, notes, shared copies and questions: in the database, its log and all other files."""
    canaries = [f"canary {name} of the north field" for name in ("reflection", "step", "note", "question", "edit")]
    await first_week(town)
    await write(town, "renata", hope=canaries[0], step=canaries[1])
    (which,) = await entries(town, "renata")
    await town.press("renata", await town.say("renata", canaries[2]), "Save privately")
    await town.press("renata", await share(town, "renata", which, "cohort"), "Share it")
    form = await town.act("renata", Press("requests.open"))
    assert isinstance(form, Form)
    await town.submit("renata", form, {"whom": form.fields[0].choices[0][0], "text": canaries[3]})
    form = await town.act("renata", Press("journal.edit", which))
    await town.submit("renata", form, {"hope": canaries[4]})
    files = [path for path in town.house.settings.data.rglob("*") if path.is_file()]
    assert {"cohortbook.sqlite-wal", "keyring.sqlite"} <= {path.name for path in files}
    held = b"\n".join(path.read_bytes() for path in files)
    found = [(word, way) for word in canaries for way, needle in disguises(word).items() if needle in held]
    assert found == []
    assert b"Renata" in held  # the test can see


def disguises(word: str) -> dict[str, bytes]:
    text = word.encode()
    return {
        "utf-8": text,
        "utf-16-le": word.encode("utf-16-le"),
        "utf-16-be": word.encode("utf-16-be"),
        "hex": binascii.hexlify(text),
        "HEX": binascii.hexlify(text).upper(),
        # Whatever stands before it in the same text, the middle comes out in one of three ways.
        **{f"base64 at {skip}": base64.b64encode(b"x" * skip + text)[4:-4] for skip in range(3)},
    }


async def test_what_facilitators_use_works_without_any_key_to_private_words(tmp_path: Path) -> None:
    """In a process that holds the keys for what is shared alone, and into which the other module never comes."""
    async with live(tmp_path) as town:
        await first_week(town, MEMBERS)
        await write(town, "renata", hope="Given to my facilitator.")
        await write(town, "kwame", hope="Kept by Kwame.")
        (which,) = await entries(town, "renata")
        await town.press("renata", await share(town, "renata", which, "facilitators"), "Share it")
        form = await town.act("renata", Press("requests.open"))
        assert isinstance(form, Form)
        await town.submit("renata", form, {"whom": form.fields[0].choices[0][0], "text": "May I call you?"})
    command = [sys.executable, "-m", "tests.vault.facilitator", str(tmp_path)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert "Given to my facilitator." in done.stdout
    assert "May I call you?" in done.stdout
    assert "Kept by Kwame." not in done.stdout
