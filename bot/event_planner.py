"""Writes what is due around events into the outbox, and tells those concerned when an event is planned or changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import event_times, guest_list, moments, outbox, schedule
from bot.outbox import Intent
from bot.store import cohorts, occasions
from bot.store.cohorts import Cohort
from bot.store.occasions import Occasion
from bot.visit import Services

NEWS = "event-news"
_AHEAD, _EVERY = timedelta(hours=48), timedelta(hours=1)
"""Looked at again every hour, so that whoever joins a team later gets what is still to come."""


def plan(tx: Connection, services: Services, now: datetime) -> bool:
    """One event's messages of the next two days; False when every event was looked at lately."""
    found = occasions.to_plan(tx, now, now - _EVERY)
    if not found:
        return False
    which = found[0]
    outbox.put(tx, [one for one in _intents(tx, services, which) if one.due <= now + _AHEAD and _goes(one, now)])
    occasions.looked(tx, which, now)
    return True


def next_due(tx: Connection, services: Services, now: datetime) -> datetime | None:
    """The next moment at which something may be sent that is not written yet."""
    found: list[datetime] = []
    for which in occasions.to_come(tx, now):
        wanted = [one for one in _intents(tx, services, which) if one.due > now]
        written = outbox.written(tx, which.tenant, which.cohort) if wanted else set()
        found += [one.due for one in wanted if one.key not in written]
    return min(found, default=None)


def tell(tx: Connection, services: Services, which: Occasion, now: datetime, until: datetime) -> int:
    """Everybody whom it is for, once for each change; returns how many that are. `until`: then it is no news."""
    cohort = cohorts.find(tx, which.tenant, which.cohort)
    if cohort is None:
        return 0
    invited = guest_list.everybody(tx, services.program(tx, cohort), cohort, which)
    outbox.put(
        tx,
        [
            Intent(
                which.tenant,
                which.cohort,
                NEWS,
                which.sequence,
                one.person,
                schedule.after_quiet(now, one.plan),
                expires=until,
                subject=which.occasion,
            )
            for one in invited
        ],
    )
    return len(invited)


def _intents(tx: Connection, services: Services, which: Occasion) -> Iterator[Intent]:
    cohort = _running(tx, which)
    program = services.readable(tx, cohort) if cohort else None
    event = moments.event(program, which) if program else None
    if cohort is None or program is None or event is None:
        return
    days_off = cohorts.plan(tx, cohort).days_off
    for one in guest_list.everybody(tx, program, cohort, which):
        for send in event_times.sends(program, event, which.when, one.plan, days_off, one.outside):
            number = moments.number(which, send.kind)
            yield Intent(
                which.tenant,
                which.cohort,
                send.kind,
                number,
                one.person,
                send.due,
                expires=send.expires,
                subject=which.occasion,
            )


def _running(tx: Connection, which: Occasion) -> Cohort | None:
    cohort = cohorts.find(tx, which.tenant, which.cohort)
    return cohort if cohort is not None and cohort.state == cohorts.RUNNING else None


def _goes(one: Intent, now: datetime) -> bool:
    return one.expires is None or one.expires > now
