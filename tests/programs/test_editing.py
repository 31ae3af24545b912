"""What an editor sends back, and what it counts: words, minutes, reading ease."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import ContentError
from bot.programs import check, ease, editing, effort, load_all, measures, parse, report

SMALL = """\
id: small
title: Small
about: A program to break in tests.
host_note: A sample. Nobody has endorsed it.
clock: weekly
minutes: 3
ratings:
  - id: calm
    title: Calm
    ask: I stay calm.
    evidence: What shows it?
units:
  - number: 1
    id: week-1
    title: One
    aim: Notice one thing.
    prompt: Think of one talk of this week.
    alternative: Recall a walk.
    questions:
      - id: seen
        kind: text
        ask: What did you notice?
        required: true
    step:
      ask: "When …, I will …"
      example: When I arrive, I will look.
  - number: 2
    id: week-2
    title: Two
    aim: Look again.
    prompt: Go back to that talk.
    alternative: Ask somebody about it.
    questions:
      - id: again
        kind: choice
        ask: How was it?
        required: true
        choices: [As before, Different]
    step:
      ask: "When …, I will …"
      example: When I leave, I will ask.
"""
EVENT = """\
events:
  - id: evening
    title: Evening
    about: An hour together.
    after: 1
    minutes: 60
    exit_note:
      prompt: Look back at this hour.
      questions:
        - {id: one, kind: text, ask: "What helped?"}
        - {id: two, kind: text, ask: "What was puzzling?"}
        - {id: three, kind: text, ask: "What surprised you?"}
"""


def said(folder: Path, text: str) -> tuple[list[str], list[str]]:
    """(problems, second looks) of one file, without its name."""
    assert text != SMALL
    parse(text, "prompts/small.yaml")  # the machine has nothing against it
    (folder / "small.yaml").write_text(text, "utf-8")
    (one,) = report(folder)
    cut = len(one.name) + 1
    assert check(folder) == one.problems
    return [line[cut:] for line in one.problems], [line[cut:] for line in one.second_looks]


def changed(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new, 1)


# --- what is sent back ------------------------------------------------------------------------------------


def test_a_program_in_order_brings_nothing(tmp_path: Path) -> None:
    """No problem and no second look."""
    (tmp_path / "small.yaml").write_text(SMALL, "utf-8")
    (one,) = report(tmp_path)
    assert (one.problems, one.second_looks) == ([], [])
    assert one.program is not None


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "prompt: Go back to that talk.",
            "prompt: Think of ONE talk, of this week! What came next?",
            "31: units[1].prompt: opens with the same sentence as units[0].prompt; begin in another way",
        ),
        (
            "alternative: Ask somebody about it.",
            "alternative: Recall a walk.",
            "32: units[1].alternative: opens with the same sentence as units[0].alternative; begin in another way",
        ),
        (
            "Think of one talk of this week.",
            "Think of a talk with a Republican neighbor.",
            '17: units[0].prompt: "Republican" takes or names a side in politics; speak of what people do',
        ),
        (
            "example: When I leave, I will ask.",
            "example: When the bill comes, I will vote for it.",
            '41: units[1].step.example: "vote for" takes or names a side in politics; speak of what people do',
        ),
        (
            "ask: What did you notice?",
            "ask: How did your religion matter?",
            '22: units[0].questions[0].ask: "your religion" asks for what nobody has to say about themselves; '
            "leave it to the writer",
        ),
        (
            "choices: [As before, Different]",
            "choices: [As before, Woke]",
            '38: units[1].questions[0].choices[1]: "Woke" takes or names a side in politics; speak of what people do',
        ),
        (
            "I stay calm.",
            "I know how you vote.",
            '10: ratings[0].ask: "how you vote" asks for what nobody has to say about themselves; '
            "leave it to the writer",
        ),
        (
            "minutes: 3",
            "minutes: 1",
            "13: units[0].minutes: says 1 minutes, and to answer all of it takes about 1.6; ask for less",
        ),
    ],
)
def test_what_breaks_a_rule_is_sent_back_with_its_line(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """The place, the words that are meant, and what would be better."""
    problems, _ = said(tmp_path, changed(old, new))
    assert expected in problems


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Recall a walk.",
            "Recall a talk about your blind spot.",
            '18: units[0].alternative: "blind spot" may not survive a translation, or may judge',
        ),
        (
            "aim: Look again.",
            "aim: You must look again.",
            '30: units[1].aim: "You must" may not survive a translation, or may judge',
        ),
        (
            "Go back to that talk.",
            "Go back to " + "that " * 26 + "talk.",
            "31: units[1].prompt: has a sentence of 30 words; two short ones are easier",
        ),
        (
            "Go back to that talk.",
            "Reconsider institutional accountability, organizational responsibility, representational inequality.",
            "27: units[1]: has a reading ease of ",
        ),
        (
            "units:\n",
            EVENT + "units:\n",
            "18: events[0].exit_note.minutes: says 2 minutes, and to answer all of it takes about 3.0; ask for less",
        ),
    ],
)
def test_what_is_worth_a_second_look_does_not_fail_the_check(tmp_path: Path, old: str, new: str, expected: str) -> None:
    """An author may have a reason."""
    problems, second_looks = said(tmp_path, changed(old, new))
    assert problems == []
    assert any(line.startswith(expected) for line in second_looks), second_looks


def test_a_role_reads_other_words_and_they_are_read_too(tmp_path: Path) -> None:
    """A variant has the same editor as the unit, and its own minutes."""
    variant = '    variants:\n      - {role: pupil, prompt: "Would you vote against it?", asks: {seen: Say why.}}\n'
    text = SMALL.replace("  - number: 2", variant + "  - number: 2").replace(
        "ratings:", "roles: [{id: pupil, title: Pupil}]\nratings:"
    )
    problems, _ = said(tmp_path, text)
    assert len(problems) == 2
    assert all("units[0].variants[0].prompt" in line for line in problems)


def test_a_rule_that_is_younger_than_a_cohort_never_stops_it(tmp_path: Path) -> None:
    """What an editor sends back can still be read by the bot that runs it."""
    text = changed("Think of one talk", "Think of one woke talk")
    problems, _ = said(tmp_path, text)
    assert problems
    assert load_all(tmp_path)["small"].unit(1).prompt == "Think of one woke talk of this week."
    with pytest.raises(ContentError):
        parse(text.replace("clock: weekly", "clock: hourly"), "prompts/small.yaml")


@pytest.mark.parametrize(
    "asked", ["Name one colleague who held back.", "What are the names of the students?", "Whose name came up?"]
)
def test_a_prompt_that_asks_for_names_is_sent_back(tmp_path: Path, asked: str) -> None:
    """What people write about others stays about what happened."""
    problems, _ = said(tmp_path, changed("ask: What did you notice?", f"ask: {asked}"))
    assert any("asks for somebody's name" in one for one in problems)


@pytest.mark.parametrize("asked", ["What is the name of that habit?", "Give the plan a name.", "Name the change."])
def test_a_name_for_a_thing_stays(tmp_path: Path, asked: str) -> None:
    """People are what the rule is about."""
    assert said(tmp_path, changed("ask: What did you notice?", f"ask: {asked}"))[0] == []


def test_ordinary_words_that_look_alike_stay(tmp_path: Path) -> None:
    """A democratic class, a liberal arts course and a conservative estimate name no side."""
    words = "Think of a democratic class, a liberal arts course and a conservative estimate. Who has a vote in it?"
    problems, second_looks = said(tmp_path, changed("Think of one talk of this week.", words))
    assert (problems, second_looks) == ([], [])


# --- what is counted --------------------------------------------------------------------------------------


def test_minutes_count_what_is_read_picked_and_written() -> None:
    """A box of text is a minute, a short one twenty seconds, a scale or a choice eight."""
    plain = effort.unit(parse(SMALL, "small").unit(1))
    with_rating = effort.unit(parse(changed("  - number: 2", "    rate: [calm]\n  - number: 2"), "small").unit(1))
    short = effort.unit(
        parse(changed("ask: What did you notice?", "ask: What did you notice?\n        lines: 2"), "small").unit(1)
    )
    reading = (3 + 2 + 4 + 3 + 4 + 4) / 200  # I stay calm. What shows it? and the steps' own words come on top
    assert 1.5 < plain < 2
    assert with_rating - plain == pytest.approx((8 + 3 + 10 / 0.6) / 60 + reading, abs=0.06)
    assert plain - short == pytest.approx((18 + 25 / 0.6 - 3 - 10 / 0.6) / 60)


def test_the_longest_wording_of_a_unit_decides_on_its_minutes() -> None:
    """A role that reads twenty words more is not told fewer minutes than it needs."""
    variant = "    variants:\n      - {role: pupil, prompt: '" + "Think of one talk. " * 5 + "'}\n"
    roles = SMALL.replace("ratings:", "roles: [{id: pupil, title: Pupil}]\nratings:", 1)
    longer = parse(roles.replace("  - number: 2", variant + "  - number: 2"), "small").unit(1)
    assert effort.unit(longer) - effort.unit(parse(SMALL, "small").unit(1)) == pytest.approx((20 - 7) / 200)


def test_the_table_has_a_row_for_each_unit_and_each_message_around_an_event() -> None:
    """What a program lead reads: words, questions, minutes, ease, title."""
    program = parse(SMALL + EVENT, "small")
    assert [(row.number, row.title, row.words, row.questions) for row in measures.rows(program)] == [
        (1, "One", 7, 1),
        (2, "Two", 5, 1),
        (None, "Evening: exit note", 5, 3),
    ]
    lines = measures.table(program).splitlines()
    assert lines[0] == "small · Small · weekly"
    assert lines[2].split()[:5] == ["1", "7", "1", "1.6", "of"]


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *[(word, 1) for word in ("school", "make", "makes", "wished", "through", "rules", "I", "whose", "the")],
        *[(word, 2) for word in ("table", "wanted", "classes", "being", "reading", "people", "social", "safely")],
        *[(word, 3) for word in ("idea", "period", "example", "decision", "another")],
        *[(word, 4) for word in ("community", "conversation", "education", "participate")],
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, count: int) -> None:
    """Silent letters do not count, and vowels that are spoken apart do."""
    assert ease.syllables(word) == count


def test_reading_ease_is_the_formula_of_its_author() -> None:
    """Eleven words with eleven syllables in two sentences, by hand; no words have no ease."""
    text = "The cat sat on the mat. The dog ran off, too."
    assert ease.reading_ease([text]) == round(206.835 - 1.015 * 11 / 2 - 84.6 * 11 / 11)
    assert ease.reading_ease(["", " … "]) is None


def test_a_question_without_a_mark_is_a_sentence_of_its_own() -> None:
    """So that five short questions are not one long sentence."""
    assert ease.sentences("Three facts, without explanations") == ["Three facts, without explanations"]
    assert ease.sentences("What came of it? Look again.") == ["What came of it?", "Look again."]


@given(st.lists(st.text(max_size=80), max_size=5))
def test_any_text_in_any_script_can_be_counted(texts: list[str]) -> None:
    """A program in another language is not refused for what cannot be counted."""
    ease.reading_ease(texts)
    for text in texts:
        assert sum(len(ease.words(sentence)) for sentence in ease.sentences(text)) == len(ease.words(text))
        editing.opening(text)
