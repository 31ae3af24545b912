"""All that whoever runs the bot could hand over about one member today. It is what the consent text says, as facts."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Table, func, select

from bot import outbox, words
from bot.store import cohorts, other_doors, people, teams
from bot.store.people import Somebody
from bot.store.tables import (
    audit,
    broadcast,
    draft,
    entry,
    feed,
    guest,
    membership,
    occasion,
    paper,
    person,
    request,
    role,
    share,
    share_reader,
    step,
    turn,
    unsigned,
)
from bot.store.tables import outbox as rows


def report(tx: Connection, who: Somebody) -> Iterator[str]:
    """Lines for the operator. No private word is opened to make it."""
    here = (person.c.tenant == who.tenant, person.c.person == who.person)
    me = tx.execute(select(person).where(*here)).one()
    yield f"Name: {who.name}"
    yield from (f"Account: {found}" for found in other_doors.everywhere(tx, who.tenant, who.person))
    yield f"Zone {who.zone}, quiet from {who.quiet_from:%H:%M} to {who.quiet_to:%H:%M}"
    yield f"Known since {me.created_at:%Y-%m-%d}"
    for row in tx.execute(select(role).where(role.c.tenant == who.tenant, role.c.person == who.person)):
        yield f"Role: {row.role} of {_cohort(tx, who, row.cohort) if row.cohort else 'everything here'}"
    for row in tx.execute(
        select(membership).where(membership.c.tenant == who.tenant, membership.c.person == who.person)
    ):
        yield f"Cohort: {_cohort(tx, who, row.cohort)}, {row.state}, since {row.joined_at:%Y-%m-%d}"
        for which in teams.of_person(tx, who.tenant, row.cohort, who.person, closed=True):
            yield f"  On the team {which.name}, with {words.people(len(teams.members(tx, which)) - 1)} more"
        yield from _week_by_week(tx, who, row.cohort)
    yield "Messages to them, by kind and date; their words are not kept:"
    for row in tx.execute(
        select(rows.c.kind, func.count().label("how_many"), func.max(rows.c.sent_at).label("last"))
        .where(rows.c.tenant == who.tenant, rows.c.recipient == who.person, rows.c.state == outbox.SENT)
        .group_by(rows.c.kind)
        .order_by(rows.c.kind)
    ):
        yield f"  {row.kind}: {row.how_many} sent, the last on {row.last:%Y-%m-%d}"
    yield from _said_and_noted(tx, who)
    yield from _sealed(tx, who)


def _said_and_noted(tx: Connection, who: Somebody) -> Iterator[str]:
    sent = (broadcast.c.tenant == who.tenant, broadcast.c.person == who.person)
    yield f"Announcements: {_count(tx, broadcast, *sent)}, with their words"
    for table, what in ((occasion, "Events with them alone"), (guest, "Guest of events"), (feed, "Calendar addresses")):
        yield f"{what}: {_count(tx, table, table.c.tenant == who.tenant, table.c.person == who.person)}"
    about = _count(tx, audit, audit.c.tenant == who.tenant, audit.c.touched == who.person)
    by = _count(tx, audit, audit.c.tenant == who.tenant, audit.c.actor == who.person)
    yield (
        f"In the record of what facilitators and operators did: {_many(about, 'entry', 'entries')} about them, {by} by "
        "them, without words"
    )


def _count(tx: Connection, table: Table, *which: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).select_from(table).where(*which)).scalar_one()


def _sealed(tx: Connection, who: Somebody) -> Iterator[str]:
    zone = ZoneInfo(who.zone)
    private = tx.execute(
        select(entry.c.cohort, entry.c.saved_at)
        .where(entry.c.tenant == who.tenant, entry.c.person == who.person)
        .order_by(entry.c.saved_at)
    ).all()
    yield f"Private words: sealed, {_many(len(private), 'entry', 'entries')}"
    yield from (
        f"  saved {row.saved_at.astimezone(zone):%Y-%m-%d %H:%M}, "
        + (_cohort(tx, who, row.cohort) if row.cohort else "a note of no cohort")
        for row in private
    )
    unsaved = tx.execute(
        select(draft.c.until).where(draft.c.tenant == who.tenant, draft.c.person == who.person).order_by(draft.c.until)
    ).all()
    yield f"Sent in and not saved: sealed, {len(unsaved)}"
    yield from (f"  goes on {row.until.astimezone(zone):%Y-%m-%d %H:%M}" for row in unsaved)
    given = tx.execute(
        select(share).where(share.c.tenant == who.tenant, share.c.person == who.person).order_by(share.c.at)
    ).all()
    yield f"Shared copies: sealed, {len(given)}"
    for row in given:
        readers = tx.execute(
            select(share_reader.c.person).where(share_reader.c.tenant == who.tenant, share_reader.c.share == row.share)
        ).scalars()
        names = words.listed(people.names(tx, who.tenant, list(readers))) or "nobody"
        said = "shown by this bot to" if row.state == "shared" else "proposed, and not given yet, to"
        yield f"  {row.at.astimezone(zone):%Y-%m-%d %H:%M}, {said} {names}"
    mine = (unsigned.c.tenant == who.tenant, unsigned.c.person == who.person, unsigned.c.batch.is_(None))
    yield f"Given without a name and not released yet: sealed, {_count(tx, unsigned, *mine)}"
    asked = tx.execute(
        select(request.c.helper, request.c.at).where(request.c.tenant == who.tenant, request.c.person == who.person)
    ).all()
    yield f"Questions to a person: sealed, {len(asked)}"
    for row in asked:
        helper = words.listed(people.names(tx, who.tenant, [row.helper])) or "somebody who is not here any more"
        yield f"  {row.at.astimezone(zone):%Y-%m-%d %H:%M}, to {helper}"
    written = tx.execute(
        select(paper.c.at).where(paper.c.tenant == who.tenant, paper.c.person == who.person).order_by(paper.c.at)
    ).all()
    yield f"Written for a team under their name: sealed, {_many(len(written), 'part', 'parts')}"
    yield from (f"  {row.at.astimezone(zone):%Y-%m-%d %H:%M}" for row in written)
    yield (
        "Whoever holds the key file and the keyring can open all of these sealed words, if they choose to, and can be "
        "ordered to."
    )
    yield "Not kept here: questions to /resources, forms that were never sent, earlier versions of an entry."
    yield "Kept without a name: questions that somebody passed on. They lead to nobody without the key of this house."
    yield "Not in our hands: messages in the chat itself. Its owners keep them, and may be able to export them."


def _week_by_week(tx: Connection, who: Somebody, which: str) -> Iterator[str]:
    for table, column, what in ((turn, turn.c.state, "Prompts"), (step, step.c.outcome, "Next steps")):
        found = tx.execute(
            select(table.c.number, column.label("said"))
            .where(table.c.tenant == who.tenant, table.c.cohort == which, table.c.person == who.person)
            .order_by(table.c.number)
        ).all()
        if found:
            yield f"  {what}: " + ", ".join(f"{row.number} {row.said}" for row in found)


def _cohort(tx: Connection, who: Somebody, which: str) -> str:
    found = cohorts.find(tx, who.tenant, which)
    return found.name if found else "a cohort that is gone"


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {one if count == 1 else several}"
