from __future__ import annotations

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index import quotes, sentences
from index.documents import Entry
from index.passages import cut


def passages(toy, body, title="Title"):
    return cut(Entry("entry", title, body), toy.tokens, toy.limit)


def test_a_passage_belongs_to_its_headings(toy):
    """The path of headings tells where in the entry one is; the title is not said twice."""
    body = "# Title\nFirst.\n\n## One **bold**\nSecond.\n\n### Deep\nThird.\n\nTwo `code`\n---\nFourth.\n"
    assert [(found.heading, found.text) for found in passages(toy, body)] == [
        ("", "First."),
        ("One bold", "Second."),
        ("One bold › Deep", "Third."),
        ("Two code", "Fourth."),
    ]


def test_a_hash_inside_code_is_not_a_heading(toy):
    """Comments of a script stay in their passage."""
    (found,) = passages(toy, "Before.\n\n```sh\n# not a heading\nls\n```\n")
    assert found.text == "Before.\n\n```sh\n# not a heading\nls"


def test_lists_and_tables_stay_readable(toy):
    """Marks, nesting and rows come along as the author wrote them."""
    body = "1. First thing. More.\n2. Second\n   - nested\n\n| a | b |\n|---|---|\n| c | d |"
    (found,) = passages(toy, body)
    assert found.text == body


def test_a_long_section_is_cut_into_equal_parts_between_sentences(toy):
    """About 120 words each, and no remainder of one line."""
    body = " ".join(f"Sentence number {number} has exactly eight words here." for number in range(50))
    found = passages(toy, body)
    assert len(found) == 3
    assert all(120 <= len(passage.text.split()) <= 144 for passage in found)
    assert all(passage.text.endswith("here.") for passage in found)
    assert " ".join(passage.text for passage in found) == body


def test_one_sentence_without_an_end_is_cut_between_words(toy):
    """Nothing is dropped because its author never stops."""
    body = " ".join(f"w{number}" for number in range(1000))
    found = passages(toy, body)
    assert len(found) > 3
    assert " ".join(passage.text for passage in found).split() == body.split()


def test_text_that_the_parser_does_not_look_into_is_kept(toy):
    """Odd Markdown may be cut oddly, but it is not dropped."""
    (found,) = passages(toy, "Before.\n\n" + ">" * 40 + " deep words\n")
    assert found.text.endswith("deep words")


def test_a_passage_that_would_be_cut_by_the_model_is_refused():
    """Also with a tokenizer that counts two texts together as more than the two alone."""
    with pytest.raises(AssertionError, match="longer than 256 tokens"):
        cut(Entry("entry", "Title", "Text."), lambda text: 300 if "\n" in text else 3, 256)


def test_the_same_text_keeps_its_id_and_other_text_gets_another(toy):
    """An id can be stored in a button and still be found after the next build."""
    first, second = passages(toy, "## A\nOne.\n\n## B\nTwo."), passages(toy, "## A\nOne.\n\n## B\nThree.")
    assert first[0].id == second[0].id
    assert first[1].id != second[1].id


MARKDOWN = st.lists(
    st.one_of(
        st.sampled_from(
            ["# ", "## ", "### ", "- ", "1. ", "> ", "```\n", "---\n", "| a | b |\n|--|--|\n| ", "\r\n", "\n\n", "  "]
        ),
        st.text(max_size=40),
        st.sampled_from(["A sentence about equity. ", "e.g. this one! ", "[x]: https://example.org/x\n", "x" * 400]),
        st.integers(1, 120).map(lambda count: "many words follow here " * count),
    ),
    max_size=25,
).map("".join)


@pytest.mark.model
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=MARKDOWN, title=st.text(max_size=300))
@example(body="## " + "heading " * 400 + "\n" + "text " * 400, title="title " * 300)
def test_no_passage_is_longer_than_the_model_reads_and_each_is_a_slice_of_its_source(model, body, title):
    """Whatever the Markdown, with the real tokenizer: at most 256 tokens with title and headings."""
    for passage in cut(Entry("entry", title, body), model.tokens, model.limit):
        assert model.tokens(passage.embedded) <= 256
        assert passage.embedded.endswith(passage.text)
        assert passage.text in body
        assert passage.text.strip()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(st.text("abcdefg.!?", min_size=1, max_size=8), min_size=1, max_size=300))
def test_no_word_is_lost(toy, words):
    """Every word with a letter in it stands in some passage, in order."""
    # Numbered, so that no two passages are the same and one of them is dropped.
    body = " ".join(f"{word}{number}" for number, word in enumerate(words))
    assert " ".join(passage.text for passage in passages(toy, body)).split() == body.split()


@settings(max_examples=200, deadline=None)
@given(body=MARKDOWN, wanted=st.text("abcdefg", max_size=3))
def test_a_quote_is_a_slice_of_the_text(body, wanted):
    """Byte for byte, and never longer than a phone shows."""
    quote = quotes.best(body, lambda sentence: float(wanted in sentence))
    assert quote in body
    assert len(quote) <= quotes.LONGEST


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("Dr. Bell came, e.g. on Monday. He left.", ["Dr. Bell came, e.g. on Monday.", "He left."]),
        ("It began in the U.S. in 2015. Then it grew.", ["It began in the U.S. in 2015.", "Then it grew."]),
        ("J. Freedman wrote it (2019). “Yes.” No.", ["J. Freedman wrote it (2019).", "“Yes.”", "No."]),
        ("1. First step. 2 more.", ["1. First step.", "2 more."]),
        ("Version 3.5 is fine", ["Version 3.5 is fine"]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text, expected):
    """Abbreviations, initials and numbers do not end a sentence."""
    assert [text[start:end] for start, end in sentences.spans(text)] == expected


def test_a_quote_is_the_sentence_that_meets_the_question():
    """Not the first one, and without the mark of the list."""
    text = (
        "Steps in order:\n\n- Read the case aloud to everyone who came to the meeting today.\n- Ask probing questions."
    )
    assert quotes.best(text, lambda sentence: float("probing" in sentence)) == "Ask probing questions."
