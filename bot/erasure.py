"""Forgetting a person: every row that is theirs, in one transaction, and what is to be taken away in their chat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from bot import outbox, passed_on, removals, tally
from bot.house_keys import HouseKeys
from bot.ids import Ids
from bot.messages import Address
from bot.store import cohorts, milestones, occasions, other_doors, people, teams
from bot.store.tables import (
    account,
    broadcast,
    cohort,
    door_code,
    download,
    draft,
    entry,
    erasure,
    feed,
    guest,
    inbox,
    kept_paper,
    membership,
    other_door,
    paper,
    person,
    request,
    role,
    seat,
    share,
    share_reader,
    step,
    turn,
    unsigned_reader,
)
from bot.store.tables import outbox as rows
from bot.tombstones import Tombstone
from bot.vault import unsigned

_THEIRS = (
    *(entry, draft, share, turn, step, membership, share_reader, unsigned_reader),
    *(request, download, seat, guest, feed, door_code),
)


@dataclass(frozen=True, slots=True)
class Erased:
    """What was removed, as counts."""

    reflections: int
    shares: int
    questions: int
    messages: int
    """The bot's own private messages to them, which are deleted one after the other from now on."""
    addresses: tuple[Address, ...]
    receipt: str
    """Under which the deletions can be followed; it leads to nobody."""
    for_teams: int = 0
    """Parts of teams' papers, which stay without the name."""


def known(tx: Connection, tenant: str, who: str) -> bool:
    return (
        tx.execute(select(person.c.person).where(person.c.tenant == tenant, person.c.person == who)).first() is not None
    )


def erase(
    tx: Connection, keys: HouseKeys, tenant: str, who: str, stone: Tombstone, now: datetime, at: datetime, ids: Ids
) -> Erased:
    """Whoever writes again later is somebody new. Roles go over to that somebody, since they are not the member's.

    `now`: the calendar's; `at`: the machine's.
    """
    people.hold_alone(tx, tenant, who)
    receipt = ids()
    addresses = tuple(other_doors.everywhere(tx, tenant, who))
    reflections, shares, questions = (
        tx.execute(select(func.count()).where(table.c.tenant == tenant, table.c.person == who)).scalar_one()
        for table in (entry, share, request)
    )
    messages = _take_away(tx, tenant, who, receipt, now)
    somebody = people.somebody(tx, tenant, who)
    unsigned.withdraw_all(tx, somebody)
    if keys.counted:
        passed_on.forget(tx, keys, tenant, who)
        for which in cohorts.ever_of(tx, somebody):
            _forget_counted(tx, keys, tenant, who, which, ids)
    else:
        milestones.replace(tx, milestones.UNLINK, at)
    mine = select(share.c.share).where(share.c.tenant == tenant, share.c.person == who)
    tx.execute(delete(share_reader).where(share_reader.c.tenant == tenant, share_reader.c.share.in_(mine)))
    theirs = update(paper).where(paper.c.tenant == tenant, paper.c.person == who)
    for_teams = tx.execute(theirs.values(person=None)).rowcount
    for table in _THEIRS:
        tx.execute(delete(table).where(table.c.tenant == tenant, table.c.person == who))
    tx.execute(delete(rows).where(rows.c.tenant == tenant, rows.c.recipient == who))
    sent = (inbox.c.event >= f"form:{who}:", inbox.c.event < f"form:{who};")  # as `Visit.once` names a form
    tx.execute(delete(inbox).where(inbox.c.tenant == tenant, *sent))
    occasions.forget_person(tx, tenant, who)
    _part(tx, tenant, who, ids)
    record(tx, stone, at)
    return Erased(reflections, shares, questions, messages, addresses, receipt, for_teams)


def let_go(tx: Connection, keys: HouseKeys, tenant: str, who: str, which: str, ids: Ids) -> int:
    """What somebody wrote in one cohort, or ('') in none, and what was counted of it; returns how many reflections.

    Of a team, what it wrote together; returns how many parts.
    """
    if teams.find(tx, tenant, who) is not None:
        return _let_team_go(tx, tenant, who)
    people.hold_alone(tx, tenant, who)
    mine = select(share.c.share).where(share.c.tenant == tenant, share.c.person == who, share.c.cohort == which)
    tx.execute(delete(share_reader).where(share_reader.c.tenant == tenant, share_reader.c.share.in_(mine)))
    somebody = people.somebody(tx, tenant, who)
    unsigned.withdraw_in(tx, somebody, which)
    occasions.forget_guest(tx, tenant, which, who)
    _forget_counted(tx, keys, tenant, who, which, ids)
    gone = 0
    for table in (draft, share, request, turn, step, entry):
        here = (table.c.tenant == tenant, table.c.person == who, table.c.cohort == which)
        gone = tx.execute(delete(table).where(*here)).rowcount
    return gone


def _let_team_go(tx: Connection, tenant: str, team: str) -> int:
    tx.execute(delete(kept_paper).where(kept_paper.c.tenant == tenant, kept_paper.c.team == team))
    return tx.execute(delete(paper).where(paper.c.tenant == tenant, paper.c.team == team)).rowcount


def record(tx: Connection, stone: Tombstone, at: datetime) -> None:
    """The database remembers which erasures it has been through."""
    this = (erasure.c.tenant == stone.tenant, erasure.c.tombstone == stone.mark)
    if tx.execute(select(erasure.c.at).where(*this)).first() is None:
        tx.execute(insert(erasure).values(tenant=stone.tenant, tombstone=stone.mark, at=at))


def recorded(tx: Connection) -> set[Tombstone]:
    return {Tombstone(row.tenant, row.tombstone) for row in tx.execute(select(erasure.c.tenant, erasure.c.tombstone))}


def _forget_counted(tx: Connection, keys: HouseKeys, tenant: str, who: str, which: str, ids: Ids) -> None:
    tally.forget(tx, tenant, which, tally.pseudonym(keys.pseudonyms, tenant, which, who), ids())


def _take_away(tx: Connection, tenant: str, who: str, receipt: str, now: datetime) -> int:
    """Each message that reached them."""
    sent = tx.execute(
        select(rows.c.ref, rows.c.lane).where(
            rows.c.tenant == tenant,
            rows.c.recipient == who,
            rows.c.channel.is_(False),
            rows.c.state == outbox.SENT,
            rows.c.ref.is_not(None),
        )
    ).all()
    found = {row.ref: row.lane for row in sent}
    removals.put(tx, tenant, receipt, found, now)
    return len(found)


def _part(tx: Connection, tenant: str, who: str, ids: Ids) -> None:
    here = (person.c.tenant == tenant, person.c.person == who)
    held = (role.c.tenant == tenant, role.c.person == who)
    new, stays = ids(), [(broadcast, broadcast.c.person), (cohort, cohort.c.created_by)]
    if tx.execute(select(role.c.role).where(*held)).first() is None:
        for table in (account, other_door):
            tx.execute(delete(table).where(table.c.tenant == tenant, table.c.person == who))
    else:
        before = people.somebody(tx, tenant, who)
        made = tx.execute(select(person.c.created_at).where(*here)).scalar_one()
        tx.execute(
            insert(person).values(tenant=tenant, person=new, name=before.name, zone=before.zone, created_at=made)
        )
        stays += [(table, table.c.person) for table in (account, other_door, role)]
    for table, column in stays:  # what stays with its cohort leads to nobody, or to that somebody
        tx.execute(update(table).where(table.c.tenant == tenant, column == who).values({column: new}))
    tx.execute(delete(person).where(*here))
