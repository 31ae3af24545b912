"""A break of a whole cohort, and public holidays that are chosen later than at its start."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.features.breaks import _later
from bot.messages import Errors, Form, Outgoing, Press
from tests.test_schedule import program
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, at, first_week, jump, running

WEEK = timedelta(weeks=1)


async def calendar(town: Town) -> Outgoing:
    reply = await town.press("imani", await town.command("imani", "/facilitate"), "Change an upcoming")
    assert isinstance(reply, Outgoing)
    return reply


async def days(town: Town) -> list[str]:
    """The prompts that are still to come, as the facilitator reads them."""
    return [one.label for one in (await calendar(town)).options if one.action == "facilitation.change"]


async def preview(town: Town, periods: int = 2) -> Outgoing:
    """Before the first prompt that is still to come."""
    form = await town.press("imani", await calendar(town), "Make a break")
    assert isinstance(form, Form)
    shown = await town.submit("imani", form, {"periods": str(periods)})
    assert isinstance(shown, Outgoing), shown
    return shown


def prompts(town: Town, after: int) -> list[str]:
    """Titles of what Renata got; reminders are quiet."""
    return [one.title for one in town.private("renata")[after:] if not one.quiet]


async def test_a_break_moves_what_is_still_to_come_and_nothing_else(town: Town) -> None:
    """The new days are shown first, members get nothing meanwhile, and then everything once."""
    await first_week(town, ["renata"])
    before, got = await days(town), len(town.private("renata"))
    shown = await preview(town)
    assert "Monday 7 December → Monday 21 December" in text_of(shown)
    assert await days(town) == before  # nothing is changed yet
    await town.press("imani", shown, "Make this break")
    moved = await days(town)
    assert "out of date" in text_of(await town.press("imani", shown, "Make this break"))
    assert await days(town) == moved  # pressed again, it is not made longer
    assert [one.partition(":")[2] for one in await days(town)] == [one.partition(":")[2] for one in before]
    assert (await days(town))[0].startswith("Monday 21 December")
    await at(town, datetime(2026, 12, 21, tzinfo=UTC))
    assert prompts(town, got) == []
    await at(town, datetime(2026, 12, 22, tzinfo=UTC))
    assert prompts(town, got) == ["Week 1 · My values at work"]


async def test_a_break_can_be_taken_back(town: Town) -> None:
    """While its prompts are still to come."""
    await first_week(town, ["renata"])
    before = await days(town)
    made = await town.press("imani", await preview(town), "Make this break")
    await town.press("imani", made, "Take the break back")
    assert await days(town) == before
    assert "out of date" in text_of(await town.press("imani", made, "Take the break back"))
    assert await days(town) == before
    again = await town.press("imani", await preview(town), "Make this break")
    await jump(town, FIRST_WEEK + 2 * WEEK)
    reply = await town.press("imani", again, "Take the break back")
    assert "has begun already" in text_of(reply)
    assert (await days(town))[0].startswith("Monday 21 December")


async def test_a_break_before_a_prompt_that_went_out_meanwhile_changes_nothing(town: Town) -> None:
    """The button is older than the prompt."""
    await first_week(town, ["renata"])
    shown = await preview(town)
    await at(town, FIRST_WEEK + WEEK)
    before = await days(town)
    assert "out of date" in text_of(await town.press("imani", shown, "Make this break"))
    assert await days(town) == before


async def test_only_a_facilitator_makes_one(town: Town) -> None:
    """Neither the form nor the button is a member's."""
    cohort = await running(town, ["renata"])
    for action, value in (("open", cohort), ("make", f"{cohort}:1:2"), ("undo", f"{cohort}:1:2"), ("holidays", cohort)):
        assert "facilitator" in text_of(await town.act("renata", Press(f"breaks.{action}", value)))


async def test_holidays_can_be_chosen_later(town: Town) -> None:
    """The plan follows; what is not known is asked for in place."""
    cohort = await running(town, ["renata"])
    form = await town.press("imani", await calendar(town), "Public holidays")
    assert isinstance(form, Form)
    wrong = await town.submit("imani", form, {"country": "Atlantis"})
    assert isinstance(wrong, Errors)
    assert "not known" in wrong.fields["country"]
    await town.submit("imani", form, {"country": "gb-sct"})  # 30 November is Saint Andrew's day there
    got = len(town.private("renata"))
    await at(town, datetime(2026, 12, 1, tzinfo=UTC))
    assert prompts(town, got) == []
    await at(town, datetime(2026, 12, 2, tzinfo=UTC))
    assert len(prompts(town, got)) == 1
    again = await town.act("imani", Press("breaks.holidays", cohort))
    assert isinstance(again, Form)
    assert again.fields[0].initial == "GB-SCT"


@pytest.mark.parametrize("clock", ["weekly", "monthly"])
@given(which=st.lists(st.dates(date(2026, 1, 1), date(2036, 1, 1)), min_size=2, max_size=2), periods=st.integers(1, 8))
def test_a_break_keeps_weekdays_and_order(clock: str, which: list[date], periods: int) -> None:
    """By weeks and by months, wherever in a month a prompt stands."""
    of = program(clock=clock)
    first, second = sorted(one - timedelta(days=one.weekday()) for one in which)  # prompts share a weekday
    then = _later(of, first, periods)
    assert then.weekday() == first.weekday()
    assert then >= first + timedelta(weeks=periods)
    assert then <= _later(of, second, periods)
    if clock == "weekly" or first.day <= 28:  # a fifth Monday is not in every month
        assert _later(of, then, -periods) == first
