"""What is particular to the five qualities, and to the units for IB schools."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot import rehearsal
from bot.programs import load_all

PROGRAMS = load_all(Path(__file__).parent.parent.parent / "prompts")
LEE, IB = PROGRAMS["lee"], PROGRAMS["ib"]
QUALITIES = ["visionary", "strategic", "community-driven", "reflective", "values-driven"]


def test_each_quality_is_rated_with_evidence_at_the_start_in_its_own_week_and_at_the_close() -> None:
    """Three points make a line on the member's chart, and each has a note on why."""
    assert [rating.id for rating in LEE.ratings] == QUALITIES
    asked = {unit.id: [question.id for question in unit.more] for unit in LEE.units}
    pairs = {quality: [f"rate-{quality}", f"evidence-{quality}"] for quality in QUALITIES}
    everything = [name for quality in QUALITIES for name in pairs[quality]]
    assert asked == {"baseline": everything, "stretch-goal": [], **pairs, "close": everything}


def test_the_steps_of_each_quality_are_its_own() -> None:
    """The first, middle and last step say what somebody does; the reader places the two between."""
    labels = [rating.labels for rating in LEE.ratings]
    assert {len(steps) for steps in labels} == {5}
    assert {(steps[1], steps[3]) for steps in labels} == {("between 1 and 3", "between 3 and 5")}
    anchors = [step for steps in labels for step in (steps[0], steps[2], steps[4])]
    assert len(set(anchors)) == 15


def test_there_is_one_stretch_goal_which_comes_back_at_the_close() -> None:
    """Set in the first week, shown and kept in the last."""
    first, last = LEE.unit(1), LEE.unit(7)
    assert {question.keeps for question in first.questions} == {
        "stretch-goal.quality",
        "stretch-goal.goal",
        "stretch-goal.sign",
    }
    assert "stretch-goal" in {question.shows for question in last.questions}
    assert [freeze.artifact for freeze in last.freezes] == ["stretch-goal"]


def test_a_peer_has_a_say_only_where_a_member_asks_for_it() -> None:
    """Comments belong to the goal alone, a pair is two people, and what a peer said is the member's own note."""
    assert [artifact.id for artifact in LEE.artifacts if artifact.comments] == ["stretch-goal"]
    assert [(team.at_least, team.at_most) for team in LEE.teams] == [(2, 2)]
    heard = [question for unit in LEE.units for question in unit.questions if question.keeps == "peer-views.heard"]
    assert [(question.required, question.ask.startswith("If you asked")) for question in heard] == [(False, True)]
    assert {unit.reader for unit in LEE.units} == {"Only you, unless you choose to share it."}


def test_the_units_for_ib_schools_come_when_somebody_asks() -> None:
    """No message is sent by a calendar, so there is no reminder either."""
    sends = rehearsal.rehearse(IB, date(2027, 1, 4), "UTC")
    assert [(one.unit, one.utc, one.recipient) for one in sends] == [
        (number, None, "each member who asks for it") for number in range(1, 7)
    ]
    assert IB.reminder_hours is None


def test_notes_can_be_found_again_by_two_standards() -> None:
    """The first unit is about purpose, the last about what leaders pay for."""
    assert {unit.number: unit.tags for unit in IB.units if unit.tags} == {1: ("0101-01-0200",), 6: ("0201-05-0100",)}


def test_a_school_team_has_a_board_whose_lines_are_shared_by_their_writers() -> None:
    """Condition, evidence, first trial and learning are on it, and nobody's line goes there by itself."""
    board = next(artifact for artifact in IB.artifacts if artifact.id == "conditions")
    assert board.team == "school"
    assert {"chosen", "evidence", "trial", "learning"} <= {section.id for section in board.sections}
    writers = [unit for unit in IB.units if any(question.keeps for question in unit.questions)]
    assert {unit.reader for unit in writers} == {
        "Only you. Your school team sees a line on its board when you share it."
    }
