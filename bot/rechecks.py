"""Asking whoever looks after the entries to read one again when its time has come: once, and one a day at most."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import Connection, select

from bot import outbox, passed_on, readership, schedule
from bot.outbox import Intent
from bot.schedule import MemberPlan
from bot.store import people
from bot.store.tables import outbox as rows
from bot.store.tables import role
from bot.visit import Services
from index.documents import Entry
from index.readers import may_read
from index.shelf import Standing, check_by

KIND = "recheck"
_SUBJECT = 32


def due(one: Standing, today: date) -> bool:
    return one.check_by is not None and one.check_by <= today


def number(entry: Entry) -> int:
    """The day for which it is asked about, so that it is asked once for each."""
    day = check_by(entry)
    return 0 if day is None else day.toordinal()


def plan(tx: Connection, services: Services, now: datetime) -> bool:
    """Nothing is read from the disk here: it asks the index that is open."""
    overdue = services.search.overdue(now.date())
    if not overdue:
        return False
    homes = select(role.c.tenant).where(role.c.cohort == people.WHOLE_TENANT, role.c.role == people.FACILITATOR)
    for tenant in tx.execute(homes.distinct()).scalars().all():
        for who in passed_on.curators(tx, tenant):
            _ask(tx, tenant, who, overdue, now)
    return False


def _ask(tx: Connection, tenant: str, who: str, overdue: list[Entry], now: datetime) -> None:
    asked = tx.execute(
        select(rows.c.number, rows.c.subject, rows.c.due_at).where(
            *outbox.beginning(tenant, "", KIND), rows.c.recipient == who
        )
    ).all()
    if any(row.due_at > now - timedelta(days=1) for row in asked):
        return
    known = {(row.number, row.subject) for row in asked}
    one = people.somebody(tx, tenant, who)
    groups = readership.of_curator(tx, one)
    for entry in overdue:
        subject = entry.id[:_SUBJECT]
        if (number(entry), subject) not in known and may_read(entry.audience, groups):
            when = schedule.after_quiet(now, MemberPlan(one.zone, one.quiet_from, one.quiet_to))
            outbox.put(tx, [Intent(tenant, "", KIND, number(entry), who, when, subject=subject)])
            return
