"""How questions are asked and answers read, whatever people type."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import kinds
from bot.kinds import Invalid, choice, scale, text
from bot.programs import Question, parse

OPTIONAL = Question("note", "text", "What did you notice?", hint="You may leave this empty.")
NEEDED = Question("note", "text", "What did you notice?", required=True)
STEPS = Question("habit", "scale", "I ask before I decide.")
ONE = Question("who", "choice", "Whom?", spec={"choices": ["A student", {"id": "home", "label": "Une famille"}]})
THREE = Question(
    "values", "choice", "Which?", required=True, spec={"choices": ["Care", "Courage", "Honesty"], "up_to": 2}
)

# Strings as a broken client may send them: any code point, lone surrogates too.
ANY = st.text(st.characters(exclude_categories=()), max_size=80)


def test_kinds_are_the_files_of_the_folder() -> None:
    """Nothing lists the kinds but the folder itself."""
    assert kinds.names() == ["choice", "scale", "text"]
    assert kinds.find("scale").field(STEPS).name == "habit"


def test_an_unknown_kind_is_refused_with_those_that_exist() -> None:
    """Neither a path nor a private module passes for a kind."""
    for name in ("txt", "_secret", "../errors", "", "text.text"):
        with pytest.raises(LookupError, match="allowed: choice, scale, text"):
            kinds.find(name)


# --- text ----------------------------------------------------------------------------------------


def test_words_come_back_as_they_were_written() -> None:
    """Lines, right-to-left letters, markup and mentions are nobody's business but the writer's."""
    for said in ("two\nlines", "שלום עולם", "<script>alert(1)</script> @everyone", "e\u0301 👩🏽‍🏫", "٣"):
        assert text.read(said, OPTIONAL) == said


@pytest.mark.parametrize(
    "nothing",
    [
        "",
        "   \n\t ",
        "\u200b\u200d\ufeff",
        "\u2800\u3164",
        "\u00a0\u2003\u3000",
        "\x00\x00",
        "\ufe0f",
        None,
        [],
    ],
)
def test_what_nobody_can_see_counts_as_empty(nothing: str | None) -> None:
    """Spaces, zero-width characters and fillers are no answer."""
    assert text.read(nothing, OPTIONAL) is None
    with pytest.raises(Invalid, match=r"needs an answer\. One line is enough\."):
        text.read(nothing, NEEDED)


def test_six_hundred_emoji_fit() -> None:
    """They are 1200 characters the way platforms count, well under the limit."""
    assert text.read("😀" * 600, NEEDED) == "😀" * 600


def test_length_is_counted_the_way_the_strictest_platform_does() -> None:
    """An emoji outside the first plane counts as two; the limit itself still fits."""
    assert text.read("😀" * 1500, NEEDED) == "😀" * 1500
    with pytest.raises(Invalid, match=r"3002 characters long and 3000 fit.*still here.*about 2\b"):
        text.read("😀" * 1501, NEEDED)


def test_half_characters_and_control_characters_do_no_harm() -> None:
    """A NUL goes, a pair of halves is joined, a lone half becomes the replacement sign."""
    assert text.read("a\x00b\x1b[31m\x7f", OPTIONAL) == "ab[31m"
    assert text.read("\ud83d\ude00", OPTIONAL) == "😀"
    assert text.read("a\ud800b", OPTIONAL) == "a\ufffdb"
    assert text.read("one\r\ntwo\rthree", OPTIONAL) == "one\ntwo\nthree"


@given(ANY)
def test_any_string_is_read_or_refused_and_what_is_read_can_be_stored(said: str) -> None:
    """Reading twice changes nothing, and every database takes the result."""
    words = text.read(said, OPTIONAL)
    if words is not None:
        assert words.encode("utf-8")
        assert "\x00" not in words
        assert text.read(words, OPTIONAL) == words
        assert text.show(words, OPTIONAL) == words


def test_the_text_field_carries_what_the_program_says() -> None:
    """Name, label, hint, height and earlier words arrive at the form."""
    tall = Question("note", "text", "What?", hint="Briefly", spec={"lines": 2, "limit": 500})
    field = text.field(tall, "earlier words")
    assert (field.name, field.label, field.kind, field.hint) == ("note", "What?", "text", "Briefly")
    assert (field.lines, field.limit, field.initial, field.required) == (2, 500, "earlier words", False)
    assert text.point("words", tall) is None


# --- scale ---------------------------------------------------------------------------------------


def test_a_scale_is_five_steps_in_words() -> None:
    """Without labels of its own it is the growth scale, as a menu that needs no color."""
    field = scale.field(STEPS, "3")
    assert field.kind == "choice"
    assert field.initial == "3"
    assert field.choices[0] == ("1", "1 · not yet")
    assert [value for value, _ in field.choices] == ["1", "2", "3", "4", "5"]


def test_a_step_is_kept_as_a_number_and_shown_in_words() -> None:
    """The chart gets the number, the journal the words."""
    assert scale.read("3", STEPS) == 3
    assert scale.show(3, STEPS) == "3 · doing it sometimes"
    assert scale.point(3, STEPS) == 3.0
    assert scale.read(["4"], STEPS) == 4


def test_an_answer_outlives_its_scale() -> None:
    """A step that the scale no longer has is still shown."""
    short = Question("habit", "scale", "?", spec={"labels": ["no", "yes"]})
    assert scale.show(5, short) == "5"
    assert scale.field(short, "5").initial == ""


@pytest.mark.parametrize("wrong", ["0", "6", "3.5", "-1", "three", "３", "9" * 5000, ["1", "2"], "\ud800"])
def test_a_step_outside_the_scale_is_refused(wrong: str | list[str]) -> None:
    """Whatever a client sends, only the steps on the menu count."""
    with pytest.raises(Invalid, match="one step from 1 to 5"):
        scale.read(wrong, STEPS)


def test_a_scale_left_alone_is_empty_unless_it_is_needed() -> None:
    """The text says what to do."""
    assert scale.read(None, STEPS) is None
    assert scale.read([""], STEPS) is None
    with pytest.raises(Invalid, match="needs an answer"):
        scale.read(" ", Question("habit", "scale", "?", required=True))


# --- choice --------------------------------------------------------------------------------------


def test_a_choice_is_kept_by_its_id_and_shown_by_its_label() -> None:
    """Words on the menu may change later without touching what people chose."""
    assert choice.field(ONE).choices == (("a-student", "A student"), ("home", "Une famille"))
    assert choice.read("home", ONE) == "home"
    assert choice.show("home", ONE) == "Une famille"
    assert choice.show("gone", ONE) == "gone"
    assert choice.point("home", ONE) is None


def test_several_may_be_chosen_up_to_a_number() -> None:
    """Doubles count once, the order is the menu's, and one too many is said kindly."""
    assert choice.field(THREE, ("care", "gone")).initial == ("care",)
    assert choice.field(THREE).kind == "choices"
    assert choice.field(THREE).hint == "Up to 2."
    assert choice.read(["honesty", "care", "care"], THREE) == ["care", "honesty"]
    assert choice.read("care", THREE) == ["care"]
    assert choice.show(["care", "honesty"], THREE) == "Care, Honesty"
    with pytest.raises(Invalid, match=r"up to 2\. You chose 3\."):
        choice.read(["care", "courage", "honesty"], THREE)
    with pytest.raises(Invalid, match="needs an answer"):
        choice.read([], THREE)


@given(st.one_of(st.none(), ANY, st.lists(ANY, max_size=4)))
def test_only_what_is_on_the_menu_is_taken(said: str | list[str] | None) -> None:
    """Any other string is refused in words, never with a crash."""
    for kind, question in ((choice, ONE), (choice, THREE), (scale, STEPS)):
        try:
            answer = kind.read(said, question)
        except Invalid as refusal:
            assert str(refusal)
        else:
            menu = dict(kind.field(question).choices)
            given_back = answer if isinstance(answer, list) else [answer]
            assert answer is None or {str(each) for each in given_back} <= set(menu)


# --- what a program may ask of a kind ------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "spec", "problem"),
    [
        ("text", {"limit": 5000}, "limit: must be a whole number from 1 to 3000"),
        ("text", {"lines": True}, "lines: must be a whole number from 1 to 10"),
        ("text", {"colour": 1}, 'colour: "colour" is not a key of a text question; allowed: limit, lines'),
        ("scale", {"labels": ["one"]}, "labels: must be a list of 2 to 10 texts, from least to most"),
        ("scale", {"labels": ["one", 2]}, "labels[1]: must be text; put quotes around a number"),
        ("scale", {"labels": ["a", "b" * 71]}, "labels[1]: has 71 characters; at most 70 fit a menu"),
        ("choice", {}, "choices: must be a list of 2 to 25 texts"),
        ("choice", {"choices": ["A", "a"]}, 'choices[1]: "a" is already choices[0]'),
        ("choice", {"choices": ["A", True]}, "choices[1]: must be text; put quotes around a number"),
        ("choice", {"choices": ["A", {"id": "b"}]}, "choices[1]: must be a text, or an id and a label"),
        ("choice", {"choices": ["A", "да"]}, "choices[1]: needs an id of its own"),
        (
            "choice",
            {"choices": ["A", "B"], "pick": "two"},
            'pick: "two" is not allowed; allowed: one, several',
        ),
        ("choice", {"choices": ["A", "B"], "up_to": 1}, "up_to: must be a whole number from 2 to 25"),
        (
            "choice",
            {"choices": ["A", "B"], "pick": "one", "up_to": 2},
            "up_to: has no meaning with pick: one",
        ),
    ],
)
def test_a_kind_says_what_is_wrong_with_its_keys(kind: str, spec: dict[str, object], problem: str) -> None:
    """The key comes first, so that the file's line can be found."""
    problems = kinds.find(kind).check(spec)
    assert [said for said in problems if said.startswith(problem)], problems


TOY = """
from bot.kinds import Invalid
from bot.messages import Field

def check(spec):
    return [f"{key}: is not a key of a number question" for key in spec if key != "most"]

def field(question, initial=""):
    return Field(question.id, question.ask, initial=str(initial))

def read(raw, question):
    if not raw or not raw.isdecimal():
        raise Invalid("A whole number, please.")
    return int(raw)

def show(value, question):
    return f"{value} of {question.spec['most']}"

def point(value, question):
    return float(value)
"""


@pytest.fixture
def toy(tmp_path: Path) -> Iterator[None]:
    """A folder with one more kind, joined to the package and taken away again."""
    (tmp_path / "number_of.py").write_text(TOY)
    (tmp_path / "_notes.py").write_text("raise RuntimeError('never imported')")
    kinds.__path__.append(str(tmp_path))
    yield
    kinds.__path__.remove(str(tmp_path))
    kinds._found.pop("number_of", None)
    sys.modules.pop("bot.kinds.number_of", None)


def test_a_new_kind_is_one_new_file(toy: None) -> None:
    """A program can ask it at once, and no other file knows of it."""
    program = parse(
        """
id: counting
title: Counting
about: A test.
host_note: A sample. Nobody has endorsed it.
clock: weekly
units:
  - number: 0
    id: arrival
    title: Count
    aim: Count.
    prompt: Think of yesterday.
    questions:
      - {id: talks, kind: number_of, ask: How many talks, required: true, most: 9}
""",
        "prompts/counting.yaml",
    )
    question = program.units[0].questions[0]
    kind = kinds.find(question.kind)
    assert "number_of" in kinds.names()
    assert "_notes" not in kinds.names()
    assert kind.field(question).label == "How many talks"
    assert kind.show(kind.read("4", question) or 0, question) == "4 of 9"


def test_a_kind_that_lacks_a_duty_is_named(toy: None, tmp_path: Path) -> None:
    """Whoever writes a kind reads which functions are missing."""
    (tmp_path / "half.py").write_text("def check(spec): return []")
    with pytest.raises(TypeError, match=r"bot/kinds/half\.py lacks field, read, show, point"):
        kinds.find("half")
    sys.modules.pop("bot.kinds.half", None)
