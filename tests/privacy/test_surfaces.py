"""Where people write: forms take private words, commands take none, and what is typed in public is never repeated."""

from __future__ import annotations

import pytest

from bot.features import ROUTE
from bot.messages import Form, Outgoing, Reply
from tests.privacy.canaries import SECRET, Flock
from tests.town import Town, text_of
from tests.ways import answers, delivered, first_week, kept, on_disk

SECRETS = Flock()
WORDLESS = [name for feature in ROUTE if not feature.takes_words for name in feature.commands]


def said(reply: Reply) -> str:
    """A reply with its buttons' values and a form's own id and value."""
    assert isinstance(reply, Outgoing | Form)
    if isinstance(reply, Form):
        return f"{text_of(reply)} {reply.value} {reply.id}"
    return f"{text_of(reply)} {[(one.action, one.value, one.confirm) for one in reply.options]}"


def test_only_the_search_takes_words_after_its_command() -> None:
    """Whoever adds a command that reads words decides it here."""
    assert sorted({name for feature in ROUTE for name in feature.commands} - set(WORDLESS)) == ["resources"]


@pytest.mark.parametrize("channel", [False, True], ids=["private", "public"])
@pytest.mark.parametrize("command", WORDLESS)
async def test_words_after_a_command_are_neither_read_nor_repeated(town: Town, command: str, channel: bool) -> None:
    """The page or the form still comes, and says so."""
    await first_week(town)
    before = kept(town)
    who = "imani" if command == "facilitate" else "renata"
    reply = await town.command(who, f"/{command} {SECRETS.sentence()}", channel=channel)
    assert "I did not read what you typed after the command" in text_of(reply)
    assert SECRET not in said(reply)
    assert kept(town) == before
    assert SECRET not in delivered(town)
    assert not on_disk(town, SECRET)
    assert "did not read" not in text_of(await town.command(who, f"/{command}", channel=channel))


async def test_a_word_that_a_command_knows_is_read(town: Town) -> None:
    """`/cohort help` is no private thought."""
    assert "did not read" not in text_of(await town.command("renata", "/cohort help"))


@pytest.mark.parametrize(
    "typed",
    [
        "My boss said that I am too loud. {0}",
        "here is my reflection: {0}",
        "/reflect {0}",
        "I felt small today {0}",
        "we never talk about it {0}",
    ],
)
async def test_a_reflection_typed_in_public_is_not_repeated_but_explained(town: Town, typed: str) -> None:
    """To its writer alone; it is neither searched nor kept, and she may still save it for herself."""
    await first_week(town)
    rows, before = kept(town), len(town.chat.delivered)
    reply = await town.say("renata", typed.format(SECRETS.sentence()[:17]), channel=True)
    assert isinstance(reply, Outgoing)
    assert reply.audience.value == "only you"
    assert "choose Delete" in text_of(reply)
    assert [one.label for one in reply.options] == ["Save privately", "Look this up", "Neither"]
    assert SECRET not in said(reply)
    assert kept(town) == rows
    assert len(town.chat.delivered) == before
    assert not on_disk(town, SECRET)


@pytest.mark.model
async def test_a_question_in_public_is_still_answered(town: Town) -> None:
    """Also one about oneself."""
    for question in ("what is targeted universalism", "Can I pause my cohort?", "equity pause"):
        assert "choose Delete" not in text_of(await town.say("renata", question, channel=True))


@pytest.mark.parametrize("command", [name for feature in ROUTE for name in feature.commands])
async def test_danger_after_any_command_brings_the_help_card(town: Town, command: str) -> None:
    """A form or a page would push it away."""
    await first_week(town)
    reply = await town.command("renata", f"/{command} I want to die")
    assert isinstance(reply, Outgoing)
    assert reply.title == "You do not have to carry this alone"
    again = await town.command("renata", "/cohort")  # in the same second
    assert isinstance(again, Outgoing)
    assert not again.replaces, "a later answer must not take the card's place"


async def test_the_receipt_leads_to_support(town: Town) -> None:
    """Nobody reads a reflection for signs, so its writer has the button."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    receipt = await town.submit("renata", form, answers(form, hope="I want to die"))
    assert "You do not have to carry this alone" in text_of(await town.press("renata", receipt, "I need support"))
