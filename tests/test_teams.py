"""Teams: who may sit where, whom one meets there, and that each member gets the prompts of their own calendars."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot import schedule, seating
from bot.messages import Errors, Form, Outgoing, Press, Reply
from bot.programs import load
from bot.programs.seats import Seat, gets, role_of
from bot.store import Store, cohorts, people, teams
from bot.store.cohorts import Cohort
from tests.delivery import crowds
from tests.delivery.crowds import Soul
from tests.town import Town, open_town, text_of
from tests.ways import MEMBERS, at, labels, stranger

LERN = load(Path(__file__).parent.parent / "prompts" / "lern.yaml")


@pytest.fixture
async def year(tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    """A year for district teams whose members have all said yes; nobody is on a team."""
    async with open_town(tmp_path, index_folder) as town:
        await town.found_cohort(MEMBERS, program="lern")
        await town.until("day")
        await town.start(*MEMBERS)
        yield town


@contextmanager
def looking(town: Town) -> Iterator[Connection]:
    with town.house.store.begin() as tx:
        yield tx


async def all_teams(town: Town) -> Reply:
    return await town.press("imani", await town.command("imani", "/facilitate"), "Teams")


async def make(town: Town, kind: str, name: str) -> Outgoing:
    form = await town.press("imani", await all_teams(town), "Make a team")
    assert isinstance(form, Form)
    chosen = next(value for value, label in form.fields[0].choices if label == kind)
    made = await town.submit("imani", form, {"kind": chosen, "name": name})
    assert isinstance(made, Outgoing), text_of(made)
    return made


async def offer(town: Town, team: str, who: Sequence[str], role: str = "member", **more: str) -> Reply:
    form = await town.press("imani", await all_teams(town), f"Places on {team}")
    values = {"people": [str(town.chat.who(one)) for one in who], "role": role, **more}
    return await town.submit("imani", form, values)


async def accept(town: Town, *who: str) -> None:
    for one in who:
        await town.press(one, town.private(one)[-1], "Join")


async def seat(town: Town, team: str, who: Sequence[str], role: str = "member", **more: str) -> None:
    done = await offer(town, team, who, role, **more)
    assert isinstance(done, Outgoing), text_of(done)
    await accept(town, *who)


async def mine(town: Town, who: str) -> Outgoing:
    page = await town.press(who, await town.command(who, "/cohort"), "My teams")
    assert isinstance(page, Outgoing)
    return page


def on(town: Town, team: str) -> set[str]:
    """The names of who sits on a team, as it is kept."""
    with looking(town) as tx:
        (which,) = [one for found in cohorts.running(tx) for one in teams.of_cohort(tx, found) if one.name == team]
        return set(people.names(tx, which.tenant, teams.members(tx, which)))


async def test_a_place_is_offered_and_nothing_happens_before_the_member_joins(year: Town) -> None:
    """The message says which team and as what; only the press puts her there."""
    await make(year, "District team", "Alder County")
    await offer(year, "Alder County", ["renata"])
    asked = year.private("renata")[-1]
    assert "Alder County, District team, as Team member" in asked.text
    assert "Nothing happens before you press Join." in asked.note
    assert on(year, "Alder County") == set()
    joined = await year.press("renata", asked, "Join")
    assert text_of(joined).startswith("\nYou are on Alder County, District team, as Team member.")
    assert on(year, "Alder County") == {"Renata Aguilar"}


async def test_teammates_see_names_and_whoever_is_not_on_the_team_sees_a_count(year: Town) -> None:
    """Before she joins, Yusuf reads how many there are and not who."""
    await make(year, "District team", "Alder County")
    await seat(year, "Alder County", ["renata", "kwame"])
    assert "Alder County, District team: you, Kwame Osei-Tutu." in text_of(await mine(year, "renata"))
    page = await mine(year, "yusuf")
    look = await year.press("yusuf", page, "Look at Alder County")
    assert "2 people so far." in text_of(look)
    assert "Kwame" not in text_of(page) + text_of(look)
    joined = await year.press("yusuf", look, "Join")
    assert "With you: Kwame Osei-Tutu and Renata Aguilar." in text_of(joined)


async def test_a_no_is_told_to_nobody(year: Town) -> None:
    """The facilitator's page is the same after it as before."""
    await make(year, "District team", "Alder County")
    await offer(year, "Alder County", ["renata"])
    before = text_of(await all_teams(year))
    said = await year.press("renata", year.private("renata")[-1], "No, thank you")
    assert "Nobody is told" in text_of(said)
    assert text_of(await all_teams(year)) == before
    await offer(year, "Alder County", ["renata"])  # a second offer is a message of its own
    assert len([one for one in year.private("renata") if "has a place for you" in one.text]) == 2


async def test_each_member_gets_only_the_calendars_of_their_own_teams_and_role(year: Town) -> None:
    """Of three calendars: none without a team, the district's on it, all three in the small team inside of it."""
    await make(year, "District team", "Alder County")
    await seat(year, "Alder County", ["renata"])
    await seat(year, "Alder County", ["kwame"], "designer")
    await make(year, "Equity Design Team, inside Alder County", "Alder Designers")
    await seat(year, "Alder Designers", ["kwame"], "designer")
    await seat(year, "Alder County", ["leilani"], "student", consent="yes")
    assert "once you are on a team" in text_of(await year.command("yusuf", "/cohort"))
    await at(year, year.clock.now().replace(month=12, day=3))
    units = {one: [m for m in year.private(one) if "weekly.skip" in [o.action for o in m.options]] for one in MEMBERS}
    assert [m.title for m in units["renata"]] == ["Month 1 · What your place lets you notice"]
    assert {m.title.partition(" · ")[0] for m in units["kwame"]} == {"Month 1"}
    assert {o.value.partition(":")[2] for m in units["kwame"] for o in m.options if o.action == "weekly.skip"} == {
        "1",
        "101",
        "201",
    }
    assert units["yusuf"] == units["aroha"] == []
    assert units["leilani"][0].text == LERN.unit(1).for_role("student").prompt
    assert [m.title for m in year.public() if m.title.startswith("Month")] == [
        "Month 1 · What your place lets you notice"
    ]


async def two_teams(town: Town) -> None:
    """Renata and Kwame in Alder County, Kwame as a designer; Birch City is empty."""
    await make(town, "District team", "Alder County")
    await make(town, "District team", "Birch City")
    await seat(town, "Alder County", ["renata"])
    await seat(town, "Alder County", ["kwame"], "designer")
    await make(town, "Equity Design Team, inside Alder County", "Alder Designers")


IMPOSSIBLE: list[tuple[str, str, str, dict[str, str], str]] = [
    ("Birch City", "renata", "member", {}, "Please leave Alder County first."),
    ("Alder County", "renata", "member", {}, "Renata Aguilar: Already on Alder County."),
    ("Alder Designers", "yusuf", "designer", {}, "Please join that one first."),
    ("Alder Designers", "kwame", "", {}, "Please choose what they are on this team."),
    ("Birch City", "leilani", "student", {"consent": "not-yet"}, "when a guardian's consent is with you"),
    ("Birch City", "imani", "member", {}, "Please choose members of this cohort."),
]


async def test_a_place_that_cannot_be_taken_is_not_offered(year: Town) -> None:
    """The form says why, and nobody gets a message: a second team, a wrong role, no consent, no member."""
    await two_teams(year)
    for team, who, role, more, why in IMPOSSIBLE:
        before = len(year.private(who))
        said = await offer(year, team, [who], role, **more)
        assert isinstance(said, Errors), text_of(said)
        assert why in text_of(said)
        assert "Nothing was sent" in text_of(said) or not role
        assert len(year.private(who)) == before


async def test_places_are_offered_to_the_members_of_a_user_group(year: Town) -> None:
    """Each presses Join themselves; who is not in the cohort or on such a team already is left out, as a count."""
    year.chat.grouped = {"Math leads": ["renata", "kwame", "imani"], "Elsewhere": ["imani"]}
    await make(year, "District team", "Alder County")
    await seat(year, "Alder County", ["kwame"])
    before = len(year.private("kwame"))
    done = await offer(year, "Alder County", [], group="Math leads")
    assert text_of(done).strip().startswith("Offered: 1 person. Left out, since not in this cohort or on such a team")
    assert "2 people" in text_of(done)
    assert len(year.private("kwame")) == before
    assert on(year, "Alder County") == {"Kwame Osei-Tutu"}
    await accept(year, "renata")
    assert on(year, "Alder County") == {"Kwame Osei-Tutu", "Renata Aguilar"}
    for group, why in (("Elsewhere", "Nobody of this group"), ("gone", "I could not ask"), ("", "Please choose")):
        said = await offer(year, "Alder County", [], group=group)
        assert isinstance(said, Errors)
        assert why in text_of(said)
    year.chat.grouped = {}
    form = await year.press("imani", await all_teams(year), "Places on Alder County")
    assert isinstance(form, Form)
    assert [one.name for one in form.fields][:2] == ["people", "role"]


async def test_a_role_opens_no_place_by_itself_and_a_member_without_it_finds_no_door(year: Town) -> None:
    """The small team is not among those that Renata could join, and its address does not open it either."""
    await two_teams(year)
    page = await mine(year, "renata")
    assert "Alder Designers" not in text_of(page)
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        (design,) = [one for one in teams.of_cohort(tx, found) if one.name == "Alder Designers"]
    refused = await year.act("renata", Press("teams.join", design.team))
    assert "Equity Design Team is for: Equity Design Team member." in text_of(refused)
    assert on(year, "Alder Designers") == set()


async def test_leaving_the_larger_team_leaves_the_one_inside_and_stops_its_prompts(year: Town) -> None:
    """Nothing of either calendar comes afterwards, and the others stay."""
    await two_teams(year)
    await seat(year, "Alder Designers", ["kwame"], "designer")
    page = await mine(year, "kwame")
    said = await year.press("kwame", page, "Leave Alder County")
    assert "You have left Alder County." in text_of(said)
    assert on(year, "Alder Designers") == set()
    assert on(year, "Alder County") == {"Renata Aguilar"}
    before = len(year.private("kwame"))
    await at(year, year.clock.now().replace(month=12, day=3))
    assert year.private("kwame")[before:] == []


async def test_who_leaves_the_cohort_is_on_no_team_and_comes_back_to_none(year: Town) -> None:
    """The names that teammates see are those of people who are there."""
    await two_teams(year)
    await year.press("kwame", await year.command("kwame", "/cohort"), "Leave")
    assert "you, and nobody else yet" in text_of(await mine(year, "renata"))


async def test_teams_are_closed_to_strangers_and_their_making_to_members(year: Town) -> None:
    """Another workspace, and a member with a facilitator's button: refused, and nothing changed."""
    await two_teams(year)
    with looking(year) as tx:
        (found,) = cohorts.running(tx)
        which = teams.of_cohort(tx, found)[0].team
    for action in ("teams.look", "teams.join", "teams.leave", "seating.offer"):
        assert "Nothing was" in text_of(await stranger(year, Press(action, which)))
    for action, value in (("seating.offer", which), ("seating.new", found.cohort), ("seating.home", found.cohort)):
        refused = text_of(await year.act("renata", Press(action, value)))
        assert "nothing was changed" in refused
        assert "Kwame" not in refused
    assert on(year, "Alder County") == {"Renata Aguilar", "Kwame Osei-Tutu"}


async def test_a_program_without_teams_shows_no_page_of_them(town: Town) -> None:
    """Neither to members nor to the facilitator."""
    await town.found_cohort(["renata"])
    await town.until("day")
    await town.start("renata")
    assert "My teams" not in labels(await town.command("renata", "/cohort"))
    assert "Teams" not in labels(await town.command("imani", "/facilitate"))


KINDS = [one.id for one in LERN.teams]
ROLES = ["", *(one.id for one in LERN.roles)]
seats = st.builds(Seat, st.sampled_from(ROLES), st.frozensets(st.sampled_from(KINDS)))


@given(seat=seats)
def test_the_clock_sends_everybody_exactly_what_is_meant_for_them(seat: Seat) -> None:
    """Any role on any teams: no unit of another calendar, and none of their own is left out."""
    began = datetime(2026, 1, 1, tzinfo=UTC)
    who = schedule.MemberPlan("America/New_York", started=began, seat=seat)
    sends = list(schedule.member_sends(LERN, schedule.CohortPlan(date(2026, 1, 6), "UTC"), who))
    got = {one.number for one in sends if one.kind == schedule.PROMPT}
    assert got == {unit.number for unit in LERN.units if gets(LERN, unit.whom, seat)}
    assert len({LERN.unit(one.number).whom for one in sends if one.kind == schedule.SILENCE}) <= 1
    wanted = set() if seat.role in ("coach", "facilitator", "director") else {n for n in (1, 101) if _meant(n, seat)}
    assert got & {1, 101} == wanted


def _meant(number: int, seat: Seat) -> bool:
    return LERN.unit(number).whom.team in seat.teams


PEOPLE = [f"p{n}" for n in range(7)]
PLACES = ["a", "b", "a-inner", "b-inner"]
SMALL = replace(LERN, teams=tuple(replace(one, at_most=1 if one.inside else 2) for one in LERN.teams))
moves = st.tuples(
    st.sampled_from(PEOPLE),
    st.sampled_from(PLACES),
    st.sampled_from([True, True, True, False]),
    st.sampled_from(ROLES[:5]),
)


@pytest.fixture
def crowd(database: str) -> Iterator[Store]:
    store = Store(database)
    with store.begin() as tx:
        crowds.tenant(tx)
        crowds.cohort(tx)
        crowds.join(tx, [Soul(one) for one in PEOPLE])
    yield store
    store.close()


class Undo(Exception):
    """So that the next example begins with nobody on a team."""


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(moves, min_size=20, max_size=40))
def test_whatever_people_do_every_team_keeps_its_size_its_roles_and_its_place(
    crowd: Store, steps: list[tuple[str, str, bool, str]]
) -> None:
    """Two district teams with a small one inside of each; seven people with changing roles come and go."""
    with suppress(Undo), crowd.begin() as tx:
        which = cohorts.find(tx, "t", "c")
        assert which is not None
        made = _four_teams(tx, which)
        for who, place, stays, role in steps:
            one = seating.member_of(tx, made[place], who)
            assert one is not None
            if not stays:
                teams.leave(tx, made[place], who)
            elif not seating.obstacle(tx, SMALL, made[place], one, role):
                teams.join(tx, made[place], who, role, crowds.NOW)
        _look_at(tx, which, made)
        raise Undo


def _four_teams(tx: Connection, which: Cohort) -> dict[str, teams.Team]:
    count = itertools.count()
    made: dict[str, teams.Team] = {}
    for name in PLACES:
        outer = made[name[0]].team if "-" in name else ""
        kind = "design" if outer else "district"
        made[name] = teams.make(tx, which, kind, outer, name, crowds.NOW, lambda: f"team{next(count)}")
    return made


def _look_at(tx: Connection, which: Cohort, made: Mapping[str, teams.Team]) -> None:
    sits = {name: set(teams.members(tx, one)) for name, one in made.items()}
    for name, there in sits.items():
        assert len(there) <= (1 if "-" in name else 2)
        assert "-" not in name or there <= sits[name[0]]
    assert not sits["a"] & sits["b"]
    for one in cohorts.members(tx, which):
        assert one.seat.teams == {made[name].kind for name, there in sits.items() if one.person in there}
        role = role_of(SMALL, one.seat)
        for kind in SMALL.teams:
            assert kind.id not in one.seat.teams or (role is not None and role.id in kind.roles)
