"""A facilitator's home: counts without names, and changes to what is still to come."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Errors, Form, Outgoing, Press, Reply
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, MEMBERS, at, first_week, jump, kept, labels, running, write

WEEK = timedelta(weeks=1)


async def home(town: Town) -> Outgoing:
    reply = await town.command("imani", "/facilitate")
    assert isinstance(reply, Outgoing)
    return reply


async def change(town: Town, cohort: str, number: int, what: str, day: str = "") -> Reply:
    form = await town.act("imani", Press("facilitation.change", f"{cohort}:{number}"))
    return await town.submit("imani", form, {"what": what, **({"day": day} if day else {})})


# --- counts ----------------------------------------------------------------------------------------


async def test_counts_are_hidden_for_fewer_than_five(town: Town) -> None:
    """Four people who know each other could work out who is silent."""
    await first_week(town, MEMBERS[:4])
    await write(town, "renata")
    text = text_of(await home(town))
    assert "Too few people to show a count." in text
    assert "answered or skipped" not in text


async def test_counts_are_shown_from_five_and_a_skip_counts_like_an_answer(town: Town) -> None:
    """Nobody can tell one from the other."""
    cohort = await first_week(town, MEMBERS[:5])
    assert "0 of 5 answered or skipped." in text_of(await home(town))
    await write(town, "renata")
    assert "1 of 5 answered or skipped." in text_of(await home(town))
    await town.act("kwame", Press("weekly.skip", f"{cohort}:0"))
    assert "2 of 5 answered or skipped." in text_of(await home(town))


async def test_only_who_started_is_counted(town: Town) -> None:
    """Five started of six invited."""
    await town.found_cohort()
    await town.until("day")
    await town.start(*MEMBERS[:5])
    await at(town, FIRST_WEEK)
    text = text_of(await home(town))
    assert "6 people invited." in text
    assert "0 of 5 answered or skipped." in text


async def test_no_page_names_who_answered(town: Town) -> None:
    """Not in the overview, and nowhere a word that was written."""
    await first_week(town)
    await write(town, "renata", hope="A secret hope.")
    shown = await home(town)
    assert "A secret hope." not in text_of(shown)
    assert not any(town.chat.people[one][0].split()[0] in text_of(shown) for one in MEMBERS)
    assert "What members write is not shown here, to anybody." in shown.note


# --- who may ---------------------------------------------------------------------------------------


async def test_a_member_asking_for_it_is_told_who_can_help(town: Town) -> None:
    """Plain, and with the way to their own page."""
    await running(town)
    reply = text_of(await town.command("renata", "/facilitate"))
    assert "This is for facilitators" in reply
    assert "/cohort" in reply


async def test_a_first_facilitator_is_offered_a_new_cohort(town: Town) -> None:
    """Named in the settings, before there is anything to lead."""
    shown = await home(town)
    assert labels(shown) == ["New cohort", "Questions passed on", "Entries"]
    assert "nobody hears of it before you say so" in shown.text


# --- changing what is to come ------------------------------------------------------------------------


async def test_a_prompt_moves_for_members_and_channel(town: Town) -> None:
    """From Monday to Thursday; the week after stays where it was."""
    cohort = await first_week(town)
    reply = text_of(await change(town, cohort, 1, "move", "2026-12-10"))
    assert "It moves from Monday 7 December to Thursday 10 December." in reply
    await at(town, FIRST_WEEK + WEEK)
    assert town.titles("renata")[-1] == ""  # the reminder of week 0, and no prompt
    await at(town, FIRST_WEEK + WEEK + timedelta(days=3))
    assert "Week 1 · My values at work" in town.titles("renata")
    assert len(town.public()) == 2
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert town.titles("renata").count("Week 2 · Values under pressure") == 1


async def test_a_prompt_that_is_left_out_reaches_nobody(town: Town) -> None:
    """Neither privately nor in the channel."""
    cohort = await first_week(town)
    assert "It is left out" in text_of(await change(town, cohort, 1, "skip"))
    await at(town, FIRST_WEEK + 2 * WEEK)
    assert "Week 1 · My values at work" not in town.titles("renata")
    assert [one.title for one in town.public()] == ["Arrive and settle in", "Week 2 · Values under pressure"]


async def test_the_other_prompt_goes_out_instead(town: Town) -> None:
    """And the form that opens shows the same one."""
    cohort = await first_week(town)
    form = await town.act("imani", Press("facilitation.change", f"{cohort}:1"))
    assert isinstance(form, Form)
    await change(town, cohort, 1, "swap")
    await at(town, FIRST_WEEK + WEEK)
    prompt = town.prompt("renata")
    assert f"The other prompt: {prompt.text}" in form.intro
    for opened in (
        await town.press("renata", prompt, "Reflect privately"),
        await town.command("renata", "/reflect"),
    ):
        assert isinstance(opened, Form)
        assert opened.intro.startswith(prompt.text)
    assert "(the other prompt)" not in text_of(prompt)


async def test_swapping_a_moved_prompt_keeps_its_new_day(town: Town) -> None:
    """One change does not undo the other, and the plan can be restored."""
    cohort = await first_week(town)
    await change(town, cohort, 1, "move", "2026-12-10")
    assert "goes out on Thursday 10 December" in text_of(await change(town, cohort, 1, "swap"))
    assert "as planned, on Monday 7 December" in text_of(await change(town, cohort, 1, "planned"))


async def test_the_calendar_shows_what_was_changed(town: Town) -> None:
    """In the list and in the overview."""
    cohort = await first_week(town)
    await change(town, cohort, 1, "skip")
    await change(town, cohort, 2, "swap")
    shown = labels(await town.act("imani", Press("facilitation.upcoming", cohort)))
    assert "Monday 7 December: My values at work (skipped)" in shown
    assert "Monday 14 December: Values under pressure (the other prompt)" in shown
    assert not any("Arrive" in one for one in shown)  # it went out
    assert "(the other prompt)" in text_of(await home(town))


@pytest.mark.parametrize(
    ("what", "day", "field", "reason"),
    [
        ("move", "2026-12-01", "day", "after today"),
        ("move", "2026-11-01", "day", "after today"),
        ("move", "2026-12-14", "day", "Please choose an earlier day, or move that one first"),
        ("move", "9999-12-31", "day", "earlier day"),
        ("move", "next Tuesday", "day", "Please give the new day"),
        ("move", "2026-02-30", "day", "Please give the new day"),
        ("", "", "what", "Please choose"),
        ("explode", "", "what", "Please choose"),
    ],
)
async def test_a_change_that_cannot_be_is_named_beside_its_field(
    town: Town, what: str, day: str, field: str, reason: str
) -> None:
    """The calendar stays as it was."""
    cohort = await first_week(town)
    before = kept(town)
    reply = await change(town, cohort, 1, what, day)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]
    assert reason in reply.fields[field]
    assert kept(town) == before


async def test_the_last_prompt_cannot_move_to_the_end_of_time(town: Town) -> None:
    """A slip of the keyboard must not stop the clock of the whole house."""
    cohort = await first_week(town)
    upcoming = await town.act("imani", Press("facilitation.upcoming", cohort))
    assert isinstance(upcoming, Outgoing)
    _, _, last = [one for one in upcoming.options if one.action == "facilitation.change"][-1].value.partition(":")
    assert "more than a year" in text_of(await change(town, cohort, int(last), "move", "9999-12-31"))
    await at(town, FIRST_WEEK + WEEK)
    assert "Week 1 · My values at work" in town.titles("renata")


async def test_what_went_out_to_somebody_stays(town: Town) -> None:
    """A form opened in time is refused when its prompt has gone out meanwhile."""
    cohort = await first_week(town)
    form = await town.act("imani", Press("facilitation.change", f"{cohort}:1"))
    await at(town, FIRST_WEEK + WEEK)
    reply = await town.submit("imani", form, {"what": "skip"})
    assert isinstance(reply, Errors)
    assert "gone out to somebody already" in text_of(reply)


async def test_a_prompt_is_fixed_from_the_moment_its_day_begins_anywhere(town: Town) -> None:
    """While it is Sunday noon in New York, Monday has begun in Kiribati."""
    cohort = await running(town)
    await jump(town, datetime(2026, 12, 6, 9, 59, tzinfo=UTC))
    assert isinstance(await change(town, cohort, 1, "skip"), Outgoing)
    await change(town, cohort, 1, "planned")
    form = await town.act("imani", Press("facilitation.change", f"{cohort}:1"))
    await jump(town, datetime(2026, 12, 6, 10, 0, tzinfo=UTC))
    assert isinstance(await town.submit("imani", form, {"what": "skip"}), Errors)
