"""Sharing without a name: five writers, another order, no way back to any of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.messages import Form, Outgoing, Press
from bot.vault import unsigned
from tests.town import Town, text_of
from tests.ways import MEMBERS, entries, first_week, jump, kept, labels, on_disk, share, write


async def give(town: Town, who: str, audience: str = "unsigned-leaders") -> Outgoing:
    await write(town, who, hope=f"A hope of person number {MEMBERS.index(who)}.")
    (entry,) = await entries(town, who)
    receipt = await town.press(who, await share(town, who, entry, audience), "Share it")
    assert isinstance(receipt, Outgoing)
    return receipt


async def tomorrow(town: Town) -> None:
    await jump(town, town.clock.now() + timedelta(days=1))


async def listed(town: Town, cohort: str, who: str = "imani") -> list[str]:
    page = await town.act(who, Press("shared-with-me.list", cohort))
    return [one for one in labels(page) if one.startswith("Without a name")]


async def test_nothing_opens_before_five_have_shared(town: Town) -> None:
    """Four wait, also for weeks."""
    cohort = await first_week(town)
    for who in MEMBERS[:4]:
        assert "It waits without your name" in text_of(await give(town, who))
    await tomorrow(town)
    assert await listed(town, cohort) == []


async def test_five_open_together_on_a_later_day_and_lead_to_nobody(town: Town) -> None:
    """No person, no id of before, no day of their own."""
    cohort = await first_week(town)
    receipts = [await give(town, who) for who in MEMBERS[:5]]
    assert await listed(town, cohort) == []
    await tomorrow(town)
    assert len(await listed(town, cohort)) == 5
    rows = kept(town)["unsigned"]
    people = {row[1] for row in kept(town)["person"]}
    before = {one.value for receipt in receipts for one in receipt.options if one.action == "sharing.withdraw"}
    assert not {cell for row in rows for cell in row} & (people | before)
    assert len({row[6] for row in rows}) == 1


async def test_the_order_is_that_of_the_shuffle_and_not_of_giving(town: Town) -> None:
    """Here it turns them round, so that it can be seen."""
    cohort = await first_week(town)
    for who in MEMBERS[:5]:
        await give(town, who)
    with town.house.store.begin() as tx:
        later = town.clock.now() + timedelta(days=1)
        assert unsigned.release(
            tx, town.house.services.vault, later, town.house.services.ids, lambda rows: rows.reverse()
        )
    page = await town.act("imani", Press("shared-with-me.list", cohort))
    assert isinstance(page, Outgoing)
    found = [text_of(await town.act("imani", Press(one.action, one.value))) for one in page.options]
    assert [next(n for n in range(6) if f"person number {n}" in text) for text in found] == [4, 3, 2, 1, 0]


async def test_what_waits_can_be_taken_back_and_what_is_released_cannot(town: Town) -> None:
    """Honestly told both times."""
    cohort = await first_week(town)
    receipts = {who: await give(town, who) for who in MEMBERS}
    assert "before anybody could read it" in text_of(await town.press("renata", receipts["renata"], "Take it back"))
    await tomorrow(town)
    assert len(await listed(town, cohort)) == 5
    assert "cannot be taken back" in text_of(await town.press("kwame", receipts["kwame"], "Take it back"))


@pytest.mark.parametrize("how", ["journal.delete", "privacy.erase"])
async def test_who_deletes_or_erases_takes_back_what_waits(town: Town, how: str) -> None:
    """Not a word of it stays."""
    await first_week(town)
    await give(town, "renata")
    (entry,) = await entries(town, "renata")
    await town.act("renata", Press(how, entry if how == "journal.delete" else ""))
    assert kept(town)["unsigned"] == []
    assert kept(town)["unsigned_reader"] == []


async def test_a_facilitator_who_comes_later_reads_nothing_older(town: Town) -> None:
    """The audience is those who all five saw."""
    cohort = await first_week(town)
    for who in MEMBERS[:5]:
        await give(town, who)
    form = await town.act("imani", Press("setup.add-leader", cohort))
    await town.submit("imani", form, {"whom": [str(town.chat.who("aroha"))]})
    await tomorrow(town)
    assert await listed(town, cohort, "aroha") == []
    assert len(await listed(town, cohort)) == 5


async def test_a_small_cohort_is_told_before_anybody_writes_it(town: Town) -> None:
    """And cannot choose it by another way."""
    await first_week(town, MEMBERS[:4])
    await write(town, "renata", hope="A hope.")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("sharing.choose", entry))
    assert isinstance(form, Form)
    assert "this cohort has fewer members" in form.intro
    assert not [value for value, _ in form.fields[0].choices if value.startswith("unsigned")]
    assert "five writers" in text_of(await town.submit("renata", form, {"audience": "unsigned-cohort"}))


async def test_no_trace_of_the_writer_stays_in_the_named_copies(town: Town) -> None:
    """The proposal goes in the moment of the yes."""
    await first_week(town)
    await give(town, "renata")
    assert kept(town)["share"] == []
    assert kept(town)["share_reader"] == []
    assert len(kept(town)["unsigned"]) == 1
    assert not on_disk(town, "person number 0")


async def test_who_shares_without_a_name_is_told_that_a_style_may_be_known(town: Town) -> None:
    """Before anything is chosen: words can tell who wrote them, with a signature or without."""
    await first_week(town)
    await write(town, "renata", hope="My name is Renata, and I run the night school.")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("sharing.choose", entry))
    assert "People may know you by your style or by what you tell" in text_of(form)
    assert "I run the night school" in text_of(await share(town, "renata", entry, "unsigned-leaders"))
