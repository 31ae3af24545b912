"""The page that a person sees on opening the bot."""

from __future__ import annotations

import pytest

from bot.messages import Outgoing
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, answers, at, running


@pytest.mark.parametrize(
    ("who", "sees"),
    [("renata", "Your next prompts:"), ("imani", "Counts only. What members write is not shown here, to anybody.")],
)
async def test_everybody_finds_what_is_theirs(town: Town, who: str, sees: str) -> None:
    """A member finds the next prompts, and who only leads a cohort finds that."""
    await town.found_cohort()
    await town.start("renata")
    assert sees in text_of(await town.house.desk.home(town.chat.who(who)))


async def test_a_member_sees_the_prompt_of_now_and_whether_it_is_still_open(town: Town) -> None:
    """Nothing before the first has come; then open, skipped, answered."""
    await running(town, ["renata", "kwame"])
    assert "Your prompt now" not in text_of(await page(town, "renata"))
    await at(town, FIRST_WEEK)
    seen = await page(town, "renata")
    assert "Your prompt now: Arrive and settle in (open)" in text_of(seen)
    assert seen.quotes[0].text == town.prompt("renata").text
    assert "so far" not in seen.text
    await town.press("renata", town.prompt("renata"), "Skip this one")
    assert "Arrive and settle in (skipped)" in text_of(await page(town, "renata"))
    form = await town.press("kwame", town.prompt("kwame"), "Reflect privately")
    await town.submit("kwame", form, answers(form))
    seen = await page(town, "kwame")
    assert "Arrive and settle in (answered)" in text_of(seen)
    assert "You answered 1 prompt so far. Your words are in your journal, for you alone." in seen.text
    assert {"journal.chart", "privacy.who"} <= {option.action for option in seen.options}


async def page(town: Town, who: str) -> Outgoing:
    return await town.house.desk.home(town.chat.who(who))


async def test_a_facilitator_without_a_cohort_can_begin(town: Town) -> None:
    """The first thing in sight is how to make one."""
    home = await town.house.desk.home(town.chat.who("imani"))
    assert "You have no cohort yet." in home.text
    assert [option.label for option in home.options] == ["New cohort", "Questions passed on", "Entries"]


async def test_whoever_is_in_no_cohort_is_told_how_one_gets_in(town: Town) -> None:
    """Without a button that would be refused."""
    home = await town.house.desk.home(town.chat.who("kwame"))
    assert "A facilitator can add you" in home.text
    assert not home.options


async def test_the_hours_of_what_is_to_come_are_told_as_moments(town: Town) -> None:
    """So that a platform can show each in the zone of its reader."""
    await running(town, ["renata"])
    for who in ("renata", "imani"):
        shown = await page(town, who)
        assert len(shown.instants) == 5
        assert all(f"• {one.words}: " in shown.text for one in shown.instants)
