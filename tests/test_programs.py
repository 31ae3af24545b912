"""Reading programs: what the format can say, and how each slip is named with its line."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.errors import ContentError
from bot.programs import Program, check, load, load_all, parse

SMALL = """\
id: small
title: Small
about: A program to break in tests.
host_note: A sample. Nobody has endorsed it.
clock: weekly
units:
  - number: 1
    id: week-1
    title: One
    aim: Notice one thing.
    prompt: Think of one talk of this week.
    alternative: Think of one walk.
    questions:
      - id: seen
        kind: text
        ask: What did you notice?
        required: true
    step:
      ask: Your next step
      example: When I arrive, I will look.
"""
SECOND = SMALL[SMALL.index("  - number") :].replace("number: 1", "number: 2").replace("week-1", "week-2")


def problems(text: str) -> list[str]:
    """The lines of the refusal; fails when there is none."""
    with pytest.raises(ContentError) as refusal:
        parse(text, "prompts/small.yaml")
    return str(refusal.value).splitlines()


def changed(old: str, new: str) -> str:
    """The small program with one passage replaced."""
    assert old in SMALL
    return SMALL.replace(old, new, 1)


# --- what the format can say ---------------------------------------------------------------------


def test_what_is_left_out_has_a_gentle_default() -> None:
    """Monday morning, one reminder after two days, five minutes, only you."""
    program = parse(SMALL, "prompts/small.yaml")
    unit = program.unit(1)
    assert (program.day, program.time, program.reminder_hours) == (0, dt.time(8, 10), 48)
    assert (unit.minutes, unit.after, unit.follow_up) == (5, 0, False)
    assert unit.reader == "Only you, unless you choose to share it."
    assert program.text == SMALL


def test_a_unit_that_does_not_exist_is_a_key_error() -> None:
    """Callers can tell a missing occurrence from an empty one."""
    with pytest.raises(KeyError):
        parse(SMALL, "prompts/small.yaml").unit(7)


def test_the_version_follows_the_content_and_not_its_dress() -> None:
    """Comments, quotes and the order of keys change nothing; a word does."""
    version = parse(SMALL, "a").version
    assert len(version) == 16
    assert int(version, 16)
    assert parse("# a note\n" + changed("title: One", 'title:   "One"'), "a").version == version
    assert parse(changed("id: small\ntitle: Small", "title: Small\nid: small"), "a").version == version
    assert parse(changed("title: One", "title: Two"), "a").version != version


def test_a_pinned_text_gives_the_same_program_again() -> None:
    """A cohort keeps the text and finds its program in it."""
    program = parse(SMALL, "a")
    assert parse(program.text, "b") == program


def test_units_follow_one_another_and_breaks_lie_between() -> None:
    """Offsets count from the start; a given one is taken as it stands."""
    third = SECOND.replace("number: 2", "number: 5").replace("week-2", "later").rstrip() + "\n    after: 9\n"
    program = parse(SMALL + SECOND + third + "breaks: [{after_unit: 1, periods: 2, title: Pause}]\n", "a")
    assert [(unit.number, unit.after) for unit in program.units] == [(1, 0), (2, 3), (5, 9)]


def test_labels_by_number_leave_the_steps_between_to_the_reader() -> None:
    """Three anchors are enough for five steps."""
    rated = (
        changed("        kind: text\n        ask: What did you notice?", "        rating: vision")
        + "ratings:\n  - id: vision\n    title: Vision\n    ask: Where are you?\n"
        + "    labels: {1: far, 3: near, 5: there}\n    evidence: What supports it?\n"
    )
    question = parse(rated, "a").unit(1).questions[0]
    assert question.kind == "scale"
    assert question.ask == "Where are you?"
    assert question.spec["labels"] == ["far", "between 1 and 3", "near", "between 3 and 5", "there"]


def test_a_role_can_read_the_same_unit_in_other_words() -> None:
    """What the variant leaves out stays as it is, and other roles see no difference."""
    varied = SMALL + (
        "    variants:\n      - role: student\n        prompt: Think of your day.\n"
        "        asks: {seen: What did you see}\nroles:\n  - {id: student, title: Student, minor: true}\n"
    )
    unit = parse(varied, "a").unit(1)
    student = unit.for_role("student")
    assert (student.prompt, student.questions[0].ask) == ("Think of your day.", "What did you see")
    assert student.alternative == unit.alternative
    assert unit.for_role("member") == unit


def test_the_time_of_day_needs_no_quotes() -> None:
    """Where yaml's own rules would read 8:10 as 490, it is ten past eight."""
    assert parse("time: 8:10\n" + SMALL, "a").time == dt.time(8, 10)


# --- each slip is named --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "prompts/small.yaml:1: the file is empty"),
        ("# nothing but a note\n", "prompts/small.yaml:1: the file is empty"),
        ("just words", "prompts/small.yaml:1: a program file starts with keys such as"),
        ("id: [a,\nb: 1", "prompts/small.yaml:2: this is not YAML: while parsing a flow sequence"),
        ('id: "\\UFFFFFFFF"', "prompts/small.yaml:1: this is not YAML: it has an escape"),
        ("title: a\nid: a\x07", "prompts/small.yaml:2: has the character U+0007, which no program may hold"),
        ("%YAML " + "9" * 5000 + ".1\n---\na: 1", "prompts/small.yaml:1: this is not YAML"),
        (SMALL + "---\nid: two\n", "prompts/small.yaml:21: a second document starts here"),
        ("id: twice\n" + SMALL, "prompts/small.yaml:2: id: is given twice; the first is in line 1"),
        (
            changed("title: One", "title: NO"),
            "units[0].title: NO without quotes may be read as true or false; wr",
        ),
        (
            changed("title: One", "title: on"),
            "units[0].title: on without quotes may be read as true or false; wr",
        ),
        (
            changed("required: true", "required: yes"),
            "prompts/small.yaml:17: units[0].questions[0].required: yes wi",
        ),
        (
            changed("title: One", "title: 1"),
            'small.yaml:9: units[0].title: must be text, so put quotes around it: "1"',
        ),
        (
            changed("title: One", "title:"),
            "prompts/small.yaml:9: units[0].title: has no value; give one or leave",
        ),
        (changed("title: One", "title: [a]"), "prompts/small.yaml:9: units[0].title: must be text"),
        (
            changed("title: One", 'title: "a\\0b"'),
            "small.yaml:9: units[0].title: has a control character or half a",
        ),
        (
            changed("title: One", 'title: "\\ud800"'),
            "small.yaml:9: units[0].title: has a control character or half",
        ),
        (changed("title: One", "title: &a One"), "prompts/small.yaml:9: units[0].title: &a is an anchor"),
        (
            changed("aim: Notice one thing.", "aim: *a"),
            "prompts/small.yaml:10: units[0].aim: *a repeats another part",
        ),
        (
            changed("title: One", "title: !!python/object/apply:os.system [ls]"),
            "prompts/small.yaml:9: units[0].title: the tag tag:yaml.org,2002:python/object/apply:os.system",
        ),
        (
            changed("title: One", "<<: {title: One}"),
            'prompts/small.yaml:9: units[0].<<: "<<" is not a key here',
        ),
        (
            changed("clock: weekly", "clock: daily"),
            'small.yaml:5: clock: "daily" is not allowed; allowed: weekly, mon',
        ),
        ("time: 25:00\n" + SMALL, "prompts/small.yaml:1: time: must be a time of day such as"),
        ("time: 8\n" + SMALL, "prompts/small.yaml:1: time: must be a time of day such as"),
        (
            "reminder_hours: soon\n" + SMALL,
            'small.yaml:1: reminder_hours: must be a whole number, not "soon"',
        ),
        ("reminder_hours: 0\n" + SMALL, "small.yaml:1: reminder_hours: must be 1 or more, not 0"),
        (
            changed("    aim:", "    aimm: x\n    aim:"),
            'prompts/small.yaml:10: units[0].aimm: "aimm" is not a key here; did you mean aim? allowed: nu',
        ),
        (changed("    aim: Notice one thing.\n", ""), "prompts/small.yaml:7: units[0].aim: is missing"),
        (
            changed("id: week-1", "id: Week_1"),
            'units[0].id: "Week_1" must be lowercase letters, digits and single',
        ),
        (
            changed("kind: text", "kind: txt"),
            'prompts/small.yaml:15: units[0].questions[0].kind: "txt" is not a question kind; '
            "allowed: choice, scale, text",
        ),
        (
            changed("        kind: text\n", ""),
            "units[0].questions[0].kind: is missing; allowed: choice, scale, text",
        ),
        (
            changed("kind: text", "kind: text\n        hnt: x"),
            'small.yaml:16: units[0].questions[0].hnt: "hnt" is not a key here; did you mean hint?',
        ),
        (
            changed("kind: text", "kind: text\n        limit: 9000"),
            "small.yaml:16: units[0].questions[0].limit: must be a whole number from 1 to 3000",
        ),
        (
            changed("kind: text", "kind: choice\n        choices:\n          - A\n          - 3"),
            "small.yaml:18: units[0].questions[0].choices[1]: must be text; put quotes around a number",
        ),
        (
            changed("id: seen", "id: step"),
            'units[0].questions[0].id: "step" is a name the forms use themselves',
        ),
        (
            changed("Think of one talk of this week.", "word " * 61),
            "units[0].prompt: has 61 words; at most 60",
        ),
        (changed("Think of one walk.", "word " * 61), "units[0].alternative: has 61 words; at most 60"),
        (
            changed("    alternative: Think of one walk.\n", ""),
            "units[0].alternative: is missing; every unit after",
        ),
        (
            SMALL[: SMALL.index("    step:")],
            "prompts/small.yaml:7: units[0].step: is missing; give an if-then step",
        ),
        (
            changed("required: true", "required: false"),
            "units[0].questions: needs exactly one with required: true, not 0",
        ),
        (
            changed("    step:", "      - {id: b, kind: text, ask: B, required: true}\n    step:"),
            "prompts/small.yaml:13: units[0].questions: needs exactly one with required: true, not 2",
        ),
        (
            changed("    questions:\n", "    questions:\n      - {id: b, kind: text, ask: B}\n"),
            "units[0].questions: starts with an optional one; the required question comes first",
        ),
        (
            changed(
                "    step:",
                "".join(f"      - {{id: {n}, kind: text, ask: B}}\n" for n in "bcd") + "    step:",
            ),
            "prompts/small.yaml:13: units[0].questions: has 3 optional ones; at most 2 fit",
        ),
        (
            changed("    step:", "    minutes: 6\n    step:"),
            "small.yaml:18: units[0].minutes: is 6; at most 5 here",
        ),
        ("minutes: 9\n" + SMALL, "prompts/small.yaml:1: minutes: is 9; at most 5 here"),
        (changed("weekly", "monthly") + "minutes: 11\n", "small.yaml:21: minutes: is 11; at most 10 here"),
        (changed("weekly", "self-paced") + "minutes: 16\n", "small.yaml:21: minutes: is 16; at most 15 here"),
        (
            changed("weekly", "self-paced") + "day: monday\n",
            "small.yaml:21: day: has no meaning without a calendar",
        ),
        (
            SMALL + SECOND.replace("week-2", "week-1"),
            'small.yaml:22: units[1].id: "week-1" is already used in line 8',
        ),
        (
            SMALL + SECOND.replace("number: 2", "number: 1"),
            "small.yaml:21: units[1].number: is 1 after 1; numbers o",
        ),
        (SMALL + SECOND + "    after: 3\n", ""),
        (
            SMALL + "    after: 2\n" + SECOND + "    after: 2\n",
            "units[1].after: is 2 after 2; for the same people it",
        ),
        (
            SMALL + "    rate: [q]\n",
            'prompts/small.yaml:21: units[0].rate[0]: there is no rating "q"; the file lists n',
        ),
        (SMALL + "    for: {team: t}\n", 'prompts/small.yaml:21: units[0].for.team: there is no team "t"'),
        (
            SMALL + "artifacts:\n  - {id: a, title: A, shared_with: cohort, sections: [{id: s, title: S}]}\n",
            "artifacts[0].shared_with: is for what a team writes; give team as well",
        ),
        (
            SMALL + "    freeze: [{artifact: a, name: A}]\n",
            'units[0].freeze[0].artifact: there is no artifact "a"',
        ),
        (SMALL + "    variants: [{role: r}]\n", 'units[0].variants[0].role: there is no role "r"'),
        (
            changed("kind: text", "kind: text\n        keeps: plan.goal"),
            'units[0].questions[0].keeps: there is no artifact section "plan.goal"; the file lists none',
        ),
        (
            changed("kind: text", "kind: text\n        keeps: plan"),
            'units[0].questions[0].keeps: "plan" must be an artifact and one of its sections, such as',
        ),
        (
            SMALL + "breaks: [{after_unit: 4, periods: 1, title: A}]\n",
            'breaks[0].after_unit: there is no unit "4"; al',
        ),
        (
            SMALL + "teams: [{id: a, title: A, inside: b}, {id: b, title: B, inside: a}]\n",
            'small.yaml:21: teams[0].inside: "a" would stand inside itself',
        ),
        (
            SMALL + "teams: [{id: a, title: A, at_least: 5, at_most: 2}]\n",
            "teams[0].at_least: is 5, more than at_most",
        ),
        (
            SMALL + "ratings: [{id: a, title: A, ask: A, labels: {1: x, 5: y, 11: z}}]\n",
            "ratings[0].labels: must be a list of texts, or numbered texts such as",
        ),
        (
            SMALL
            + "events: [{id: e, title: E, about: E, after: 1, minutes: 60, exit_note: {prompt: P, "
            + "anonymous: false, questions: [{id: q, kind: text, ask: Q}]}}]\n",
            "small.yaml:21: events[0].exit_note.anonymous: an exit note is always anonymous",
        ),
        (
            SMALL
            + "events: [{id: e, title: E, about: E, after: 1, minutes: 60, pre_work: {prompt: P, "
            + "days: 3, questions: [{id: q, kind: text, ask: Q}]}}]\n",
            "small.yaml:21: events[0].pre_work.days: must be a number of days before the event, such as -3",
        ),
        (
            SMALL
            + "events: [{id: e, title: E, about: E, after: 1, minutes: 60, alone: true, exit_note: {prompt: P, "
            + "questions: [{id: q, kind: text, ask: Q}]}}]\n",
            "small.yaml:21: events[0].exit_note: would be read by nobody",
        ),
    ],
)
def test_a_slip_is_named_with_file_line_key_and_what_would_be_right(text: str, expected: str) -> None:
    """Nobody has to guess where to look. An empty expectation marks a text that is in order."""
    if expected:
        said = problems(text)
        assert [line for line in said if expected in line], said
    else:
        assert parse(text, "prompts/small.yaml").units


def test_every_problem_is_named_at_once_in_the_order_of_the_file() -> None:
    """One slip does not hide another, and a value that was refused is not complained of twice."""
    broken = changed("title: Small", "title: NO").replace("kind: text", "kind: txt").replace("    aim", "    amm")
    assert [line.split(": ")[:2] for line in problems(broken)] == [
        ["prompts/small.yaml:2", "title"],
        ["prompts/small.yaml:7", "units[0].aim"],
        ["prompts/small.yaml:10", "units[0].amm"],
        ["prompts/small.yaml:15", "units[0].questions[0].kind"],
    ]


def test_a_few_lines_of_aliases_cannot_fill_the_memory() -> None:
    """Nothing is ever multiplied out: each alias is refused where it stands."""
    bomb = "a: &a [x, x]\n" + "".join(
        f"{new}: &{new} [*{old}, *{old}]\n" for old, new in zip("abcdefghij", "bcdefghijk", strict=True)
    )
    began = time.perf_counter()
    said = problems(bomb)
    assert time.perf_counter() - began < 2
    assert sum("repeats another part" in line for line in said) == 20


@pytest.mark.parametrize("deep", ["[" * 100_000, "{a: " * 20_000, "- " * 5_000, "a:\n" + "  " * 20 + "b: 1"])
def test_deep_nesting_is_refused_before_it_costs_anything(deep: str) -> None:
    """The reader stops at a dozen levels."""
    began = time.perf_counter()
    assert problems(deep)
    assert time.perf_counter() - began < 2


def test_a_file_far_larger_than_any_program_is_refused_unread(tmp_path: Path) -> None:
    """Size is looked at first, in bytes."""
    large = "# " + "é" * 262_144 + "\n" + SMALL
    assert problems(large) == ["prompts/small.yaml:1: the file is larger than 128 kB; a program needs far less"]
    (tmp_path / "small.yaml").write_text(large, encoding="utf-8")
    with pytest.raises(ContentError, match="larger than 128 kB"):
        load(tmp_path / "small.yaml")


# --- folders -------------------------------------------------------------------------------------


def test_a_folder_is_checked_as_a_whole(tmp_path: Path) -> None:
    """Every file's problems come together, and links to knowledge are followed."""
    (tmp_path / "small.yaml").write_text(SMALL + "    read: [fw-if-then, fw-none]\n")
    (tmp_path / "other.yaml").write_text(SMALL)
    (tmp_path / "torn.yaml").write_bytes(b"id: torn\ntitle: \xff\n")
    (tmp_path / "wrong.yml").write_text(SMALL)
    said = check(tmp_path, {"fw-if-then"})
    folder = tmp_path.name
    assert f"{folder}/small.yaml:21: units[0].read[1]: there is no knowledge/fw-none.md" in said
    assert f'{folder}/other.yaml:1: id: "small" must be the name of the file, "other"' in said
    assert f"{folder}/torn.yaml:2: this is not UTF-8 text; save the file as UTF-8" in said
    assert f"{folder}/wrong.yml:1: the name must end in .yaml" in said
    assert len(said) == 4
    with pytest.raises(ContentError) as refusal:
        load_all(tmp_path)
    assert len(str(refusal.value).splitlines()) == 3


def test_a_folder_in_order_gives_its_programs_by_id(tmp_path: Path) -> None:
    """The reference page beside the programs is not one of them."""
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "README.md").write_text("# How to")
    assert {name: type(program) for name, program in load_all(tmp_path).items()} == {"small": Program}
    assert check(tmp_path) == []


def test_a_missing_file_or_folder_is_said_in_words(tmp_path: Path) -> None:
    """No traceback for a typing slip in the settings."""
    with pytest.raises(ContentError, match="cannot be read"):
        load(tmp_path / "none.yaml")
    with pytest.raises(ContentError, match="there is no such folder"):
        load_all(tmp_path / "none")


# --- whatever comes ------------------------------------------------------------------------------

PLAIN = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))
KEYS = st.sampled_from(
    "id title about host_note clock units number aim prompt alternative questions kind ask required step "
    "example rating ratings labels choices pick up_to keeps shows after for team teams role roles variants "
    "asks leaves_out events pre_work exit_note days anonymous artifacts sections freeze breaks after_unit "
    "periods inside at_least at_most rate read minutes time day reminder_hours".split()
)
TREES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


PAGE = (Path(__file__).parent.parent / "prompts" / "README.md").read_text(encoding="utf-8")
RICH = json.dumps(
    yaml.safe_load(next(part for part in PAGE.split("```yaml\n") if "clock: monthly" in part).split("```")[0])
)
"""The reference page's monthly program, as JSON, which is YAML too."""


def survives(text: str) -> None:
    """Whatever the text is, the answer is a program or a refusal with lines."""
    try:
        parse(text, "prompts/any.yaml")
    except ContentError as refusal:
        assert str(refusal).startswith("prompts/any.yaml:")


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=()), max_size=200))
@example("\ud800")
@example("- ? [a]\n: b")
@example("a: !<tag:x> b")
def test_no_text_at_all_raises_anything_but_a_refusal(text: str) -> None:
    """Random characters are refused in words."""
    survives(text)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from(list("{}[]:,-?&*!|>'\"%@#` \n\tab1~<"))))
def test_no_marks_of_yaml_raise_anything_but_a_refusal(text: str) -> None:
    """Random punctuation is refused in words."""
    survives(text)


@settings(max_examples=250, deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=8))
@example({"units": [{"after": -1}]})
def test_no_tree_of_known_keys_raises_anything_but_a_refusal(tree: dict[str, object]) -> None:
    """Right keys with wrong contents are refused in words."""
    survives(json.dumps(tree))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_no_single_wrong_value_raises_anything_but_a_refusal(data: st.DataObject) -> None:
    """A good program that uses every feature, with one value replaced by anything, is read or refused."""
    tree = json.loads(RICH)
    place = tree
    while True:
        key = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        if not isinstance(place[key], dict | list) or not place[key] or data.draw(st.booleans()):
            break
        place = place[key]
    place[key] = data.draw(TREES)
    survives(json.dumps(tree))


def test_importing_programs_costs_next_to_nothing() -> None:
    """`--help` waits for no schema: the import takes under a third of a second and leaves it unloaded."""
    script = "import time; t = time.perf_counter(); import bot.programs, sys; d = time.perf_counter() - t; "
    script += "assert 'pydantic' not in sys.modules; print(d)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 0.3
