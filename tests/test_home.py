"""The page that a person sees on opening the bot."""

from __future__ import annotations

import pytest

from tests.town import Town, text_of


@pytest.mark.parametrize(
    ("who", "sees"),
    [("renata", "Your next prompts:"), ("imani", "Counts only. What members write is not shown here, to anybody.")],
)
async def test_everybody_finds_what_is_theirs(town: Town, who: str, sees: str) -> None:
    """A member finds the next prompts, and who only leads a cohort finds that."""
    await town.found_cohort()
    await town.start("renata")
    assert sees in text_of(await town.house.desk.home(town.chat.who(who)))


async def test_a_facilitator_without_a_cohort_can_begin(town: Town) -> None:
    """The first thing in sight is how to make one."""
    home = await town.house.desk.home(town.chat.who("imani"))
    assert "You have no cohort yet." in home.text
    assert [option.label for option in home.options] == ["New cohort"]


async def test_whoever_is_in_no_cohort_is_told_how_one_gets_in(town: Town) -> None:
    """Without a button that would be refused."""
    home = await town.house.desk.home(town.chat.who("kwame"))
    assert "A facilitator can add you" in home.text
    assert not home.options
