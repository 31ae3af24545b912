"""What people do in the playground reaches the house, and its answers reach only whom they are for."""

from __future__ import annotations

import logging

import pytest
from conftest import Door
from toy_house import PROMPT, WELCOME

from bot.messages import Command, Press, Submission, Text


async def room(door: Door, who: str, name: str) -> list[dict[str, object]]:
    state = (await door.client.get(f"/api/state?as={who}")).json()
    return state["rooms"][name]  # type: ignore[no-any-return]


async def texts(door: Door, who: str, name: str) -> list[str]:
    return [message["body"]["text"] for message in await room(door, who, name)]  # type: ignore[index]


async def test_a_command_in_the_channel_is_answered_to_its_sender_alone(door: Door) -> None:
    """The house hears who and where; nobody else sees question or answer."""
    reply = (await door.post("command", where="channel", name="resources", text="share of a group")).json()
    assert reply["reply"]["only_you"] is True
    assert reply["reply"]["room"] == "channel"
    heard = door.house.heard[-1]
    assert heard.what == Command("resources", "share of a group")
    assert (heard.who.id, heard.where.kind) == ("renata", "channel")
    assert len(await room(door, "renata", "channel")) == 1
    assert await room(door, "kwame", "channel") == []


async def test_an_unknown_command_names_the_way_out(door: Door) -> None:
    """It never reaches the house."""
    reply = await door.post("command", where="me", name="nothing", text="")
    assert reply.status_code == 400
    assert "Type / to see" in reply.json()["error"]
    assert door.house.heard == []


async def test_words_in_private_go_to_the_house_and_are_seen_by_nobody_else(door: Door) -> None:
    """They are kept in memory only: the file on disk never holds them."""
    await door.post("text", where="me", text="my very own words")
    assert door.house.heard[-1].what == Text("my very own words")
    assert door.house.heard[-1].private
    assert "my very own words" in await texts(door, "renata", "me")
    assert await room(door, "kwame", "me") == []
    assert await door.playground.unanswered(door.playground.people[0].address) == []


async def test_in_the_channel_only_a_mention_is_for_the_bot(door: Door) -> None:
    """Other words are posted by the person and stay out of the house."""
    await door.post("text", event="a", where="channel", text="Good morning, @everyone")
    assert door.house.heard == []
    await door.post("text", event="b", where="channel", text="@cohortbook, what is a gap?")
    assert door.house.heard[-1].what == Text("what is a gap?")
    posted = ["Good morning, @everyone", "@cohortbook, what is a gap?"]
    assert await texts(door, "kwame", "channel") == posted


async def test_a_double_click_posts_once_and_carries_one_event(door: Door) -> None:
    """The house sees the same event twice and answers it once."""
    for _ in range(2):
        reply = await door.post("text", event="same", where="me", text="hello there")
    assert reply.json() == {"reply": None}
    assert [incoming.event for incoming in door.house.heard] == ["same", "same"]
    assert (await texts(door, "renata", "me")).count("hello there") == 1


async def test_a_button_counts_only_for_those_who_see_it(door: Door) -> None:
    """Another person's message, another value, and a message that never was are refused."""
    renata = door.playground.people[0].address
    await door.playground.send(renata, PROMPT, "k1")
    own = {"message": "m1", "action": "reflect", "value": "week-1"}
    assert (await door.post("press", **own)).status_code == 200
    for who, change in (
        ("kwame", {}),
        ("imani", {}),
        ("renata", {"value": "week-2"}),
        ("renata", {"action": "erase"}),
        ("renata", {"message": "m2"}),
        ("renata", {"message": "v1"}),
        ("renata", {"message": "home"}),
    ):
        refused = await door.post("press", who, **{**own, **change})
        assert refused.status_code == 403, (who, change)
    assert [incoming.what for incoming in door.house.heard] == [Press("reflect", "week-1")]


async def test_a_button_in_the_channel_is_for_everybody_there(door: Door) -> None:
    """And its public answer takes the place of the message for all."""
    await door.post("command", "imani", event="a", where="channel", name="tell", text="We met today.")
    reply = await door.post("press", "aroha", event="b", message="m1", action="seen")
    assert reply.status_code == 200
    assert await texts(door, "kwame", "channel") == ["One person was there."]


async def test_an_only_you_answer_can_be_pressed_by_its_reader_alone(door: Door) -> None:
    """And dismissed; then nobody can press it."""
    view = (await door.post("command", where="channel", name="resources", text="x")).json()["reply"]["id"]
    assert (await door.post("press", "kwame", event="b", message=view, action="more")).status_code == 403
    assert (await door.post("press", event="c", message=view, action="more")).status_code == 200
    await door.post("dismiss", event="d", message=view)
    assert (await door.post("press", event="e", message=view, action="more")).status_code == 403


async def test_an_answer_that_replaces_takes_the_place_for_its_reader(door: Door) -> None:
    """The new words are in memory; a press on the old button from another tab still reaches the house."""
    renata = door.playground.people[0].address
    await door.playground.send(renata, WELCOME, "k1")
    await door.post("press", event="a", message="m1", action="start")
    assert await texts(door, "renata", "me") == ["You are in. The first question comes on Monday."]
    assert (await door.post("press", event="b", message="m1", action="later")).status_code == 200


async def test_home_buttons_work_once_home_was_shown(door: Door) -> None:
    """Its buttons belong to the person who opened it."""
    assert (await door.post("home")).json()["home"]["title"] == "Your cohort"
    assert (await door.post("press", event="a", message="home", action="skip", value="home")).status_code == 200
    assert (await door.post("press", "kwame", message="home", action="skip", value="home")).status_code == 403


async def test_a_form_is_taken_from_the_person_who_opened_it(door: Door) -> None:
    """An unknown form, and somebody else's, are refused with the text still in the box."""
    form = (await door.post("command", where="me", name="reflect")).json()["reply"]
    values = {"what": "fairness", "sure": "4", "next": "", "unknown": "dropped"}
    for who, id_ in (("kwame", form["id"]), ("renata", "form-99")):
        refused = await door.post("submit", who, event="x", form=id_, values=values)
        assert refused.status_code == 403
        assert "still in the box" in refused.json()["error"]
    reply = (await door.post("submit", event="b", form=form["id"], values=values)).json()["reply"]
    assert reply["body"]["text"] == "Saved. Only you can read it."
    sent = door.house.heard[-1].what
    assert sent == Submission(form["id"], "reflect", "", {"what": "fairness", "sure": "4", "next": ""})


async def test_a_form_stays_open_through_errors_and_a_second_submission_reaches_the_house(door: Door) -> None:
    """So that the house can say what was wrong, or that it knows it already."""
    form = (await door.post("command", where="me", name="reflect")).json()["reply"]["id"]
    wrong = (await door.post("submit", event="b", form=form, values={"what": "  "})).json()["reply"]
    assert wrong == {"kind": "errors", "fields": {"what": "There are only spaces here. Please write a few words."}}
    for event in ("c", "d"):
        taken = await door.post("submit", event=event, form=form, values={"what": "words"})
        assert taken.json()["reply"]["kind"] == "message"
    assert [sent.form for sent in door.house.saved.values()] == [form]


async def test_what_no_real_client_would_send_is_stopped_here(door: Door) -> None:
    """Too long in UTF-16 units, a choice that was not offered, a stranger, no date, no time."""
    form = (await door.post("command", event="a", where="me", name="reflect")).json()["reply"]["id"]
    fields = (await door.post("submit", event="b", form=form, values={"what": "😀" * 101, "sure": "9"})).json()
    assert set(fields["reply"]["fields"]) == {"what", "sure"}
    assert "2 characters too long" in fields["reply"]["fields"]["what"]
    form = (await door.post("command", event="c", where="me", name="kinds")).json()["reply"]["id"]
    values = {"level": "3", "heard": ["s", "x"], "day": "2027-02-30", "hour": "25:00"}
    fields = (await door.post("submit", event="d", form=form, values=values)).json()
    assert set(fields["reply"]["fields"]) == {"heard", "day", "hour"}
    form = (await door.post("command", event="e", where="me", name="cohort")).json()["reply"]["id"]
    values = {"who": ["1|web|playground|person|nobody"], "room": "1|web|other|channel|x"}
    fields = (await door.post("submit", event="f", form=form, values=values)).json()
    assert set(fields["reply"]["fields"]) == {"who", "room"}
    assert door.house.saved == {}


async def test_half_characters_never_reach_the_house(door: Door) -> None:
    """A lone surrogate, which no database takes, becomes the sign for a character that was lost."""
    content = b'{"event":"a","as":"renata","where":"me","text":"odd \\ud800 end"}'
    await door.client.post("/api/text", content=content, headers={"Content-Type": "application/json"})
    assert door.house.heard[-1].what == Text("odd \ufffd end")


async def test_too_long_a_message_is_refused_with_its_length(door: Door) -> None:
    """4,000 units fit; 2,001 of these characters need 4,002."""
    assert (await door.post("text", event="a", where="me", text="x" * 4000)).status_code == 200
    refused = await door.post("text", event="b", where="me", text="😀" * 2001)
    assert "2 characters too long" in refused.json()["error"]


async def test_an_error_in_the_house_is_a_sentence_and_no_typed_word_is_logged(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    """The log names the action and the event, in one line whatever the event holds."""
    caplog.set_level(logging.DEBUG)
    reply = await door.post("command", event="a\nfake line", where="me", name="break", text="my own words")
    assert reply.status_code == 500
    assert reply.json()["error"].startswith("Something went wrong on our side. Nothing was lost")
    assert "RuntimeError" in caplog.text
    for word in ("secret", "my own words", "\nfake line"):
        assert word not in caplog.text


async def test_a_refusal_by_role_is_shown_as_the_house_words_it(door: Door) -> None:
    """Only to the person who tried."""
    reply = (await door.post("command", where="channel", name="manage")).json()["reply"]
    assert reply["only_you"] is True
    assert "for facilitators" in reply["body"]["text"]


async def test_suggestions_come_from_the_house(door: Door) -> None:
    """For what follows a command."""
    reply = await door.post("suggest", command="resources", partial="d")
    assert reply.json() == {"suggestions": ["disproportionality", "data equity walk"]}
