"""From intent to message: what comes of crashes, silence, refusals and late hours."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot import lanes, outbox, planner
from bot.errands import Manners, Terms
from bot.errors import DeliveryError, Refused, Unknown, Wait
from bot.messages import Form, Outgoing
from bot.outbox import Intent, Row
from bot.store.tables import outbox as table
from bot.store.tables import person
from tests.town import Town, open_town

TERMS = Terms()
MONDAY = datetime(2026, 11, 30, tzinfo=UTC)
"""The first prompt's day; it comes at 08:10 on each member's own clock."""


@pytest.fixture
async def town(tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """A town whose people ask nothing of the search index."""
    async with open_town(tmp_path, tmp_path / "index", database=database) as made:
        yield made


def rows(town: Town, kind: str) -> list[tuple[str, str]]:
    """(state, reason) of every row of one kind, in order of units."""
    with town.house.store.begin() as tx:
        found = tx.execute(select(table).where(table.c.kind == kind).order_by(table.c.number, table.c.key))
        return [(row.state, row.reason or "") for row in found]


async def take_and_crash(town: Town) -> Row:
    """Another process takes what is due, and is gone; its lease runs out."""
    services = town.house.services
    with town.house.store.begin() as tx:
        while planner.plan(tx, services, services.now()):
            pass
        manners = {"recorder": Manners()}
        turn = lanes.turn(tx, "gone", {}, [], manners, services.now(), town.machine(), TERMS)
    town.machine.go_on(TERMS.lease)
    return next(one.row for one in turn.errands if one.row.intent.kind == "prompt")


async def look(town: Town) -> None:
    """What is unclear is noticed, and after the wait it is looked for."""
    await town.house.tick()
    town.machine.go_on(TERMS.look_after)
    await town.house.tick()


async def running(town: Town, *who: str) -> None:
    """These members have started, and their first prompt is a moment away."""
    await town.found_cohort(who)
    at(town, -2, 20)  # waking hours from Honolulu to Auckland
    await town.house.tick()
    await town.start(*who)
    at(town, 0, 1)
    await town.house.tick()


def at(town: Town, day: int, hour: int, minute: int = 0) -> datetime:
    """Set the clock without letting anything happen in between, as when the bot was switched off."""
    moment = MONDAY + timedelta(days=day, hours=hour, minutes=minute)
    town.clock.set(moment)
    return moment


def prompts(town: Town, who: str) -> list[str]:
    return [m.title for m in town.private(who) if any(o.action == "weekly.skip" for o in m.options) and m.title]


def reminders(town: Town, who: str) -> list[str]:
    return [m.text for m in town.private(who) if m.text.startswith("This prompt is still open")]


# --- no clear answer -----------------------------------------------------------------------------------


async def test_a_message_that_arrived_before_the_crash_is_found_and_not_sent_again(town: Town) -> None:
    """The process died between sending and settling."""
    await running(town, "renata")
    at(town, 0, 15, 10)
    row = await take_and_crash(town)
    await town.chat.send(town.chat.who("renata"), Outgoing("it", title="The prompt"), row.key)
    await look(town)
    await town.house.tick()
    assert town.titles("renata").count("The prompt") == 1
    assert prompts(town, "renata") == []
    assert rows(town, "prompt") == [(outbox.SENT, "")]


async def test_a_message_that_was_claimed_and_never_sent_goes_out_once_after_the_crash(town: Town) -> None:
    """The process died between claiming and sending."""
    await running(town, "renata")
    at(town, 0, 15, 10)
    await take_and_crash(town)
    await look(town)
    await town.house.tick()
    assert prompts(town, "renata") == ["Arrive and settle in"]
    assert rows(town, "prompt") == [(outbox.SENT, "")]


async def test_a_posted_message_whose_answer_was_lost_is_not_posted_again(town: Town) -> None:
    """No clear answer is looked up before any second try."""
    await running(town, "renata")
    town.chat.lost_answers = 1
    at(town, 0, 15, 10)
    await town.house.tick()
    assert (outbox.UNKNOWN, "") in rows(town, "announcement") + rows(town, "prompt")
    await look(town)
    assert prompts(town, "renata") == ["Arrive and settle in"]
    assert len(town.public()) == 1
    assert rows(town, "prompt") + rows(town, "announcement") == [(outbox.SENT, "")] * 2


async def test_an_unposted_message_whose_answer_was_lost_goes_out_once(town: Town) -> None:
    """The look finds nothing, so the message is sent, and sent once."""
    await running(town, "renata")
    town.chat.answers_with = [Unknown("the line went dead")] * 2
    at(town, 0, 15, 10)
    await town.house.tick()
    assert prompts(town, "renata") == []
    await look(town)
    assert prompts(town, "renata") == ["Arrive and settle in"]
    assert len(town.public()) == 1


async def test_while_the_platform_cannot_be_asked_an_unclear_message_waits(town: Town) -> None:
    """Not knowing is no reason to send again."""
    await running(town, "renata")
    at(town, 0, 15, 10)
    await take_and_crash(town)
    asked = town.chat.find

    async def silent(*_: object) -> str | None:
        raise Unknown("no answer")

    town.chat.find = silent  # type: ignore[method-assign]
    await look(town)
    assert prompts(town, "renata") == []
    town.chat.find = asked  # type: ignore[method-assign]
    town.machine.go_on(4 * TERMS.look_after)
    await town.house.tick()
    assert prompts(town, "renata") == ["Arrive and settle in"]


# --- wait, refused, broken -----------------------------------------------------------------------------


async def test_a_platform_that_asks_for_a_pause_gets_it(town: Town) -> None:
    """The message waits for as long as was asked, on the machine's clock, and then goes out."""
    await running(town, "renata")
    town.chat.answers_with = [Wait(90)] * 2
    at(town, 0, 15, 10)
    await town.house.tick()
    assert prompts(town, "renata") == []
    town.machine.go_on(89)
    await town.house.tick()
    assert prompts(town, "renata") == []
    town.machine.go_on(1)
    await town.house.tick()
    assert prompts(town, "renata") == ["Arrive and settle in"]


async def test_a_pause_for_one_person_delays_nobody_else(town: Town) -> None:
    """Their own messages wait, in their order; the lane goes on."""
    await running(town, "renata", "kwame", "thanh-mai")
    with town.house.store.begin() as tx:
        one = tx.execute(select(table).where(table.c.kind == "welcome").limit(1)).one()
        kwame, renata = tx.execute(
            select(person.c.person).where(person.c.name.regexp_match("Renata|Kwame")).order_by(person.c.name)
        ).scalars()
        outbox.put(
            tx,
            [Intent(one.tenant, one.cohort, "prompt", number, renata, at(town, 0, 19)) for number in (2, 3)],
        )
    town.chat.closed = {"renata": Wait(90, only_this=True)}
    knocks = len(town.chat.knocks)
    assert await town.house.tick() == 3
    assert town.chat.knocks[knocks:].count("renata") == 1
    with town.house.store.begin() as tx:
        outbox.put(tx, [Intent(one.tenant, one.cohort, "prompt", 2, kwame, town.clock.now())])
    assert await town.house.tick() == 1
    town.chat.closed = {}
    town.machine.go_on(89)
    assert await town.house.tick() == 0
    town.machine.go_on(1)
    assert await town.house.tick() == 3
    assert [m.title.partition(" ·")[0] for m in town.private("renata")[-3:]] == [
        "Arrive and settle in",
        "Week 2",
        "Week 3",
    ]


@pytest.mark.parametrize(
    "door", [Refused("the account is closed"), Unknown("no answer"), RuntimeError("a fault of our own")]
)
async def test_one_closed_door_delays_nobody(town: Town, door: Exception) -> None:
    """Whatever becomes of the first message, those after it go out in the same moment."""
    await running(town, "renata", "kwame", "thanh-mai", "yusuf", "leilani")
    at(town, 0, 19, 0)
    town.chat.answers_with = [door]
    sent = await town.house.tick()
    got = [who for who in ("renata", "kwame", "thanh-mai", "yusuf", "leilani") if prompts(town, who)]
    assert sent == len(got) + len(town.public()) == 5
    if not isinstance(door, DeliveryError):
        await look(town)
        assert len(town.public()) == 1


async def test_a_refusal_is_kept_with_its_reason_and_not_tried_again(town: Town) -> None:
    """The platform said no for certain."""
    await running(town, "renata")
    town.chat.answers_with = [Refused("the account is closed")] * 2
    at(town, 0, 15, 10)
    await town.house.tick()
    await town.house.tick()
    assert prompts(town, "renata") == []
    assert rows(town, "prompt") == [(outbox.REFUSED, "the account is closed")]


# --- late, or without a reason any more ----------------------------------------------------------------


async def test_after_a_long_silence_only_the_current_prompt_goes_out_and_what_is_over_is_missed(town: Town) -> None:
    """The bot was switched off for eight days: last week's prompt is not sent into this week."""
    await running(town, "renata")
    at(town, 8, 16)
    await town.house.tick()
    assert prompts(town, "renata") == ["Week 1 · My values at work"]
    assert [state for state, _ in rows(town, "prompt")] == [outbox.MISSED, outbox.SENT]


async def test_a_prompt_that_comes_late_does_not_bring_its_reminder_along(town: Town) -> None:
    """The bot was switched off until after the reminder's hour: one message is enough."""
    await running(town, "renata")
    at(town, 3, 17)
    await town.house.tick()
    assert len(prompts(town, "renata")) == 1
    assert reminders(town, "renata") == []


async def test_a_bot_that_returns_at_night_waits_for_the_morning(town: Town) -> None:
    """What became due while the bot was off keeps to the member's quiet hours."""
    await running(town, "renata")
    at(town, 1, 8)  # one in the morning in Denver
    await town.house.tick()
    assert prompts(town, "renata") == []
    await town.until("day")
    assert prompts(town, "renata") == ["Arrive and settle in"]
    assert len(reminders(town, "renata")) == 0


async def test_who_answered_gets_no_reminder_and_who_did_not_gets_one(town: Town) -> None:
    """The reason for a message is looked at when it is due."""
    await running(town, "renata", "kwame", "yusuf")
    at(town, 0, 20)
    await town.house.tick()
    form = await town.press("renata", town.prompt("renata"), "Reflect privately")
    assert isinstance(form, Form)
    await town.submit("renata", form, {form.fields[0].name: form.fields[0].choices[0][0]})
    await town.press("kwame", town.prompt("kwame"), "Skip this one")
    await town.until("week")
    assert [len(reminders(town, who)) for who in ("renata", "kwame", "yusuf")] == [0, 0, 1]


async def test_who_left_gets_nothing_that_was_already_on_its_way(town: Town) -> None:
    """A message that waited at the platform's wish is dropped when its reader leaves."""
    await running(town, "renata")
    town.chat.answers_with = [Wait(90)] * 2
    at(town, 0, 15, 10)
    await town.house.tick()
    await town.press("renata", await town.command("renata", "/cohort"), "Leave")
    town.machine.go_on(90)
    await town.until("week")
    assert prompts(town, "renata") == []
    assert rows(town, "prompt") == []


# --- order and number ----------------------------------------------------------------------------------


async def test_last_weeks_step_is_taken_up_before_the_new_prompt(town: Town) -> None:
    """They come in the same minute, the step first, and its words stay in the journal."""
    await running(town, "renata")
    at(town, 0, 16)
    await town.house.tick()
    form = await town.press("renata", town.prompt("renata"), "Reflect privately")
    assert isinstance(form, Form)
    step = "When I make coffee, I will open the prompt"
    await town.submit("renata", form, {form.fields[0].name: form.fields[0].choices[0][0], "step": step})
    await town.until("week")
    newest = town.private("renata")[-2:]
    assert newest[0].text.startswith("You set yourself a step last time")
    assert newest[1].title == "Week 1 · My values at work"
    assert step not in newest[0].text


async def test_a_change_of_zone_in_mid_week_brings_nothing_twice(town: Town) -> None:
    """Aroha flies from Auckland to Honolulu, where the week's Monday comes again."""
    await running(town, "aroha")
    assert prompts(town, "aroha") == ["Arrive and settle in"]
    settings = await town.press("aroha", await town.command("aroha", "/cohort"), "Zone, day, hour")
    await town.submit("aroha", settings, {"zone": "Pacific/Honolulu"})
    await town.until("day")
    await town.until("day")
    assert prompts(town, "aroha") == ["Arrive and settle in"]
    await town.until("week")
    assert prompts(town, "aroha") == ["Arrive and settle in", "Week 1 · My values at work"]


async def test_two_silent_weeks_bring_one_question_and_no_second_one(town: Town) -> None:
    """Until the member acts, the question is not put again; after a new silence it may be."""
    await running(town, "renata")

    def questions() -> int:
        return sum(m.text.startswith("Perhaps you were busy") for m in town.private("renata"))

    counts = []
    for week in range(8):
        if week == 4:
            await town.press("renata", town.prompt("renata"), "Skip this one")
        await town.until("week")
        counts.append(questions())
    # After this week's prompt, the weeks after two silent ones, and again two weeks after the skip.
    assert counts == [0, 0, 1, 1, 1, 1, 2, 2]


# --- what was sent is corrected ------------------------------------------------------------------------


async def broadcast(town: Town, text: str = "We meet at nine.") -> Outgoing:
    """Imani writes to the channel; returns what she sees once it is on its way."""
    home = await town.command("imani", "/facilitate")
    preview = await town.submit("imani", await town.press("imani", home, "Write to the cohort"), {"text": text})
    reply = await town.press("imani", preview, "Send it now")
    assert isinstance(reply, Outgoing)
    return reply


async def correct(town: Town, sent: Outgoing, text: str) -> None:
    await town.submit("imani", await town.press("imani", sent, "Correct it"), {"text": text})


async def test_a_correction_reaches_the_sent_copy(town: Town) -> None:
    """The message in the channel has the new words and a note; there is still one."""
    await town.found_cohort(["renata"])
    sent = await broadcast(town)
    await correct(town, sent, "We meet at ten.")
    await correct(town, sent, "We meet at eleven.")
    assert [m.text for m in town.public()] == ["We meet at eleven."]
    assert town.public()[0].note.endswith("corrected")


async def test_a_withdrawal_takes_the_sent_copy_away(town: Town) -> None:
    """Also after a correction, nothing of it stays in the channel."""
    await town.found_cohort(["renata"])
    sent = await broadcast(town)
    await correct(town, sent, "We meet at ten.")
    await town.press("imani", sent, "Withdraw it")
    assert town.public() == []


@pytest.mark.parametrize("posted", [True, False])
async def test_a_withdrawal_reaches_a_message_whose_sending_had_no_clear_answer(town: Town, posted: bool) -> None:
    """It waits until it is known whether there is something to take away."""
    await town.found_cohort(["renata"])
    if posted:
        town.chat.lost_answers = 1
    else:
        town.chat.answers_with = [Unknown("no answer")]
    asked = town.chat.find

    async def silent(*_: object) -> str | None:
        raise Unknown("no answer")

    town.chat.find = silent  # type: ignore[method-assign]
    sent = await broadcast(town)
    await town.press("imani", sent, "Withdraw it")
    town.chat.find = asked  # type: ignore[method-assign]
    await look(town)
    town.machine.go_on(10)
    await town.house.tick()
    assert town.public() == []


async def test_a_second_correction_goes_out_after_one_that_was_refused(town: Town) -> None:
    """One refusal does not close the way for the next try."""
    await town.found_cohort(["renata"])
    sent = await broadcast(town)
    edit = town.chat.edit

    async def closed(*_: object) -> None:
        raise Refused("no right to edit")

    town.chat.edit = closed  # type: ignore[method-assign]
    await correct(town, sent, "We meet at ten.")
    town.chat.edit = edit  # type: ignore[method-assign]
    await correct(town, sent, "We meet at eleven.")
    assert [m.text for m in town.public()] == ["We meet at eleven."]
