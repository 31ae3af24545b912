"""What a team writes together, part by part, each for the people who were on the team when it was written.

Parts are only ever added, so that an earlier version stays what it was. They are sealed with the team's key: a writer
who is erased leaves the text and takes the name. Who joins later opens nothing of what was there, until somebody who
can read it opens it to them.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, func, insert, select, update

from bot.errors import Unreadable
from bot.ids import Ids
from bot.store.people import Somebody
from bot.store.tables import paper, person
from bot.store.teams import Team
from bot.vault import floors, rows
from bot.vault.kek import Purpose
from bot.vault.vault import Vault

log = logging.getLogger(__name__)

TEXT, COMMENT, COPY = "text", "comment", "copy"
"""A copy is of the whole, for the cohort; `bot.vault.team_copies` opens it."""


@dataclass(frozen=True, slots=True)
class Part:
    part: str
    number: int
    section: str
    kind: str
    writer: str
    """Empty once the writer was erased."""
    name: str
    """The writer's; empty once they were erased."""
    at: datetime
    text: str
    """Empty for whom it is not open."""
    readers: tuple[str, ...]
    """Persons. Empty for whom it is not open."""


class Bound(NamedTuple):
    """A row without its words."""

    tenant: str
    part: str
    cohort: str
    team: str
    artifact: str
    number: int
    section: str
    kind: str
    person: str | None
    at: datetime


def add(
    tx: Connection,
    vault: Vault,
    team: Team,
    artifact: str,
    section: str,
    kind: str,
    who: Somebody,
    text: str,
    readers: Sequence[str],
    now: datetime,
    ids: Ids,
) -> None:
    """`readers`: those who were named to the writer."""
    number = newest(tx, team, artifact) + 1
    made = Bound(team.tenant, ids(), team.cohort, team.team, artifact, number, section, kind, who.person, now)
    words = {"text": text, "readers": list(readers)}
    tx.execute(insert(paper).values(**made._asdict(), body=sealed(tx, vault, made, words)))


def newest(tx: Connection, team: Team, artifact: str) -> int:
    """The number of the last part; 0 when nothing was written."""
    return tx.execute(select(func.max(paper.c.number)).where(*_of(team, artifact))).scalar() or 0


def parts(tx: Connection, vault: Vault, team: Team, artifact: str, reader: Somebody) -> list[Part]:
    """Every part in its order; those that are not open to the reader without their words."""
    found = tx.execute(
        select(paper, person.c.name)
        .join_from(
            paper, person, (person.c.tenant == paper.c.tenant) & (person.c.person == paper.c.person), isouter=True
        )
        .where(*_of(team, artifact), paper.c.kind != COPY)
        .order_by(paper.c.number)
    ).all()
    return [_part(row, words, reader) for row, words in opened(vault, found)]


def open_to(tx: Connection, vault: Vault, team: Team, artifact: str, reader: Somebody, readers: Sequence[str]) -> int:
    """What `reader` can read opens to these people as well; returns how many parts that changed."""
    changed = 0
    written = select(paper).where(*_of(team, artifact), paper.c.kind != COPY)
    for row, words in opened(vault, tx.execute(written).all()):
        if words is None or reader.person not in words["readers"] or set(readers) <= set(words["readers"]):
            continue
        everybody = list(dict.fromkeys([*words["readers"], *readers]))
        body = sealed(tx, vault, row, {"text": words["text"], "readers": everybody})
        tx.execute(update(paper).where(paper.c.tenant == row.tenant, paper.c.part == row.part).values(body=body))
        changed += 1
    return changed


def find(tx: Connection, who: Somebody, which: str) -> tuple[str, str, int] | None:
    """(team, artifact, number) of a part that this person wrote."""
    mine = (paper.c.tenant == who.tenant, paper.c.part == which, paper.c.person == who.person)
    row = tx.execute(select(paper.c.team, paper.c.artifact, paper.c.number).where(*mine)).one_or_none()
    return None if row is None else (row.team, row.artifact, row.number)


def take_out(tx: Connection, vault: Vault, who: Somebody, which: str) -> None:
    """A part of one's own, for good."""
    mine = (paper.c.tenant == who.tenant, paper.c.part == which, paper.c.person == who.person)
    team = tx.execute(delete(paper).where(*mine).returning(paper.c.team)).scalar()
    if team is not None:
        vault.lift(tx, who.tenant, team, {rows.item(paper, which): floors.GONE})


def of_writer(tx: Connection, vault: Vault, who: Somebody) -> list[tuple[str, str, Part]]:
    """(team, artifact, part) of everything that somebody wrote for a team."""
    mine = select(paper, person.c.name).join(
        person, (person.c.tenant == paper.c.tenant) & (person.c.person == paper.c.person)
    )
    found = tx.execute(mine.where(paper.c.tenant == who.tenant, paper.c.person == who.person).order_by(paper.c.at))
    mine_now = opened(vault, found.all())
    return [(row.team, row.artifact, _part(row, words, who)) for row, words in mine_now if words is not None]


def _of(team: Team, artifact: str) -> tuple[ColumnElement[bool], ...]:
    return (paper.c.tenant == team.tenant, paper.c.team == team.team, paper.c.artifact == artifact)


def sealed(tx: Connection, vault: Vault, row: Any, words: dict[str, Any]) -> bytes:
    said = json.dumps(words).encode()
    return vault.seal(tx, Purpose.SHARED, rows.owner(row), said, rows.bound(paper, row))


def opened(vault: Vault, found: Sequence[Row[Any]]) -> list[tuple[Row[Any], dict[str, Any] | None]]:
    """None for what does not open, which the log names."""
    opener = vault.opener(Purpose.SHARED)
    lowest = vault.floors(found[0].tenant, [rows.item(paper, row.part) for row in found]) if found else {}
    found_words: list[tuple[Row[Any], dict[str, Any] | None]] = []
    for row in found:
        name, words = rows.item(paper, row.part), None
        try:
            if lowest.get(name) == floors.GONE:
                raise Unreadable("A part that its writer had taken out was put back")
            words = json.loads(opener.open(rows.owner(row), row.body, rows.bound(paper, row)))
        except Unreadable as problem:
            log.error("a row does not open", extra={"action": "vault.open", "key": name}, exc_info=problem)
        found_words.append((row, words))
    return found_words


def _part(row: Row[Any], words: dict[str, Any] | None, reader: Somebody) -> Part:
    is_open = words is not None and (reader.person in words["readers"])
    text, readers = (words["text"], tuple(words["readers"])) if words is not None and is_open else ("", ())
    return Part(row.part, row.number, row.section, row.kind, row.person or "", row.name or "", row.at, text, readers)
