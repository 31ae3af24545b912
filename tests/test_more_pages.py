"""A unit that asks more than one form can hold goes on by button, page by page."""

from __future__ import annotations

from bot.messages import Form, Outgoing, Press, Reply
from tests.town import Town, text_of

FOLLOW_UP = 8


async def first_page_saved(town: Town) -> tuple[Form, Outgoing]:
    """Renata answers the first page of the follow-up; returns its form and the receipt."""
    cohort = await town.found_cohort()
    await town.start("renata")
    form = await town.act("renata", Press("reflections.open", f"{cohort}:{FOLLOW_UP}"))
    assert isinstance(form, Form)
    required = next(field for field in form.fields if field.required)
    receipt = await town.submit("renata", form, {required.name: required.choices[0][0]})
    assert isinstance(receipt, Outgoing)
    return form, receipt


async def rated(town: Town, receipt: Reply) -> Reply:
    page = await town.press("renata", receipt, "Go on")
    assert isinstance(page, Form)
    assert 0 < len(page.fields) <= 5
    return await town.submit("renata", page, {page.fields[0].name: "4"})


async def test_the_receipt_leads_to_the_ratings_and_the_last_one_ends_it(town: Town) -> None:
    """What the first page held is saved already; the ratings join the same entry."""
    _, receipt = await first_page_saved(town)
    done = await rated(town, receipt)
    assert isinstance(done, Outgoing)
    assert not [one for one in done.options if one.label.startswith("Go on")]
    journal = await town.command("renata", "/journal")
    assert text_of(journal).count("1 entry") == 1
    shown = await town.press("renata", done, "Read it again")
    assert "4 · doing it most of the time" in text_of(shown)


async def test_the_ratings_can_be_left_empty(town: Town) -> None:
    """None of them is required."""
    _, receipt = await first_page_saved(town)
    page = await town.press("renata", receipt, "Go on")
    assert isinstance(await town.submit("renata", page, {}), Outgoing)


async def test_changing_the_first_page_keeps_the_ratings(town: Town) -> None:
    """An edit of the answers does not lose what came after them."""
    _, receipt = await first_page_saved(town)
    done = await rated(town, receipt)
    form = await town.press("renata", await town.press("renata", done, "Read it again"), "Edit")
    await town.submit("renata", form, {"step": "When the bell rings, I will ask one question."})
    shown = await town.press("renata", done, "Read it again")
    assert "4 · doing it most of the time" in text_of(shown)
    assert "When the bell rings" in text_of(shown)


async def test_the_ratings_of_a_deleted_entry_are_not_saved(town: Town) -> None:
    """The form stays open and says why."""
    _, receipt = await first_page_saved(town)
    page = await town.press("renata", receipt, "Go on")
    shown = await town.press("renata", receipt, "Read it again")
    await town.press("renata", shown, "Delete")
    assert "was deleted" in text_of(await town.submit("renata", page, {}))


async def test_nobody_else_can_open_or_send_them(town: Town) -> None:
    """Another member's press on the same value finds nothing."""
    _, receipt = await first_page_saved(town)
    value = next(one.value for one in receipt.options if one.label.startswith("Go on"))
    assert "belongs to somebody else" in text_of(await town.act("kwame", Press("reflections.more", value)))
