"""From a member's answer to a frozen table: what waits to be counted, and what was released.

An answer that waits stands under a keyed pseudonym, without an hour. When its unit has closed, a release counts it
and forgets what it said; who took part stays known under the pseudonym, since the next release is compared with it.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from bot import releases
from bot.ids import Ids
from bot.programs import Question
from bot.releases import FEWEST, Table
from bot.store.tables import membership, release, tally

COUNTED = ("scale", "choice")
"""Kinds of question whose answers are counted; words never are."""
TOLD = (
    f"Ratings and choices are also counted for the whole cohort: without names, after the week, and from {FEWEST} "
    "answers on. Your words are not."
)
"""Stands in every form that asks for something countable."""
_AGAIN = timedelta(days=7)
_TRIES = 2
"""An answer waits for this many releases. If it could then still be told apart, it is forgotten uncounted."""
_AFTER = timedelta(days=1)
"""A unit's week ends at midnight where each member is; a day later it has ended everywhere."""


@dataclass(frozen=True, slots=True)
class Release:
    number: int
    question: str
    batch: int
    """2 and more: those who answered after the unit's week."""
    table: Table


def pseudonym(key: bytes, tenant: str, cohort: str, person: str) -> str:
    return hmac.new(key, f"{tenant}:{cohort}:{person}".encode(), hashlib.sha256).hexdigest()[:32]


def put(
    tx: Connection,
    tenant: str,
    cohort: str,
    member: str,
    number: int,
    questions: Sequence[Question],
    answers: Mapping[str, object],
    closes: date,
    today: date,
) -> None:
    """What a member answers now, in place of what waits from them. `closes`: the first day after the unit."""
    due = closes + _AFTER
    while due <= today:
        due += _AGAIN
    for question in questions:
        value = answers.get(question.id)
        if question.kind not in COUNTED or value in (None, "", []):
            continue
        here = _here(tenant, cohort, number, question.id, member)
        before = tx.execute(select(tally.c.batch).where(*here)).scalar()
        if before is None:
            series = f"rating:{question.rating}" if question.rating else f"{number}:{question.id}"
            tx.execute(
                insert(tally).values(
                    tenant=tenant,
                    cohort=cohort,
                    number=number,
                    question=question.id,
                    member=member,
                    series=series,
                    value=json.dumps(value),
                    due=due,
                )
            )
        elif before == 0:  # what a release has counted stays as it was
            tx.execute(update(tally).where(*here).values(value=json.dumps(value)))


def take_back(tx: Connection, tenant: str, cohort: str, member: str, number: int) -> None:
    """The member deleted their entry: what still waits of it is not counted."""
    tx.execute(delete(tally).where(*_here(tenant, cohort, number, None, member), tally.c.batch == 0))


def forget(tx: Connection, tenant: str, cohort: str, member: str, nobody: str) -> None:
    """Erase a member. `nobody`: an id that leads to no person and keeps the earlier releases comparable."""
    theirs = (tally.c.tenant == tenant, tally.c.cohort == cohort, tally.c.member == member)
    tx.execute(delete(tally).where(*theirs, tally.c.batch == 0))
    tx.execute(update(tally).where(*theirs).values(member=nobody))


def forget_strangers(tx: Connection, key: bytes, ids: Ids) -> int:
    """The same for whoever is in no cohort any more; returns how many."""
    joined = tx.execute(select(membership.c.tenant, membership.c.cohort, membership.c.person)).all()
    known = {(row.tenant, row.cohort, pseudonym(key, *row)) for row in joined}
    counted = tx.execute(select(tally.c.tenant, tally.c.cohort, tally.c.member).distinct()).all()
    strangers = [row for row in counted if tuple(row) not in known]
    for row in strangers:
        forget(tx, row.tenant, row.cohort, row.member, ids())
    return len(strangers)


def any_counted(tx: Connection) -> bool:
    return tx.execute(select(tally.c.member).limit(1)).first() is not None


def freeze(tx: Connection, now: datetime) -> bool:
    """Release what is due of one unit; False when nothing is."""
    today = now.date()
    due = (tally.c.batch == 0, tally.c.due <= today)
    first = tx.execute(select(tally.c.tenant, tally.c.cohort, tally.c.number).where(*due).limit(1)).one_or_none()
    if first is None:
        return False
    unit = _here(first.tenant, first.cohort, first.number)
    waiting = defaultdict(list)
    for row in tx.execute(select(tally).where(*unit, *due).order_by(tally.c.member)):
        waiting[row.question].append(row)
    for question, rows in waiting.items():
        here = _here(first.tenant, first.cohort, first.number, question)
        if releases.may_be_counted(frozenset(row.member for row in rows), _earlier(tx, rows[0])):
            _release(tx, here, rows, today)
        else:
            tx.execute(delete(tally).where(*here, *due, tally.c.waits >= _TRIES - 1))
            tx.execute(update(tally).where(*here, *due).values(due=today + _AGAIN, waits=tally.c.waits + 1))
    return True


def _release(tx: Connection, here: tuple[ColumnElement[bool], ...], rows: Sequence[Row[Any]], today: date) -> None:
    batch = 1 + max(tx.execute(select(tally.c.batch).where(*here)).scalars(), default=0)
    values = [json.loads(row.value) for row in rows]
    if any(isinstance(value, list) for value in values):
        made = releases.of_several([map(str, value) for value in values])
    else:
        made = releases.of_one(map(str, values))
    tx.execute(
        insert(release).values(
            tenant=rows[0].tenant,
            cohort=rows[0].cohort,
            number=rows[0].number,
            question=rows[0].question,
            batch=batch,
            series=rows[0].series,
            at=today,
            answered=made.answered,
            shown=json.dumps(made.shown, sort_keys=True),
            others=made.others,
        )
    )
    members = [row.member for row in rows]
    tx.execute(update(tally).where(*here, tally.c.member.in_(members)).values(value=None, batch=batch))


def _earlier(tx: Connection, row: Row[Any]) -> list[frozenset[str]]:
    """Who was counted in each release of the same series."""
    found: dict[tuple[int, str, int], set[str]] = defaultdict(set)
    for one in tx.execute(
        select(tally).where(
            tally.c.tenant == row.tenant,
            tally.c.cohort == row.cohort,
            tally.c.series == row.series,
            tally.c.batch > 0,
        )
    ):
        found[one.number, one.question, one.batch].add(one.member)
    return [frozenset(members) for members in found.values()]


def released(tx: Connection, tenant: str, cohort: str) -> list[Release]:
    """Everything that was ever released about a cohort."""
    rows = tx.execute(
        select(release)
        .where(release.c.tenant == tenant, release.c.cohort == cohort)
        .order_by(release.c.number, release.c.question, release.c.batch)
    )
    return [
        Release(row.number, row.question, row.batch, Table(row.answered, json.loads(row.shown), row.others))
        for row in rows
    ]


def _here(
    tenant: str, cohort: str, number: int, question: str | None = None, member: str | None = None
) -> tuple[ColumnElement[bool], ...]:
    found = [tally.c.tenant == tenant, tally.c.cohort == cohort, tally.c.number == number]
    found += [tally.c.question == question] if question is not None else []
    found += [tally.c.member == member] if member is not None else []
    return tuple(found)
