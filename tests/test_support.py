"""Signs of danger: fixed words come first, and nothing is kept, searched or passed on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot import help_card
from bot.config import load
from bot.errors import SettingsError
from bot.messages import Outgoing, Press
from tests.town import Town, text_of
from tests.ways import first_week, kept, labels, on_disk

SIGNS = [
    "I want to die",
    "sometimes I think about suicide.",
    "what is the point, I can't go on?",
    "How do I end my life?",
    "I am thinking of hurting myself",
    "A student told me she is being hit at home",
    "HE IS ABUSING HER",
]


def is_card(reply: object) -> bool:
    return isinstance(reply, Outgoing) and reply.title == "You do not have to carry this alone"


@pytest.mark.parametrize("text", SIGNS)
@pytest.mark.parametrize("way", ["message", "mention", "/resources"])
async def test_a_sign_of_danger_brings_the_card_first(town: Town, text: str, way: str) -> None:
    """Typed as a message, in a channel, or as a question: no search result pushes it away."""
    await first_week(town)
    rows, before = kept(town), len(town.chat.delivered)
    if way == "/resources":
        reply = await town.command("renata", f"/resources {text}")
    else:
        reply = await town.say("renata", text, channel=way == "mention")
    assert is_card(reply)
    assert isinstance(reply, Outgoing)
    assert reply.quotes == ()
    assert kept(town) == rows
    assert not on_disk(town, text)
    assert len(town.chat.delivered) == before


async def test_the_card_has_numbers_local_contacts_and_a_person(town: Town) -> None:
    """Nothing generated: the same words each time."""
    first = await town.say("renata", SIGNS[0])
    text = text_of(first)
    assert "988" in text
    assert "emergency number" in text
    assert "The town's nurse: knock at the blue door." in text
    assert "local reporting procedure" in text
    assert "nobody was told" in text
    assert labels(first) == ["I would like a person to contact me"]
    assert await town.say("kwame", SIGNS[1]) == first


async def test_the_card_is_always_one_button_away(town: Town) -> None:
    """Nobody has to find the right words."""
    shown = await town.press("renata", await town.say("renata", "help"), "I need support")
    assert is_card(shown)
    assert is_card(await town.act("yusuf", Press("support.card", "anything")))


@pytest.mark.parametrize(
    "text",
    ["what keeps a gap in place?", "how do I end my meeting well?", "I could kill for a coffee", "help"],
)
@pytest.mark.model
async def test_ordinary_words_do_not_bring_it(town: Town, text: str) -> None:
    """A card that comes too often is not read."""
    assert not is_card(await town.say("renata", text))


def test_the_card_names_the_lines_of_every_country_that_the_settings_name() -> None:
    """And without any country still says how to find one."""
    both = help_card.card([], ["us", "ca"])
    assert "911 in the US, 911 in Canada" in both.text
    assert "In Canada, call or text 988" in both.text
    assert both.note == "Numbers checked on 2026-11-21, for the program director."
    none = help_card.card(["Our nurse."], [])
    assert "your local emergency number." in none.text
    assert "findahelpline.com" in none.text
    assert "Our nurse." in none.text
    assert none.note == ""


def test_numbers_are_looked_up_once_a_year() -> None:
    """Lines open and close; an old card misleads."""
    checked = help_card.COUNTRIES["us"].checked
    assert help_card.overdue(["us"], checked + timedelta(days=365)) == []
    assert help_card.overdue(["us", "ca"], checked + timedelta(days=366)) == ["us"]


def test_a_country_without_numbers_is_refused(tmp_path: Path) -> None:
    """With the way out."""
    (tmp_path / "c.yaml").write_text("countries: [fr]\n", "utf-8")
    with pytest.raises(SettingsError, match="us, ca, au; leave other countries out"):
        load(tmp_path / "c.yaml", {})
