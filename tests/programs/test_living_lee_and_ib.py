"""Two programs lived from start to close by somebody who answers everything, through the forms that people get."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.messages import Form, Outgoing, Reply
from tests.town import Town, text_of
from tests.ways import at


def everything(form: Form, words: str) -> dict[str, str | Sequence[str]]:
    """The first choice in each list, and `words` in each box."""
    return {one.name: one.choices[0][0] if one.choices else f"{words}: {one.name}" for one in form.fields}


async def answer(town: Town, form: Reply, words: str) -> list[Form]:
    """A unit's form and every page after it; returns them as they were shown."""
    assert isinstance(form, Form), text_of(form)
    shown = [form]
    receipt = await town.submit("renata", form, everything(form, words))
    assert isinstance(receipt, Outgoing), text_of(receipt)
    while any(option.label.startswith("Go on") for option in receipt.options):
        page = await town.press("renata", receipt, "Go on")
        assert isinstance(page, Form)
        shown.append(page)
        receipt = await town.submit("renata", page, everything(page, words))
        assert isinstance(receipt, Outgoing), text_of(receipt)
    assert receipt.text.startswith("Saved.")
    return shown


async def test_seven_weeks_on_five_qualities_are_lived_from_start_to_close(town: Town) -> None:
    """Each week comes once, its form says who can read it, and the stretch goal comes back at the close."""
    await town.found_cohort(["renata"], program="lee")
    await town.until("day")
    await town.start("renata")
    titles, forms = [], []
    for _ in range(8):
        before = len(town.private("renata"))
        await at(town, town.clock.now() + timedelta(days=7))
        prompts = [
            one for one in town.private("renata")[before:] if any(o.action == "weekly.skip" for o in one.options)
        ]
        assert len(prompts) == 1  # no reminder either, since she had answered
        titles.append(prompts[0].title)
        forms.append(await answer(town, await town.press("renata", prompts[0], "Reflect privately"), titles[-1]))
    assert titles[0] == "Where you stand today"
    assert titles[-1] == "Week 7 · What has changed"
    assert all(
        "Who can read it? Only you, unless you choose to share it." in page.intro for row in forms for page in row
    )
    assert [len(row) for row in forms] == [3, 1, 2, 2, 2, 2, 2, 3]
    assert "earlier: The quality I want to grow: Visionary\nMy goal: Week 1 · One thing to grow: goal" in text_of(
        forms[-1][0]
    )
    assert len(town.public()) == 8  # one announcement a week


async def test_six_units_are_taken_one_after_the_other_when_they_are_asked_for(town: Town) -> None:
    """No prompt comes by itself in ten weeks, and each question for the next unit opens it."""
    await town.found_cohort(["renata"], program="ib")
    await town.until("day")
    await town.start("renata")
    before = len(town.private("renata"))
    await at(town, town.clock.now() + timedelta(weeks=10))
    assert town.private("renata")[before:] == []
    opened = []
    for _ in range(6):
        form = await town.command("renata", "/reflect")
        opened.append((await answer(town, form, "A note"))[0])
    assert [form.title for form in opened] == [
        "Unit 1 · Purpose beside the timetable",
        "Unit 2 · Ten minutes in an unusual place",
        "Unit 3 · Who is here and who is not",
        "Unit 4 · A hard talk",
        "Unit 5 · Small enough to stop",
        "Unit 6 · Where to invest",
    ]
    assert "Who can read it? Only you. Your school team sees a line on its board when you share it." in opened[4].intro
    assert "You wrote earlier: What speaks for it: A note: difference" in text_of(opened[5])
