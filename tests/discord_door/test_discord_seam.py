"""What a member does reaches the house, and what the house says reaches that member alone."""

from __future__ import annotations

from bot.messages import Command, Errors, Field, Form, Option, Outgoing, Press, Submission
from bot.platforms.discord import tail
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_rules import EPHEMERAL

FORM = Form(
    "form1",
    "Arrive and settle in",
    "reflections.save",
    (
        Field("hope", "One hope for these seven weeks", required=True, limit=200, lines=3),
        Field("when", "When do you find five quiet minutes?", "choice", choices=(("am", "Mornings"), ("pm", "Later"))),
    ),
    "cohort1:0",
    intro="What would you like more of?\n\nOnly you can read it.",
)


async def test_a_command_brings_an_answer_that_only_its_caller_sees(here: Place, house: SmallHouse) -> None:
    """The house hears the command, its place and its person; the answer is ephemeral."""
    house.says["/journal"] = Outgoing("You have written 3 entries.", title="Journal")
    asked = await here.discord.slash(here.renata, "journal")
    await here.settled()
    heard = house.heard[0]
    assert (heard.what, heard.who, heard.where) == (Command("journal"), here.person(here.renata), here.channel)
    assert asked.text == "### Journal\nYou have written 3 entries."
    assert asked.shown[0]["flags"] & EPHEMERAL
    assert not here.discord.public()


async def test_a_form_opens_at_once_and_its_words_reach_the_house(here: Place, house: SmallHouse) -> None:
    """The first answer is the window itself; sending it in brings the form's own id, action and value back."""
    house.says["/reflect"] = FORM
    house.says["reflections.save"] = Outgoing("Saved.")
    opened = await here.discord.slash(here.renata, "reflect")
    await here.settled()
    assert opened.modal is not None
    sent = await here.discord.submit(here.renata, opened.modal, {"hope": "More time", "when": "am"})
    await here.settled()
    assert house.sent_in == [Submission("form1", "reflections.save", "cohort1:0", {"hope": "More time", "when": "am"})]
    assert sent.text == "Saved."
    assert sent.shown[0]["flags"] & EPHEMERAL


async def test_a_form_that_was_not_taken_opens_again_with_every_word(here: Place, house: SmallHouse) -> None:
    """Discord shows no errors beside fields: a message names what to change, and a button brings the form back."""
    house.says["/reflect"] = FORM
    house.says["reflections.save"] = Errors({"when": "Choose what comes nearest."})
    opened = await here.discord.slash(here.renata, "reflect")
    await here.settled()
    assert opened.modal is not None
    sent = await here.discord.submit(here.renata, opened.modal, {"hope": "More time with *families*"})
    await here.settled()
    assert "When do you find five quiet minutes?: Choose what comes nearest." in sent.text
    again = await here.discord.press(here.renata, sent.shown[0], "Open the form again")
    await here.settled()
    assert again.modal is not None
    words = [part["component"].get("value") for part in again.modal["components"] if part["type"] == 18]
    assert words[0] == "More time with *families*"
    await here.discord.submit(here.renata, again.modal, {"when": "pm"})
    await here.settled()
    assert house.sent_in[-1].form == "form1"


async def test_a_button_brings_its_action_and_value(here: Place, house: SmallHouse) -> None:
    """Under a delivered message as under an answer."""
    message = Outgoing("A new prompt", options=(Option("Skip this one", "weekly.skip", "cohort1:0"),))
    await here.door.send(here.channel, message, "key-1")
    pressed = await here.discord.press(here.renata, here.discord.public()[0], "Skip this one")
    await here.settled()
    assert house.heard[0].what == Press("weekly.skip", "cohort1:0")
    assert pressed.text == "heard weekly.skip"


async def test_a_message_is_found_by_its_key_edited_and_taken_back(here: Place) -> None:
    """Whatever the worker asks of a message by its reference."""
    ref = await here.door.send(here.channel, Outgoing("Hello", options=(Option("Start", "a.b"),)), "key-1")
    assert await here.door.find(here.channel, "key-1") == ref
    assert await here.door.find(here.channel, "key-2") is None
    await here.door.edit(ref, Outgoing("Hello again"))
    assert [tail.without(one["content"]) for one in here.discord.public()] == ["Hello again"]
    assert await here.door.find(here.channel, "key-1") == ref
    await here.door.delete(ref)
    assert here.discord.public() == []
    await here.door.delete(ref)
