"""Commands, words, buttons and forms in Slack, over Socket Mode and over HTTP alike."""

from __future__ import annotations

import asyncio
import logging

import pytest

from bot.messages import (
    Audience,
    Command,
    Errors,
    File,
    Incoming,
    Option,
    Outgoing,
    Picture,
    Press,
    Quote,
    Reply,
    Submission,
    Text,
)
from tests.fakes.slack import CHANNEL, Fault
from tests.fakes.slack_rules import texts
from tests.slack.conftest import IMANI, KWAME, RENATA, Door, channel, person
from tests.slack.house import REFLECT, SAVED

PIXEL = b"\x89PNG not looked into"
CANARY = "my superintendent said it aloud"


async def test_a_command_is_answered_to_the_one_who_typed_it(door: Door) -> None:
    """The channel sees nothing of question or answer."""
    door.house.reply = Outgoing("One goal for everyone.", title="Targeted universalism")
    await door.slack.command(RENATA, "/resources targeted universalism", CHANNEL)
    await door.settled()
    assert door.house.heard[0].what == Command("resources", "targeted universalism")
    assert (door.house.heard[0].who, door.house.heard[0].where) == (person(RENATA), channel())
    assert "One goal for everyone." in door.card(RENATA, CHANNEL)
    assert door.card(KWAME, CHANNEL) == ""


async def test_a_command_in_private_messages_happens_where_only_its_writer_is(door: Door) -> None:
    """The house is told that nobody else is there."""
    await door.slack.command(RENATA, "/journal")
    await door.settled()
    assert door.house.heard[0].private
    assert "Hello." in door.card(RENATA)


async def test_a_form_stays_open_with_its_errors_and_ends_in_a_receipt(door: Door) -> None:
    """The errors stand beside their fields; the receipt appears where the form was opened, to its writer alone."""

    def reply(incoming: Incoming) -> Reply:
        match incoming.what:
            case Submission(values=values) if not str(values["what"]).strip():
                return Errors({"what": "Please write a few words.", "": "Nothing was saved."})
            case Submission():
                return SAVED
        return REFLECT

    door.house.reply = reply
    await door.slack.command(RENATA, "/reflect", CHANNEL)
    await door.settled()
    form = door.slack.modals[RENATA]
    assert form["title"]["text"] == "Week 1 · Your values at…"
    assert form["blocks"][0]["text"]["text"] == "Week 1 · Your values at the table"
    await door.slack.submit(RENATA, {"f.what": {"value": "  "}})
    assert form["errors"] == {"f.what": "Please write a few words.\nNothing was saved."}
    await door.slack.submit(
        RENATA, {"f.what": {"value": "Families."}, "f.sure": {"selected_option": {"value": "2", "text": {}}}}
    )
    await door.settled()
    assert door.house.submissions[-1] == Submission(
        "form-1", "reflect.save", "week:1", {"what": "Families.", "sure": "2", "next": ""}
    )
    assert door.house.heard[-1].where == channel()
    assert RENATA not in door.slack.modals
    assert "Saved. Only you see it." in door.card(RENATA, CHANNEL)
    assert door.card(KWAME, CHANNEL) == ""


async def test_a_button_carries_an_opaque_value_back(door: Door) -> None:
    """Two buttons may do the same to two things."""
    door.house.reply = Outgoing(
        "Which one?", options=(Option("First", "journal.read", "e1"), Option("Second", "journal.read", "e2"))
    )
    await door.slack.command(RENATA, "/journal")
    await door.settled()
    shown = door.slack.seen_by(RENATA, door.slack.dm(RENATA))[-1]
    door.house.reply = Outgoing("Here it is.", replaces=True)
    await door.slack.press(RENATA, shown, "Second")
    await door.settled()
    assert door.house.presses == [Press("journal.read", "e2")]
    assert "Here it is." in shown.words
    assert "Which one?" not in shown.words


async def test_private_words_never_take_the_place_of_a_kept_message(door: Door) -> None:
    """A prompt stays what it was, and the entry is shown where Slack keeps nothing."""
    ref = await door.platform.send(person(RENATA), Outgoing("Prompt", options=(Option("Read", "journal.read"),)), "k")
    prompt = next(one for one in door.slack.messages if one.ts == ref.split("|")[-1])
    door.house.reply = Outgoing(CANARY, replaces=True)
    await door.slack.press(RENATA, prompt, "Read")
    await door.settled()
    assert "Prompt" in prompt.words
    assert door.slack.messages[-1].only == RENATA
    assert CANARY in door.slack.messages[-1].words


async def test_a_public_message_is_not_changed_by_what_is_for_one_person(door: Door) -> None:
    """Somebody who presses a button in the channel sees the answer alone."""
    await door.platform.send(channel(), Outgoing("Week 1", options=(Option("Skip", "weekly.skip"),)), "k")
    door.house.reply = Outgoing("Skipped.", replaces=True)
    await door.slack.press(RENATA, door.slack.messages[-1], "Skip")
    await door.settled()
    assert door.card(KWAME, CHANNEL).startswith("Week 1")
    assert "Skipped." in door.card(RENATA, CHANNEL)


async def test_a_mention_is_answered_to_the_asker_alone_and_in_its_thread(door: Door) -> None:
    """The words arrive without the mention and as they were typed."""
    await door.slack.mention(RENATA, "what is <b>equity</b> & why?", thread_ts="1700000000.5")
    await door.settled()
    assert door.house.heard[0].what == Text("what is <b>equity</b> & why?")
    answer = door.slack.messages[-1]
    assert (answer.only, answer.thread) == (RENATA, "1700000000.5")


async def test_words_in_private_messages_reach_the_house(door: Door) -> None:
    """The answer is there for the writer and kept nowhere."""
    await door.slack.write(RENATA, "Help")
    await door.settled()
    assert door.house.heard[0].what == Text("Help")
    assert door.slack.messages[-1].only == RENATA


@pytest.mark.parametrize(
    "noise",
    [
        {"bot_id": "B0OTHER"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"user": "U0BOT"},
        {"channel_type": "channel"},
        {"subtype": "thread_broadcast", "channel_type": "channel"},
    ],
)
async def test_what_is_not_said_to_the_bot_is_not_heard(door: Door, noise: dict[str, str]) -> None:
    """Other bots, its own words, Slack's notes about changes, and people talking to each other."""
    await door.slack.write(RENATA, CANARY, **noise)
    await door.settled()
    assert door.house.heard == []


async def test_a_file_without_words_is_declined_kindly(door: Door) -> None:
    """Nothing is read, and the sender hears so."""
    await door.slack.write(RENATA, "", subtype="file_share", files=[{"id": "F9", "name": "voice.m4a"}])
    await door.settled()
    assert "typed words only" in door.card(RENATA)


async def test_the_same_event_delivered_again_has_one_effect(door: Door) -> None:
    """Slack repeats what it believes was lost; each delivery is acknowledged."""
    await door.slack.write(RENATA, "Help", event_id="Ev-same")
    for retry in (1, 2, 3):
        await door.slack.write(RENATA, "Help", event_id="Ev-same", retry=retry)
    await door.settled()
    assert len(door.house.heard) == 1
    assert len(door.slack.called("chat.postEphemeral")) == 1


async def test_a_form_sent_twice_gets_the_same_receipt(door: Door) -> None:
    """Also while the first one is still being kept."""
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect")
    await door.settled()
    door.house.reply = SAVED
    door.house.hold = asyncio.Event()
    again = {"trigger_id": "the-same"}
    first = asyncio.create_task(door.slack.submit(RENATA, {"f.what": {"value": "Families."}}, **again))
    second = asyncio.create_task(door.slack.submit(RENATA, {"f.what": {"value": "Families."}}, **again))
    await asyncio.wait([first, second], timeout=0.2)
    door.house.hold.set()
    assert await first == await second == {}
    await door.settled()
    assert len(door.house.submissions) == 1
    assert [one.only for one in door.slack.messages] == [RENATA]


async def test_a_slow_save_keeps_the_words_in_the_form(door: Door) -> None:
    """Slack waits three seconds; then the writer is told, and pressing again brings the receipt."""
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect")
    await door.settled()
    door.house.reply = SAVED
    door.house.hold = asyncio.Event()
    await door.slack.submit(RENATA, {"f.what": {"value": "Families."}})
    assert "still in this form" in door.slack.modals[RENATA]["errors"]["f.what"]
    door.house.hold.set()
    assert await door.slack.submit(RENATA, {}) == {}
    await door.settled()
    assert "Saved." in door.card(RENATA)


async def test_a_slow_house_is_acknowledged_at_once_and_followed_up(door: Door) -> None:
    """However long a search takes, Slack hears within its three seconds."""
    door.house.hold = asyncio.Event()
    await door.slack.command(RENATA, "/resources anything")
    assert door.slack.acknowledged[-1].seconds < 3
    door.house.hold.set()
    await door.settled()
    assert "Hello." in door.card(RENATA)


async def test_a_form_that_came_too_late_is_explained(door: Door) -> None:
    """Slack opens no window after three seconds, so the asker is told to press again."""
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect", trigger_seconds=-1)
    await door.settled()
    assert "Nothing was lost. Please do it again." in door.card(RENATA)


async def test_a_fault_is_told_without_a_word_of_anybody(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    """The asker learns that nothing was done; the log learns the kind of error."""
    caplog.set_level(logging.DEBUG)
    door.house.trouble = RuntimeError(CANARY)
    await door.slack.write(RENATA, CANARY)
    await door.settled()
    assert "Nothing that was kept is lost." in door.card(RENATA)
    door.house.trouble = None
    door.house.reply = REFLECT
    await door.slack.command(RENATA, f"/reflect {CANARY}")
    await door.settled()
    door.house.trouble = RuntimeError(CANARY)
    await door.slack.submit(RENATA, {"f.what": {"value": CANARY}})
    assert "Your words are still in this form." in door.slack.modals[RENATA]["errors"]["f.what"]
    assert CANARY not in caplog.text
    assert "RuntimeError" in caplog.text


async def test_a_damaged_form_is_refused_with_its_words_kept(door: Door) -> None:
    """What does not say which form it is saves nothing."""
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect")
    await door.settled()
    for damage in ("", "not json", "[]", '{"form": ""}'):
        door.slack.modals[RENATA]["private_metadata"] = damage
        await door.slack.submit(RENATA, {"f.what": {"value": "Families."}})
        assert "nothing was saved" in door.slack.modals[RENATA]["errors"]["f.what"]
    assert door.house.submissions == []


async def test_in_app_home_one_window_leads_from_card_to_form_to_receipt(door: Door) -> None:
    """There is no conversation there, so everything is shown in the window."""
    await door.slack.open_home(RENATA)
    await door.settled()
    door.house.reply = Outgoing("Your journal", options=(Option("Edit", "journal.edit"),))
    await door.slack.press_view(RENATA, door.slack.homes[RENATA], "Journal")
    await door.settled()
    door.house.reply = REFLECT
    await door.slack.press_view(RENATA, door.slack.modals[RENATA], "Edit")
    await door.settled()
    door.house.reply = SAVED
    await door.slack.submit(RENATA, {"f.what": {"value": "Families."}})
    assert "Saved. Only you see it." in str(door.slack.modals[RENATA])
    await door.slack.press_view(RENATA, door.slack.modals[RENATA], "My journal")
    await door.settled()
    assert door.house.presses[-1] == Press("journal.list")
    assert door.slack.messages == []


async def test_a_receipt_comes_also_where_the_bot_is_no_member_and_the_address_has_run_out(door: Door) -> None:
    """A form may stay open for hours in a channel that the bot was never invited to."""
    door.slack.channels["C0ELSE"] = {"members": [RENATA], "archived": False}
    door.house.reply = REFLECT
    await door.slack.command(RENATA, "/reflect", "C0ELSE")
    await door.settled()
    door.house.reply = SAVED
    door.slack.faults["response_url"] = [Fault(404)]
    await door.slack.submit(RENATA, {"f.what": {"value": "Families."}})
    await door.settled()
    assert "Saved. Only you see it." in door.card(RENATA)


async def test_app_home_shows_the_page_and_every_command_as_a_button(door: Door) -> None:
    """Pressing one opens a window, since App Home has no conversation to answer in."""
    await door.slack.open_home(RENATA)
    await door.settled()
    home = door.slack.homes[RENATA]
    assert "Your next question comes on Monday." in str(home)
    await door.slack.press_view(RENATA, home, "Journal")
    await door.settled()
    assert door.house.heard[-1].what == Command("journal")
    assert door.house.heard[-1].private
    assert "Hello." in str(door.slack.modals[RENATA])


async def test_app_home_is_made_again_after_what_a_person_does(door: Door) -> None:
    """For those who have opened it."""
    await door.slack.open_home(RENATA)
    await door.settled()
    door.house.page = Outgoing("Paused until Tuesday.")
    await door.slack.command(RENATA, "/cohort")
    await door.slack.command(KWAME, "/cohort")
    await door.settled()
    assert "Paused until Tuesday." in str(door.slack.homes[RENATA])
    assert KWAME not in door.slack.homes


async def test_app_home_tells_slack_only_what_is_new(door: Door) -> None:
    """Opening it again and acting without an effect costs no call; many acts at once cost one or two."""
    for _ in range(2):
        await door.slack.open_home(RENATA)
        await door.settled()
    await door.slack.command(RENATA, "/journal")
    await door.settled()
    assert len(door.slack.called("views.publish")) == 1
    door.house.page = Outgoing("Paused until Tuesday.")
    await asyncio.gather(*(door.slack.command(RENATA, "/cohort") for _ in range(20)))
    await door.settled()
    assert "Paused until Tuesday." in str(door.slack.homes[RENATA])
    assert len(door.slack.called("views.publish")) == 2


async def test_app_home_that_another_process_made_anew_is_not_set_back(door: Door) -> None:
    """Slack says that the page is no longer the one that was known, and it is made from what is true now."""
    await door.slack.open_home(RENATA)
    await door.settled()
    door.slack.homes[RENATA]["hash"] = "of another process"
    door.house.page = Outgoing("Paused until Tuesday.")
    await door.slack.command(RENATA, "/cohort")
    await door.settled()
    assert [one.given.get("hash") for one in door.slack.called("views.publish")][-1] is None
    assert "Paused until Tuesday." in str(door.slack.homes[RENATA])


async def test_a_page_that_slack_lost_is_made_again(door: Door) -> None:
    """After the app was installed anew, nothing stands there."""
    await door.slack.open_home(RENATA)
    await door.settled()
    door.slack.homes.clear()
    await door.slack.open_home(RENATA)
    await door.settled()
    assert "Your next question comes on Monday." in str(door.slack.homes[RENATA])


async def test_reflect_on_this_opens_the_form_without_taking_the_message_along(door: Door) -> None:
    """The words of somebody else are not copied."""
    await door.slack.mention(KWAME, CANARY)
    await door.settled()
    door.house.reply = REFLECT
    await door.slack.shortcut(RENATA, door.slack.messages[0])
    await door.settled()
    assert door.house.heard[-1].what == Command("reflect")
    assert CANARY not in str(door.slack.modals[RENATA])


async def test_an_answer_for_the_channel_is_seen_by_all(door: Door) -> None:
    """Only where the house says so."""
    door.house.reply = Outgoing("We begin at nine.", audience=Audience.CHANNEL)
    await door.slack.command(IMANI, "/tell", CHANNEL)
    await door.settled()
    assert "We begin at nine." in door.card(KWAME, CHANNEL)


async def test_a_picture_comes_with_its_description_and_is_seen_by_one(door: Door) -> None:
    """Slack takes a moment before it shows an uploaded picture; the door waits for it."""
    door.slack.picture_waits = 1
    door.house.reply = Outgoing("Your own answers.", picture=Picture(PIXEL, "A line that rises from 2 to 4."))
    await door.slack.command(RENATA, "/growth", CHANNEL)
    await door.settled()
    door.slack.complaints.clear()  # the picture that was not ready
    image = next(block for block in door.slack.messages[-1].blocks if block["type"] == "image")
    assert image["alt_text"] == "A line that rises from 2 to 4."
    assert door.slack.messages[-1].only == RENATA
    assert all(not one.shared for one in door.slack.files.values())


async def test_a_file_goes_to_the_private_messages_and_says_so(door: Door) -> None:
    """Slack can show a file only where it also keeps it."""
    door.house.reply = Outgoing("Here is everything.", file=File("mine.zip", b"all of it"))
    await door.slack.command(RENATA, "/privacy", CHANNEL)
    await door.settled()
    [file] = door.slack.files.values()
    assert (file.data, file.shared) == (b"all of it", [door.slack.dm(RENATA)])
    assert "stays there until you delete it" in door.card(RENATA, CHANNEL)


async def test_a_file_that_could_not_be_sent_is_told(door: Door) -> None:
    """Nobody waits for what does not come."""
    door.slack.faults["files.getUploadURLExternal"] = [Fault(503)]
    door.house.reply = Outgoing("Your data.", file=File("mine.zip", b"all of it"))
    await door.slack.command(RENATA, "/privacy")
    await door.settled()
    assert "could not be sent just now" in door.card(RENATA)


async def test_an_answer_in_a_closed_window_comes_in_private_messages(door: Door) -> None:
    """Somebody closed it while the answer was being made."""
    await door.slack.open_home(RENATA)
    await door.settled()
    door.house.reply = Outgoing("Your journal", options=(Option("Read", "journal.read"),))
    await door.slack.press_view(RENATA, door.slack.homes[RENATA], "Journal")
    await door.settled()
    window = door.slack.modals.pop(RENATA)
    await door.slack.press_view(RENATA, window, "Read")
    await door.settled()
    assert "Your journal" in door.card(RENATA)


async def test_an_answer_still_comes_when_its_address_has_run_out(door: Door) -> None:
    """A response address takes five answers within half an hour."""
    door.slack.faults["response_url"] = [Fault(404)]
    await door.slack.command(RENATA, "/journal")
    await door.settled()
    assert "Hello." in door.card(RENATA)


async def test_an_answer_to_a_deleted_message_is_shown_anew(door: Door) -> None:
    """What was to be replaced is gone; the answer is not."""
    door.house.reply = Outgoing("Which one?", options=(Option("First", "journal.read"),))
    await door.slack.command(RENATA, "/journal")
    await door.settled()
    shown = door.slack.messages[-1]
    shown.gone = True
    door.house.reply = Outgoing("Here it is.", replaces=True)
    await door.slack.press(RENATA, shown, "First")
    await door.settled()
    assert "Here it is." in door.card(RENATA)


async def test_a_long_entry_is_read_whole_wherever_it_is_asked_for(door: Door) -> None:
    """In messages that follow each other, in one window, and in messages again where the window was closed."""
    answers = tuple(Quote(f"{at} " + "word " * 590 + "end.", f"Question {at}") for at in range(5))
    door.house.reply = Outgoing("", "Week 3", answers, options=(Option("Edit", "journal.edit"),))
    door.slack.faults["response_url"] = [Fault(), Fault(404), Fault(404)]
    door.slack.faults["chat.postEphemeral"] = [Fault(429, retry_after="1")]
    await door.slack.command(RENATA, "/journal", CHANNEL)
    await door.settled()
    first = door.slack.messages[:]
    assert len(first) == 2
    await door.slack.open_home(RENATA)
    await door.settled()
    await door.slack.press_view(RENATA, door.slack.homes[RENATA], "Journal")
    await door.settled()
    window = door.slack.modals.pop(RENATA)
    assert "".join(texts(window["blocks"])).count("end.") == 5
    await door.slack.press_view(RENATA, window, "Edit")
    await door.settled()
    for shown in (first, door.slack.messages[2:]):
        assert "".join(one.words for one in shown).count("end.") == 5
        assert [one.only for one in shown] == [RENATA] * 2
        assert [len(one.buttons) for one in shown] == [0, 1]


async def test_an_answer_waits_when_slack_asks_for_a_pause(door: Door) -> None:
    """And is shown once."""
    door.slack.faults["chat.postEphemeral"] = [Fault(429, retry_after="1")]
    await door.slack.write(RENATA, "Help")
    await door.settled()
    assert [one.only for one in door.slack.messages] == ["", RENATA]


async def test_whatever_else_slack_sends_is_acknowledged(door: Door) -> None:
    """An app may be set up with more than it needs; what is not acknowledged comes again and again."""
    await door.slack.event({"type": "team_join", "user": {"id": "U0NEW"}})
    await door.slack.event({"type": "channel_archive", "channel": CHANNEL, "user": IMANI})
    await door.slack.event({"type": "member_joined_channel", "channel": CHANNEL, "user": KWAME})
    for kind in ("view_closed", "shortcut"):
        payload = {"type": kind, "callback_id": "x", "view": {"type": "modal", "callback_id": "card"}}
        await door.slack.deliver("interactive", {**payload, "team": {"id": "T0TOWN"}, "user": {"id": RENATA}})
    await door.settled()
    assert door.house.heard == []


async def test_a_changed_account_is_looked_at_again(door: Door) -> None:
    """Who was deactivated a moment ago is not written to."""
    assert (await door.platform.person(person(KWAME))).active
    door.slack.users[KWAME]["deleted"] = True
    await door.slack.event({"type": "user_change", "user": {"id": KWAME, "deleted": True}})
    await door.settled()
    assert not (await door.platform.person(person(KWAME))).active


async def test_who_joins_a_channel_is_among_its_members_at_once(door: Door) -> None:
    """What was remembered of the channel is out of date."""
    before = await door.platform.members(channel())
    door.slack.add_person("U0NEW", "New")
    await door.slack.event({"type": "member_joined_channel", "channel": CHANNEL, "user": "U0NEW"})
    await door.settled()
    assert len(await door.platform.members(channel())) == len(before) + 1
