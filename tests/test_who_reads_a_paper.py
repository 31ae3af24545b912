"""Whatever a team does, each part of its paper is read by those who were named for it, and by nobody else."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from bot import papers
from bot.store import Store, cohorts, people, teams
from bot.store.teams import Team
from bot.vault import papers as sealed
from bot.vault import team_copies
from bot.vault.papers import COMMENT, TEXT
from bot.vault.vault import Vault
from tests.delivery import crowds
from tests.delivery.crowds import Soul
from tests.test_teams import LERN, Undo
from tests.vault.places import opened

PEOPLE = ("ada", "bo", "cy", "di", "ed")
PAPER = next(one for one in LERN.artifacts if one.team == "district")
LOG = next(one for one in PAPER.sections if one.collects == "all")
OTHERS = ("di", "ed", "fay")  # two who may come to the team, and one who never does
"""Whom a copy is for. Somebody who came later is not among them."""
COUNT = itertools.count()
"""No id is given twice, as in life."""
MOVES = ("join", "join", "leave", "write", "write", "comment", "open", "take out", "rest", "go on")
MOVES += ("ask", "yes", "yes", "no")
OPENS_WHAT_SHE_CAN_READ = [
    *(("join", "ada"), ("write", "ada"), ("join", "bo"), ("write", "bo")),
    *(("join", "cy"), ("open", "bo"), ("leave", "ada"), ("rest", "cy"), ("comment", "bo")),
]
"""Few draws come here: what was written before she came is not hers to open."""
EVERYBODY_AGREES = [
    *(("join", "ada"), ("join", "bo"), ("write", "ada"), ("ask", "bo"), ("join", "cy"), ("write", "bo")),
    *(("yes", "cy"), ("yes", "ada"), ("leave", "bo"), ("rest", "ada")),
]
ONE_IS_MISSING = [("join", "ada"), ("join", "bo"), ("write", "ada"), ("ask", "bo"), ("leave", "ada"), ("yes", "bo")]
A_READER_JOINS_THE_TEAM = [
    *(
        ("join", "ada"),
        ("write", "ada"),
        ("ask", "ada"),
        ("join", "di"),
        ("write", "di"),
        ("join", "cy"),
        ("open", "di"),
    ),
]
steps = st.lists(st.tuples(st.sampled_from(MOVES), st.sampled_from(PEOPLE)), min_size=10, max_size=40)


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[tuple[Store, Vault]]:
    store = Store(database)
    vault = opened(store, tmp_path)
    with store.begin() as tx:
        crowds.tenant(tx)
        crowds.cohort(tx)
        crowds.join(tx, [Soul(one) for one in PEOPLE])
    yield store, vault
    vault.close()
    store.close()


class Told:
    """What the law says, kept beside: for each part whom its writer, or who opened it, was told."""

    def __init__(self) -> None:
        self.readers: dict[str, set[str]] = {}
        self.words: set[str] = set()
        """Of the copy that the team was asked about."""
        self.asked: set[str] = set()
        self.yes: set[str] = set()


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(moves=steps, middle=st.integers(0, 40))
@example(moves=OPENS_WHAT_SHE_CAN_READ, middle=0)
@example(moves=EVERYBODY_AGREES, middle=0)
@example(moves=ONE_IS_MISSING, middle=0)
@example(moves=A_READER_JOINS_THE_TEAM, middle=0)
def test_a_part_is_read_by_whom_its_writer_was_told_and_by_whom_it_was_opened_to(
    house: tuple[Store, Vault], moves: list[tuple[str, str]], middle: int
) -> None:
    """Five people join and leave, rest and go on, write, comment, open to newer ones and take out, in any order; a
    version kept in the middle shows no part to anybody that the paper would not, and a copy for others is read when
    everybody who was asked has said yes, as it was then."""
    store, vault = house
    with suppress(Undo), store.begin() as tx:
        which = cohorts.find(tx, "t", "c")
        assert which is not None
        team = teams.make(tx, which, "district", "", "Alder", crowds.NOW, lambda: "alder")
        law, last = Told(), 0
        for place, (move, who) in enumerate(moves):
            if place == middle:
                last = sealed.newest(tx, team, PAPER.id)
            _do(tx, vault, team, move, who, law, f"text{next(COUNT)}")
        last = last if middle < len(moves) else sealed.newest(tx, team, PAPER.id)
        _look(tx, vault, team, law, last)
        raise Undo


def _do(tx: Connection, vault: Vault, team: Team, move: str, who: str, law: Told, text: str) -> None:
    me, there = people.somebody(tx, "t", who), teams.members(tx, team)
    member = cohorts.member(tx, "t", "c", who)
    assert member is not None
    match move:
        case "join" if who not in there:
            teams.join(tx, team, who, "", crowds.NOW)
        case "leave":
            teams.leave(tx, team, who)
        case "rest":
            cohorts.set_member(tx, member, state=cohorts.ASKED)
        case "go on":
            cohorts.set_member(tx, member, state=cohorts.STARTED)
        case "write" | "comment" if who in there:
            told = {who, *papers.named(tx, team, but=who)}  # by name, as the form says it; here names are ids
            kind = TEXT if move == "write" else COMMENT
            readers = teams.readers(tx, team, who)
            sealed.add(tx, vault, team, PAPER.id, LOG.id, kind, me, text, readers, crowds.NOW, lambda: text)
            law.readers[text] = told
        case "open" if who in there:
            newer = papers.later(tx, vault, team, PAPER.id, me)
            sealed.open_to(tx, vault, team, PAPER.id, me, newer)
            for readers in law.readers.values():
                if who in readers:
                    readers |= set(newer)
        case "take out":
            mine = [one.part for _, _, one in sealed.of_writer(tx, vault, me)]
            for part in mine[:1]:
                sealed.take_out(tx, vault, me, part)
                law.readers.pop(part)
                team_copies.remove_holding(tx, vault, team, part)
                law.words = set() if part in law.words else law.words
        case "ask" if who in there and not law.words:
            lines = [each for one in papers.standing(tx, vault, team, PAPER, me) for each in one.lines]
            held = [each.part for each in lines if set(there) <= set(each.readers)]
            if held:
                said = [("", each) for each in held]  # here ids are words
                team_copies.propose(
                    tx, vault, team, PAPER.id, me, "", said, held, there, OTHERS, crowds.NOW, lambda: f"copy-{text}"
                )
                law.words, law.asked, law.yes = set(held), set(there), {who}
        case "yes" if law.words:
            copy = team_copies.of_team(tx, vault, team, PAPER.id, me)
            assert copy is not None
            team_copies.agree(tx, vault, me, copy.part)
            law.yes |= {who} & law.asked
        case "no" if law.words and who in law.asked:
            copy = team_copies.of_team(tx, vault, team, PAPER.id, me)
            assert copy is not None
            assert team_copies.remove(tx, vault, team, copy.part)
            law.words = set()


def _look(tx: Connection, vault: Vault, team: Team, law: Told, last: int) -> None:
    on_it = teams.members(tx, team)
    for who in PEOPLE:
        me = people.somebody(tx, "t", who)
        allowed = {text for text, readers in law.readers.items() if who in readers} if who in on_it else set()
        now = papers.standing(tx, vault, team, PAPER, me)
        shown = {part.text for one in now for part in (*one.lines, *one.comments)}
        assert shown == allowed, who
        then = papers.standing(tx, vault, team, PAPER, me, until=last)
        assert {part.text for one in then for part in one.lines} <= allowed, who
        assert not [part for one in then for part in one.comments]
    for who in (*PEOPLE, *OTHERS, "later"):
        anybody = replace(people.somebody(tx, "t", "ada"), person=who)
        given = team_copies.given_to(tx, vault, anybody, "c")
        agreed = law.words if who in OTHERS and law.asked <= law.yes else set()
        assert {text for one in given for _, text in one.lines} == agreed, who
        now_asked = team_copies.of_team(tx, vault, team, PAPER.id, anybody)
        shown = {text for _, text in now_asked.lines} if now_asked else set()
        assert shown == (law.words if who in law.asked else agreed), who
