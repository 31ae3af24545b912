"""Requests that a program offers: a short form, one owner, a promised day, and that they are followed to the answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import Errors, Form, Outgoing, Press, Reply
from bot.store import cohorts
from tests.town import Town, open_town, text_of
from tests.ways import at, delivered, kept, labels, stranger

WORDS = "I keep putting off one hard talk."


@pytest.fixture
async def qualities(tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    """A program with coaches; Aroha coaches, and is no member."""
    async with open_town(tmp_path, index_folder) as town:
        await town.found_cohort(["renata", "kwame"], program="lee")
        await town.until("day")
        await town.start("renata", "kwame")
        yield town


async def coaches(town: Town, button: str, who: str = "aroha") -> Reply:
    people = await town.press("imani", await town.command("imani", "/facilitate"), "People")
    form = await town.press("imani", await town.press("imani", people, "Coaches"), button)
    return await town.submit("imani", form, {"whom": [str(town.chat.who(who))]})


async def page(town: Town, who: str) -> Outgoing:
    found = await town.press(who, await town.command(who, "/cohort"), "Ask for something")
    assert isinstance(found, Outgoing)
    return found


async def ask(town: Town, who: str = "renata") -> Reply:
    form = await town.press(who, await page(town, who), "A talk with a coach")
    return await town.submit(who, form, {"about": WORDS, "times": "Fridays"})


async def test_a_request_is_followed_from_the_form_to_the_answer(qualities: Town) -> None:
    """Before sending she reads who answers and by when; it opens for the coach alone; each step is told once."""
    town = qualities
    await coaches(town, "Add a coach")
    form = await town.press("renata", await page(town, "renata"), "A talk with a coach")
    assert isinstance(form, Form)
    assert "Aroha Ngata, coach can read it here, with your name, and nobody else." in form.intro
    assert "within 5 days, from a person" in form.intro
    assert [one.name for one in form.fields] == ["about", "times"]
    sent = await town.submit("renata", form, {"about": WORDS})
    assert "An answer comes by Wednesday 2 December" in text_of(sent)
    assert "Wednesday 2 December" in text_of(await page(town, "renata"))
    notice = town.private("aroha")[-1]
    opened = await town.press("aroha", notice, "Read it")
    assert isinstance(opened, Outgoing)
    assert opened.title == "A talk with a coach"
    assert opened.quotes[0].text == f"What would you like to talk about?\n{WORDS}"
    assert "Please answer them in a private message by Wednesday 2 December." in opened.text
    for other in ("imani", "kwame"):
        assert WORDS not in text_of(await town.press(other, notice, "Read it"))
    assert WORDS not in text_of(await stranger(town, Press("requests.read", notice.options[0].value)))
    for _ in range(2):
        await town.press("aroha", opened, "I take it up")
    told = [one.text for one in town.private("renata") if one.text.startswith("What you asked for was taken up")]
    assert len(told) == 1
    assert "taken up. An answer comes by" in text_of(await page(town, "renata"))
    (label,) = labels(await town.act("aroha", Press("requests.list")))
    assert label == "Renata Aguilar, by Wednesday 2 December, taken up: A talk with a coach"
    await town.press("aroha", opened, "I have answered")
    await town.press("aroha", opened, "I take it up")  # an old button
    assert "answered." in text_of(await page(town, "renata"))
    assert WORDS not in delivered(town)


async def test_whoever_owes_an_answer_is_reminded_once_and_whoever_gave_it_is_not(qualities: Town) -> None:
    """On the promised day, in the morning of the owner."""
    town = qualities
    await ask(town, "renata")
    await ask(town, "kwame")
    first = town.private("imani")[-2]
    await town.press("imani", await town.press("imani", first, "Read it"), "I have answered")
    await at(town, town.clock.now() + timedelta(days=9))
    owed = [one for one in town.private("imani") if "promised for today" in one.text]
    assert len(owed) == 1
    assert "Kwame Osei-Tutu" in text_of(await town.press("imani", owed[0], "Read it"))


async def test_where_nobody_has_the_role_it_goes_to_a_facilitator_who_is_named_before(qualities: Town) -> None:
    """And when a coach was named while the form was open, nothing is sent to whom she was not shown."""
    town = qualities
    form = await town.press("renata", await page(town, "renata"), "A talk with a coach")
    assert "Imani Brooks, facilitator can read it here" in text_of(form)
    await coaches(town, "Add a coach")
    said = await town.submit("renata", form, {"about": WORDS})
    assert isinstance(said, Errors)
    assert "Somebody else answers this now. Nothing was sent" in text_of(said)
    assert kept(town)["request"] == []


async def test_two_who_could_answer_are_chosen_between_and_an_empty_form_stays_open(qualities: Town) -> None:
    """Nobody is chosen for her, and what is missing is said beside its field."""
    town = qualities
    await coaches(town, "Add a coach")
    await coaches(town, "Add a coach", "yusuf")
    form = await town.press("renata", await page(town, "renata"), "A talk with a coach")
    assert isinstance(form, Form)
    assert {label for _, label in form.fields[0].choices} == {"Aroha Ngata, coach", "Yusuf Demirci, coach"}
    assert list(getattr(await town.submit("renata", form, {"about": WORDS}), "fields", ())) == ["whom"]
    whom = form.fields[0].choices[0][0]
    assert list(getattr(await town.submit("renata", form, {"whom": whom}), "fields", ())) == ["about"]
    assert kept(town)["request"] == []
    await town.submit("renata", form, {"whom": whom, "about": WORDS})
    assert len(kept(town)["request"]) == 1


async def test_what_waits_for_a_coach_who_ends_goes_on_to_somebody(qualities: Town) -> None:
    """Also what they had taken up; they open it no more, and the asker hears of it."""
    town = qualities
    await coaches(town, "Add a coach")
    await ask(town)
    opened = await town.press("aroha", town.private("aroha")[-1], "Read it")
    await town.press("aroha", opened, "I take it up")
    await coaches(town, "Remove a coach")
    for _ in range(3):
        await town.house.tick()
    assert WORDS in text_of(await town.press("imani", town.private("imani")[-1], "Read it"))
    assert WORDS not in text_of(await town.press("aroha", town.private("aroha")[-1], "Read it"))
    assert len([one for one in town.private("renata") if "is not here any more" in one.text]) == 1


async def test_a_coach_gets_no_way_into_what_facilitators_see(qualities: Town) -> None:
    """No counts, no people, no prompts: the role answers requests and nothing else."""
    town = qualities
    await coaches(town, "Add a coach")
    assert "This is for facilitators" in text_of(await town.command("aroha", "/facilitate"))
    with town.house.store.begin() as tx:
        (cohort,) = cohorts.running(tx)
    for action in ("facilitation.home", "facilitation.ratings", "setup.people", "coaching.page", "coaching.add"):
        assert "othing" in text_of(await town.act("aroha", Press(action, cohort.cohort)))
