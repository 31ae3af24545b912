"""Asking a person: the asker chooses whom, and sees every word before it is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from bot import retention
from bot.messages import Errors, Form, Outgoing, Press, Reply
from bot.store import people
from tests.town import Town, text_of
from tests.ways import delivered, first_week, kept, labels

WORDS = "May I talk with you about my district?"


async def form_of(town: Town, who: str = "renata") -> Form:
    form = await town.act(who, Press("requests.open"))
    assert isinstance(form, Form)
    return form


async def ask(town: Town, text: str = WORDS) -> Reply:
    form = await form_of(town)
    return await town.submit("renata", form, {"whom": form.fields[0].choices[0][0], "text": text})


async def test_the_asker_chooses_among_named_people(town: Town) -> None:
    """Facilitators of her cohorts, with their role; the form says who can read it."""
    await first_week(town)
    form = await form_of(town)
    assert [label for _, label in form.fields[0].choices] == ["Imani Brooks, facilitator of Sample cohort"]
    assert "Only the person you choose can read it here" in form.intro
    assert form.fields[0].initial == ""


async def test_without_a_cohort_there_is_still_somebody(town: Town) -> None:
    """Who looks after the bot."""
    form = await form_of(town, "yusuf")
    assert [label for _, label in form.fields[0].choices] == ["Imani Brooks, who looks after this bot"]


async def test_whoever_would_rather_not_ask_the_only_person_reads_of_others(town: Town) -> None:
    """The organization's own people from the settings; with a second person to choose, nothing of it."""
    cohort = await first_week(town)
    assert "Would you rather ask somebody else?" in (await form_of(town)).intro
    assert "• The town's nurse: knock at the blue door." in (await form_of(town)).intro
    form = await town.act("imani", Press("setup.add-leader", cohort))
    await town.submit("imani", form, {"whom": [str(town.chat.who("yusuf"))]})
    assert "Would you rather" not in (await form_of(town)).intro
    assert "knock at the blue door" not in (await form_of(town)).intro


async def test_nobody_is_offered_themselves(town: Town) -> None:
    """The only facilitator has nobody to ask here, and reads of the people outside."""
    told = text_of(await town.act("imani", Press("requests.open")))
    assert "nobody here yet" in told
    assert "These people are outside of this bot, and hear of nothing from me:\n\n• The town's nurse" in told


async def test_the_words_open_for_the_chosen_person_alone(town: Town) -> None:
    """The notice carries none of them."""
    await first_week(town)
    assert "Sent to Imani Brooks" in text_of(await ask(town))
    notice = town.private("imani")[-1]
    assert WORDS not in delivered(town)
    assert "Renata" not in text_of(notice)
    opened = await town.press("imani", notice, "Read it")
    assert "Renata Aguilar asked you" in text_of(opened)
    assert WORDS in text_of(opened)
    for other in ("kwame", "renata"):
        assert "belongs to somebody else" in text_of(await town.press(other, notice, "Read it"))


async def test_done_tells_the_asker_once(town: Town) -> None:
    """And the question leaves the list."""
    await first_week(town)
    await ask(town)
    waiting = await town.act("imani", Press("requests.list"))
    assert labels(waiting) == ["Renata Aguilar, Tuesday 1 December"]
    opened = await town.press("imani", waiting, "Renata Aguilar")
    for _ in range(2):
        await town.press("imani", opened, "I have answered")
    assert [one.text for one in town.private("renata")].count(
        "The person you asked says that they have answered you."
    ) == 1
    assert "No question is waiting" in text_of(await town.act("imani", Press("requests.list")))


async def test_a_strangers_done_changes_nothing(town: Town) -> None:
    """Nobody else can close a question."""
    await first_week(town)
    await ask(town)
    button = town.private("imani")[-1].options[0]
    before = kept(town)["request"]
    assert "othing was changed" in text_of(await town.act("kwame", Press("requests.done", button.value)))
    assert kept(town)["request"] == before


async def test_the_same_form_asks_once(town: Town) -> None:
    """A double click does not send two."""
    await first_week(town)
    form = await form_of(town)
    for _ in range(2):
        await town.submit("renata", form, {"whom": form.fields[0].choices[0][0], "text": WORDS})
    assert len(kept(town)["request"]) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"whom": "", "text": WORDS}, "whom"),
        ({"whom": "somebody:else", "text": WORDS}, "whom"),
        ({"text": ""}, "text"),
        ({"text": " \u200b\n"}, "text"),
        ({"text": "x" * 3001}, "text"),
        ({"text": "👍" * 1501}, "text"),
    ],
)
async def test_a_form_that_cannot_be_sent_stays_open(town: Town, values: dict[str, str], field: str) -> None:
    """The reason stands beside the field, and the corrected form is taken."""
    await first_week(town)
    form = await form_of(town)
    whom = form.fields[0].choices[0][0]
    reply = await town.submit("renata", form, {"whom": whom} | values)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]
    assert kept(town)["request"] == []
    assert isinstance(await town.submit("renata", form, {"whom": whom, "text": WORDS}), Outgoing)


@pytest.mark.parametrize(
    "text", ["@everyone", "<script>alert(1)</script>", "\u202etxt.exe", "with\x00nul", "half \ud800"]
)
async def test_strange_words_arrive_as_words(town: Town, text: str) -> None:
    """What no screen can show is left out; the rest is not interpreted."""
    await first_week(town)
    await ask(town, text)
    opened = text_of(await town.press("imani", town.private("imani")[-1], "Read it"))
    assert text.replace("\x00", "").replace("\ud800", "\ufffd") in opened


# --- whose owner has left ----------------------------------------------------------------------------


async def put_to_kwame(town: Town) -> str:
    """Kwame leads the cohort too, and Renata asks him; returns the id of her question."""
    cohort = await first_week(town)
    with town.house.store.begin() as tx:
        kwame = people.known(tx, town.chat.who("kwame"))
        assert kwame is not None
        people.grant(tx, kwame.tenant, cohort, kwame.person, people.FACILITATOR)
    form = await form_of(town)
    assert "Should they leave before they have answered, it goes to Imani Brooks, who looks after" in form.intro
    whom = next(value for value, label in form.fields[0].choices if label.startswith("Kwame"))
    await town.submit("renata", form, {"whom": whom, "text": WORDS})
    return str(town.private("kwame")[-1].options[0].value)


def kwames(town: Town) -> tuple[str, str]:
    with town.house.store.engine.connect() as tx:
        kwame = people.known(tx, town.chat.who("kwame"))
    assert kwame is not None
    return kwame.tenant, kwame.person


async def hands_over(town: Town) -> None:
    tenant, kwame = kwames(town)
    with town.house.store.begin() as tx:
        (led,) = (row for row in kept(town)["role"] if row[2] == kwame)
        people.revoke(tx, tenant, led[1], kwame, people.FACILITATOR)


async def is_erased(town: Town) -> None:
    await town.house.services.forgetting.forget(*kwames(town))


async def leaves_the_workspace(town: Town) -> None:
    services = town.house.services
    await services.store.write(retention.after_leaving, town.chat.who("kwame"), town.machine(), services.keeping)


@pytest.mark.parametrize("goes", [hands_over, is_erased, leaves_the_workspace])
async def test_a_question_whose_owner_has_left_goes_to_the_director(
    town: Town, goes: Callable[[Town], Awaitable[None]]
) -> None:
    """Once; it opens for her alone from then on, and the asker is told without a word of it."""
    which = await put_to_kwame(town)
    before = len(town.private("imani"))
    await goes(town)
    for _ in range(3):
        await town.house.tick()
    (notice,) = town.private("imani")[before:]
    assert WORDS in text_of(await town.press("imani", notice, "Read it"))
    told = [one for one in town.private("renata") if "is not here any more" in one.text]
    assert len(told) == 1
    assert WORDS not in delivered(town)
    assert WORDS not in text_of(await town.act("kwame", Press("requests.read", which)))


async def test_a_question_that_was_answered_goes_nowhere(town: Town) -> None:
    """There is nothing left to do."""
    which = await put_to_kwame(town)
    await town.act("kwame", Press("requests.done", which))
    before = len(town.private("imani"))
    await hands_over(town)
    await town.house.tick()
    assert len(town.private("imani")) == before
