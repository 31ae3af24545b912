"""A message that is not clearly a question: nothing happens to it until its writer decides."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import Outgoing, Press
from tests.town import Town, open_town, text_of
from tests.ways import at, delivered, entries, kept, labels, on_disk, read, running

THOUGHT = "Today the meeting felt heavy canary-thought."
CHOICES = ["Save privately", "Look this up", "Neither"]


class Counting:
    """A search that counts what it is asked, in front of the real one."""

    def __init__(self, behind: object) -> None:
        self.asked: list[str] = []
        self._behind = behind

    def __getattr__(self, name: str) -> object:
        self.asked.append(name)
        return getattr(self._behind, name)


@pytest.mark.parametrize(
    "text",
    [
        THOUGHT,
        "I am so tired. Why does my board not listen?",
        "Equity pauses are hard for us",
        "my colleague said something today",
        "one line\nwhat is equity?",
        "what is " + "very " * 80 + "long?",
    ],
)
async def test_a_thought_is_neither_searched_nor_stored(town: Town, text: str) -> None:
    """Three choices, and not a byte of it in any file."""
    await town.say("renata", "help")  # the first meeting makes the person's row
    search = Counting(town.house.services.search)
    object.__setattr__(town.house.services, "search", search)
    before = kept(town)
    reply = await town.say("renata", text)
    assert labels(reply) == CHOICES
    assert text not in text_of(reply)
    assert set(search.asked) <= {"overdue"}
    assert kept(town) == before
    assert not on_disk(town, text[:20])
    assert text[:20] not in delivered(town)


async def test_saved_privately_it_is_a_note_in_the_journal(town: Town) -> None:
    """For its writer, who needs no cohort."""
    asked = await town.say("renata", THOUGHT)
    assert "private note" in text_of(await town.press("renata", asked, "Save privately"))
    (entry,) = await entries(town, "renata")
    assert THOUGHT in await read(town, "renata", entry)
    assert THOUGHT not in await read(town, "kwame", entry)


async def test_pressed_twice_it_is_saved_once(town: Town) -> None:
    """And the second answer is the first one again."""
    asked = await town.say("renata", THOUGHT)
    first = await town.press("renata", asked, "Save privately")
    assert await town.press("renata", asked, "Save privately") == first
    assert len(await entries(town, "renata")) == 1


@pytest.mark.model
async def test_looked_up_it_is_answered_and_forgotten(town: Town) -> None:
    """Searched because its writer said so."""
    asked = await town.say("renata", "Targeted universalism and our board")
    card = await town.press("renata", asked, "Look this up")
    assert isinstance(card, Outgoing)
    assert card.quotes
    assert "no longer have that message" in text_of(await town.press("renata", asked, "Look this up"))


async def test_neither_forgets_it_at_once(town: Town) -> None:
    """No later press brings it back."""
    asked = await town.say("renata", THOUGHT)
    assert "I kept nothing" in text_of(await town.press("renata", asked, "Neither"))
    assert "no longer have that message" in text_of(await town.press("renata", asked, "Save privately"))
    assert await entries(town, "renata") == []


@pytest.mark.parametrize("label", CHOICES)
async def test_anothers_press_does_nothing_to_it(town: Town, label: str) -> None:
    """It is neither shown nor lost."""
    asked = await town.say("renata", THOUGHT)
    assert THOUGHT not in text_of(await town.press("kwame", asked, label))
    assert await entries(town, "kwame") == []
    await town.press("renata", asked, "Save privately")
    assert len(await entries(town, "renata")) == 1


@pytest.mark.parametrize(("minutes", "there"), [(59, True), (60, False)])
async def test_words_are_held_for_an_hour(town: Town, minutes: int, there: bool) -> None:
    """After that the writer is asked to send them again."""
    asked = await town.say("renata", THOUGHT)
    await at(town, town.clock.now() + timedelta(minutes=minutes))
    reply = text_of(await town.press("renata", asked, "Save privately"))
    assert ("private note" in reply) is there
    assert ("Please send it again" in reply) is not there


async def test_a_restart_forgets_held_words(tmp_path: Path, index_folder: Path) -> None:
    """They were in memory only."""
    async with open_town(tmp_path, index_folder) as before:
        asked = await before.say("renata", THOUGHT)
    async with open_town(tmp_path, index_folder) as after:
        assert "no longer have that message" in text_of(await after.press("renata", asked, "Save privately"))
        assert not on_disk(after, THOUGHT)


async def test_a_note_longer_than_a_form_is_not_cut(town: Town) -> None:
    """It is not saved at all, and the answer says what to do."""
    asked = await town.say("renata", "y" * 3001)
    assert "two parts" in text_of(await town.press("renata", asked, "Save privately"))
    assert await entries(town, "renata") == []


async def test_two_thoughts_are_held_apart(town: Town) -> None:
    """Each button acts on its own message."""
    first, second = await town.say("renata", "First thought."), await town.say("renata", "Second thought.")
    await town.press("renata", first, "Neither")
    await town.press("renata", second, "Save privately")
    (entry,) = await entries(town, "renata")
    assert "Second thought." in await read(town, "renata", entry)


@pytest.mark.parametrize("action", ["keep", "look", "drop"])
@pytest.mark.parametrize("value", ["", "x", "a:b:c:d", "9" * 5000])
async def test_an_altered_button_finds_nothing(town: Town, action: str, value: str) -> None:
    """A clear reply, and nothing is kept."""
    await running(town)
    before = kept(town)
    reply = text_of(await town.act("renata", Press(f"conversation.{action}", value)))
    assert "no longer have" in reply or "I kept nothing" in reply
    assert kept(town) == before
