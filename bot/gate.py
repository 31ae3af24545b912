"""Whose is it? Asked of every id that a button or form carries, before any feature sees it.

Features check their caller too. This is the second lock, and the one place where somebody at the wrong door is
recorded, whichever door it is.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, Select, bindparam, literal, null, select, union_all

from bot.choose import NOT_YOURS
from bot.store import people
from bot.store.people import FACILITATOR, Somebody
from bot.store.tables import (
    broadcast,
    cohort,
    draft,
    entry,
    membership,
    occasion,
    paper,
    request,
    seat,
    share,
    share_reader,
    team,
    unsigned,
    unsigned_reader,
)
from bot.store.teams import TAKEN
from bot.vault.papers import COPY

_ELSEWHERE = (
    "This belongs to somebody else. Nothing was shown and nothing was changed. /cohort and /journal show what is yours."
)
_LONGEST = 32
_WAITING = "doors."
"""What waits for somebody may be a facilitator's message; the feature looks that it waits for the caller."""
_SEATING = ("seating.", "tending.")
"""What facilitators alone do with a team. Who of a cohort may join one, the feature looks."""
_PLANNING = ("planning.", "hosting.")
"""What facilitators alone do with an event. For whom it is, the feature looks."""
_READING = ("shared-with-me.", "curating.")
"""All that the readers of a shared copy may do with it."""
_AGREEING = "agreeing."
"""What a team decides about a copy of its paper."""
_TAKING_BACK = "passing-on.take-back"
"""Nothing that stands in a table leads from what was passed on to its writer; the feature knows her by a mark."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """An id that is not the caller's to use."""

    subject: str
    cohort: str
    """Empty when it is of another workspace, which is nobody's business here."""
    owner: str
    text: str = _ELSEWHERE
    """What the caller is told."""


def foreign(tx: Connection, who: Somebody, action: str, value: str) -> Foreign | None:
    """The first such id in a button's value; None when the caller may come in with it."""
    parts = [part for part in value.split(":") if part and len(part) <= _LONGEST and not part.isdigit()]
    if not parts:
        return None
    for row in sorted(tx.execute(_NAMED, {"parts": parts}), key=lambda row: parts.index(row.id)):
        if row.tenant != who.tenant:
            return Foreign("", "", "")
        if not _may(tx, who, action, row.kind, row.id, row.cohort, row.owner):
            return Foreign(row.id, row.cohort, row.owner or "", NOT_YOURS if row.kind == "cohort" else _ELSEWHERE)
    return None


_NAMED = union_all(
    *(
        select(
            literal(kind).label("kind"),
            table.c.tenant,
            table.c[own].label("id"),
            table.c.cohort,
            (table.c.person if "person" in table.c and kind != "broadcast" else null()).label("owner"),
        ).where(table.c[own].in_(bindparam("parts", expanding=True)))
        for kind, table, own in (
            ("cohort", cohort, "cohort"),
            ("entry", entry, "entry"),
            ("draft", draft, "draft"),
            ("share", share, "share"),
            ("request", request, "request"),
            ("broadcast", broadcast, "broadcast"),
            ("note", unsigned, "note"),
            ("team", team, "team"),
            ("event", occasion, "occasion"),
            ("part", paper, "part"),
        )
    )
)
"""Whatever an id may name, in whichever workspace."""


def _may(tx: Connection, who: Somebody, action: str, kind: str, which: str, home: str, owner: str | None) -> bool:
    if owner is not None and owner == who.person and kind != "request":  # what one asked opens for who was asked
        return True
    if kind in ("cohort", "broadcast"):
        leads = people.has_role(tx, who.tenant, home, who.person, FACILITATOR)
        return leads or ((kind == "cohort" or action.startswith(_WAITING)) and _belongs(tx, who, home))
    if kind == "note" and action == _TAKING_BACK:
        return True
    if kind == "team":
        leads = people.has_role(tx, who.tenant, home, who.person, FACILITATOR)
        return leads if action.startswith((*_SEATING, *_PLANNING)) else _belongs(tx, who, home)
    if kind == "part":
        return _a_teams(tx, who, action, which, home)
    if kind == "event":
        return not action.startswith(_PLANNING) or people.has_role(tx, who.tenant, home, who.person, FACILITATOR)
    if kind == "request":
        return _is(tx, select(request).where(request.c.request == which, request.c.helper == who.person))
    for name, readers, own in (("share", share_reader, "share"), ("note", unsigned_reader, "note")):
        if kind == name and action.startswith(_READING):
            return _is(
                tx,
                select(readers).where(
                    readers.c.tenant == who.tenant, readers.c[own] == which, readers.c.person == who.person
                ),
            )
    return False


def _a_teams(tx: Connection, who: Somebody, action: str, which: str, home: str) -> bool:
    """A copy of what a team wrote: its team decides, and of the cohort it says itself who may read it."""
    this = (paper.c.tenant == who.tenant, paper.c.part == which, paper.c.kind == COPY)
    if action.startswith(_AGREEING):
        on_it = (seat.c.tenant == paper.c.tenant) & (seat.c.team == paper.c.team) & (seat.c.state == TAKEN)
        return _is(tx, select(paper).join(seat, on_it).where(*this, seat.c.person == who.person))
    leads = people.has_role(tx, who.tenant, home, who.person, FACILITATOR)
    return action.startswith(_READING) and (leads or _belongs(tx, who, home)) and _is(tx, select(paper).where(*this))


def _belongs(tx: Connection, who: Somebody, which: str) -> bool:
    """Also who has left: their own entries of that time stay theirs, and features look closer."""
    return _is(
        tx,
        select(membership).where(
            membership.c.tenant == who.tenant, membership.c.cohort == which, membership.c.person == who.person
        ),
    )


def _is(tx: Connection, question: Select[tuple[object, ...]]) -> bool:
    return tx.execute(question.limit(1)).first() is not None
