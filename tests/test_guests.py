"""A guest, or a stranger from another workspace, can look things up and nothing else."""

from __future__ import annotations

import pytest

from bot.messages import Command, Errors, Press, Submission
from tests.town import Town, text_of


async def test_a_guest_can_look_things_up(town: Town) -> None:
    """The curated entries are for everybody."""
    town.chat.guests.add("kwame")
    reply = await town.command("kwame", "/resources what does LEEP stand for")
    assert "Leading for Equity and Excellence" in text_of(reply)


async def test_a_guest_gets_the_help_card(town: Town) -> None:
    """Whoever needs it gets it."""
    town.chat.guests.add("kwame")
    assert "988" in text_of(await town.say("kwame", "I want to die"))


@pytest.mark.parametrize("name", ["reflect", "journal", "cohort", "facilitate", "privacy"])
async def test_a_guest_is_told_what_is_possible_instead(town: Town, name: str) -> None:
    """Each of the other commands says the same, and does nothing."""
    town.chat.guests.add("kwame")
    assert "As a guest" in text_of(await town.act("kwame", Command(name)))


async def test_a_guests_buttons_and_forms_do_nothing(town: Town) -> None:
    """A button that was shown before somebody became a guest is refused, and a form stays open."""
    cohort = await town.found_cohort()
    town.chat.guests.add("kwame")
    assert "As a guest" in text_of(await town.act("kwame", Press("membership.start", cohort)))
    reply = await town.act("kwame", Submission("f", "reflections.save", f"{cohort}:0:", {}))
    assert isinstance(reply, Errors)
    assert "As a guest" in text_of(reply)
