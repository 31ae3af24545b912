"""What holds for every program that is shipped: a rule that one of them breaks is broken for somebody."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from bot import rehearsal, schedule
from bot.programs import Program, Unit, editing, effort, load_all, report
from bot.programs.schema import MINUTES
from bot.reflection_form import show

PROMPTS = Path(__file__).parent.parent.parent / "prompts"
KNOWLEDGE = PROMPTS.parent / "knowledge"
ENTRIES = {path.stem for path in KNOWLEDGE.glob("*.md")}

PROGRAMS = load_all(PROMPTS)
UNITS = [(program, unit) for program in PROGRAMS.values() for unit in program.units]

every_program = pytest.mark.parametrize("program", PROGRAMS.values(), ids=list(PROGRAMS))
every_unit = pytest.mark.parametrize(("program", "unit"), UNITS, ids=[f"{one.id}-{unit.id}" for one, unit in UNITS])

CONTESTED = {"rd-opportunity-myth": "rd-datnow"}
"""A reading whose claims are disputed, and the review that says so."""

# Whoever runs a cohort speaks for themselves. The organizations that the samples were modeled on do not speak.
HOSTS = re.compile(
    r"\b(?:NASBE|LEE|NEA|NEP|National Association of State|Leadership for Educational Equity|"
    r"National Education Association|National Equity Project|International Baccalaureate)\b|\bwe (?:at|believe|offer)\b"
)


def roles_of(unit: Unit) -> list[Unit]:
    """The unit in all its wordings."""
    return [unit, *(unit.for_role(variant.role) for variant in unit.variants)]


def by_people(program: Program) -> list[list[Unit]]:
    """The units in the order in which the same people get them."""
    return [[unit for unit in program.units if unit.whom == whom] for whom in {unit.whom for unit in program.units}]


# --- the files ------------------------------------------------------------------------------------------


def test_check_has_nothing_to_send_back_and_nothing_to_look_at_twice() -> None:
    """Every file is in order for the machine, for an editor and for somebody who translates it."""
    read = report(PROMPTS, ENTRIES)
    assert [line for one in read for line in (*one.problems, *one.second_looks)] == []
    assert {one.program.id for one in read if one.program} == set(PROGRAMS)


@every_program
def test_each_program_says_that_nobody_has_endorsed_it(program: Program) -> None:
    """A sample never passes for the organization it was modeled on."""
    assert "endorsed" in program.host_note
    assert program.sources


@every_program
def test_no_unit_speaks_as_an_organization(program: Program) -> None:
    """Prompts come from a cohort's own people, not from a body that has never heard of them."""
    assert [(path, text) for path, text in editing.texts(program) if HOSTS.search(text)] == []


# --- one unit -------------------------------------------------------------------------------------------


@every_unit
def test_a_prompt_has_sixty_words_and_another_way_in(program: Program, unit: Unit) -> None:
    """Also for each role that reads it in other words; and the two ways are not one."""
    for one in roles_of(unit):
        assert 0 < len(one.prompt.split()) <= 60
        assert 0 < len(one.alternative.split()) <= 60
        assert editing.opening(one.prompt) != editing.opening(one.alternative)


@every_unit
def test_one_answer_is_asked_for_and_two_more_may_be_given(program: Program, unit: Unit) -> None:
    """The required question comes first, and a role's variant never leaves it out."""
    for one in roles_of(unit):
        assert [question.required for question in one.questions] == [True] + [False] * (len(one.questions) - 1)
        assert len(one.questions) <= 3
        assert not any(question.required for question in one.more)


@every_unit
def test_a_unit_ends_with_an_if_then_step(program: Program, unit: Unit) -> None:
    """With the words to fill in, and an example that somebody might have written."""
    for one in roles_of(unit):
        assert one.step is not None
        assert "When …, I will …" in one.step.ask
        assert re.fullmatch(r"When .+, I will .+", one.step.example)


@every_unit
def test_the_minutes_that_people_are_told_are_enough(program: Program, unit: Unit) -> None:
    """For somebody who answers all of it; and they are at most five a week, ten a month."""
    assert unit.minutes <= MINUTES[program.clock]
    assert effort.unit(unit) <= unit.minutes


@every_unit
def test_the_reader_is_named_before_anybody_writes(program: Program, unit: Unit) -> None:
    """The line stands above the first box. Where an answer may reach a team, the line names the team."""
    assert unit.reader in show("f", "a", "v", unit.title, unit).intro
    assert re.search(r"\byou\b", unit.reader, re.IGNORECASE)
    of_teams = {artifact.id for artifact in program.artifacts if artifact.team}
    if any(question.keeps.split(".")[0] in of_teams for question in unit.questions):
        assert "team" in unit.reader


@every_unit
def test_there_is_something_to_read_and_a_disputed_text_comes_with_its_critique(program: Program, unit: Unit) -> None:
    """Each link leads to an entry, and none of them pretends that a claim is settled."""
    assert unit.read
    assert set(unit.read) <= ENTRIES
    assert len(set(unit.read)) == len(unit.read)
    for claim, critique in CONTESTED.items():
        assert claim not in unit.read or critique in unit.read


def test_every_disputed_text_is_a_known_one() -> None:
    """Two entries of one family that disagree are named above, so that neither is linked alone."""
    assert set(CONTESTED) | set(CONTESTED.values()) <= ENTRIES
    linked = {entry for _, unit in UNITS for entry in unit.read}
    assert set(CONTESTED) & linked


# --- units together -------------------------------------------------------------------------------------


def test_no_two_units_anywhere_open_with_the_same_sentence() -> None:
    """Somebody who takes a second program does not meet the first one again."""
    openings = Counter(
        sentence
        for _, unit in UNITS
        for sentence in {editing.opening(text) for one in roles_of(unit) for text in (one.prompt, one.alternative)}
    )
    assert [sentence for sentence, count in openings.items() if count > 1] == []


@every_program
def test_neighbors_begin_with_different_words(program: Program) -> None:
    """Two prompts in a row that start alike read like a form letter."""
    for received in by_people(program):
        first = [(unit.id, unit.prompt.split()[0]) for unit in received]
        assert [(one, two) for one, two in pairwise(first) if one[1] == two[1]] == []


@every_program
def test_the_shape_of_the_questions_changes(program: Program) -> None:
    """No more than three units in a row ask several things in the same kinds, in the same order."""
    for received in by_people(program):
        shapes = [(unit.id, tuple(question.kind for question in unit.questions)) for unit in received]
        rows = [shapes[place : place + 4] for place in range(len(shapes) - 3)]
        alike = [row for row in rows if len({shape for _, shape in row}) == 1 and len(row[0][1]) > 1]
        assert [[name for name, _ in row] for row in alike] == []


@every_program
def test_titles_and_ids_are_not_used_twice(program: Program) -> None:
    """People speak of units by their titles."""
    titles = Counter(unit.title.casefold() for unit in program.units)
    assert [title for title, count in titles.items() if count > 1] == []


@every_program
def test_a_unit_has_at_most_one_reminder_and_it_comes_on_a_weekday(program: Program) -> None:
    """Rehearsed from a start in winter and one in summer; what a clock does not send has none."""
    for start in (date(2027, 1, 4), date(2027, 7, 5)):
        nudges = [
            one for one in rehearsal.rehearse(program, start, "America/New_York") if one.kind == schedule.REMINDER
        ]
        assert max(Counter(one.unit for one in nudges).values(), default=0) <= 1
        assert [one.local for one in nudges if one.local is None or one.local.weekday() > 4] == []
        assert bool(nudges) is (program.reminder_hours is not None)


# --- what grows -----------------------------------------------------------------------------------------


@every_program
def test_every_part_of_what_grows_is_asked_for(program: Program) -> None:
    """An artifact ends complete: no section is left that nobody is ever asked to fill."""
    asked = [question for unit in program.units for question in unit.questions]
    for event in program.events:
        for moment in (event.pre_work, event.exit_note, event.follow_up):
            asked += moment.questions if moment else ()
    sections = {f"{artifact.id}.{section.id}" for artifact in program.artifacts for section in artifact.sections}
    assert sections == {question.keeps for question in asked if question.keeps}


@every_program
def test_whatever_is_rated_is_rated_again(program: Program) -> None:
    """A chart with one point shows no change."""
    points = Counter(
        question.rating for unit in program.units for question in (*unit.questions, *unit.more) if question.rating
    )
    assert {rating.id for rating in program.ratings} == set(points)
    assert [rating for rating, count in points.items() if count < 2] == []
