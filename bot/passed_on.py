"""Questions that the entries do not answer, passed on without a name to whoever looks after the entries.

The words are an unsigned note, sealed to its readers. Who waits for the answer stands beside it as a mark: made with
the key of the house, another for each note, so that two notes of one writer have nothing in common. Nothing but
trying everybody under that key leads from a mark to a person. It is done once, when the answer is published.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection, delete, insert, select, update

from bot import outbox, schedule, tally
from bot.ids import Ids
from bot.outbox import Intent
from bot.schedule import MemberPlan
from bot.store import people
from bot.store.gaps import awaited
from bot.store.people import Somebody
from bot.store.tables import person
from bot.store.tables import unsigned as notes
from bot.vault import unsigned
from bot.vault.vault import Vault

if TYPE_CHECKING:
    from bot.house_keys import HouseKeys

ANSWERED = "answered"
CURATORS = "curators"


@dataclass(frozen=True, slots=True)
class Question:
    note: str
    text: str
    day: date
    entry: str
    """The draft that answers it, or empty."""


def curators(tx: Connection, tenant: str) -> list[str]:
    """Who looks after the entries: those who may make cohorts here."""
    return people.holders(tx, tenant, people.WHOLE_TENANT, people.FACILITATOR)


def is_curator(tx: Connection, who: Somebody) -> bool:
    return people.has_role(tx, who.tenant, people.WHOLE_TENANT, who.person, people.FACILITATOR)


def put(
    tx: Connection, vault: Vault, keys: HouseKeys, who: Somebody, readers: Sequence[str], text: str, now: datetime,
    ids: Ids,
) -> str:  # fmt: skip
    note = unsigned.give_at_once(tx, vault, who.tenant, CURATORS, readers, text, now.date(), ids)
    tx.execute(insert(awaited).values(tenant=who.tenant, note=note, mark=_mark(keys, who.tenant, note, who.person)))
    return note


def waiting(tx: Connection, vault: Vault, reader: Somebody) -> list[Question]:
    """Those that this curator may read, the oldest first."""
    drafts = {row.note: row.entry for row in tx.execute(select(awaited).where(awaited.c.tenant == reader.tenant))}
    found = unsigned.given_for(tx, vault, reader, CURATORS)
    return sorted(
        (Question(one.note, one.title, one.day, drafts[one.note]) for one in found if one.note in drafts),
        key=lambda one: (one.day, one.note),
    )


def answer_with(tx: Connection, tenant: str, which: Collection[str], entry: str) -> None:
    """These wait for that draft to be published."""
    _let_wait(tx, tenant, entry)
    tx.execute(update(awaited).where(awaited.c.tenant == tenant, awaited.c.note.in_(which)).values(entry=entry))


def not_with(tx: Connection, tenant: str, entry: str) -> None:
    """That draft was thrown away; what it answered waits again."""
    _let_wait(tx, tenant, entry)


def settle(tx: Connection, keys: HouseKeys, tenant: str, entry: str, now: datetime) -> int:
    """The answer is published: whoever waits for it gets one private note, and words and marks go."""
    done = {
        row.note: row.mark
        for row in tx.execute(select(awaited).where(awaited.c.tenant == tenant, awaited.c.entry == entry))
    }
    found = _behind(tx, keys, tenant, done)
    minute = int(now.timestamp()) // 60
    outbox.put(
        tx,
        [Intent(tenant, "", ANSWERED, minute, who, _when(tx, tenant, who, now), subject=entry) for who in found],
    )
    _drop(tx, tenant, done)
    return len(done)


def set_aside(tx: Connection, tenant: str, which: Collection[str]) -> None:
    _drop(tx, tenant, which)


def take_back(tx: Connection, keys: HouseKeys, who: Somebody, note: str) -> bool:
    """False when it is not the caller's, or was answered or set aside."""
    mark = tx.execute(select(awaited.c.mark).where(awaited.c.tenant == who.tenant, awaited.c.note == note)).scalar()
    mine = mark is not None and mark == _mark(keys, who.tenant, note, who.person)
    if mine:
        _drop(tx, who.tenant, [note])
    return mine


def forget(tx: Connection, keys: HouseKeys, tenant: str, who: str) -> None:
    """All that somebody passed on and nobody has answered yet."""
    marks = tx.execute(select(awaited.c.note, awaited.c.mark).where(awaited.c.tenant == tenant)).all()
    _drop(tx, tenant, [row.note for row in marks if row.mark == _mark(keys, tenant, row.note, who)])


def forget_strangers(tx: Connection, keys: HouseKeys) -> None:
    """The same for whoever was erased while there was no key to tell their marks by."""
    everybody = tx.execute(select(person.c.tenant, person.c.person)).all()
    for row in tx.execute(select(awaited)).all():
        theirs = (one.person for one in everybody if one.tenant == row.tenant)
        if all(row.mark != _mark(keys, row.tenant, row.note, who) for who in theirs):
            _drop(tx, row.tenant, [row.note])


def drop_before(tx: Connection, day: date) -> None:
    """What nobody answered for so long."""
    old = select(notes.c.tenant, notes.c.note).where(notes.c.audience == CURATORS, notes.c.day < day)
    for row in tx.execute(old).all():
        _drop(tx, row.tenant, [row.note])


def _behind(tx: Connection, keys: HouseKeys, tenant: str, marks: dict[str, str]) -> list[str]:
    if not marks:
        return []
    everybody = tx.execute(select(person.c.person).where(person.c.tenant == tenant).order_by(person.c.person))
    return [
        who
        for who in everybody.scalars()
        if any(mark == _mark(keys, tenant, note, who) for note, mark in marks.items())
    ]


def _when(tx: Connection, tenant: str, who: str, now: datetime) -> datetime:
    one = people.somebody(tx, tenant, who)
    return schedule.after_quiet(now, MemberPlan(one.zone, one.quiet_from, one.quiet_to))


def _let_wait(tx: Connection, tenant: str, entry: str) -> None:
    tx.execute(update(awaited).where(awaited.c.tenant == tenant, awaited.c.entry == entry).values(entry=""))


def _drop(tx: Connection, tenant: str, which: Iterable[str]) -> None:
    gone = list(which)
    tx.execute(delete(awaited).where(awaited.c.tenant == tenant, awaited.c.note.in_(gone)))
    unsigned.take_away(tx, tenant, gone)


def _mark(keys: HouseKeys, tenant: str, note: str, who: str) -> str:
    return tally.pseudonym(keys.pseudonyms, tenant, note, who)
