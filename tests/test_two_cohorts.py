"""One person in two cohorts: commands ask which one, and buttons carry theirs."""

from __future__ import annotations

import pytest

from bot.messages import Address, Form, Outgoing, Press
from tests.town import FIRST_DAY, Town, text_of
from tests.ways import FIRST_WEEK, answers, at, entries, labels


async def found(town: Town, name: str, channel: str, *members: str, program: str = "leep") -> str:
    form = await town.act("imani", Press("setup.new"))
    made = await town.submit("imani", form, {"program": program, "name": name, "start": FIRST_DAY})
    assert isinstance(made, Outgoing)
    cohort = made.options[0].value
    form = await town.act("imani", Press("setup.roster", cohort))
    where = str(Address(town.chat.name, "room", "channel", channel))
    people = [str(town.chat.who(one)) for one in members]
    ready = await town.submit("imani", form, {"channel": where, "members": people})
    await town.press("imani", ready, "Set it running")
    return cohort


async def both(town: Town) -> tuple[str, str]:
    """Renata is in both; Kwame in the first and Yusuf in the second alone. All have started."""
    first = await found(town, "North", town.chat.channel.id, "renata", "kwame")
    second = await found(town, "South", "south-cohort", "renata", "yusuf")
    for who in ("renata", "kwame", "yusuf"):
        for welcome in [one for one in town.private(who) if one.title.startswith("Welcome")]:
            await town.press(who, welcome, "Start")
    await at(town, FIRST_WEEK)
    return first, second


async def test_each_cohort_has_its_own_welcome_and_prompts(town: Town) -> None:
    """Two welcomes, two prompts, each naming its cohort."""
    await both(town)
    assert sorted(one for one in town.titles("renata") if one.startswith("Welcome")) == [
        "Welcome to North",
        "Welcome to South",
    ]
    notes = [one.note for one in town.private("renata") if one.title == "Arrive and settle in"]
    assert sorted(note.partition(" ·")[0] for note in notes) == ["North", "South"]


@pytest.mark.parametrize("line", ["/reflect", "/cohort"])
async def test_a_command_asks_which_cohort_is_meant(town: Town, line: str) -> None:
    """One button each, which goes on from there."""
    first, second = await both(town)
    asked = await town.command("renata", line)
    assert "more than one cohort" in text_of(asked)
    assert labels(asked) == ["North", "South"]
    chosen = await town.press("renata", asked, "South")
    assert isinstance(chosen, Form | Outgoing)
    carried = chosen.value if isinstance(chosen, Form) else chosen.options[0].value
    assert carried.startswith(second)
    assert not carried.startswith(first)


async def test_who_is_in_one_cohort_is_not_asked(town: Town) -> None:
    """There is only one thing to mean."""
    await both(town)
    assert isinstance(await town.command("kwame", "/reflect"), Form)


@pytest.mark.parametrize(("channel", "name"), [("sample-cohort", "North"), ("south-cohort", "South")])
async def test_in_a_cohorts_channel_that_cohort_is_meant(town: Town, channel: str, name: str) -> None:
    """People write where they are."""
    from bot.messages import Command, Incoming

    await both(town)
    where = Address(town.chat.name, "room", "channel", channel)
    reply = await town.house.desk.answer(Incoming("here", town.chat.who("renata"), where, Command("cohort")))
    assert isinstance(reply, Outgoing)
    assert reply.title == name


async def test_in_another_channel_the_question_comes(town: Town) -> None:
    """A channel that was never met belongs to no cohort."""
    from bot.messages import Command, Incoming

    await both(town)
    where = Address(town.chat.name, "room", "channel", "canteen")
    reply = await town.house.desk.answer(Incoming("there", town.chat.who("renata"), where, Command("cohort")))
    assert labels(reply) == ["North", "South"]


async def test_an_answer_in_one_cohort_is_none_in_the_other(town: Town) -> None:
    """The same week of the same program, twice."""
    _, second = await both(town)
    north, south = (
        next(one for one in town.private("renata") if one.title == "Arrive and settle in" and one.note.startswith(name))
        for name in ("North", "South")
    )
    form = await town.press("renata", north, "Reflect privately")
    await town.submit("renata", form, answers(form, hope="For the north."))
    form = await town.press("renata", south, "Reflect privately")
    assert "For the north." not in text_of(form)
    await town.submit("renata", form, answers(form, hope="For the south."))
    assert len(await entries(town, "renata")) == 2
    assert "Skipped" in text_of(await town.act("yusuf", Press("weekly.skip", f"{second}:0")))


async def test_pausing_and_leaving_one_leaves_the_other_alone(town: Town) -> None:
    """Each membership is its own."""
    first, second = await both(town)
    await town.act("renata", Press("pausing.leave", first))
    home = await town.command("renata", "/cohort")
    assert isinstance(home, Outgoing)
    assert home.title == "South"
    assert "Your next prompts" in home.text
    assert labels(await town.act("renata", Press("membership.home", second)))[0] == "Open this week's form"


async def test_sharing_with_a_cohort_reaches_that_cohort_only(town: Town) -> None:
    """Its people, its channel."""
    first, _ = await both(town)
    form = await town.act("renata", Press("reflections.current", first))
    await town.submit("renata", form, answers(form, hope="For the north."))
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("sharing.choose", entry))
    preview = await town.submit("renata", form, {"audience": "cohort"})
    assert "(2 people, facilitators included)" in text_of(preview)
    await town.press("renata", preview, "Share it")
    south = Address(town.chat.name, "room", "channel", "south-cohort")
    assert not any("shared a reflection" in one.text for one in town.chat.to(south))
    notice = town.public()[-1]
    assert "For the north." in text_of(await town.press("kwame", notice, "Read it"))
    assert "For the north." not in text_of(await town.press("yusuf", notice, "Read it"))


async def test_a_facilitator_of_two_chooses_and_each_button_keeps_to_its_cohort(town: Town) -> None:
    """The broadcast goes to the channel that was previewed."""
    await both(town)
    asked = await town.command("imani", "/facilitate")
    assert labels(asked) == ["North", "South", "New cohort", "Questions passed on", "Entries"]
    home = await town.press("imani", asked, "South")
    form = await town.press("imani", home, "Write to the cohort")
    assert "everybody in South" in text_of(form)
    await town.press("imani", await town.submit("imani", form, {"text": "Hello South."}), "Send it now")
    south = Address(town.chat.name, "room", "channel", "south-cohort")
    assert "Hello South." in [one.text for one in town.chat.to(south)]
    assert "Hello South." not in [one.text for one in town.public()]


async def test_asking_a_person_offers_each_cohorts_facilitators_once(town: Town) -> None:
    """With the cohort they belong to."""
    await both(town)
    form = await town.act("renata", Press("requests.open"))
    assert isinstance(form, Form)
    assert sorted(label for _, label in form.fields[0].choices) == [
        "Imani Brooks, facilitator of North",
        "Imani Brooks, facilitator of South",
    ]


async def test_while_one_types_the_chat_offers_what_one_may_see(town: Town) -> None:
    """One's own cohorts and the entries, by any of their words; and a cohort that is named is the one that opens."""
    await both(town)
    suggest, who = town.house.desk.suggest, town.chat.who
    assert await suggest(who("renata"), "cohort", "") == ["help", "North", "South"]
    assert await suggest(who("kwame"), "cohort", "s") == []
    south = await town.command("renata", "/cohort south")
    assert isinstance(south, Outgoing)
    assert south.title == "South"
    assert "I did not read" in text_of(await town.command("kwame", "/cohort south"))
    assert await suggest(who("renata"), "resources", "walk") == []  # no index is open yet
    await town.house.search.warm()
    assert "Data Equity Walk" in await suggest(who("renata"), "resources", "walk")
