"""The first answer in time, nothing on a dead token, buttons that outlive a restart, and nothing said twice."""

from __future__ import annotations

import asyncio

import pytest

from bot.messages import Audience, Errors, Field, Form, Option, Outgoing, Press, Submission, Text
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_rules import EPHEMERAL
from tests.fakes.discord_server import OTHER_GUILD, Fault

FORM = Form("form1", "Title", "a.save", (Field("hope", "One hope", required=True, lines=3),), "v")


async def test_a_slow_house_is_announced_and_its_answer_takes_that_place(place: Place, house: SmallHouse) -> None:
    """Deferred before three seconds are over, only for the one who asked."""
    house.wait_for = asyncio.Event()
    async with place.open(patience=0.01):
        asked = await place.discord.slash(place.renata, "resources", "equity pause")
        await asyncio.wait_for(asked.answered.wait(), 5)
        assert [one["type"] for one in asked.answers] == [5]
        assert asked.answers[0]["data"]["flags"] & EPHEMERAL
        house.wait_for.set()
        await place.settled()
        assert asked.text == "heard /resources"
        assert asked.shown[0]["flags"] & EPHEMERAL


async def test_an_answer_for_everybody_is_shown_to_everybody_however_slow(place: Place, house: SmallHouse) -> None:
    """The announcement was for one person; it goes, and the channel gets the words."""
    house.wait_for = asyncio.Event()
    house.says["/resources"] = Outgoing("For all", audience=Audience.CHANNEL)
    async with place.open(patience=0.01):
        asked = await place.discord.slash(place.renata, "resources", "equity pause")
        await asyncio.wait_for(asked.answered.wait(), 5)
        house.wait_for.set()
        await place.settled()
        assert [one["content"] for one in place.discord.public()] == ["For all"]


async def test_a_form_that_comes_too_late_waits_behind_a_button(place: Place, house: SmallHouse) -> None:
    """After a deferral Discord takes no form, so the form is one press away."""
    house.wait_for, house.says["/reflect"] = asyncio.Event(), FORM
    async with place.open(patience=0.01):
        asked = await place.discord.slash(place.renata, "reflect")
        await asyncio.wait_for(asked.answered.wait(), 5)
        house.wait_for.set()
        await place.settled()
        opened = await place.discord.press(place.renata, asked.shown[0], "Open the form")
        await place.settled()
        assert opened.modal is not None


async def test_nothing_is_said_on_a_dead_token(place: Place, house: SmallHouse) -> None:
    """The three seconds are over before the house answers, or the fifteen minutes are: no error, no retry."""
    house.wait_for = asyncio.Event()
    async with place.open(patience=60):
        asked = await place.discord.slash(place.renata, "journal")
        place.discord.later(4)
        house.wait_for.set()
        await place.settled()
        assert asked.answers == []
        tried = [one for one in place.discord.requests if "/interactions/" in one[1]]
        assert [status for _, _, status in tried] == [404]


async def test_somebody_elses_answer_is_left_alone(here: Place, house: SmallHouse) -> None:
    """Another process has answered the same interaction: that answer stands, and nothing more is tried."""

    async def answer_first(_: object) -> None:
        newest = max(here.discord.exchanges)
        here.discord.exchanges[newest].answers.append({"type": 4, "data": {"content": "first"}})

    house.before = answer_first
    await here.discord.slash(here.renata, "journal")
    await here.settled()
    tried = [status for _, path, status in here.discord.requests if "/interactions/" in path]
    assert tried == [400]


async def test_the_same_interaction_told_twice_is_handled_once(here: Place, house: SmallHouse) -> None:
    """As happens around a resume."""
    await here.discord.slash(here.renata, "journal")
    await here.discord.gateway.again()
    await here.settled()
    assert len(house.heard) == 1


async def test_every_button_works_after_a_restart(place: Place, house: SmallHouse) -> None:
    """Short ones carry all they mean; long ones and those with a question are in the platform's own file."""
    message = Outgoing(
        "Hello",
        options=(
            Option("Short", "weekly.skip", "cohort1:0"),
            Option("Long", "journal.read", "x" * 100),
            Option("Leave", "membership.leave", "cohort1", "danger", "Leave this *cohort*?"),
        ),
    )
    async with place.open():
        await place.door.send(place.channel, message, "key-1")
    async with place.open():
        shown = place.discord.public()[0]
        for label in ("Short", "Long"):
            await place.discord.press(place.renata, shown, label)
        await place.settled()
        assert [one.what for one in house.heard] == [
            Press("weekly.skip", "cohort1:0"),
            Press("journal.read", "x" * 100),
        ]
        asked = await place.discord.press(place.renata, shown, "Leave")
        await place.settled()
        assert asked.text == "Leave this \\*cohort\\*?"
        assert asked.shown[0]["flags"] & EPHEMERAL
        assert len(house.heard) == 2
        await place.discord.press(place.renata, asked.shown[0], "Not now")
        await place.discord.press(place.renata, asked.shown[0], "Leave")
        await place.settled()
        assert house.heard[2:][0].what == Press("membership.leave", "cohort1")
        assert len(house.heard) == 3


@pytest.mark.parametrize("custom_id", ["nonsense", "t|0||gone", "q|0||gone", "m|0||gone", "z|1|2|3"])
async def test_a_button_that_means_nothing_any_more_says_so(here: Place, house: SmallHouse, custom_id: str) -> None:
    """Nothing happens, and the person is told what to do."""
    await here.door.send(here.channel, Outgoing("Hello"), "key-1")
    pressed = await here.discord.press_id(here.renata, here.discord.public()[0], custom_id)
    await here.settled()
    assert "Nothing was changed" in pressed.text
    assert house.heard == []


async def test_an_answer_replaces_only_what_is_its_readers_own(here: Place, house: SmallHouse) -> None:
    """In a private message or an only-you answer it changes in place; what others see stays as it is."""
    house.says["a.b"] = Outgoing("Done.", replaces=True)
    house.says["/journal"] = Outgoing("Mine", options=(Option("Go", "a.b"),))
    await here.door.send(here.channel, Outgoing("For all", options=(Option("Go", "a.b"),)), "key-1")
    pressed = await here.discord.press(here.renata, here.discord.public()[0], "Go")
    await here.settled()
    assert [one["type"] for one in pressed.answers] == [4]
    assert here.discord.public()[0]["content"] == "For all"
    mine = await here.discord.slash(here.renata, "journal")
    await here.settled()
    pressed = await here.discord.press(here.renata, mine.shown[0], "Go")
    await here.settled()
    assert [one["type"] for one in pressed.answers] == [7]


async def test_nothing_to_say_is_acknowledged_quietly(here: Place, house: SmallHouse) -> None:
    """A press leaves everything as it was; a command leaves nothing behind."""
    house.says["a.b"] = house.says["/journal"] = None
    await here.door.send(here.channel, Outgoing("Hello", options=(Option("Go", "a.b"),)), "key-1")
    pressed = await here.discord.press(here.renata, here.discord.public()[0], "Go")
    asked = await here.discord.slash(here.renata, "journal")
    await here.settled()
    assert [one["type"] for one in pressed.answers] == [6]
    assert (asked.shown, [one["type"] for one in asked.answers]) == ([], [5])


async def test_a_broken_house_keeps_the_words_of_a_form(here: Place, house: SmallHouse) -> None:
    """The person reads that nothing is lost, and sends the same form again."""
    house.says["/reflect"], house.says["a.save"] = FORM, RuntimeError("broken")
    opened = await here.discord.slash(here.renata, "reflect")
    await here.settled()
    assert opened.modal
    sent = await here.discord.submit(here.renata, opened.modal, {"hope": "More time"})
    await here.settled()
    assert "Every word is still here" in sent.text
    house.says["a.save"] = Outgoing("Saved.")
    again = await here.discord.press(here.renata, sent.shown[0], "Open the form again")
    await here.settled()
    assert again.modal
    await here.discord.submit(here.renata, again.modal, {})
    await here.settled()
    assert house.sent_in[-1] == Submission("form1", "a.save", "v", {"hope": "More time"})


async def test_a_form_opened_before_a_restart_is_still_taken(place: Place, house: SmallHouse) -> None:
    """All that the house needs is in the window; and if it says no, the words return to their writer."""
    house.says["/reflect"], house.says["a.save"] = FORM, Errors({"hope": "Please shorten it."})
    async with place.open():
        opened = await place.discord.slash(place.renata, "reflect")
        await place.settled()
        assert opened.modal
    async with place.open():
        sent = await place.discord.submit(place.renata, opened.modal, {"hope": "More time"})
        await place.settled()
        assert house.sent_in == [Submission("form1", "a.save", "v", {"hope": "More time"})]
        assert "Please shorten it." in sent.text
        assert "More time" in sent.text


async def test_held_words_are_for_their_owner_and_for_fifteen_minutes(here: Place, house: SmallHouse) -> None:
    """Neither a colleague nor a later hour brings them back."""
    house.says["/reflect"], house.says["a.save"] = FORM, Errors({"hope": "Shorter."})
    opened = await here.discord.slash(here.renata, "reflect")
    await here.settled()
    assert opened.modal
    sent = await here.discord.submit(here.renata, opened.modal, {"hope": "More time"})
    await here.settled()
    theirs = await here.discord.press(here.kwame, sent.shown[0], "Open the form again")
    await here.settled()
    assert theirs.modal is None
    assert "More time" not in theirs.text
    here.discord.later(16 * 60)
    late = await here.discord.press(here.renata, sent.shown[0], "Open the form again")
    await here.settled()
    assert late.modal is None
    assert "15 minutes" in late.text


async def test_completions_and_the_menu_entry_reach_the_house(here: Place, house: SmallHouse) -> None:
    """What the house suggests is offered; "Reflect on this" opens the form and takes no words along."""
    house.says["/reflect"] = FORM
    typed = await here.discord.complete(here.renata, "resources", "eq")
    await here.settled()
    assert typed.choices == ["equity pause", "equity audit"]
    message = await here.discord.post(here.kwame, "something that happened")
    asked = await here.discord.menu(here.renata, "Reflect on this", message)
    await here.settled()
    assert asked.modal is not None
    assert "something that happened" not in repr(house.heard)


async def test_a_mention_is_answered_to_its_writer_alone(here: Place, house: SmallHouse) -> None:
    """The channel sees that there is an answer; only the writer can open it."""
    house.says["text"] = Outgoing("An equity pause is a short stop.")
    await here.discord.post(here.renata, "<@999000000000000001> what is an equity pause?")
    await here.settled()
    assert house.heard[0].what == Text("what is an equity pause?")
    assert house.heard[0].where == here.channel
    public = here.discord.public()[0]
    assert "short stop" not in public["content"]
    other = await here.discord.press(here.kwame, public, "Open")
    mine = await here.discord.press(here.renata, public, "Open")
    await here.settled()
    assert "short stop" not in other.text
    assert mine.text == "An equity pause is a short stop."
    assert mine.shown[0]["flags"] & EPHEMERAL


async def test_a_reply_to_the_bot_is_a_mention(here: Place, house: SmallHouse) -> None:
    """Discord tells it with its words, since it reaches the bot by name."""
    await here.discord.post(here.renata, "and for parents?", mentions=True, type=19)
    await here.settled()
    assert house.heard[0].what == Text("and for parents?")


async def test_the_first_answer_comes_well_within_three_seconds(here: Place, house: SmallHouse) -> None:
    """A burst of fifty from two people: every one answered once, none of them late."""
    asked = [await here.discord.slash(one, "journal") for _ in range(25) for one in (here.renata, here.kwame)]
    await here.settled()
    assert len(house.heard) == 50
    assert [one.text for one in asked] == ["heard /journal"] * 50
    assert max(one.first_after or 9.0 for one in asked) < 3


async def test_words_in_private_messages_are_answered_there(here: Place, house: SmallHouse) -> None:
    """One after the other, with buttons; a form waits behind one."""
    house.says["text"] = lambda incoming: FORM if "form" in repr(incoming.what) else Outgoing(
        "What should happen?", options=(Option("Save privately", "conversation.keep", "k1"),)
    )  # fmt: skip
    await here.discord.write(here.renata, "I was unsure today.")
    await here.discord.write(here.renata, "a form please")
    await here.settled()
    asked, form = here.discord.private(here.renata)
    assert house.heard[0].where == house.heard[0].who == here.person(here.renata)
    pressed = await here.discord.press(here.renata, asked, "Save privately")
    opened = await here.discord.press(here.renata, form, "Open the form")
    await here.settled()
    assert pressed.text == "heard conversation.keep"
    assert opened.modal is not None


async def test_people_of_other_servers_are_told_so(here: Place, house: SmallHouse) -> None:
    """The bot serves one server; nothing reaches the house from anywhere else."""
    stranger = here.discord.join("Stranger")
    del here.discord.members[stranger]
    await here.discord.write(stranger, "hello")
    await here.settled()
    assert "not among them" in here.discord.private(stranger)[0]["content"]
    await here.door.send(here.channel, Outgoing("Hello", options=(Option("Go", "a.b"),)), "key-1")
    pressed = await here.discord.press(here.renata, here.discord.public()[0], "Go", guild=OTHER_GUILD)
    await here.settled()
    assert "one other server" in pressed.text
    assert house.heard == []


async def test_a_cut_answer_to_a_press_is_not_an_error_that_ends_the_bot(here: Place, house: SmallHouse) -> None:
    """The next press works."""
    await here.door.send(here.channel, Outgoing("Hello", options=(Option("Go", "a.b"),)), "key-1")
    here.discord.faults.append(Fault("POST", "/callback$", 0, cut=True))
    await here.discord.press(here.renata, here.discord.public()[0], "Go")
    await here.settled()
    pressed = await here.discord.press(here.renata, here.discord.public()[0], "Go")
    await here.settled()
    assert pressed.text == "heard a.b"


async def test_a_roster_that_is_longer_than_discords_list_loses_nobody(here: Place, house: SmallHouse) -> None:
    """Thirty people, of whom 25 are shown: one of these is taken out and a new one added; the other five stay."""
    crowd = [str(here.person(here.discord.join(f"Person {number}"))) for number in range(30)]
    new = here.discord.join("Somebody new")
    house.says["/facilitate"] = Form("f1", "People", "a.save", (Field("who", "Members", "people", initial=(*crowd,)),))
    opened = await here.discord.slash(here.renata, "facilitate")
    await here.settled()
    assert opened.modal is not None
    shown = [one["id"] for one in opened.modal["components"][0]["component"]["default_values"]]
    assert len(shown) == 25
    await here.discord.submit(here.renata, opened.modal, {"who": [*shown[1:], str(new)]})
    await here.settled()
    assert sorted(house.sent_in[-1].values["who"]) == sorted([*crowd[1:], str(here.person(new))])
