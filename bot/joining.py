"""Two accounts become one person, and two workspaces one house.

What somebody wrote is sealed to who they are, so an account that has written something cannot join another.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, delete, func, insert, select, update

from bot import outbox
from bot.messages import Address
from bot.store import other_doors, people, plans
from bot.store.people import FACILITATOR, WHOLE_TENANT, Somebody
from bot.store.tables import (
    account,
    broadcast,
    cohort,
    door_code,
    download,
    draft,
    entry,
    feed,
    guest,
    membership,
    other_door,
    paper,
    person,
    place,
    request,
    role,
    seat,
    share,
    share_reader,
    step,
    tenant,
    turn,
    unsigned_reader,
    workspace,
)
from bot.store.tables import outbox as rows

_OWN = (entry, draft, share, request, paper, turn, step, seat, guest)
"""Whoever has a row in one of these has begun something under this account."""

YOURSELF = "This is your own code. Type it in the other chat, where you want to use me as well. Nothing was changed."
THERE_ALREADY = (
    "You use me in this chat already, by another account. Disconnect that one first: /connect shows it. Nothing was "
    "changed."
)
BEGUN = (
    "You have already begun something with this account, so I cannot join the two without losing it. Nothing was "
    "changed. You can take a copy of it and erase it under /privacy, and then make a new code."
)
NOT_CONNECTED = (
    "This chat is not connected with the other one yet. Somebody who may make cohorts in both can connect them, with "
    "a code of their own. Nothing was changed."
)
IN_USE = (
    "Cohorts or private notes have been begun in this chat, so it cannot be connected with the other one any more. "
    "Nothing was changed. Make the cohort's code here, and type it in the chat that is still unused."
)


def obstacle(tx: Connection, who: Somebody, by: Address, into: Somebody) -> str:
    """Why `who`, who came by this address, cannot become `into`; empty when they can."""
    if (who.tenant, who.person) == (into.tenant, into.person):
        return YOURSELF
    if other_doors.in_chat_of(tx, into.tenant, into.person, by) is not None:
        return THERE_ALREADY
    if other_doors.others(tx, who.tenant, who.person) or _has_begun(tx, who):
        return BEGUN
    if who.tenant == into.tenant:
        return ""
    if not all(people.has_role(tx, one.tenant, WHOLE_TENANT, one.person, FACILITATOR) for one in (who, into)):
        return NOT_CONNECTED
    return "" if _unused(tx, who.tenant) else IN_USE


def join(tx: Connection, who: Somebody, by: Address, into: Somebody) -> None:
    """There is no obstacle. Whoever led or belonged as `who` does so as `into`."""
    if who.tenant != into.tenant:
        _move_house(tx, who.tenant, into.tenant)
    for one in sorted((who.person, into.person)):
        people.hold_alone(tx, into.tenant, one)
    home, before, after = into.tenant, who.person, into.person
    for table, column, same in (
        (membership, membership.c.person, ("cohort",)),
        (role, role.c.person, ("cohort", "role")),
        (share_reader, share_reader.c.person, ("share",)),
        (unsigned_reader, unsigned_reader.c.person, ("note",)),
    ):
        there = select(func.count()).select_from(other := table.alias())
        there = there.where(other.c.tenant == home, other.c.person == after)
        there = there.where(*(other.c[name] == table.c[name] for name in same))
        mine = (table.c.tenant == home, column == before)
        tx.execute(update(table).where(*mine, there.scalar_subquery() == 0).values(person=after))
        tx.execute(delete(table).where(*mine))
    for table, column in ((broadcast, broadcast.c.person), (cohort, cohort.c.created_by), (request, request.c.helper)):
        tx.execute(update(table).where(table.c.tenant == home, column == before).values({column: after}))
    for table in (download, door_code, feed, account):
        tx.execute(delete(table).where(table.c.tenant == home, table.c.person == before))
    theirs = (rows.c.tenant == home, rows.c.recipient == before, rows.c.channel.is_(False))
    tx.execute(update(rows).where(*theirs, rows.c.state == outbox.SENT).values(recipient=after))
    tx.execute(delete(rows).where(*theirs))
    tx.execute(delete(person).where(person.c.tenant == home, person.c.person == before))
    other_doors.add(tx, home, after, by)
    plans.mark_person(tx, home, after)


def _has_begun(tx: Connection, who: Somebody) -> bool:
    return any(
        tx.execute(
            select(table.c.person).where(table.c.tenant == who.tenant, table.c.person == who.person).limit(1)
        ).first()
        for table in _OWN
    )


def _unused(tx: Connection, home: str) -> bool:
    """Nobody has a cohort there, or has written anything, and it is one workspace."""

    def any_(table: Table) -> bool:
        return tx.execute(select(table.c.tenant).where(table.c.tenant == home).limit(1)).first() is not None

    spaces = tx.execute(select(func.count()).where(workspace.c.tenant == home)).scalar_one()
    return spaces == 1 and not any(any_(table) for table in (cohort, entry, share, request, paper))


def _move_house(tx: Connection, before: str, after: str) -> None:
    """The people of an unused workspace, who are only known by name. What was counted there stays behind."""
    tx.execute(select(tenant.c.tenant).where(tenant.c.tenant.in_((before, after))).with_for_update())
    for row in tx.execute(select(person).where(person.c.tenant == before)).all():
        tx.execute(insert(person).values({**row._mapping, "tenant": after}))
    for table in (account, other_door, role, place, workspace):
        tx.execute(update(table).where(table.c.tenant == before).values(tenant=after))
    for table in (download, door_code, feed, rows):
        tx.execute(delete(table).where(table.c.tenant == before))
    tx.execute(delete(person).where(person.c.tenant == before))
