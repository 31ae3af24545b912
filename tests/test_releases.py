"""Everything that is ever released about a cohort, put together by somebody who knows who took part."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import combinations_with_replacement, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from sqlalchemy import select

from bot import releases, tally
from bot.programs import Question
from bot.releases import FLOOR, Table, of_one, of_several
from bot.store import Store
from bot.store.tables import tally as rows
from tests.prove import Proof

STEPS = ("1", "2", "3", "4", "5")
FIRST = date(2026, 11, 30)
RATING = Question("rate-listening", "scale", "I listen.", rating="listening")
CHOICE = Question("mood", "choice", "How was it?")


def as_key(table: Table) -> tuple[Any, ...]:
    return table.answered, tuple(sorted(table.shown.items())), table.others


@cache
def possible(answered: int) -> dict[tuple[Any, ...], set[str]]:
    """What was shown, to every answer that anybody could have given: by trying every way to answer there is."""
    found: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for marks in combinations_with_replacement(range(answered + 1), len(STEPS) - 1):
        counts = [b - a for a, b in zip((0, *marks), (*marks, answered), strict=True)]
        answers = [step for step, count in zip(STEPS, counts, strict=True) for _ in range(count)]
        found[as_key(of_one(answers))].update(answers)
    return found


def colluders(counts: Counter[str], most: int) -> Iterator[Counter[str]]:
    for size in range(most + 1):
        for some in combinations_with_replacement(STEPS[:3], size):
            chosen = Counter(some)
            if all(counts[step] >= count for step, count in chosen.items()):
                yield chosen


# --- one table ---------------------------------------------------------------------------------------


@given(st.lists(st.sampled_from(STEPS), max_size=60))
def test_no_table_shows_a_small_group_or_what_everybody_said(answers: list[str]) -> None:
    """Not as a number, and not as what is left over."""
    table = of_one(answers)
    assert all(count >= FLOOR for count in table.shown.values())
    assert table.others == 0 or table.others >= FLOOR
    if not table.silent:
        assert len(set(answers)) > 1
        assert sum(table.shown.values()) + table.others == len(answers)
        assert len(table.shown) + bool(table.others) >= 2


@given(st.lists(st.sets(st.sampled_from(STEPS), max_size=3), max_size=60))
def test_of_several_answers_one_is_shown_when_five_chose_it_and_five_did_not(answers: list[set[str]]) -> None:
    """An answer that nearly everybody chose tells about nearly everybody."""
    table = of_several(answers)
    for value, count in table.shown.items():
        assert count == sum(value in one for one in answers)
        assert FLOOR <= count <= len(answers) - FLOOR


@pytest.mark.parametrize("answered", [10, 11, 13])
def test_nothing_follows_for_a_stranger_when_four_of_the_counted_put_their_answers_together(answered: int) -> None:
    """Every way in which they could have answered, every four of them, every table."""
    ways = [
        Counter({"1": a, "2": b, "3": answered - a - b}) for a in range(answered + 1) for b in range(answered + 1 - a)
    ]
    by_table = defaultdict(list)
    for counts in ways:
        by_table[as_key(of_one(counts.elements()))].append(counts)
    for alike in by_table.values():
        for true in alike:
            for known in colluders(true, 4):
                left = [other - known for other in alike if all(other[step] >= known[step] for step in known)]
                assert len({step for other in left for step in +other}) > 1


def test_what_everybody_said_looks_like_what_was_too_scattered_to_show() -> None:
    """So that no table is no news."""
    assert of_one(["4"] * 12) == of_one(["1", "2", "3", "4", "5", "1", "2", "3", "4", "5", "1", "2"]) == Table(12)


@given(st.lists(st.sampled_from(STEPS), min_size=1, max_size=40), st.randoms())
def test_the_order_of_answers_changes_nothing(answers: list[str], chance: random.Random) -> None:
    """People can be exchanged; the argument stands on it."""
    other = answers.copy()
    chance.shuffle(other)
    assert of_one(answers) == of_one(other)


# --- who may be counted beside whom ------------------------------------------------------------------


def people(*numbers: int) -> frozenset[str]:
    return frozenset(f"p{number}" for number in numbers)


def test_a_release_beside_an_earlier_one_is_about_the_same_people_or_about_others() -> None:
    """One who came is told by subtraction, and so are five who came and are of one mind."""
    before = people(*range(20))
    for came, went in product(range(12), range(12)):
        after = (before - people(*range(went))) | people(*range(100, 100 + came))
        assert releases.may_be_counted(after, [before]) is (came == went == 0)
    assert releases.may_be_counted(people(*range(100, 110)), [before])


def test_fewer_than_two_groups_can_never_be_told() -> None:
    """Nine answers cannot make two groups of five."""
    assert not releases.may_be_counted(people(*range(9)), [])
    assert releases.may_be_counted(people(*range(10)), [])


# --- a cohort's whole life ---------------------------------------------------------------------------


@dataclass
class Life:
    """One simulated cohort: who answered what, and what was released, as the database has it."""

    chance: random.Random
    truth: dict[tuple[int, str], dict[str, str]] = field(default_factory=dict)
    everybody: set[str] = field(default_factory=set)

    def live(self, store: Store, cohort: str, size: int, weeks: int) -> None:
        members = {f"{cohort}-{number}" for number in range(size)}
        self.everybody = set(members)
        habit: dict[str, str] = {}
        for week in range(weeks):
            members = self._come_and_go(cohort, members, size)
            day = FIRST + timedelta(weeks=week)
            mood = self.chance.choice([STEPS, STEPS[:2], STEPS[3:4]])
            with store.begin() as tx:
                for member in sorted(members):
                    if self.chance.random() < 0.15:
                        continue
                    late = week and self.chance.random() < 0.1
                    number = week - 1 if late else week
                    closes = FIRST + timedelta(weeks=number + 1)
                    habit.setdefault(member, self.chance.choice(mood))
                    said = {RATING.id: habit[member], CHOICE.id: self.chance.choice(mood)}
                    for question, value in said.items():
                        self.truth.setdefault((number, question), {})[member] = value
                    tally.put(
                        tx, "t", cohort, member, number, [RATING, CHOICE], said, closes, day + timedelta(days=3 * late)
                    )
                while tally.freeze(tx, datetime.combine(day + timedelta(days=1), time(12), UTC)):
                    pass
        with store.begin() as tx:
            for more in range(4):
                day = FIRST + timedelta(weeks=weeks + more, days=1)
                while tally.freeze(tx, datetime.combine(day, time(12), UTC)):
                    pass

    def _come_and_go(self, cohort: str, members: set[str], size: int) -> set[str]:
        now = {one for one in sorted(members) if self.chance.random() > 0.02}
        if self.chance.random() < 0.3 and len(now) < size:
            new = f"{cohort}-{len(self.everybody)}"
            self.everybody.add(new)
            now.add(new)
        return now


@dataclass
class Seen:
    tables: int = 0
    shown: int = 0
    answers: int = 0
    follow: int = 0
    follow_when_nobody_changes: int = 0
    small: int = 0
    unanimous: int = 0


def look(store: Store, cohort: str, life: Life, seen: Seen) -> None:
    """By somebody who knows who is counted in each table, which is more than any facilitator is told."""
    with store.begin() as tx:
        released = tally.released(tx, "t", cohort)
        counted = defaultdict(set)
        for row in tx.execute(select(rows).where(rows.c.cohort == cohort, rows.c.batch > 0)):
            assert row.value is None
            counted[row.number, row.question, row.batch].add(row.member)
    for one in released:
        who = counted[one.number, one.question, one.batch]
        said = [life.truth[one.number, one.question][member] for member in who]
        assert len(who) == one.table.answered
        seen.tables += 1
        seen.shown += not one.table.silent
        seen.answers += len(who)
        seen.small += sum(count < FLOOR for count in one.table.shown.values()) + (0 < one.table.others < FLOOR)
        seen.unanimous += not one.table.silent and len(set(said)) == 1
        seen.follow += len(who) * (len(possible(one.table.answered)[as_key(one.table)]) == 1)
    ratings = [
        (frozenset(counted[one.number, one.question, one.batch]), one.table)
        for one in released
        if one.question == RATING.id and not one.table.silent
    ]
    seen.follow_when_nobody_changes += solved(ratings)


def solved(tables: list[tuple[frozenset[str], Table]]) -> int:
    """How many people's ratings follow if each person gives the same one every time: by whole-number programming."""
    atoms: dict[tuple[bool, ...], set[str]] = defaultdict(set)
    for person in sorted(set().union(*(who for who, _ in tables))) if tables else ():
        atoms[tuple(person in who for who, _ in tables)].add(person)
    names = list(atoms)
    if len(tables) < 2:
        return 0
    at = {(name, step): place for place, (name, step) in enumerate((n, s) for n in names for s in STEPS)}
    lines: list[Any] = []
    sums: list[int] = []
    for name in names:
        line = np.zeros(len(at))
        line[[at[name, step] for step in STEPS]] = 1
        lines.append(line)
        sums.append(len(atoms[name]))
    for place, (_, table) in enumerate(tables):
        for step, count in table.shown.items():
            line = np.zeros(len(at))
            line[[at[name, step] for name in names if name[place]]] = 1
            lines.append(line)
            sums.append(count)
    found = 0
    for (name, _), place in at.items():
        cost = np.zeros(len(at))
        cost[place] = 1
        least = milp(cost, constraints=LinearConstraint(np.array(lines), sums, sums), integrality=np.ones(len(at)))
        assert least.success
        found += len(atoms[name]) * (round(least.fun) == len(atoms[name]))
    return found


def simulate(folder: Path, cohorts: int, seed: int) -> Seen:
    store, seen = Store(f"sqlite:///{folder / 'lives.sqlite'}"), Seen()
    chance = random.Random(seed)  # noqa: S311 - a draw that can be drawn again
    try:
        for number in range(cohorts):
            life = Life(random.Random(chance.random()))  # noqa: S311
            life.live(store, f"c{number}", life.chance.randint(5, 30), weeks=8)
            look(store, f"c{number}", life, seen)
    finally:
        store.close()
    return seen


def check(seen: Seen) -> None:
    assert seen.shown > 0
    assert (seen.follow, seen.follow_when_nobody_changes, seen.small, seen.unanimous) == (0, 0, 0, 0)


def test_no_answer_follows_from_everything_ever_released_about_a_few_cohorts(tmp_path: Path) -> None:
    """Joins, leaves, late answers and weeks in which all say the same."""
    check(simulate(tmp_path, 12, seed=4))


@pytest.mark.prove(24)
def test_no_answer_follows_from_everything_ever_released_about_five_hundred_cohorts(
    tmp_path: Path, proof: Proof
) -> None:
    """No answer follows from everything ever released."""
    seen = simulate(tmp_path, 500, seed=1)
    wrong = (seen.follow, seen.follow_when_nobody_changes, seen.small, seen.unanimous)
    proof(f"500 cohorts, {seen.shown:,} shown", f"{seen}", "no answer, no cell under 5", wrong == (0, 0, 0, 0))
