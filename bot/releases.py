"""What a cohort's ratings and choices may show: numbers in, what may be shown out.

Pure, and the only place that decides. Each answer is counted in one table at most, and a table never changes. So
what was ever shown about a question is a list of tables over different people, and two of them say no more together
than one by one.

Inside one table people can be exchanged: whoever reads it, also with up to four of the counted beside them, finds
at least two groups with somebody unknown in each. An answer could follow only where all are in one group, and then
there is no table at all: what everybody said looks the same as what was too scattered to show.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

FLOOR = 5
"""The smallest group that is ever shown. Not a setting, so that no setting can lower it."""
FEWEST = 2 * FLOOR
"""The fewest answers that can make two groups."""


@dataclass(frozen=True, slots=True)
class Table:
    """How many gave each answer; those in `others` gave answers that are not told apart."""

    answered: int
    shown: Mapping[str, int] = field(default_factory=dict)
    others: int = 0

    @property
    def silent(self) -> bool:
        """Nothing can be told but how many there were."""
        return not self.shown


def of_one(answers: Iterable[str]) -> Table:
    """For a question that takes one answer from each."""
    counts = Counter(answers)
    answered = counts.total()
    shown = {value: count for value, count in counts.items() if count >= FLOOR}
    others = answered - sum(shown.values())
    while 0 < others < FLOOR and shown:  # a few in the rest could be told by subtraction: they get company
        least = min(shown, key=lambda value: (shown[value], value))
        others += shown.pop(least)
    if len(shown) + (others > 0) < 2:
        return Table(answered)
    return Table(answered, shown, others)


def of_several(answers: Sequence[Iterable[str]]) -> Table:
    """For a question that takes several from each: an answer is shown when five chose it and five did not."""
    counts = Counter(value for one in answers for value in set(one))
    shown = {value: count for value, count in counts.items() if FLOOR <= count <= len(answers) - FLOOR}
    hidden = counts.total() - sum(shown.values())
    while shown and hidden < FLOOR:  # that nobody chose the rest, or hardly anybody, is not told by a sum either
        least = min(shown, key=lambda value: (shown[value], value))
        hidden += shown.pop(least)
    return Table(len(answers), shown)


def may_be_counted(members: frozenset[str], earlier: Iterable[frozenset[str]]) -> bool:
    """Whether these people's answers may become a table beside the earlier ones about the same thing.

    It looks at who answered and never at what, so that its yes or no says nothing about the answers. The people are
    the same as in an earlier table, or none of them was in it: where some came or went, the difference of the tables
    would be a table about these few, and also five who came can be of one mind.
    """
    if len(members) < FEWEST:
        return False
    return all(members == before or not members & before for before in earlier)
