"""Going on: a yes holds for the time that the program names, and then each member is asked once whether to go on.

Until they answer, nothing is sent to them, and nothing that others write from then on opens for them. Counted from
each member's own last yes, so that whoever joined late is not asked early.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from dateutil.relativedelta import relativedelta
from sqlalchemy import ColumnElement, Connection, Select, select

from bot import choose, outbox, schedule, upcoming, words
from bot.messages import Audience, Option, Outgoing, Reply
from bot.outbox import Intent, NotYet, Row
from bot.programs import Program
from bot.store import cohorts, milestones, plans
from bot.store.cohorts import Cohort, Member
from bot.store.tables import membership
from bot.visit import Feature, Services, Visit

RENEW = "renew"
_EVERY = timedelta(hours=1)


def _lasts(program: Program) -> relativedelta | None:
    """How long a yes holds."""
    if program.renew_after is None:
        return None
    monthly = program.clock == "monthly"
    return relativedelta(months=program.renew_after) if monthly else relativedelta(weeks=program.renew_after)


# --- asking ------------------------------------------------------------------------------------------


def plan(tx: Connection, services: Services, now: datetime) -> bool:
    last = milestones.latest(tx, milestones.RENEWALS)
    if last is not None and last <= now < last + _EVERY:
        return False
    for which, program, member in _over(tx, services, now):
        cohorts.set_member(tx, member, state=cohorts.ASKED)
        plans.drop_member(tx, which.tenant, which.cohort, member.person, [unit.number for unit in program.units])
        due = schedule.after_quiet(now, member.plan)
        outbox.put(tx, [Intent(which.tenant, which.cohort, RENEW, now.toordinal(), member.person, due)])
    milestones.replace(tx, milestones.RENEWALS, now)
    return False


def _renewed(tx: Connection, services: Services, now: datetime) -> Iterator[tuple[Cohort, Program, relativedelta]]:
    """The cohorts whose members are asked again, while there is something to go on with."""
    for which in cohorts.running(tx):
        program = services.readable(tx, which)
        if program is None:
            continue
        lasts = _lasts(program)
        closes = schedule.closes(program, cohorts.plan(tx, which))
        if lasts is not None and (closes is None or now.date() < closes):
            yield which, program, lasts


def _over(tx: Connection, services: Services, now: datetime) -> Iterator[tuple[Cohort, Program, Member]]:
    """Whose yes has held for its time."""
    for which, program, lasts in _renewed(tx, services, now):
        for who in tx.execute(_started(which, membership.c.started_at <= now - lasts)).scalars().all():
            member = cohorts.member(tx, which.tenant, which.cohort, who)
            if member is not None:
                yield which, program, member


def _started(which: Cohort, *more: ColumnElement[bool]) -> Select[Any]:
    here = (membership.c.tenant == which.tenant, membership.c.cohort == which.cohort)
    return select(membership.c.person).where(*here, membership.c.state == cohorts.STARTED, *more)


def next_due(tx: Connection, services: Services, now: datetime) -> datetime | None:
    found = []
    for which, _, lasts in _renewed(tx, services, now):
        for member in cohorts.members(tx, which):
            if member.state == cohorts.STARTED and member.started_at is not None:
                found.append(member.started_at + lasts)
    return min((one for one in found if one > now), default=None)


def question(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    which = cohorts.find(tx, row.intent.tenant, row.intent.cohort)
    member = cohorts.member(tx, row.intent.tenant, row.intent.cohort, row.intent.recipient)
    if which is None or member is None or member.state != cohorts.ASKED or member.started_at is None:
        return None
    awake = schedule.after_quiet(services.now(), member.plan)
    if awake > services.now():
        raise NotYet(awake)
    program = services.program(tx, which)
    said = member.started_at
    return Outgoing(
        f"On {words.local_day(said, member.zone)} {said.year} you said yes to {which.name}. That yes was for "
        f"{_length(program)}, so I ask you again: would you like to go on?\n\n"
        "Nothing more comes until you press Go on. You can do that on any later day as well. What you wrote stays "
        "yours in /journal, whatever you choose. Nobody else is told.",
        title=which.name,
        note="This is asked once. No answer is needed.",
        options=(
            Option("Go on", "renewing.go-on", which.cohort, "primary"),
            Option("Not now", "renewing.not-now", which.cohort),
            Option("Who can read what?", "privacy.who"),
        ),
        audience=Audience.DM,
    )


def _length(program: Program) -> str:
    """ "12 months"."""
    one = "month" if program.clock == "monthly" else "week"
    return f"1 {one}" if program.renew_after == 1 else f"{program.renew_after} {one}s"


# --- answering ---------------------------------------------------------------------------------------


async def go_on(visit: Visit) -> Reply:
    return await visit.write(_go_on, visit)


def _go_on(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "renewing.go-on", visit.value)
    if isinstance(found, Outgoing):
        return found
    which, before = found
    if before.state == cohorts.STARTED:
        return Outgoing("You are in already, and prompts come. Nothing was changed.")
    cohorts.set_member(tx, before, state=cohorts.STARTED, started_at=visit.now)
    member = cohorts.member(tx, which.tenant, which.cohort, visit.who.person)
    ahead = upcoming.next_prompts(tx, visit, which, member) if member else []
    when = f" The next prompt comes on {words.moment(ahead[0].due, visit.who.zone)}." if ahead else ""
    return Outgoing(
        f"Good to have you. You go on in {which.name}, for {_length(visit.services.program(tx, which))} more.{when} "
        "Nothing has piled up.",
        options=(
            Option("Open the current form", "reflections.current", which.cohort),
            Option("My cohort", "membership.home", which.cohort),
        ),
    )


async def not_now(visit: Visit) -> Reply:
    return Outgoing(
        "That is fine, and no reason is needed. I will not ask again. To go on later, press Go on here or under "
        "/cohort.",
        options=(
            Option("Go on", "renewing.go-on", visit.value),
            Option("My journal", "journal.list"),
        ),
    )


feature = Feature(
    "renewing",
    presses={"go-on": go_on, "not-now": not_now},
    compose={RENEW: question},
    plan=plan,
    next_due=next_due,
)
