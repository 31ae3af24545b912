"""The shape of messages and forms: inside Slack's limits, inert, and readable without seeing them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.messages import Address, Errors, Field, Form, Instant, Option, Outgoing, Picture, Press, Quote
from bot.platforms.slack.blocks import fallback, message
from bot.platforms.slack.events import press
from bot.platforms.slack.pages import pages
from bot.platforms.slack.views import Origin, card_view, error_blocks, form_view, home_view, read_form
from tests.fakes.slack_rules import texts, units, wrong_with_arguments, wrong_with_message, wrong_with_view

NASTY = (
    "<!channel> <!here> <@U0RENATA> <!subteam^S1> <#C1> &lt;!everyone&gt;",
    "<https://evil.example|https://bank.example>",
    "<!date^0^{date}^https://evil.example|x>",
    "＜!channel＞ @everyone \u202egnp.exe",
    "\x00 null \x1b[31m",
    "half \ud800 of a character",
    "*bold* _it_ ~no~ `code` ```block``` :smile: > quote",
)
words = st.text(max_size=4000)


def options(count: int) -> tuple[Option, ...]:
    return tuple(Option(f"Button {at}", "a.b", "v" * 100, confirm="Really? " * 60) for at in range(count))


@given(words, words, words, st.lists(words, max_size=4), st.integers(0, 30))
def test_whatever_is_said_fits(title: str, text: str, note: str, quotes: list[str], count: int) -> None:
    """No message is refused for its shape."""
    outgoing = Outgoing(
        text,
        title,
        tuple(Quote(one, one, one, f"https://example.org/{at}", one) for at, one in enumerate(quotes)),
        note,
        options(count),
        Picture(b"", text),
    )
    assert wrong_with_message(message(outgoing, key="k.1"), set()) == []
    assert wrong_with_view(card_view(outgoing, "C1"), set()) == []
    assert wrong_with_view(home_view(outgoing, [("reflect", text)]), set()) == []
    assert 0 < len(fallback(outgoing)) < 40_000


@given(st.lists(st.text("ab. \n", min_size=2_500, max_size=3_000), min_size=1, max_size=3))
@settings(max_examples=20)
def test_answers_as_long_as_a_form_takes_are_read_whole(answers: list[str]) -> None:
    """In the journal, by whoever wrote them: not a letter is left out of three of them."""
    outgoing = Outgoing("Week 3", quotes=tuple(Quote(one, f"Question {at}") for at, one in enumerate(answers)))
    made = message(outgoing)
    assert wrong_with_message(made, set()) == []
    shown = "".join(texts(made))
    asked = "".join(f"Question {at}{one}" for at, one in enumerate(answers))
    assert "".join(shown.split()) == "".join(f"Week 3{asked}".split())


long_words = st.builds(lambda one, times: one * times, st.text("ab. \n🙂", min_size=1), st.integers(1, 2_000))


@given(long_words, st.lists(long_words, max_size=20), st.integers(0, 12))
@settings(max_examples=25, deadline=None)
def test_an_answer_that_is_too_long_for_one_message_is_read_whole_in_several(
    text: str, quotes: list[str], count: int
) -> None:
    """In their order, each within the limits, with the buttons under the last; in a window it is one."""
    outgoing = Outgoing(
        text,
        "Title",
        tuple(Quote(one, f"Question {at}.") for at, one in enumerate(quotes)),
        "Note",
        tuple(Option("Go", "a.b", str(at)) for at in range(count)),
        replaces=True,
    )
    divided = pages(outgoing)
    made = [message(one) for one in divided]
    assert [wrong_with_message(one, set()) for one in made] == [[]] * len(made)
    asked = "Title" + text + "".join(f"Question {at}.{one}" for at, one in enumerate(quotes)) + "Note" + "Go" * count
    assert "".join("".join(texts(made)).split()) == "".join(asked.split())
    assert [one.replaces for one in divided] == [True] + [False] * (len(divided) - 1)


@given(words, words, words, st.sampled_from(["text", "choice", "choices", "people", "channel", "date", "time"]))
def test_whatever_is_asked_fits(title: str, label: str, hint: str, kind: Any) -> None:
    """No form is refused for its shape."""
    choices = tuple((str(at), f"{at}{label}") for at in range(15 if len(hint) % 2 else 4))
    field = Field("f", label, kind, True, hint, choices if kind in ("choice", "choices") else (), limit=5000)
    made = form_view(Form("id", title, "a.b", (field,), "v", hint, label), Origin("C1"))
    assert wrong_with_view(made, set()) == []


@pytest.mark.parametrize("text", NASTY)
def test_nothing_that_people_write_is_acted_on(text: str) -> None:
    """Slack reads markup in one place, the fallback; everywhere else only plain and rich text stand."""
    outgoing = Outgoing(text, text, (Quote(text, text, text, text, text),), text, (Option(text or "x", "a", "b"),))
    made = message(outgoing)
    assert "mrkdwn" not in json.dumps(made)
    assert not any(part["type"] not in ("text",) for part in _rich_parts(made))
    assert "<" not in fallback(outgoing)
    assert "\\u0000" not in json.dumps(made) and "\\ud800" not in json.dumps(made)


def _rich_parts(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        part
        for block in made
        if block["type"] == "rich_text"
        for one in block["elements"]
        for part in (one["elements"] if one["type"] != "rich_text_list" else [])
    ]


def test_a_long_text_is_divided_between_its_paragraphs_and_nothing_is_lost() -> None:
    """Up to what a message holds."""
    text = "\n\n".join(f"Paragraph {at} " + "word " * 100 for at in range(15))
    shown = "\n".join(texts(message(Outgoing(text))))
    assert all(f"Paragraph {at} " in shown for at in range(15))


def test_what_does_not_fit_is_cut_with_a_mark_and_the_buttons_stay() -> None:
    """The way to a person is never what is dropped."""
    made = message(Outgoing("🙂" * 20_000, options=(Option("Ask a person", "a"),)))
    shown = list(texts(made))
    assert any(one.endswith("…") for one in shown)
    assert shown[-1] == "Ask a person"
    assert sum(map(units, shown)) < 12_000


def test_a_moment_is_shown_where_its_reader_is() -> None:
    """In a channel people live in several zones; whoever's client cannot tell reads the words as they are."""
    instant = Instant("Monday 4 January at 09:00", datetime(2027, 1, 4, 14, tzinfo=UTC))
    text = "We meet on Monday 4 January at 09:00.\n\n• Monday 4 January at 09:00: the meeting"
    outgoing = Outgoing(text, quotes=(Quote("Not Monday 4 January at 09:00?"),), instants=(instant,))
    made = message(outgoing)
    assert wrong_with_message(made, set()) == []
    dates = [part for part in _rich_parts(made[:1]) if part["type"] == "date"]
    assert [one["timestamp"] for one in dates] == [int(instant.at.timestamp())]
    assert dates[0]["fallback"] == instant.words
    assert [one["type"] for one in made[0]["elements"][1]["elements"][0]["elements"]] == ["date", "text"]
    assert "date" not in str(made[1])  # what people wrote stays as they wrote it
    assert instant.words in fallback(outgoing)


def test_paragraphs_and_lists_keep_their_shape() -> None:
    """Lines with a bullet become a list."""
    [block] = message(Outgoing("First.\n\n• one\n• two\n\nLast."))
    assert [one["type"] for one in block["elements"]] == [
        "rich_text_section",
        "rich_text_list",
        "rich_text_section",
    ]


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://a b", "https://x|y", "file:///etc", "ftp://example.org/a", "https://é.example"],
)
def test_only_plain_web_addresses_become_links(url: str) -> None:
    """And a link shows where it leads."""
    assert "link" not in {
        part["type"] for part in _rich_parts(message(Outgoing("", quotes=(Quote("q", source_url=url),))))
    }
    good = message(Outgoing("", quotes=(Quote("q", source_url="https://example.org/a"),)))
    [link] = [part for part in _rich_parts(good) if part["type"] == "link"]
    assert link == {"type": "link", "url": "https://example.org/a", "text": "example.org/a"}


def test_the_fallback_says_everything() -> None:
    """A screen reader reads nothing else."""
    outgoing = Outgoing(
        "Text", "Title", (Quote("Words", "Source"),), "Note", (Option("Start", "s"),), Picture(b"", "Up")
    )
    for one in ("Text", "Title", "Words", "Source", "Note", "Start", "Up"):
        assert one in fallback(outgoing)


def test_every_kind_of_field_comes_back_as_the_house_knows_it() -> None:
    """People and channels as addresses, choices as their values."""
    fields = (
        Field("t", "Text", initial="before"),
        Field("c", "Choice", "choice", choices=(("1", "one"), ("2", "two")), initial="2"),
        Field("m", "Many", "choices", choices=(("1", "one"), ("2", "two")), initial=("1", "2")),
        Field("p", "People", "people", initial=(str(Address("slack", "T", "person", "U1")),)),
        Field("r", "Room", "channel", initial=str(Address("slack", "T", "channel", "C1"))),
        Field("d", "Day", "date", initial="2027-01-04"),
        Field("h", "Hour", "time", initial="08:30"),
        Field("e", "Empty", "choice", choices=(("1", "one"),)),
    )
    view = form_view(Form("id", "Title", "a.b", fields, "v"), Origin("C9", "C9", "1.2", "https://a"))
    assert wrong_with_view(view, set()) == []
    from tests.fakes.slack import initial_state

    sent = read_form({**view, "state": {"values": initial_state(view)}}, "T")
    assert sent is not None
    assert sent.origin == Origin("C9", "C9", "1.2", "https://a")
    assert dict(sent.submission.values) == {field.name: _wanted(field) for field in fields}


def _wanted(field: Field) -> str | list[str]:
    return list(field.initial) if isinstance(field.initial, tuple) else field.initial


def test_an_error_without_a_field_stands_beside_the_first() -> None:
    """Slack has no place for one that belongs to the whole form."""
    view = form_view(Form("id", "T", "a", (Field("x", "X"), Field("y", "Y"))), Origin())
    assert error_blocks(Errors({"": "Closed.", "y": "Empty.", "gone": "Odd."}), view) == {
        "f.x": "Closed.\nOdd.",
        "f.y": "Empty.",
    }
    assert error_blocks(Errors(), view)["f.x"]


def test_up_to_ten_choices_are_radio_buttons_and_more_are_a_list() -> None:
    """As people expect on a phone."""
    for count, kind in ((10, "radio_buttons"), (11, "static_select")):
        field = Field("x", "X", "choice", choices=tuple((str(at), str(at)) for at in range(count)))
        [block] = form_view(Form("id", "T", "a", (field,)), Origin())["blocks"]
        assert block["element"]["type"] == kind


def test_the_less_usual_of_many_buttons_stand_in_a_menu() -> None:
    """What is important, dangerous or asks back stays in sight; so does a list of things to choose from."""
    usual = [Option(f"Button {at}", f"a.b{at}", "v") for at in range(7)]
    leave = Option("Leave", "a.leave", "v", "danger", "Leave this cohort?")
    [block] = message(Outgoing("", options=(*usual, leave)))
    *shown, menu = block["elements"]
    assert [one["text"]["text"] for one in shown] == [*(f"Button {at}" for at in range(4)), "Leave"]
    assert [one["text"]["text"] for one in menu["options"]] == ["Button 4", "Button 5", "Button 6"]
    chosen = {"type": "overflow", "action_id": menu["action_id"], "selected_option": menu["options"][1]}
    assert press(chosen) == Press("a.b5", "v")
    assert press({**chosen, "selected_option": None}) is None
    alike = [Option(f"Entry {at}", "journal.read", str(at)) for at in range(7)]
    for options in (usual[:5], alike, [*usual, *(Option("x", f"c.d{at}") for at in range(9))]):
        assert "overflow" not in str(message(Outgoing("", options=tuple(options))))


def test_a_text_box_says_how_much_fits() -> None:
    """Before somebody has written too much."""
    [block] = form_view(Form("id", "T", "a", (Field("x", "X", hint="A few words.", limit=500),)), Origin())["blocks"]
    assert block["hint"]["text"] == "A few words. At most 500 characters."
    assert block["element"]["max_length"] == 500


@pytest.mark.parametrize(
    "wrong",
    [
        {"type": "header", "text": {"type": "plain_text", "text": "x", "style": "bold"}},
        {"type": "divider", "text": "x"},
        {"type": "actions", "elements": [{"type": "button", "action_id": "a", "text": {"type": "plain_text"}}]},
        {
            "type": "input",
            "label": {"type": "plain_text", "text": "x"},
            "element": {"type": "datepicker", "action_id": "a", "initial_date": "4 January"},
        },
    ],
)
def test_the_stand_in_for_slack_refuses_what_slack_would(wrong: dict[str, Any]) -> None:
    """Also names that nobody would notice by reading."""
    assert wrong_with_view({"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": [wrong]}, set())
    assert wrong_with_arguments("chat.update", {"channel": "C1", "ts": "1700000000", "text": "x"})
    assert wrong_with_arguments("chat.postMessage", {"channel": "general", "text": "x"})
