"""Questions about readings and programs, answered to the asker alone."""

from __future__ import annotations

import re

import pytest

from bot.messages import Audience, Outgoing, Press
from tests.conftest import ROOT
from tests.town import Town, text_of
from tests.ways import first_week, kept, labels

pytestmark = pytest.mark.model

QUESTION = "what is targeted universalism?"
UNKNOWN = "zxqv flurble wotsit grommet?"


def words(text: str) -> str:
    """Without markup and line ends, as a reader sees it."""
    return re.sub(r"\s+", " ", re.sub(r"[*_`\[\]]|\([^)]*\)", "", text))


@pytest.mark.parametrize("way", ["command", "message", "mention"])
async def test_the_answer_quotes_its_source(town: Town, way: str) -> None:
    """A sentence that stands in the entry, with title, heading, link and date, for the asker alone."""
    if way == "command":
        card = await town.command("renata", f"/resources {QUESTION}")
    else:
        card = await town.say("renata", QUESTION, channel=way == "mention")
    assert isinstance(card, Outgoing)
    assert card.audience is Audience.ONLY_YOU
    (quote,) = card.quotes
    entry = next(one.value for one in card.options if one.action == "resources.helpful")
    source = (ROOT / "knowledge" / f"{entry}.md").read_text("utf-8")
    assert words(quote.text) in words(source)
    assert quote.title
    assert quote.heading
    assert quote.source_url in source
    assert re.fullmatch(r"as of \d{4}-\d{2}-\d{2}", quote.as_of)
    assert {"Show more", "Helpful", "Not helpful", "Ask a person"} <= set(labels(card))


async def test_show_more_is_the_whole_passage(town: Town) -> None:
    """It holds the sentence that was quoted."""
    card = await town.command("renata", f"/resources {QUESTION}")
    more = await town.press("renata", card, "Show more")
    assert isinstance(card, Outgoing)
    assert isinstance(more, Outgoing)
    assert card.quotes[0].text in more.quotes[0].text
    assert "Show more" not in labels(more)


async def test_a_channel_question_reaches_nobody_else(town: Town) -> None:
    """Nothing is posted, and the question is kept nowhere."""
    await first_week(town)
    before, rows = len(town.chat.delivered), kept(town)
    await town.command("renata", f"/resources {QUESTION}", channel=True)
    assert len(town.chat.delivered) == before
    assert kept(town) == rows


async def test_sharing_unsigned_carries_no_trace_of_the_asker(town: Town) -> None:
    """The passage alone; twice in an hour is once, and next day it is news again."""
    await first_week(town)
    card = await town.command("renata", f"/resources {QUESTION}", channel=True)
    before = len(town.public())
    for who in ("renata", "kwame"):
        assert "without your name" in text_of(await town.press(who, card, "Share unsigned", channel=True))
    (shared,) = town.public()[before:]
    assert isinstance(card, Outgoing)
    assert shared.quotes[0].title == card.quotes[0].title
    said = text_of(shared)
    assert "Renata" not in said
    assert "Aguilar" not in said
    assert QUESTION not in said
    assert shared.note == "Shared by a member, unsigned."
    assert not any("renata" in option.value for option in shared.options)
    await town.until("day")
    count = len(town.public())
    await town.press("renata", card, "Share unsigned", channel=True)
    assert len(town.public()) == count + 1


async def test_nothing_can_be_shared_from_a_private_place(town: Town) -> None:
    """There the button is not offered, and an altered one shares nothing."""
    await first_week(town)
    card = await town.command("renata", f"/resources {QUESTION}")
    assert "Share unsigned" not in labels(card)
    assert isinstance(card, Outgoing)
    reply = await town.act("renata", Press("resources.share", card.options[0].value))
    assert "Nothing was shared" in text_of(reply)


async def test_helpful_is_a_count_and_nothing_else(town: Town) -> None:
    """No question, no person; a press that is delivered twice counts once."""
    card = await town.command("renata", f"/resources {QUESTION}")
    assert isinstance(card, Outgoing)
    helpful = next(one for one in card.options if one.label == "Helpful")
    for event in ("same", "same"):
        await town.act("renata", Press(helpful.action, helpful.value), event=event)
    assert "Only a count is kept" in text_of(await town.press("kwame", card, "Helpful"))
    assert "Ask a person" in labels(await town.press("kwame", card, "Not helpful"))
    counts = {row[1:] for row in kept(town)["verdict"]}
    assert counts == {(helpful.value, "helpful", 2), (helpful.value, "not helpful", 1)}


@pytest.mark.parametrize("action", ["more", "share", "helpful", "not-helpful"])
async def test_an_altered_button_counts_and_shows_nothing(town: Town, action: str) -> None:
    """A passage or entry that does not exist."""
    await town.say("renata", "help")  # the first meeting makes the person's row
    before = kept(town)
    for value in ("", "x", "a:b:c:d", "9" * 5000, "\ud800"):
        reply = await town.act("renata", Press(f"resources.{action}", value), channel=True)
        assert "passage has changed" in text_of(reply)
    assert kept(town) == before


async def test_without_an_answer_a_person_is_offered(town: Town) -> None:
    """No guess, and nothing is sent unasked."""
    card = await town.command("renata", f"/resources {UNKNOWN}")
    assert isinstance(card, Outgoing)
    assert card.quotes == ()
    assert labels(card) == ["Ask a person", "Pass it on, unsigned"]


@pytest.mark.parametrize("question", ["", "   ", "\u200b", "?!"])
async def test_an_empty_question_is_met_with_an_example(town: Town, question: str) -> None:
    """Or with the way to a person, where there are only marks."""
    reply = text_of(await town.command("renata", f"/resources {question}"))
    assert "What would you like to know?" in reply or "I do not have an answer" in reply


@pytest.mark.parametrize(
    "question", ["' OR 1=1 --", "*", '"', "NEAR(", "a AND b OR c*", "equity " * 1500, "\x00\ud800"]
)
async def test_query_syntax_is_only_words(town: Town, question: str) -> None:
    """Operators of a search language, and very long text, get an answer like anything else."""
    assert isinstance(await town.command("renata", f"/resources {question}"), Outgoing)


async def test_looking_it_up_needs_no_cohort(town: Town) -> None:
    """Anybody in the workspace may ask."""
    card = await town.command("leilani", f"/resources {QUESTION}")
    assert isinstance(card, Outgoing)
    assert card.quotes


async def test_the_asker_may_see_why(town: Town) -> None:
    """Each reason with its share, which add up; nobody else sees it, and after an hour nobody does."""
    card = await town.command("renata", f"/resources {QUESTION}")
    told = text_of(await town.press("renata", card, "Why this?"))
    assert "Why “Targeted universalism" in told
    assert "the word “univers…” is in it" in told
    assert "by its meaning alone number 1." in told
    shares = [int(number) for number in re.findall(r": (\d+) %", told)]
    assert abs(sum(shares) - 100) <= len(shares)
    assert "no longer know why" in text_of(await town.press("kwame", card, "Why this?"))
    town.machine.go_on(3601)
    assert "Please ask again" in text_of(await town.press("renata", card, "Why this?"))


async def test_where_nothing_was_found_there_is_nothing_to_explain(town: Town) -> None:
    """No button that leads nowhere."""
    card = await town.command("renata", f"/resources {UNKNOWN}")
    assert "Why this?" not in labels(card)
