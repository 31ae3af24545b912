"""A facilitator's words to the channel."""

from __future__ import annotations

import pytest

from bot.errors import Wait
from bot.messages import Audience, Errors, Form, Outgoing, Press
from tests.town import Town, text_of
from tests.ways import at, first_week, kept, labels, running

WORDS = "We meet on Thursday at four."


async def preview(town: Town, cohort: str, text: str = WORDS) -> Outgoing:
    form = await town.act("imani", Press("broadcasts.write", cohort))
    shown = await town.submit("imani", form, {"text": text})
    assert isinstance(shown, Outgoing), shown
    return shown


async def sent(town: Town, cohort: str, text: str = WORDS) -> Outgoing:
    done = await town.press("imani", await preview(town, cohort, text), "Send it now")
    assert isinstance(done, Outgoing)
    return done


async def a_minute_later(town: Town) -> None:
    """By the machine's clock, which counts the pauses that a platform asks for."""
    town.machine.go_on(60)
    await town.house.tick()


def public(town: Town) -> list[str]:
    return [one.text for one in town.public()]


async def test_the_preview_names_the_channel_and_its_size(town: Town) -> None:
    """Everybody in the channel, not only the members; nothing is sent yet."""
    cohort = await running(town, ["renata", "kwame"])
    shown = await preview(town, cohort)
    assert "the cohort's channel, where 7 people can read it" in shown.text
    assert "Nothing is sent yet" in shown.text
    assert shown.quotes[0].text == WORDS
    assert public(town) == []


async def test_what_was_previewed_is_sent_under_the_facilitators_name(town: Town) -> None:
    """To the channel, word for word."""
    cohort = await running(town)
    await sent(town, cohort)
    (message,) = town.public()
    assert message.text == WORDS
    assert message.note == "From Imani Brooks, facilitator"
    assert message.audience is Audience.CHANNEL


async def test_pressed_twice_it_is_sent_once(town: Town) -> None:
    """Two presses, or one that was delivered twice."""
    cohort = await running(town)
    shown = await preview(town, cohort)
    button = shown.options[0]
    for event in ("same", "same", "other"):
        await town.act("imani", Press(button.action, button.value), event=event)
    assert public(town) == [WORDS]


async def test_a_form_sent_twice_makes_one_draft(town: Town) -> None:
    """The second one is told so."""
    cohort = await running(town)
    form = await town.act("imani", Press("broadcasts.write", cohort))
    await town.submit("imani", form, {"text": WORDS})
    assert "already done" in text_of(await town.submit("imani", form, {"text": WORDS}))
    assert len(kept(town)["broadcast"]) == 1


async def test_what_is_discarded_is_neither_sent_nor_kept(town: Town) -> None:
    """A later press on Send says that it is gone."""
    cohort = await running(town)
    shown = await preview(town, cohort)
    assert "Not sent" in text_of(await town.press("imani", shown, "Do not send"))
    assert "Nothing was sent again" in text_of(await town.press("imani", shown, "Send it now"))
    assert public(town) == []
    assert not any(WORDS in row for row in kept(town)["broadcast"])


async def test_a_correction_replaces_the_message_with_a_note(town: Town) -> None:
    """The form starts from the words that were sent, and a second correction works too."""
    cohort = await running(town)
    done = await sent(town, cohort)
    for text in ("We meet on Friday at four.", "We meet on Friday at five."):
        form = await town.press("imani", done, "Correct it")
        assert isinstance(form, Form)
        assert form.fields[0].initial == town.public()[0].text
        assert "Corrected" in text_of(await town.submit("imani", form, {"text": text}))
        (message,) = town.public()
        assert message.text == text
        assert message.note.endswith("· corrected")


async def test_a_withdrawn_message_leaves_the_channel(town: Town) -> None:
    """After a correction as well; nothing of its words is kept, and it cannot be corrected any more."""
    cohort = await running(town)
    done = await sent(town, cohort)
    form = await town.press("imani", done, "Correct it")
    await town.submit("imani", form, {"text": "We meet on Friday."})
    assert "Withdrawn" in text_of(await town.press("imani", done, "Withdraw it"))
    assert public(town) == []
    assert "nothing to correct" in text_of(await town.press("imani", done, "Correct it"))
    assert isinstance(await town.submit("imani", form, {"text": "Again."}), Outgoing | Errors)
    assert public(town) == []
    assert not any("We meet" in str(row) for row in kept(town)["broadcast"])


async def test_withdrawing_twice_is_harmless(town: Town) -> None:
    """The second press finds nothing and breaks nothing."""
    cohort = await running(town)
    done = await sent(town, cohort)
    for _ in range(2):
        assert "Withdrawn" in text_of(await town.press("imani", done, "Withdraw it"))
    assert public(town) == []


async def test_a_message_withdrawn_before_it_went_out_never_goes_out(town: Town) -> None:
    """The platform had asked to wait."""
    cohort = await running(town)
    town.chat.answers_with = [Wait(30)]
    done = await sent(town, cohort)
    assert public(town) == []
    await town.press("imani", done, "Withdraw it")
    await a_minute_later(town)
    assert public(town) == []


async def test_a_message_corrected_before_it_went_out_is_still_correctable(town: Town) -> None:
    """It goes out in its new words, and a later correction is not lost."""
    cohort = await running(town)
    town.chat.answers_with = [Wait(30)]
    done = await sent(town, cohort)
    for text in ("Second words.", "Third words."):
        form = await town.press("imani", done, "Correct it")
        await town.submit("imani", form, {"text": text})
        await a_minute_later(town)
        assert public(town) == [text]


async def test_the_list_shows_what_was_sent_newest_first(town: Town) -> None:
    """Each leads to correcting and withdrawing."""
    cohort = await running(town)
    empty = await town.act("imani", Press("broadcasts.list", cohort))
    assert "Nothing has been sent" in text_of(empty)
    await sent(town, cohort, "First.")
    await at(town, town.clock.now().replace(hour=18))
    await sent(town, cohort, "Second.")
    shown = await town.act("imani", Press("broadcasts.list", cohort))
    assert labels(shown) == ["Friday 27 November: Second.", "Friday 27 November: First."]
    opened = await town.press("imani", shown, "Friday 27 November: First")
    assert labels(opened) == ["Correct it", "Withdraw it"]


@pytest.mark.parametrize("text", ["", " \n ", "\u200b", "x" * 1801, "👍" * 901])
async def test_an_empty_or_too_long_message_stays_in_its_form(town: Town, text: str) -> None:
    """With the reason, and the form can be sent again."""
    cohort = await running(town)
    form = await town.act("imani", Press("broadcasts.write", cohort))
    reply = await town.submit("imani", form, {"text": text})
    assert isinstance(reply, Errors)
    assert list(reply.fields) == ["text"]
    assert isinstance(await town.submit("imani", form, {"text": "👍" * 900}), Outgoing)


async def test_without_a_channel_the_words_stay_in_the_form(town: Town) -> None:
    """And the same form is taken once there is one."""
    made = await town.submit(
        "imani",
        await town.act("imani", Press("setup.new")),
        {"program": "leep", "name": "Draft", "start": "2026-11-30"},
    )
    assert isinstance(made, Outgoing)
    cohort = made.options[0].value
    form = await town.act("imani", Press("broadcasts.write", cohort))
    assert "no channel yet" in text_of(await town.submit("imani", form, {"text": WORDS}))
    roster = await town.act("imani", Press("setup.roster", cohort))
    await town.submit("imani", roster, {"channel": str(town.chat.channel), "members": [str(town.chat.who("renata"))]})
    assert isinstance(await town.submit("imani", form, {"text": WORDS}), Outgoing)


async def test_a_broadcast_is_not_a_prompt(town: Town) -> None:
    """Members hear of it in the channel only."""
    cohort = await first_week(town)
    before = len(town.private("renata"))
    await sent(town, cohort)
    assert len(town.private("renata")) == before
