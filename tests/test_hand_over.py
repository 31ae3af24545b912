"""What is not the bot's to answer goes to a person, with one line of reason."""

from __future__ import annotations

import pytest

from bot.messages import Outgoing
from tests.town import Town, text_of


@pytest.mark.parametrize(
    ("question", "reason"),
    [
        ("What does LERN cost for our district?", "No fee"),
        ("When does the next cohort start?", "No date"),
        ("Is our DEI training legal in my state?", "no legal advice"),
        ("Did my board colleague finish week 3?", "What others wrote"),
        ("What did Maria write about me?", "What others wrote"),
        ("My principal retaliated, what should I do?", "facts and rules"),
        ("Which candidate should we support?", "takes no side"),
        ("Is our plan good enough to pass?", "for a person to say"),
    ],
)
async def test_a_question_for_a_person_is_handed_over_unanswered(town: Town, question: str, reason: str) -> None:
    """No entry is quoted, the reason is said, and a person is one press away."""
    reply = await town.command("renata", f"/resources {question}")
    assert isinstance(reply, Outgoing)
    assert reason in reply.text
    assert not reply.quotes
    assert [one.label for one in reply.options] == ["Ask a person"]


@pytest.mark.parametrize("words", ["I can't go on any more", "A student told me she is being hurt at home"])
async def test_danger_brings_the_help_card_wherever_it_is_said(town: Town, words: str) -> None:
    """As a message and as a question."""
    for reply in (await town.say("renata", words), await town.command("renata", f"/resources {words}")):
        assert "988" in text_of(reply)


async def test_an_acronym_with_two_meanings_is_asked_back(town: Town) -> None:
    """CRT is two things here."""
    reply = await town.command("renata", "/resources CRT")
    assert "can mean several things" in text_of(reply)
