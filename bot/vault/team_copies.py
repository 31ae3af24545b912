"""A copy of what a team wrote, for the cohort of that moment, once everybody who was on the team has said yes.

Words, readers, who was asked and who said yes are sealed together as one part of the team's paper: nothing in the
tables tells who has answered, and a reader who was written there later finds nothing to open. A copy that somebody
stopped or took back is gone, so nothing tells who that was either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import paper
from bot.store.teams import Team
from bot.vault import floors, papers, rows
from bot.vault.papers import COPY, Bound
from bot.vault.vault import Vault


@dataclass(frozen=True, slots=True)
class Copy:
    part: str
    team: str
    artifact: str
    cohort: str
    at: datetime
    """When the team was asked. Words and readers are of that moment."""
    title: str
    """Empty for whom it is not open."""
    lines: tuple[tuple[str, str], ...]
    """(section, text), without names; empty for whom it is not open."""
    readers: tuple[str, ...]
    """Persons, once it is agreed."""
    asked: tuple[str, ...]
    """Everybody who was on the team, and nobody who came later."""
    yes: tuple[str, ...]
    holds: tuple[str, ...]
    """The parts that its words are from."""

    @property
    def agreed(self) -> bool:
        return set(self.asked) <= set(self.yes)


def propose(
    tx: Connection,
    vault: Vault,
    team: Team,
    artifact: str,
    who: Somebody,
    title: str,
    lines: Sequence[tuple[str, str]],
    holds: Sequence[str],
    asked: Sequence[str],
    readers: Sequence[str],
    now: datetime,
    ids: Ids,
) -> Copy:
    """The team is held. Whoever proposes has said yes with it."""
    number = papers.newest(tx, team, artifact) + 1
    made = Bound(team.tenant, ids(), team.cohort, team.team, artifact, number, "", COPY, None, now)
    words = {
        "title": title,
        "lines": [list(line) for line in lines],
        "readers": list(readers),
        "asked": list(asked),
        "yes": [who.person],
        "holds": list(holds),
    }
    tx.execute(insert(paper).values(**made._asdict(), body=papers.sealed(tx, vault, made, words)))
    return _copy(made, words, who)


def agree(tx: Connection, vault: Vault, who: Somebody, which: str) -> Copy | None:
    """The team is held. None when it is gone, or for somebody who was not asked."""
    for row, words in _found(tx, vault, who.tenant, paper.c.part == which):
        if who.person not in words["asked"]:
            return None
        if who.person not in words["yes"]:
            words["yes"].append(who.person)
            body = papers.sealed(tx, vault, row, words)
            tx.execute(update(paper).where(paper.c.tenant == who.tenant, paper.c.part == which).values(body=body))
        return _copy(row, words, who)
    return None


def of_team(tx: Connection, vault: Vault, team: Team, artifact: str, who: Somebody) -> Copy | None:
    """What the team was asked about, or has shared."""
    here = (paper.c.team == team.team, paper.c.artifact == artifact)
    return next((_copy(row, words, who) for row, words in _found(tx, vault, team.tenant, *here)), None)


def named(tx: Connection, vault: Vault, who: Somebody, which: str) -> Copy | None:
    return next((_copy(*one, who) for one in _found(tx, vault, who.tenant, paper.c.part == which)), None)


def given_to(tx: Connection, vault: Vault, who: Somebody, cohort: str) -> list[Copy]:
    """Newest first."""
    found = [_copy(*one, who) for one in _found(tx, vault, who.tenant, paper.c.cohort == cohort)]
    return [one for one in reversed(found) if one.agreed and who.person in one.readers]


def team_of(tx: Connection, home: str, which: str) -> str:
    """Whose copy it is, without opening it; empty when it is gone."""
    this = (paper.c.tenant == home, paper.c.part == which, paper.c.kind == COPY)
    return tx.execute(select(paper.c.team).where(*this)).scalar() or ""


def remove(tx: Connection, vault: Vault, team: Team, which: str) -> bool:
    """Stopped or taken back, for good: it does not open from an older database either."""
    this = (paper.c.tenant == team.tenant, paper.c.team == team.team, paper.c.part == which, paper.c.kind == COPY)
    if not tx.execute(delete(paper).where(*this)).rowcount:
        return False
    vault.lift(tx, team.tenant, team.team, {rows.item(paper, which): floors.GONE})
    return True


def remove_holding(tx: Connection, vault: Vault, team: Team, part: str) -> int:
    """Words that their writer takes out of the paper do not stay in a copy; returns how many copies went."""
    found = _found(tx, vault, team.tenant, paper.c.team == team.team)
    return sum(remove(tx, vault, team, row.part) for row, words in found if part in words["holds"])


def _found(tx: Connection, vault: Vault, home: str, *which: Any) -> list[tuple[Row[Any], dict[str, Any]]]:
    query = select(paper).where(paper.c.tenant == home, paper.c.kind == COPY, *which)
    found = tx.execute(query.order_by(paper.c.at, paper.c.part)).all()
    return [(row, words) for row, words in papers.opened(vault, found) if words is not None]


def _copy(row: Any, words: dict[str, Any], who: Somebody) -> Copy:
    asked, yes = tuple(words["asked"]), tuple(words["yes"])
    is_open = who.person in asked or (who.person in words["readers"] and set(asked) <= set(yes))
    return Copy(
        row.part,
        row.team,
        row.artifact,
        row.cohort,
        row.at,
        words["title"] if is_open else "",
        tuple((section, text) for section, text in words["lines"]) if is_open else (),
        tuple(words["readers"]),
        asked,
        yes,
        tuple(words["holds"]),
    )
