"""Until when what people wrote is kept, what is over by now, and whom to tell before.

Dates are of the calendar, since people are told them. What is removed is decided by the machine's clock alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, exists, select, tuple_, update

from bot import schedule
from bot.keeping import Keeping
from bot.messages import Address
from bot.outbox import Intent
from bot.store import cohorts, doors, occasions, other_doors, people
from bot.store.cohorts import Cohort, Member
from bot.store.people import Somebody
from bot.store.tables import (
    account,
    entry,
    membership,
    other_door,
    paper,
    person,
    request,
    share,
    unsigned,
    workspace,
)
from bot.visit import Services

CLOSING, KEPT_UNTIL = "closing", "kept-until"
AHEAD = timedelta(days=14)
"""So long before it happens somebody is told."""
_LOOK_BACK, _LOOK_AHEAD = timedelta(days=7), timedelta(days=2)
_AT = time(10, 0)


@dataclass(frozen=True, slots=True)
class Kept:
    """One member's words in one cohort."""

    cohort: Cohort
    member: Member
    ends: date | None
    """The first day after the program's last; None for a program without an end."""
    goes: date | None
    """The day on which the words are removed; None until the member chooses one."""


class Whose(NamedTuple):
    tenant: str
    person: str
    """Or a team, of what it wrote together."""
    cohort: str
    """'' for notes that belong to none."""


def kept(tx: Connection, services: Services, which: Cohort, member: Member) -> Kept:
    ends = schedule.closes(services.program(tx, which), cohorts.plan(tx, which))
    return Kept(which, member, ends, _goes(services.keeping, ends, chosen(tx, member)))


def of_person(tx: Connection, who: Somebody) -> list[tuple[Cohort, Member]]:
    """Every cohort of theirs, also those that are over and those that they have left."""
    mine = (membership.c.tenant == who.tenant, membership.c.person == who.person)
    joined = tx.execute(select(membership.c.cohort).where(*mine).order_by(membership.c.joined_at)).scalars().all()
    pairs = [(cohorts.find(tx, who.tenant, one), cohorts.member(tx, who.tenant, one, who.person)) for one in joined]
    return [(which, me) for which, me in pairs if which is not None and me is not None]


def chosen(tx: Connection, member: Member) -> date | None:
    return tx.execute(select(membership.c.keep_until).where(*_this(member))).scalar()


def choose(tx: Connection, member: Member, until: date | None) -> None:
    tx.execute(update(membership).where(*_this(member)).values(keep_until=until))


def _goes(keeping: Keeping, ends: date | None, until: date | None) -> date | None:
    """A member's own date counts where it is the earlier one, and alone where a program has no end."""
    days = [one for one in (until, keeping.goes_on(ends) if ends else None) if one is not None]
    return min(days, default=None)


def _this(member: Member) -> tuple[ColumnElement[bool], ...]:
    return (
        membership.c.tenant == member.tenant,
        membership.c.cohort == member.cohort,
        membership.c.person == member.person,
    )


# --- telling before --------------------------------------------------------------------------------------


def notices(tx: Connection, services: Services, now: datetime) -> Iterator[Intent]:
    """Who is to be told in the next days that a program closes, or that their words go."""
    for which in cohorts.running(tx, over=True):
        program = services.readable(tx, which)
        ends = schedule.closes(program, cohorts.plan(tx, which)) if program else None
        if not _near(ends, now) and not _near(_goes(services.keeping, ends, None), now) and not _own_dates(tx, which):
            continue
        for member in cohorts.members(tx, which, left=True):
            one = Kept(which, member, ends, _goes(services.keeping, ends, chosen(tx, member)))
            if one.ends is not None and member.state == cohorts.STARTED:
                yield from _notice(CLOSING, one, one.ends, now)
            if one.goes is not None and has_words(tx, member):
                yield from _notice(KEPT_UNTIL, one, one.goes, now)


def _notice(kind: str, one: Kept, day: date, now: datetime) -> Iterator[Intent]:
    due = schedule.after_quiet(schedule.instant(day - AHEAD, _AT, one.member.zone), one.member.plan)
    if now - _LOOK_BACK <= due <= now + _LOOK_AHEAD:
        which = one.cohort
        yield Intent(which.tenant, which.cohort, kind, 0, one.member.person, due, subject=day.isoformat())


def _near(day: date | None, now: datetime) -> bool:
    """Whether a notice about that day may be due about now, wherever the member is."""
    slack = timedelta(days=2)
    return day is not None and now.date() - _LOOK_BACK - slack <= day - AHEAD <= now.date() + _LOOK_AHEAD + slack


def _own_dates(tx: Connection, which: Cohort) -> bool:
    here = (membership.c.tenant == which.tenant, membership.c.cohort == which.cohort)
    return (
        tx.execute(select(membership.c.person).where(*here, membership.c.keep_until.is_not(None))).first() is not None
    )


def has_words(tx: Connection, member: Member) -> bool:
    return any(
        tx.execute(
            select(table.c.person)
            .where(table.c.tenant == member.tenant, table.c.person == member.person, table.c.cohort == member.cohort)
            .limit(1)
        ).first()
        for table in (entry, share, request, unsigned)
    )


# --- what is over ----------------------------------------------------------------------------------------


def over(tx: Connection, services: Services, at: datetime) -> list[Whose]:
    """Words whose day has come, by the machine's clock; a note goes with the last of its writer's cohorts."""
    found: list[Whose] = []
    stays: set[tuple[str, str]] = set()
    gone: set[tuple[str, str]] = set()
    for which in cohorts.running(tx, over=True):
        program = services.readable(tx, which)
        ends = schedule.closes(program, cohorts.plan(tx, which)) if program else None
        somebody_stays = False
        for member in cohorts.members(tx, which, left=True):
            goes = _goes(services.keeping, ends, chosen(tx, member))
            who = (member.tenant, member.person)
            if goes is None or at.astimezone(ZoneInfo(member.zone)).date() < goes:
                stays.add(who)
                somebody_stays |= member.state != cohorts.LEFT
                continue
            gone.add(who)
            if has_words(tx, member):
                found.append(Whose(member.tenant, member.person, which.cohort))
        if program is None:
            continue  # nobody knows its end, and its teams may still be writing
        end = services.keeping.goes_on(ends) if ends else None
        if not somebody_stays if end is None else at.date() > end:
            found += _papers(tx, which)
    noted = tx.execute(
        select(entry.c.tenant, entry.c.person)
        .where(entry.c.cohort == "", tuple_(entry.c.tenant, entry.c.person).in_(sorted(gone - stays)))
        .distinct()
    )
    return found + guests(tx, services, at) + [Whose(row.tenant, row.person, "") for row in noted]


def guests(tx: Connection, services: Services, at: datetime) -> list[Whose]:
    """Who came to an event from outside of its cohort: what they wrote goes some weeks after the last of them."""
    last: dict[Whose, datetime] = {}
    for which, who in occasions.came_from_outside(tx):
        whose = Whose(which.tenant, who, which.cohort)
        last[whose] = max(which.when.ends, last.get(whose, which.when.ends))
    kept = timedelta(days=services.keeping.after_leaving)
    return [
        one
        for one, ended in last.items()
        if at >= ended + kept and cohorts.member(tx, one.tenant, one.cohort, one.person) is None
    ]


def _papers(tx: Connection, which: Cohort) -> list[Whose]:
    """What teams wrote goes with the program, or where it has no end, with the last of its members."""
    here = (paper.c.tenant == which.tenant, paper.c.cohort == which.cohort)
    return [
        Whose(row.tenant, row.team, which.cohort)
        for row in tx.execute(select(paper.c.tenant, paper.c.team).where(*here).distinct())
    ]


# --- after leaving ---------------------------------------------------------------------------------------


def after_leaving(tx: Connection, who: Address, at: datetime, keeping: Keeping) -> bool:
    """The platform says that this account is closed or has left. False when nobody of that name is known."""
    found = people.known(tx, who)
    if found is None or found.leaving:
        return found is not None
    if other_doors.left(tx, found.tenant, found.person, who):
        return True
    until = at + timedelta(days=keeping.after_leaving)
    tx.execute(
        update(person).where(person.c.tenant == found.tenant, person.c.person == found.person).values(erase_after=until)
    )
    return True


def after_uninstalling(tx: Connection, platform: str, space: str, at: datetime, keeping: Keeping) -> int:
    """The bot was taken out of a workspace: nothing is sent there, and its people are erased later; returns how many.

    Whoever acts again stays.
    """
    tx.execute(
        update(workspace).where(*_workspace(platform, space), workspace.c.removed_at.is_(None)).values(removed_at=at)
    )
    _stay_elsewhere(tx, platform, space)
    until = at + timedelta(days=keeping.after_leaving)
    return tx.execute(
        update(person).where(*_of_workspace(platform, space), person.c.erase_after.is_(None)).values(erase_after=until)
    ).rowcount


def _stay_elsewhere(tx: Connection, platform: str, space: str) -> None:
    """Whoever uses another chat too gets their messages there from now on, and is not erased."""
    here = (account.c.tenant == other_door.c.tenant) & (account.c.person == other_door.c.person)
    gone = account.c.lane == f"{platform}:{space}"
    both = select(other_door.c.tenant, other_door.c.person, other_door.c.address).join(account, here).where(gone)
    for row in tx.execute(both.order_by(other_door.c.address)).all():
        if f"|{platform}|{space}|" not in row.address and row.address in map(
            str, other_doors.others(tx, row.tenant, row.person)
        ):
            other_doors.prefer(tx, row.tenant, row.person, Address.parse(row.address))


def after_putting_back(tx: Connection, platform: str, space: str) -> bool:
    """The bot is in a workspace again, so its people stay, but for those who left by themselves. False: it never
    was away."""
    here = _workspace(platform, space)
    back = tx.execute(update(workspace).where(*here, workspace.c.removed_at.is_not(None)).values(removed_at=None))
    if not back.rowcount:
        return False
    left = exists().where(
        account.c.tenant == person.c.tenant, account.c.person == person.c.person, account.c.door == doors.GONE
    )
    tx.execute(update(person).where(*_of_workspace(platform, space), ~left).values(erase_after=None))
    return True


def removed(tx: Connection, platform: str, space: str) -> bool:
    """Whether the bot was taken out of a workspace that it knows."""
    found = select(workspace.c.tenant).where(*_workspace(platform, space), workspace.c.removed_at.is_not(None))
    return tx.execute(found).first() is not None


def _workspace(platform: str, space: str) -> tuple[ColumnElement[bool], ...]:
    return (workspace.c.platform == platform, workspace.c.workspace == space)


def _of_workspace(platform: str, space: str) -> tuple[ColumnElement[bool], ...]:
    here = select(workspace.c.tenant).where(*_workspace(platform, space))
    theirs = exists().where(
        account.c.tenant == person.c.tenant,
        account.c.person == person.c.person,
        account.c.lane == f"{platform}:{space}",
    )
    return (person.c.tenant.in_(here), theirs)


def left_long_ago(tx: Connection, at: datetime) -> list[tuple[str, str]]:
    """(tenant, person)."""
    rows = tx.execute(select(person.c.tenant, person.c.person).where(person.c.erase_after <= at))
    return [(row.tenant, row.person) for row in rows]
