"""What a facilitator can get about a cohort, and that a member may see the very same."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

from bot import consent, heads
from bot.consent import Facts
from bot.messages import Form, Outgoing, Press, Reply
from bot.releases import FLOOR
from bot.store.tables import release, tally
from tests.town import Town, open_town, text_of
from tests.ways import MEMBERS, answers, at, entries, first_week, jump, kept, on_disk, share, write

CLOSED = datetime(2026, 12, 10, 12, 0, tzinfo=UTC)
"""The first prompt's week is over everywhere on Earth, and a day more."""
CROWD = [f"member-{number}" for number in range(12)]


@pytest.fixture
async def crowded(tmp_path: Path, index_folder: Path):  # type: ignore[no-untyped-def]
    """Twelve members of one zone, in their first week. Yields the town and the cohort's id."""
    async with open_town(tmp_path, index_folder) as town:
        town.chat.people = {"imani": town.chat.people["imani"]} | {
            one: (one.title(), "America/New_York") for one in CROWD
        }
        yield town, await first_week(town, CROWD)


async def rate(town: Town, who: str, which: int) -> None:
    form = await town.command(who, "/reflect")
    assert isinstance(form, Form)
    field = form.fields[0]
    await town.submit(who, form, answers(form) | {field.name: field.choices[which][0]})


async def ratings(town: Town, cohort: str) -> str:
    return text_of(await town.act("imani", Press("facilitation.ratings", cohort)))


# --- one live count ----------------------------------------------------------------------------------


async def test_a_pause_is_not_silence(town: Town) -> None:
    """Who paused before the prompt is not counted as somebody who did not answer."""
    cohort = await town.found_cohort()
    await town.until("day")
    await town.start(*MEMBERS)
    await town.act("kwame", Press("pausing.pause-two-weeks", cohort))
    await at(town, datetime(2026, 12, 1, 17, 0, tzinfo=UTC))
    assert "0 of 5 answered or skipped." in text_of(await town.command("imani", "/facilitate"))


# --- ratings -----------------------------------------------------------------------------------------


async def test_choices_are_shown_when_their_week_has_closed_and_not_before(crowded: tuple[Town, str]) -> None:
    """Two groups of six."""
    town, cohort = crowded
    for place, one in enumerate(CROWD):
        await rate(town, one, place % 2)
    assert "Nothing from ratings and choices yet" in await ratings(town, cohort)
    await jump(town, CLOSED)
    shown = await ratings(town, cohort)
    assert "Early in the morning: 6" in shown
    assert "Around midday: 6" in shown
    assert "of 12 who answered" in shown


async def test_what_one_person_chose_is_in_no_table_and_on_no_disk(crowded: tuple[Town, str]) -> None:
    """After the release nobody can look it up, not in the database either."""
    town, cohort = crowded
    for place, one in enumerate(CROWD):
        await rate(town, one, 3 if place == 0 else place % 2)
    await jump(town, CLOSED)
    assert "In the evening" not in await ratings(town, cohort)
    with town.house.store.begin() as tx:
        assert set(tx.execute(select(tally.c.value)).scalars()) == {None}
        for row in tx.execute(select(release)):
            assert all(count >= FLOOR for count in json.loads(row.shown).values())


async def test_who_counted_cannot_be_told_from_the_table(crowded: tuple[Town, str]) -> None:
    """It holds no id of a person."""
    town, _ = crowded
    await rate(town, CROWD[0], 1)
    people = {row[1] for row in kept(town)["person"]}
    with town.house.store.begin() as tx:
        assert not people & set(tx.execute(select(tally.c.member)).scalars())


async def test_an_answer_that_was_changed_before_the_release_counts_as_it_is_then(crowded: tuple[Town, str]) -> None:
    """And after it, nothing changes any more."""
    town, cohort = crowded
    for place, one in enumerate(CROWD):
        await rate(town, one, place % 2)
    for one in CROWD[1::2]:
        await rate(town, one, 0)
    await jump(town, CLOSED)
    before = await ratings(town, cohort)
    assert "Too close together or too far apart to show" in before
    (entry,) = await entries(town, CROWD[0])
    form = await town.act(CROWD[0], Press("journal.edit", entry))
    assert isinstance(form, Form)
    await town.submit(CROWD[0], form, {form.fields[0].name: form.fields[0].choices[4][0]})
    await town.act(CROWD[1], Press("privacy.erase"))
    assert await ratings(town, cohort) == before


async def test_an_erased_member_is_not_counted_when_the_release_is_still_to_come(crowded: tuple[Town, str]) -> None:
    """Neither is an entry that its writer deleted."""
    town, cohort = crowded
    for place, one in enumerate(CROWD):
        await rate(town, one, place % 2)
    await town.act(CROWD[0], Press("privacy.erase"))
    (entry,) = await entries(town, CROWD[1])
    await town.act(CROWD[1], Press("journal.delete", entry))
    await jump(town, CLOSED)
    assert "of 10 who answered" in await ratings(town, cohort)


async def test_the_form_says_before_writing_that_choices_are_counted(town: Town) -> None:
    """Only where it asks for something countable."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    assert "Your words are not." in text_of(form)


async def test_where_nothing_is_counted_nothing_is_said_about_it(town: Town) -> None:
    """A self-paced program has no week that closes."""
    home = await town.command("imani", "/facilitate")
    form = await town.press("imani", home, "New cohort")
    self_paced = next(name for name, one in town.house.services.library.shipped().items() if one.clock == "self-paced")
    made = await town.submit(
        "imani", form, {"program": self_paced, "name": "Own pace", "start": "2026-11-30", "zone": "UTC"}
    )
    roster = await town.press("imani", made, "Next")
    ready = await town.submit(
        "imani", roster, {"channel": str(town.chat.channel), "members": [str(town.chat.who("renata"))]}
    )
    await town.press("imani", ready, "Set it running")
    await town.start("renata")
    assert "Your words are not." not in text_of(await town.command("renata", "/reflect"))
    await write(town, "renata", meet="They meet at the gate.")
    assert kept(town)["tally"] == []


# --- through a facilitator's eyes ----------------------------------------------------------------------


async def same(town: Town, cohort: str, who: str) -> None:
    page = await town.act("imani", Press("facilitation.home", cohort))
    table = await town.act("imani", Press("facilitation.ratings", cohort))
    mirror = await town.act(who, Press("privacy.mirror", cohort))
    assert isinstance(page, Outgoing) and isinstance(table, Outgoing) and isinstance(mirror, Outgoing)
    assert mirror.text.encode() == page.text.encode()
    assert mirror.quotes[0].text.encode() == table.text.encode()


@pytest.mark.parametrize("seed", range(3))
async def test_a_member_sees_byte_for_byte_what_a_facilitator_sees(town: Town, seed: int) -> None:
    """In the states of random weeks: answers, skips, pauses, leaves, shares."""
    cohort, chance = await first_week(town), Random(seed)  # noqa: S311
    for _ in range(8):
        who = chance.choice(MEMBERS)
        action = chance.choice(["weekly.skip", "pausing.pause-one-week", "pausing.resume", "write", "share", "day"])
        if action == "write":
            await write(town, who, hope="A hope.")
        elif action == "share" and (found := await entries(town, who)):
            await town.press(who, await share(town, who, found[0], "facilitators"), "Share it")
        elif action == "day":
            await town.until("day")
        else:
            await town.act(who, Press(action, f"{cohort}:0" if action == "weekly.skip" else cohort))
        await same(town, cohort, chance.choice(MEMBERS))


async def test_she_sees_what_she_shared_as_well(town: Town) -> None:
    """And that it is nothing, when it is nothing."""
    cohort = await first_week(town)
    await write(town, "renata", hope="A hope.")
    assert "You have shared no entry here" in text_of(await town.act("renata", Press("privacy.mirror", cohort)))
    (entry,) = await entries(town, "renata")
    await town.press("renata", await share(town, "renata", entry, "facilitators"), "Share it")
    assert "shared with the facilitators" in text_of(await town.act("renata", Press("privacy.mirror", cohort)))


# --- who did what about me -----------------------------------------------------------------------------


async def record(town: Town, who: str) -> str:
    return text_of(await town.act(who, Press("privacy.record")))


async def test_a_member_reads_what_facilitators_did_and_who_was_refused(town: Town) -> None:
    """The facilitator by name; another member at the wrong door without one."""
    cohort = await first_week(town)
    await write(town, "renata", hope="A hope.")
    (entry,) = await entries(town, "renata")
    preview = await share(town, "renata", entry, "facilitators")
    await town.press("renata", preview, "Share it")
    await town.act("imani", Press("facilitation.home", cohort))
    await town.act("imani", Press("shared-with-me.read", preview.options[0].value))
    await town.act("imani", Press("setup.people", cohort))
    await town.act("kwame", Press("journal.read", entry))
    said = await record(town, "renata")
    assert "Imani Brooks looked at the counts (Sample cohort)" in said
    assert "Imani Brooks read what you shared" in said
    assert "Imani Brooks looked at who is in the cohort" in said
    assert "Somebody was refused something that is yours" in said
    assert "Kwame" not in said
    assert "read what you shared" not in await record(town, "thanh-mai")


async def test_the_record_ends_with_a_code_that_two_can_compare(town: Town) -> None:
    """The same for both of them, and kept outside of the database too."""
    await first_week(town)
    one, other = await town.act("renata", Press("privacy.record")), await town.act("kwame", Press("privacy.record"))
    assert isinstance(one, Outgoing) and isinstance(other, Outgoing)
    assert "has the code" in one.note
    assert one.note == other.note
    await town.house.keep_record()
    (head,) = heads.kept(town.house.settings.data)
    assert head.code in one.note


async def test_a_handler_that_sends_the_form_back_is_not_on_record(town: Town) -> None:
    """Nothing was done."""
    cohort = await first_week(town)
    form = await town.act("imani", Press("broadcasts.write", cohort))
    other = await town.act("imani", Press("facilitation.change", f"{cohort}:3"))
    before = await record(town, "renata")
    await town.submit("imani", form, {"text": " "})
    await town.submit("imani", other, {"what": "move", "day": "2026-11-01"})
    assert await record(town, "renata") == before


# --- consent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        Facts("Someone else", ("slack",)),
        Facts("The district", ("discord",)),
        Facts("The district", ("slack", "discord")),
        Facts("The district", ("slack",), database_server=True),
    ],
)
def test_another_setting_is_another_text(changed: Facts) -> None:
    """So that the text cannot stay behind."""
    assert consent.text(changed, ["Imani"]) != consent.text(Facts("The district", ("slack",)), ["Imani"])


def test_the_facilitators_stand_in_it_by_name() -> None:
    """They are who the reader wonders about."""
    assert "Yours: Imani and Ola." in consent.text(Facts("us"), ["Imani", "Ola"])


# --- think here, store nothing ---------------------------------------------------------------------------


async def thought(town: Town) -> Reply:
    form = await town.press("renata", town.prompt("renata"), "Think, store nothing")
    assert isinstance(form, Form)
    assert form.intro.startswith("Nothing of what you write here is stored")
    return await town.submit("renata", form, {"hope": "A thought for nobody."})


async def test_who_wants_only_to_think_leaves_nothing_on_any_disk(town: Town) -> None:
    """No entry, no choice, no step; the count reads it like a skip, and no reminder comes."""
    await first_week(town)
    assert "I stored nothing of it" in text_of(await thought(town))
    assert await entries(town, "renata") == []
    assert kept(town)["tally"] == []
    assert not on_disk(town, "A thought for nobody.")
    assert "1 of 6 answered or skipped." in text_of(await town.command("imani", "/facilitate"))
    sent = len(town.private("renata"))
    await at(town, town.clock.now() + timedelta(days=3))
    assert len(town.private("renata")) == sent


async def test_thinking_takes_nothing_from_what_is_kept_already(town: Town) -> None:
    """An answer stays an answer."""
    await first_week(town)
    await write(town, "renata", hope="A hope to keep.")
    await thought(town)
    assert len(await entries(town, "renata")) == 1


@pytest.mark.parametrize("value", ["", "{}", "{}:99", "{}:x", "nothing:0"])
async def test_an_altered_button_opens_nothing(town: Town, value: str) -> None:
    """Nor does an old one."""
    cohort = await first_week(town)
    reply = await town.act("renata", Press("thinking.open", value.format(cohort)))
    assert "othing was" in text_of(reply)
