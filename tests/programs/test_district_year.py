"""What the year for district teams promises: three calendars, students among adults, a portfolio."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.programs import Event, Question, Unit, Whom, load

LERN = load(Path(__file__).parent.parent.parent / "prompts" / "lern.yaml")
DISTRICT, STRATEGY, COACHING = Whom("district"), Whom("design"), Whom("design", ("designer",))
MEMBER_UNITS = tuple(unit for unit in LERN.units if unit.whom == DISTRICT)
ADULTS = re.compile(r"\b(teachers?|principals?|coach(?:es)?|staff|counselors?|superintendent|boss)\b", re.IGNORECASE)
OF_TEAMS = {artifact.id: artifact.team for artifact in LERN.artifacts if artifact.team}


def team_roles(unit: Unit) -> set[str]:
    """The roles that may get a unit."""
    team = next(team for team in LERN.teams if team.id == unit.whom.team)
    return set(unit.whom.roles or team.roles)


def goes_to_a_team(question: Question) -> bool:
    return question.keeps.split(".")[0] in OF_TEAMS


@pytest.mark.parametrize("whom", [DISTRICT, STRATEGY, COACHING], ids=["district", "strategy", "coaching"])
def test_each_of_the_three_calendars_has_one_unit_a_month(whom: Whom) -> None:
    """Twelve months, none left out and none twice."""
    assert [unit.after for unit in LERN.units if unit.whom == whom] == list(range(12))
    assert {unit.whom for unit in LERN.units} == {DISTRICT, STRATEGY, COACHING}


@pytest.mark.parametrize("month", range(12))
def test_whoever_sits_everywhere_still_gives_ten_minutes_a_month(month: int) -> None:
    """A member of the Equity Design Team gets all three prompts of a month."""
    assert sum(unit.minutes for unit in LERN.units if unit.after == month) <= 10


def test_the_design_team_is_a_small_part_of_the_district_team() -> None:
    """And only its own members sit on it."""
    design = next(team for team in LERN.teams if team.id == "design")
    assert (design.inside, design.roles) == ("district", ("designer",))
    assert "designer" in team_roles(MEMBER_UNITS[0])


def test_students_are_under_age_and_are_never_coached() -> None:
    """No unit that leads to a talk with one adult can reach them."""
    minors = {role.id for role in LERN.roles if role.minor}
    assert minors == {"student"}
    assert [unit.id for unit in LERN.units if unit.whom != DISTRICT and team_roles(unit) & minors] == []
    assert [unit.id for unit in LERN.units if "coach" in unit.reader and team_roles(unit) != {"designer"}] == []


@pytest.mark.parametrize("unit", MEMBER_UNITS, ids=lambda unit: unit.id)
def test_students_get_shorter_words_of_their_own(unit: Unit) -> None:
    """Prompt, other way in and step are all written for them."""
    own = unit.for_role("student")
    assert own.step and unit.step
    assert len(own.prompt.split()) < len(unit.prompt.split())
    assert own.alternative != unit.alternative
    assert own.step.example != unit.step.example


@pytest.mark.parametrize("unit", MEMBER_UNITS, ids=lambda unit: unit.id)
def test_students_are_not_asked_what_an_adult_does(unit: Unit) -> None:
    """No role of an adult at school stands in what they are asked to write about."""
    own = unit.for_role("student")
    asked = " ".join([own.prompt, own.alternative, *(question.ask for question in own.questions)])
    assert (
        re.findall(r"(?i)\b(teachers?|principals?|coach(?:es)?|staff|counselors?|superintendent|boss)\b", asked) == []
    )


def test_a_student_who_hears_about_harm_is_told_what_to_do() -> None:
    """In the month of listening, in the words for students and beside the question."""
    own = LERN.unit(5).for_role("student")
    assert "tell an adult you trust" in own.prompt
    assert "procedure" in own.questions[0].hint


def test_what_a_team_reads_is_never_required_and_says_who_reads_it() -> None:
    """Nobody has to write for others, and nobody writes for others without knowing it."""
    shared = [question for unit in LERN.units for question in unit.questions if goes_to_a_team(question)]
    assert len(shared) > 10
    readers = {
        "district": r"Your (district )?team reads it once you add it\.",
        "design": r"The Equity Design Team reads it once you add it\.",
    }
    for question in shared:
        assert not question.required, question.ask
        team = OF_TEAMS[question.keeps.split(".")[0]]
        assert re.search(readers[team], question.hint), question.ask


def test_who_reads_an_answer_can_be_read_on_the_smallest_screen() -> None:
    """A longer question would take the room of the small print under it on one platform."""
    roles = ["", *(role.id for role in LERN.roles)]
    asked = [question for unit in LERN.units for role in roles for question in unit.for_role(role).questions]
    assert [question.ask for question in asked if question.hint and len(question.ask) > 45] == []


def test_school_board_members_do_not_write_into_a_paper_that_others_share() -> None:
    """Several members of one board who write there could count as a meeting of the board."""
    asked = [
        (unit.id, question.id)
        for unit in LERN.units
        if "board-member" in team_roles(unit)
        for question in unit.for_role("board-member").questions
        if goes_to_a_team(question)
    ]
    assert asked == []


def test_school_board_members_are_asked_to_leave_out_what_their_board_will_decide() -> None:
    """In the months of choosing and of rules."""
    choosing, rules = (LERN.unit(month).for_role("board-member") for month in (4, 11))
    assert "leave out what your board is about to decide" in choosing.prompt
    assert "not what your board may decide" in rules.questions[0].ask


def test_every_part_of_the_portfolio_and_of_the_notes_is_asked_for() -> None:
    """No section stays empty for want of a question."""
    kept = {question.keeps for unit in LERN.units for question in unit.questions}
    for artifact in LERN.artifacts:
        assert {f"{artifact.id}.{section.id}" for section in artifact.sections} <= kept


def test_what_leaves_the_district_waits_for_the_team() -> None:
    """The month in which the story is written says so beside the question."""
    story = next(question for question in LERN.unit(10).questions if question.keeps == "portfolio.story")
    assert "leaves your district only if the team agrees" in story.hint


def test_the_portfolio_is_kept_four_times() -> None:
    """After choosing, after listening, before others see it, and at the end."""
    assert [unit.number for unit in LERN.units if unit.freezes] == [4, 6, 10, 12]


def test_the_habit_of_month_two_comes_back_to_whoever_wrote_one() -> None:
    """Month 10 shows it, and does not claim that everybody chose one."""
    assert LERN.unit(202).questions[0].keeps == "coaching.habit"
    assert LERN.unit(210).questions[0].shows == "coaching"
    assert "If you chose a habit" in LERN.unit(210).prompt


@pytest.mark.parametrize("number", [6, 12])
def test_the_six_tasks_of_a_team_are_rated_twice(number: int) -> None:
    """Two points show a way."""
    assert len([each.rating for each in LERN.unit(number).more if each.rating.startswith("task-")]) == 6


def test_there_are_three_convenings_of_three_hours_and_six_open_sessions() -> None:
    """In the months where the year expects them."""
    convenings = [event for event in LERN.events if event.id.startswith("convening")]
    sessions = [event for event in LERN.events if event.id.startswith("session")]
    assert [(event.after, event.minutes) for event in convenings] == [(1, 180), (5, 180), (9, 180)]
    assert [event.after for event in sessions] == [0, 2, 3, 4, 6, 8]
    assert {event.whom for event in (*convenings, *sessions)} == {DISTRICT}
    assert [event.open for event in (*convenings, *sessions)] == [False] * 3 + [True] * 6


def test_strategy_sessions_and_coaching_are_for_the_small_team_and_have_no_exit_note() -> None:
    """Five must write before a note is shown. Coaching is held for one adult at a time."""
    small = [event for event in LERN.events if event.whom.team == "design"]
    assert [(event.id, event.alone) for event in small] == [("strategy", False), ("coaching", True)]
    assert all(event.exit_note is None and not event.open for event in small)


@pytest.mark.parametrize("event", [one for one in LERN.events if one.whom == DISTRICT], ids=lambda event: event.id)
def test_an_event_has_a_word_before_a_note_without_name_and_a_look_back(event: Event) -> None:
    """Three days before, right after, and two weeks later; two minutes each."""
    moments = [event.pre_work, event.exit_note, event.follow_up]
    assert [(moment.days, moment.minutes, moment.anonymous) for moment in moments] == [
        (-3, 2, False),
        (0, 2, True),
        (14, 2, False),
    ]


def test_consent_is_asked_again_within_the_year() -> None:
    """A guardian's yes of last fall is not one for next spring."""
    assert LERN.renew_after == 6
