"""The one welcome that follows whenever somebody is added to a cohort. Nothing else is sent before they press Start."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot import outbox, schedule
from bot.ids import Ids
from bot.outbox import Intent
from bot.schedule import MemberPlan
from bot.store import people
from bot.store.cohorts import Cohort

WELCOME = "welcome"
ADDED, JOINED = 0, 1
"""Why they are welcomed: a facilitator added them, or they came into the cohort's channel by themselves."""


def welcome(tx: Connection, which: Cohort, person: str, now: datetime, ids: Ids, why: int = ADDED) -> None:
    """Outside of their quiet hours."""
    outbox.put(
        tx,
        [Intent(which.tenant, which.cohort, WELCOME, why, person, awake(tx, which.tenant, person, now), subject=ids())],
    )


def awake(tx: Connection, home: str, person: str, now: datetime) -> datetime:
    """The first moment from now on that is outside of somebody's quiet hours."""
    who = people.somebody(tx, home, person)
    return schedule.after_quiet(now, MemberPlan(who.zone, who.quiet_from, who.quiet_to))
