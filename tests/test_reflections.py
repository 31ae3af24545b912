"""Writing: the form, what is saved, and what two windows or a long pause do to it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.messages import Errors, Form, Outgoing, Press, Submission
from tests.town import Town, text_of
from tests.ways import again, answers, at, entries, first_week, kept, labels, read, running, write

HOPE = "More time in real schools."
NEXT_WEEK = datetime(2026, 12, 8, 17, 0, tzinfo=UTC)


async def test_before_the_first_prompt_reflect_says_when_it_comes(town: Town) -> None:
    """An answer instead of an empty form."""
    await running(town)
    reply = await town.command("renata", "/reflect")
    assert "Your first prompt comes on Monday 30 November at 08:10" in text_of(reply)


async def test_reflect_before_start_offers_start(town: Town) -> None:
    """The command does not start anything by itself."""
    await town.found_cohort(["renata"])
    reply = await town.command("renata", "/reflect")
    assert labels(reply) == ["Start"]
    assert "Nothing has started for you" in text_of(reply)


async def test_the_prompt_opens_its_form(town: Town) -> None:
    """Prompt, minutes and readers stand above at most five fields, of which one is required."""
    await first_week(town)
    prompt = town.prompt("renata")
    form = await town.press("renata", prompt, "Reflect privately")
    assert isinstance(form, Form)
    assert len(form.fields) <= 5
    assert [one.required for one in form.fields].count(True) == 1
    assert prompt.text in form.intro
    assert "About 5 minutes" in form.intro
    assert "Only you, unless you choose to share it." in form.intro


@pytest.mark.parametrize("words", ["Reflection of mine.", "Ⅻ mülti—ligne\nnext line", "مرحبا بالعالم"])
async def test_what_was_written_is_what_is_read(town: Town, words: str) -> None:
    """Any language, exactly as it was typed."""
    await first_week(town)
    receipt = await write(town, "renata", hope=words)
    assert "Saved." in receipt.text
    assert "Only you see it" in receipt.text
    assert words not in text_of(receipt)
    assert words in text_of(await town.press("renata", receipt, "Read it again"))


async def test_the_same_form_sent_twice_is_kept_once(town: Town) -> None:
    """A double click brings the first receipt again."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    first = await town.submit("renata", form, answers(form, hope=HOPE))
    second = await town.submit("renata", form, answers(form, hope=HOPE))
    assert first == second
    assert len(await entries(town, "renata")) == 1


async def test_two_windows_with_the_same_words_make_one_entry(town: Town) -> None:
    """Two tabs are not two answers."""
    await first_week(town)
    one, other = await town.command("renata", "/reflect"), await town.command("renata", "/reflect")
    first = await town.submit("renata", one, answers(one, hope=HOPE))
    assert await town.submit("renata", other, answers(other, hope=HOPE)) == first
    assert len(await entries(town, "renata")) == 1


async def test_two_windows_with_different_words_keep_both(town: Town) -> None:
    """Neither text replaces the other, and the receipt says so."""
    await first_week(town)
    one, other = await town.command("renata", "/reflect"), await town.command("renata", "/reflect")
    await town.submit("renata", one, answers(one, hope=HOPE))
    receipt = await town.submit("renata", other, answers(other, hope="Another hope."))
    assert "your journal now holds both" in text_of(receipt)
    found = [await read(town, "renata", entry) for entry in await entries(town, "renata")]
    assert len(found) == 2
    assert any(HOPE in text for text in found)
    assert any("Another hope." in text for text in found)


async def test_two_windows_changing_one_entry_keep_both(town: Town) -> None:
    """The second change does not silently replace the first."""
    await first_week(town)
    await write(town, "renata", hope=HOPE)
    one, other = await town.command("renata", "/reflect"), await town.command("renata", "/reflect")
    await town.submit("renata", one, {"hope": "Changed on the phone."})
    receipt = await town.submit("renata", other, {"hope": "Changed on the laptop."})
    assert "your journal now holds both" in text_of(receipt)
    found = "".join([await read(town, "renata", entry) for entry in await entries(town, "renata")])
    assert "Changed on the phone." in found
    assert "Changed on the laptop." in found


async def test_coming_back_shows_ones_own_words_in_the_form(town: Town) -> None:
    """An entry is changed, not answered a second time."""
    await first_week(town)
    await write(town, "renata", hope=HOPE)
    form = await town.press("renata", town.prompt("renata"), "Reflect privately")
    assert isinstance(form, Form)
    assert {one.name: one.initial for one in form.fields}["hope"] == HOPE
    receipt = await town.submit("renata", form, {"hope": "Changed."})
    assert "Your change is saved" in text_of(receipt)
    (entry,) = await entries(town, "renata")
    text = await read(town, "renata", entry)
    assert "Changed." in text
    assert HOPE not in text


async def test_a_form_with_a_mistake_stays_open_and_makes_no_entry(town: Town) -> None:
    """The problem stands beside its field; the corrected form is then taken."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    assert isinstance(form, Form)
    required = next(one.name for one in form.fields if one.required)
    reply = await town.submit("renata", form, {"hope": HOPE})
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [required]
    assert await entries(town, "renata") == []
    await town.submit("renata", form, answers(form, hope=HOPE))
    assert len(await entries(town, "renata")) == 1


async def test_a_form_left_open_while_the_week_ends_is_saved_for_its_own_week(town: Town) -> None:
    """Next week's submission answers last week's prompt."""
    await first_week(town)
    form = await town.command("renata", "/reflect")
    await at(town, NEXT_WEEK)
    receipt = await town.submit("renata", form, answers(form, hope=HOPE))
    assert isinstance(receipt, Outgoing)
    assert receipt.title == "Arrive and settle in"
    now = await town.command("renata", "/reflect")
    assert isinstance(now, Form)
    assert now.title == "Week 1 · My values at work"


async def test_the_different_prompt_has_the_same_fields(town: Town) -> None:
    """Another way into the same week."""
    await first_week(town)
    prompt = town.prompt("renata")
    usual = await town.press("renata", prompt, "Reflect privately")
    other = await town.press("renata", prompt, "A different prompt")
    assert isinstance(usual, Form)
    assert isinstance(other, Form)
    assert usual.fields == other.fields
    assert prompt.text not in other.intro
    await town.submit("renata", other, answers(other, hope=HOPE))
    assert len(await entries(town, "renata")) == 1


async def test_the_button_in_the_channel_opens_the_form_for_who_presses(town: Town) -> None:
    """For whom a private message does not reach."""
    cohort = await first_week(town)
    (announcement,) = town.public()
    form = await town.press("kwame", announcement, "Reflect privately", channel=True)
    assert isinstance(form, Form)
    assert form.value.startswith(f"{cohort}:0")


async def test_the_button_in_the_channel_refuses_who_is_not_a_member(town: Town) -> None:
    """A facilitator who is no member has nothing to answer."""
    await first_week(town)
    reply = await town.press("imani", town.public()[0], "Reflect privately", channel=True)
    assert "for the members of its cohort" in text_of(reply)


async def test_who_left_meanwhile_loses_no_text(town: Town) -> None:
    """The form stays open with the reason, so the words can be copied."""
    cohort = await first_week(town)
    form = await town.command("renata", "/reflect")
    await town.act("renata", Press("pausing.leave", cohort))
    reply = await town.submit("renata", form, answers(form, hope=HOPE))
    assert isinstance(reply, Errors)
    assert "nothing was saved" in text_of(reply)


async def test_who_left_can_still_change_what_they_wrote(town: Town) -> None:
    """The journal stays its writer's."""
    cohort = await first_week(town)
    await write(town, "renata", hope=HOPE)
    await town.act("renata", Press("pausing.leave", cohort))
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    await town.submit("renata", form, {"hope": "Changed after leaving."})
    assert "Changed after leaving." in await read(town, "renata", entry)


async def test_a_change_of_a_deleted_entry_is_refused_with_the_text_still_there(town: Town) -> None:
    """Deleted in one window, changed in the other."""
    await first_week(town)
    await write(town, "renata", hope=HOPE)
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    await town.act("renata", Press("journal.delete", entry))
    reply = await town.submit("renata", form, {"hope": "Too late."})
    assert isinstance(reply, Errors)
    assert "Your text is still here" in text_of(reply)
    assert await entries(town, "renata") == []


async def test_another_members_form_changes_nothing(town: Town) -> None:
    """A form's value names an entry; only its writer can change it."""
    await first_week(town)
    await write(town, "renata", hope=HOPE)
    form = await town.command("renata", "/reflect")
    before = kept(town, "person", "account")
    reply = await town.act("kwame", again(form, {"hope": "Stolen."}))
    assert isinstance(reply, Errors)
    assert kept(town, "person", "account") == before


async def test_earlier_words_come_back_inside_the_form_only(town: Town) -> None:
    """Week 7 shows the values statement of week 1 to its writer, in the form."""
    await first_week(town)
    await at(town, datetime(2026, 12, 8, 17, 0, tzinfo=UTC))
    await write(town, "renata", statement="I stand for patience.")
    await at(town, datetime(2027, 1, 19, 17, 0, tzinfo=UTC))
    assert "patience" not in text_of(town.prompt("renata"))
    form = await town.command("renata", "/reflect")
    assert isinstance(form, Form)
    assert form.title.startswith("Week 7")
    assert "You wrote earlier: I stand for patience." in text_of(form)
    assert "patience" not in text_of(await town.command("kwame", "/reflect"))


async def test_what_follows_the_command_is_not_kept(town: Town) -> None:
    """Words typed after /reflect in a channel open the form and go nowhere."""
    await first_week(town)
    before = kept(town)
    form = await town.command("renata", "/reflect my colleague said a hard thing", channel=True)
    assert isinstance(form, Form)
    assert "hard thing" not in text_of(form)
    assert kept(town) == before


@pytest.mark.parametrize("value", ["", "x", "a:b:c:d", "{cohort}:99:", "{cohort}:-1:", "{cohort}:²:", "{cohort}::"])
async def test_a_form_with_an_altered_value_saves_nothing(town: Town, value: str) -> None:
    """The reply names the problem and the words stay in the form."""
    cohort = await first_week(town)
    form = await town.command("renata", "/reflect")
    assert isinstance(form, Form)
    altered = Submission(form.id, form.action, value.format(cohort=cohort), answers(form, hope=HOPE))
    assert isinstance(await town.act("renata", altered), Errors)
    assert await entries(town, "renata") == []
