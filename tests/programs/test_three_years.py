"""What the program of three years promises: its pace, the plan that grows, and what comes back."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot import schedule
from bot.programs import Unit, load
from bot.rehearsal import rehearse

LJS = load(Path(__file__).parent.parent.parent / "prompts" / "ljs.yaml")
YEARS = (LJS.units[:12], LJS.units[12:24], LJS.units[24:])
PLAN = next(artifact for artifact in LJS.artifacts if artifact.id == "plan")


def kept_in(units: tuple[Unit, ...]) -> list[str]:
    return [question.keeps for unit in units for question in unit.questions if question.keeps]


def rated_in(units: tuple[Unit, ...]) -> set[str]:
    return {question.rating for unit in units for question in (*unit.questions, *unit.more) if question.rating}


def test_there_are_twelve_units_in_each_year_and_a_month_of_rest_after_the_first_two() -> None:
    """The number of a unit is the number of its prompt, and the rest is time and not a number."""
    assert [unit.number for unit in LJS.units] == list(range(1, 37))
    assert [unit.after for unit in LJS.units] == [*range(12), *range(13, 25), *range(26, 38)]
    assert [{unit.phase[:6] for unit in year} for year in YEARS] == [{"Year 1"}, {"Year 2"}, {"Year 3"}]


def test_a_cohort_that_starts_in_july_rests_in_summer() -> None:
    """Both months without a prompt fall into July and August."""
    sends = [send for send in rehearse(LJS, date(2027, 7, 1), "America/Denver") if send.kind == schedule.PROMPT]
    months = {(send.local.year, send.local.month) for send in sends}
    assert len(sends) == len(months) == 36
    assert {(2028, 7), (2029, 8)}.isdisjoint(months)
    assert {(send.local.strftime("%A"), send.local.day <= 7) for send in sends} == {("Wednesday", True)}


def test_a_prompt_takes_ten_minutes_at_most_and_some_take_less() -> None:
    """A month that asks to rest takes five."""
    assert max(unit.minutes for unit in LJS.units) == 10
    assert LJS.unit(32).minutes == 5


def test_a_state_sends_a_team_of_five_at_most() -> None:
    """Its lead is one of them and reads no more than any other teammate."""
    assert [(team.id, team.at_most) for team in LJS.teams] == [("state", 5)]
    lead = next(role for role in LJS.roles if role.id == "state-lead")
    assert (lead.acts_as, lead.answers) == ("member", True)


def test_everybody_is_asked_each_year_whether_to_go_on() -> None:
    """Consent to three years is given for one."""
    assert LJS.renew_after == 12


def test_the_plan_is_each_members_own_and_their_team_may_comment() -> None:
    """A plan speaks of one's own workplace, so it belongs to nobody else."""
    assert (PLAN.team, PLAN.comments) == ("", True)


def test_every_part_of_the_plan_is_asked_for_before_it_is_frozen_for_good() -> None:
    """The last version has no part that nobody was asked for."""
    assert {f"plan.{section.id}" for section in PLAN.sections} <= set(kept_in(LJS.units[:35]))


def test_the_plan_is_kept_as_a_version_at_the_end_of_each_year() -> None:
    """And once more when it is whole for the first time."""
    frozen = {unit.number: freeze.name for unit in LJS.units for freeze in unit.freezes if freeze.artifact == "plan"}
    assert frozen == {12: "End of year 1", 22: "First full plan", 24: "End of year 2", 36: "End of year 3"}


def test_the_plan_has_something_new_in_each_years_version() -> None:
    """A year in which nothing was added would freeze the same words again."""
    assert all([name for name in kept_in(year) if name.startswith("plan.")] for year in YEARS)


@pytest.mark.parametrize("number", [12, 36])
def test_the_first_hope_and_story_come_back(number: int) -> None:
    """What months 1 and 2 keep is shown when a year and when everything ends."""
    assert {"beginning.hope", "beginning.story"} <= set(kept_in(LJS.units[:2]))
    assert "beginning" in {question.shows for question in LJS.unit(number).questions}


def test_whoever_skipped_the_first_months_is_not_told_that_they_wrote_something() -> None:
    """Where earlier words are announced, it says "if"."""
    announcing = [unit for unit in LJS.units if "the form shows" in unit.prompt.lower()]
    assert [unit.number for unit in announcing] == [12, 36]
    assert all("If you wrote them" in unit.prompt for unit in announcing)


def test_the_sharing_log_collects_and_is_shown_before_it_closes() -> None:
    """Nothing that somebody noted is replaced by the next note."""
    log = next(artifact for artifact in LJS.artifacts if artifact.id == "sharing-log")
    assert [section.collects for section in log.sections] == ["all"]
    assert kept_in(YEARS[2]).count("sharing-log.shared") >= 3
    assert "sharing-log" in {question.shows for question in LJS.units[-1].questions}


@pytest.mark.parametrize("number", [1, 12, 24, 36])
def test_the_three_strands_are_rated_at_the_start_and_after_each_year(number: int) -> None:
    """Four points make a line that says something about three years."""
    strands = {question.rating for question in LJS.unit(number).more if question.rating}
    assert strands == {"understand", "bias", "culture"}


@pytest.mark.parametrize(("year", "rating"), [(0, "acting"), (1, "proof"), (2, "carried")])
def test_each_year_has_a_line_of_its_own(year: int, rating: str) -> None:
    """It is asked at least twice in its year, and not in the others."""
    assert rating in rated_in(YEARS[year])
    assert sum(question.rating == rating for unit in YEARS[year] for question in unit.questions) >= 2
    assert all(rating not in rated_in(other) for at, other in enumerate(YEARS) if at != year)


def test_a_meeting_of_one_state_team_has_no_anonymous_note() -> None:
    """Five people at most cannot fill a note that is shown from five on."""
    small = [event for event in LJS.events if event.whom.team == "state"]
    assert small
    assert all(event.exit_note is None for event in small)


def test_small_print_can_be_read_on_the_smallest_screen() -> None:
    """A longer question would take the room of the hint under it on one platform."""
    asked = [question for unit in LJS.units for question in unit.questions]
    assert [question.ask for question in asked if question.hint and len(question.ask) > 45] == []
