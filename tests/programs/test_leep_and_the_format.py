"""The seven weeks for state boards, and what the format's reference page promises."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.programs import Unit, editing, load_all, parse
from bot.programs import schema as shape

PROMPTS = Path(__file__).parent.parent.parent / "prompts"
PAGE = (PROMPTS / "README.md").read_text(encoding="utf-8")
EXAMPLES = [text for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if "\nunits:" in text]

LEEP = load_all(PROMPTS)["leep"]


def test_the_seven_weeks_have_an_arrival_before_and_a_follow_up_after() -> None:
    """Arrival comes at the start, then a week each, and the look back six weeks after the last."""
    assert [unit.number for unit in LEEP.units] == list(range(9))
    assert [unit.after for unit in LEEP.units] == [0, 1, 2, 3, 4, 5, 6, 7, 13]
    assert [unit.follow_up for unit in LEEP.units] == [False] * 8 + [True]
    assert (LEEP.clock, LEEP.day, LEEP.time.isoformat("minutes"), LEEP.reminder_hours) == (
        "weekly",
        0,
        "08:10",
        48,
    )


@pytest.mark.parametrize("unit", LEEP.units, ids=lambda unit: unit.id)
def test_a_week_takes_five_minutes_and_says_who_reads_it(unit: Unit) -> None:
    """Minutes, reader, another way in, something to read and an if-then step are always there."""
    assert unit.minutes == 5
    assert unit.reader == "Only you, unless you choose to share it."
    assert unit.alternative
    assert unit.read
    assert unit.step is not None
    assert "When …, I will …" in unit.step.ask
    assert re.fullmatch(r"When .+, I will .+", unit.step.example)


def test_public_officials_can_leave_every_box_for_words_empty() -> None:
    """No text question is required, and each one says so."""
    boxes = [question for unit in LEEP.units for question in unit.questions if question.kind == "text"]
    assert boxes
    assert [box.id for box in boxes if box.required or "may leave this empty" not in box.hint] == []


def test_the_values_statement_of_week_one_comes_back_in_week_seven() -> None:
    """What week 1 keeps is what week 7 shows."""
    kept = {question.keeps for question in LEEP.unit(1).questions}
    assert "values-statement.words" in kept
    assert "values-statement" in {question.shows for question in LEEP.unit(7).questions}


def test_weeks_five_to_seven_fill_every_section_of_the_strategy() -> None:
    """The one-page strategy has no section that nobody is asked for."""
    strategy = next(artifact for artifact in LEEP.artifacts if artifact.id == "strategy")
    filled = {question.keeps for number in (5, 6, 7) for question in LEEP.unit(number).questions}
    assert {f"strategy.{section.id}" for section in strategy.sections} <= filled
    assert [freeze.artifact for freeze in LEEP.unit(7).freezes] == ["strategy"]


def test_what_people_rate_in_the_weeks_they_can_rate_again_at_the_end() -> None:
    """Every rating has a second point, so that a chart can show change."""
    weekly = {question.rating for unit in LEEP.units for question in unit.questions if question.rating}
    again = {question.rating for question in LEEP.unit(8).more}
    assert weekly == again == {rating.id for rating in LEEP.ratings}


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.split()[1])
def test_every_whole_program_on_the_reference_page_is_one(text: str) -> None:
    """The page's examples can be copied as they stand, and an editor has nothing to send back."""
    program = parse(text, "prompts/README.md")
    assert program.id == text.split()[1]
    assert [remark for remark in editing.remarks(program) if remark.refused] == []


def test_the_reference_page_names_every_key() -> None:
    """A key that the schema knows stands in a table of the page."""
    models = [model for model in vars(shape).values() if isinstance(model, type)]
    keys = {
        field.alias or name
        for model in models
        if issubclass(model, shape.Keys)
        for name, field in model.model_fields.items()
    }
    assert len(keys) > 40
    assert {key for key in keys if not re.search(rf"^\| .*[`{{ ]{key}[`:]", PAGE, re.MULTILINE)} == set()


def test_the_examples_together_use_every_feature_of_the_format() -> None:
    """Each clock, a team in a team, an event with its three messages and the rest can be seen at work."""
    programs = [parse(text, "prompts/README.md") for text in EXAMPLES]
    units = [unit for program in programs for unit in program.units]
    events = [event for program in programs for event in program.events]
    assert {program.clock for program in programs} == {"weekly", "monthly", "self-paced"}
    assert any(team.inside for program in programs for team in program.teams)
    assert any(event.pre_work and event.exit_note and event.follow_up for event in events)
    assert any(rating.evidence for program in programs for rating in program.ratings)
    assert any(program.breaks for program in programs)
    assert any(program.renew_after for program in programs)
    assert any(role.minor for program in programs for role in program.roles)
    for feature in ("variants", "more", "freezes", "tags", "follow_up", "read"):
        assert any(getattr(unit, feature) for unit in units), feature
    assert any(unit.whom.team for unit in units)
