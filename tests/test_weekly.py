"""A member's weeks: prompt, step, reminder, skip, silence, and what never stands in a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Form, Outgoing, Press
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, MEMBERS, answers, at, delivered, entries, first_week, jump, kept, labels, write

WEEK = timedelta(weeks=1)
STEP = "When I open the papers, I will count the voices."


def steps(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if one.text.startswith("You set yourself a step")]


def reminders(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if one.text.startswith("This prompt is still open")]


async def skip(town: Town, who: str, message: Outgoing | None = None) -> str:
    return text_of(await town.press(who, message or town.prompt(who), "Skip this one"))


# --- a move to another zone ------------------------------------------------------------------------


async def test_a_move_to_the_west_takes_no_unit_back_and_brings_none_again(town: Town) -> None:
    """Monday's prompt came in Auckland; in Honolulu that hour is still to come."""
    await first_week(town, ["aroha", "kwame"])
    await at(town, datetime(2026, 12, 6, 21, 0, tzinfo=UTC))  # Monday in Auckland, Sunday in Honolulu
    assert "My values at work" in town.prompt("aroha").title
    form = await town.press("aroha", await town.command("aroha", "/cohort"), "Zone")
    saved = await town.submit("aroha", form, {"zone": "Pacific/Honolulu"})
    assert "Monday 14 December" in text_of(saved)
    assert "My values at work" in text_of(await town.command("aroha", "/reflect"))
    now, coming = text_of(await town.command("aroha", "/cohort")).split("Your next prompts:")
    assert "My values at work (open)" in now
    coming, _, _ = coming.partition("\n\n")  # below the prompt of now stands whole
    assert "My values at work" not in coming
    await at(town, FIRST_WEEK + WEEK)
    assert len([m for m in town.private("aroha") if "My values at work" in m.title]) == 1


# --- the prompt ------------------------------------------------------------------------------------


async def test_the_prompt_comes_in_each_members_own_morning(town: Town) -> None:
    """Auckland is first and Honolulu last, and each gets it once."""
    await first_week(town)
    order = [one.address.id for one in town.chat.delivered if one.outgoing.title == "Arrive and settle in"]
    assert [one for one in order if one in MEMBERS] == [
        "aroha",
        "kwame",
        "thanh-mai",
        "renata",
        "yusuf",
        "leilani",
    ]


async def test_the_channel_hears_once_a_week_that_a_prompt_is_here(town: Town) -> None:
    """The announcement says that the form is private."""
    await first_week(town)
    (announcement,) = town.public()
    assert "what you write is shown to you alone" in announcement.note
    await at(town, FIRST_WEEK + WEEK)
    assert len(town.public()) == 2


async def test_the_prompt_says_minutes_readers_and_its_buttons(town: Town) -> None:
    """Everything a busy person needs to decide."""
    await first_week(town)
    prompt = town.prompt("renata")
    assert "About 5 minutes." in prompt.note
    assert "Who can read it? Only you" in prompt.note
    above = ["Reflect privately", "A different prompt", "Think, store nothing"]
    assert labels(prompt) == [*above, "Skip this one", "Something to read"]
    assert len(prompt.text.split()) <= 60


@pytest.mark.model
async def test_something_to_read_shows_the_linked_entries(town: Town) -> None:
    """Each with its source, and more behind a button."""
    await first_week(town)
    reading = await town.press("renata", town.prompt("renata"), "Something to read")
    assert isinstance(reading, Outgoing)
    assert len(reading.quotes) == 2
    assert all(quote.title and quote.as_of for quote in reading.quotes)
    more = await town.press("renata", reading, "More:")
    assert isinstance(more, Outgoing)
    assert more.quotes[0].text.startswith(reading.quotes[0].text)


# --- skipping and reminding ------------------------------------------------------------------------


async def test_one_reminder_comes_and_no_second(town: Town) -> None:
    """Two days later, without sound, and never again for this prompt."""
    await first_week(town)
    await at(town, FIRST_WEEK + timedelta(days=2))
    (reminder,) = reminders(town, "renata")
    assert reminder.quiet
    assert "This is the only reminder" in reminder.note
    await at(town, FIRST_WEEK + timedelta(days=5))
    assert len(reminders(town, "renata")) == 1


async def test_an_answer_or_a_skip_cancels_the_reminder(town: Town) -> None:
    """Whoever acted is not asked again."""
    await first_week(town)
    await write(town, "renata")
    assert "Skipped. No reason needed" in await skip(town, "kwame")
    await at(town, FIRST_WEEK + timedelta(days=5))
    assert reminders(town, "renata") == []
    assert reminders(town, "kwame") == []
    assert len(reminders(town, "yusuf")) == 1


async def test_who_skipped_can_still_answer(town: Town) -> None:
    """A skip closes nothing."""
    await first_week(town)
    await skip(town, "renata")
    receipt = await write(town, "renata", hope="I had time after all.")
    assert "Saved" in receipt.text
    assert len(await entries(town, "renata")) == 1


async def test_skipping_after_an_answer_keeps_the_answer(town: Town) -> None:
    """The button says that there is nothing to skip."""
    await first_week(town)
    await write(town, "renata", hope="Kept.")
    assert "You have answered this one already" in await skip(town, "renata")
    assert len(await entries(town, "renata")) == 1


async def test_skip_from_home_names_the_prompt_first(town: Town) -> None:
    """/cohort, skip, and a second press on the named prompt."""
    cohort = await first_week(town)
    asked = await town.act("renata", Press("pausing.skip", cohort))
    assert "Arrive and settle in" in text_of(asked)
    assert "Skipped" in text_of(await town.press("renata", asked, "Skip it"))


# --- the step --------------------------------------------------------------------------------------


async def test_next_week_asks_for_the_step_without_a_word_of_it(town: Town) -> None:
    """The words stay out of the message, which a lock screen may show."""
    await first_week(town)
    await write(town, "renata", step=STEP)
    await at(town, FIRST_WEEK + WEEK)
    (asked,) = steps(town, "renata")
    assert labels(asked) == ["Show it to me", "Done", "Partly", "Not yet", "Changed my mind"]
    assert STEP not in delivered(town)
    assert steps(town, "kwame") == []
    titles = [one.title or one.text[:12] for one in town.private("renata")]
    assert titles[-2:] == ["You set your", "Week 1 · My values at work"]


async def test_the_step_is_shown_to_its_writer_alone(town: Town) -> None:
    """The same button in other hands shows nothing."""
    await first_week(town)
    await write(town, "renata", step=STEP)
    await at(town, FIRST_WEEK + WEEK)
    button = steps(town, "renata")[0].options[0]
    assert STEP in text_of(await town.act("renata", Press(button.action, button.value)))
    for other in ("kwame", "imani"):
        assert STEP not in text_of(await town.act(other, Press(button.action, button.value)))


@pytest.mark.parametrize(
    ("label", "asked_again"), [("Done", False), ("Partly", True), ("Not yet", True), ("Changed my mind", False)]
)
async def test_the_outcome_decides_whether_the_step_comes_up_again(town: Town, label: str, asked_again: bool) -> None:
    """Done and changed are finished; the other two may come up once more."""
    await first_week(town)
    await write(town, "renata", step=STEP)
    await at(town, FIRST_WEEK + WEEK)
    assert "Noted" in text_of(await town.press("renata", steps(town, "renata")[0], label))
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert (len(steps(town, "renata")) == 2) is asked_again


async def test_an_outcome_survives_an_edit_that_leaves_the_step_alone(town: Town) -> None:
    """Correcting a word elsewhere does not open the step again."""
    await first_week(town)
    await write(town, "renata", step=STEP, hope="First.")
    await at(town, FIRST_WEEK + WEEK)
    await town.press("renata", steps(town, "renata")[0], "Done")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    await town.submit("renata", form, {"hope": "Corrected."})
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert len(steps(town, "renata")) == 1


async def test_a_new_step_opens_again(town: Town) -> None:
    """An edit of the step itself is a new step."""
    await first_week(town)
    await write(town, "renata", step=STEP)
    await at(town, FIRST_WEEK + WEEK)
    await town.press("renata", steps(town, "renata")[0], "Done")
    (entry,) = await entries(town, "renata")
    form = await town.act("renata", Press("journal.edit", entry))
    await town.submit("renata", form, {"step": "When it rains, I will walk."})
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert len(steps(town, "renata")) == 2


async def test_a_second_window_without_a_step_does_not_drop_the_first_ones(town: Town) -> None:
    """The step belongs to the week, and one of its two entries still holds it."""
    await first_week(town)
    one, other = await town.command("renata", "/reflect"), await town.command("renata", "/reflect")
    await town.submit("renata", one, answers(one, step=STEP))
    await town.submit("renata", other, answers(other, hope="No step here."))
    await at(town, FIRST_WEEK + WEEK)
    assert len(steps(town, "renata")) == 1


async def test_a_deleted_step_is_not_asked_for(town: Town) -> None:
    """Nor does an old button bring it back."""
    cohort = await first_week(town)
    await write(town, "renata", step=STEP)
    (entry,) = await entries(town, "renata")
    await town.act("renata", Press("journal.delete", entry))
    reply = await town.act("renata", Press("weekly.outcome", f"{cohort}:0:partly"))
    assert "no longer in your journal" in text_of(reply)
    await at(town, FIRST_WEEK + WEEK)
    assert steps(town, "renata") == []


# --- silence ---------------------------------------------------------------------------------------


async def test_two_silent_weeks_bring_one_gentle_question(town: Town) -> None:
    """Once, with ways out, and not a second time while nothing is said."""
    await first_week(town)
    for week in (1, 2, 3, 4):
        await at(town, FIRST_WEEK + week * WEEK)
    asked = [one for one in town.private("renata") if "What would help?" in one.text]
    assert len(asked) == 1
    assert labels(asked[0]) == [
        "Pause for two weeks",
        "Change day or hour",
        "Stop the prompts",
        "Keep them coming",
    ]
    assert isinstance(await town.press("renata", asked[0], "Change day"), Form)
    assert "Paused" in text_of(await town.press("renata", asked[0], "Pause"))
    before = len(town.private("renata"))
    await at(town, FIRST_WEEK + 5 * WEEK)
    assert len(town.private("renata")) == before


# --- the long walk ---------------------------------------------------------------------------------


@pytest.mark.slow
async def test_no_message_ever_carries_words_that_a_member_wrote(town: Town) -> None:
    """Seven weeks of writing, sharing, noting and asking: no canary in anything that was delivered."""
    await first_week(town)
    for week in range(9):
        await at(town, FIRST_WEEK + week * WEEK)
        for who in ("renata", "kwame"):
            form = await town.command(who, "/reflect")
            assert isinstance(form, Form)
            words = {one.name: f"canary {one.name} {week}" for one in form.fields if one.kind == "text"}
            await town.submit(who, form, answers(form, **words))
        asked = await town.say("renata", f"a canary thought {week}")
        await town.press("renata", asked, "Save privately")
    newest = (await entries(town, "kwame"))[0]
    form = await town.act("kwame", Press("sharing.choose", newest))
    await town.press("kwame", await town.submit("kwame", form, {"audience": "cohort"}), "Share it")
    form = await town.act("kwame", Press("requests.open"))
    assert isinstance(form, Form)
    await town.submit("kwame", form, {"whom": form.fields[0].choices[0][0], "text": "a canary question"})
    await at(town, FIRST_WEEK + 12 * WEEK)
    assert "canary" in text_of(await town.act("kwame", Press("journal.read", newest)))
    assert len(town.chat.delivered) > 100
    assert "canary" not in delivered(town)


@pytest.mark.parametrize("action", ["skip", "reading", "show-step", "outcome"])
@pytest.mark.parametrize("who", ["yusuf", "imani"])
async def test_a_weeks_buttons_do_nothing_for_who_is_not_in_the_cohort(town: Town, action: str, who: str) -> None:
    """Neither for a stranger nor for the facilitator."""
    cohort = await first_week(town, ["renata"])
    await write(town, "renata", step=STEP)
    before = kept(town, "person", "account")
    reply = text_of(await town.act(who, Press(f"weekly.{action}", f"{cohort}:0:done")))
    assert "for the members of its cohort" in reply
    assert kept(town, "person", "account") == before


@pytest.mark.parametrize("number", ["99", "-1", "--1", "²", "9" * 5000, "1 ", "", "0x1"])
async def test_a_button_for_a_week_that_does_not_exist_changes_nothing(town: Town, number: str) -> None:
    """An altered value is answered, and marks nothing as done."""
    cohort = await first_week(town, ["renata"])
    before = kept(town)
    for action in ("skip", "reading", "show-step", "outcome"):
        reply = await town.act("renata", Press(f"weekly.{action}", f"{cohort}:{number}:done"))
        assert "out of date" in text_of(reply)
    assert kept(town) == before


async def test_a_house_that_was_away_brings_no_backlog(town: Town) -> None:
    """A machine that slept for three weeks sends this week's prompt and none of those before."""
    await first_week(town)
    before = len(town.private("renata"))
    await jump(town, datetime(2026, 12, 22, 17, 0, tzinfo=UTC))  # three weeks
    new = [one.title for one in town.private("renata")[before:] if one.title]
    assert new == ["Week 3 · More than one story"]
