"""What reaches a person before they have said yes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.messages import Outgoing, Press
from tests.town import Town, text_of
from tests.ways import FIRST_WEEK, MEMBERS, at, kept, labels, running


def welcomes(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if one.title.startswith("Welcome")]


async def test_nobody_hears_of_a_draft(town: Town) -> None:
    """A cohort that was not set running reaches no one."""
    home = await town.command("imani", "/facilitate")
    form = await town.press("imani", home, "New cohort")
    await town.submit("imani", form, {"program": "leep", "name": "Quiet", "start": "2026-11-30"})
    await town.until("week")
    assert town.chat.delivered == []


async def test_each_member_gets_one_welcome_outside_their_quiet_hours(town: Town) -> None:
    """Six in the morning in Auckland is too early; the welcome comes at seven."""
    await town.found_cohort()
    assert welcomes(town, "aroha") == []
    await town.until("next")
    assert town.clock.now() == datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    await town.until("week")
    assert [len(welcomes(town, one)) for one in MEMBERS] == [1] * 6
    assert welcomes(town, "imani") == []


@pytest.mark.parametrize(
    "promise",
    [
        "Imani Brooks added you",  # by whom
        "the town's own people",  # who runs the bot
        "Once a week",  # how often
        "about 5 minutes",
        "What you write there is shown to you alone",
        "facilitators see counts only",
        "Whoever runs the server holds its keys",
        "Ordinary messages stay with this chat platform",
        "You can skip, pause, download or erase at any time",
        "Nothing is sent before you press Start",
    ],
)
async def test_the_welcome_says_what_matters(town: Town, promise: str) -> None:
    """Before the first prompt a member knows who, how often, and who can read what."""
    await town.found_cohort(["renata"])
    assert promise in text_of(welcomes(town, "renata")[0])


async def test_the_welcome_has_three_buttons(town: Town) -> None:
    """Yes, not now, and the long answer about privacy."""
    await town.found_cohort(["renata"])
    welcome = welcomes(town, "renata")[0]
    assert labels(welcome) == ["Start", "Not now", "Who can read what?"]
    assert "Facilitators: counts only" in text_of(await town.press("renata", welcome, "Who can read"))


async def test_nothing_is_sent_before_start(town: Town) -> None:
    """Eight weeks of silence bring nothing but the one welcome."""
    await town.found_cohort()
    for _ in range(8):
        await town.until("week")
    assert all(len(town.private(one)) == 1 for one in MEMBERS)


async def test_not_now_is_respected_and_can_be_changed(town: Town) -> None:
    """No second question, and Start stays within reach."""
    await town.found_cohort(["renata"])
    answer = await town.press("renata", welcomes(town, "renata")[0], "Not now")
    assert "I will not write again about this" in text_of(answer)
    await town.until("week")
    await town.until("week")
    assert len(town.private("renata")) == 1
    assert "Start" in labels(await town.command("renata", "/cohort"))
    await town.press("renata", answer, "Start")
    assert len(town.private("renata")) == 2


async def test_start_says_when_the_first_prompt_comes(town: Town) -> None:
    """In the member's own zone, by name."""
    await town.found_cohort(["renata"])
    reply = text_of(await town.press("renata", welcomes(town, "renata")[0], "Start"))
    assert "Monday 30 November at 08:10" in reply
    assert "America/Denver" in reply


async def test_starting_twice_starts_once(town: Town) -> None:
    """A second press, days later, brings no second prompt and changes nothing about when they come."""
    await running(town, ["renata"])
    await at(town, FIRST_WEEK)
    before = kept(town)["membership"]
    await town.start("renata")
    assert kept(town)["membership"] == before
    assert len(town.private("renata")) == 2


async def test_not_now_after_start_does_not_pretend(town: Town) -> None:
    """The old button says that prompts come, and offers the real ways to stop them."""
    await running(town, ["renata"])
    reply = await town.press("renata", welcomes(town, "renata")[0], "Not now")
    assert "You have started already" in text_of(reply)
    assert {"Pause", "Leave"} <= set(labels(reply))


async def test_a_late_start_brings_this_weeks_prompt_at_once(town: Town) -> None:
    """Who starts on a Wednesday gets the prompt of that week, and no backlog later."""
    await town.found_cohort(["renata"])
    await at(town, datetime(2026, 12, 9, 18, 0, tzinfo=UTC))  # the Wednesday of week 1
    reply = await town.press("renata", welcomes(town, "renata")[0], "Start")
    assert "on its way" in text_of(reply)
    assert town.titles("renata")[1:] == ["Week 1 · My values at work"]
    await at(town, datetime(2026, 12, 14, 18, 0, tzinfo=UTC))
    assert [one for one in town.titles("renata") if one.startswith("Week")] == [
        "Week 1 · My values at work",
        "Week 2 · Values under pressure",
    ]


async def test_a_start_at_night_waits_for_the_morning(town: Town) -> None:
    """The prompt respects quiet hours even for who presses Start in them."""
    await town.found_cohort(["renata"])
    night = datetime(2026, 12, 9, 5, 0, tzinfo=UTC)  # 22:00 in Denver
    await at(town, night)
    await town.press("renata", welcomes(town, "renata")[0], "Start")
    assert len(town.private("renata")) == 1
    await at(town, night + timedelta(hours=9))
    assert len(town.private("renata")) == 2


async def test_a_start_is_only_for_who_was_invited(town: Town) -> None:
    """Somebody else's button starts nothing."""
    await town.found_cohort(["renata"])
    button = welcomes(town, "renata")[0].options[0]
    reply = await town.act("yusuf", Press(button.action, button.value))
    assert "for the members of its cohort" in text_of(reply)
    await at(town, FIRST_WEEK)
    assert town.private("yusuf") == []


@pytest.mark.parametrize("typed", ["help", "Help!", " hello ", "menu?"])
async def test_help_fits_one_phone_screen(town: Town, typed: str) -> None:
    """At most twelve lines and six hundred characters, with a way to support."""
    reply = await town.say("renata", typed)
    assert isinstance(reply, Outgoing)
    assert len(reply.text) <= 600
    assert len(reply.text.splitlines()) <= 12
    for command in ("/reflect", "/journal", "/resources", "/cohort", "/privacy"):
        assert command in reply.text
    assert "I need support" in labels(reply)


async def test_help_is_also_behind_the_cohort_command(town: Town) -> None:
    """/cohort help says the same as help."""
    assert text_of(await town.command("renata", "/cohort help")) == text_of(await town.say("renata", "help"))


async def test_who_comes_back_after_leaving_is_welcomed_again(town: Town) -> None:
    """A new invitation is a new question."""
    cohort = await running(town, ["renata", "kwame"])
    await town.act("renata", Press("pausing.leave", cohort))
    form = await town.act("imani", Press("setup.roster", cohort))
    await town.submit("imani", form, {"members": [str(town.chat.who(one)) for one in ("renata", "kwame")]})
    assert len(welcomes(town, "renata")) == 2
    assert len(welcomes(town, "kwame")) == 1
