"""Once a day, what is new in the papers of one's teams: how much, and never a word of it.

What is written on one day of a reader's own calendar is told on the morning after, so nothing is told twice and
nothing is left out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from bot import outbox, schedule, words
from bot.messages import Audience, Option, Outgoing
from bot.outbox import Intent, NotYet, Row
from bot.store import cohorts, teams
from bot.store.cohorts import Member
from bot.store.tables import paper, seat
from bot.store.teams import Team
from bot.vault.papers import COMMENT
from bot.visit import Services

NEWS = "team-news"
_AT = time(9, 0)


def tell(tx: Connection, which: Team, writer: str, readers: Sequence[str], now: datetime) -> None:
    """Somebody wrote for these teammates just now."""
    found = [cohorts.member(tx, which.tenant, which.cohort, one) for one in readers if one != writer]
    wants = [one for one in found if one is not None and one.state == cohorts.STARTED]
    outbox.put(tx, [_intent(one, now) for one in wants])


def _intent(one: Member, now: datetime) -> Intent:
    today = now.astimezone(ZoneInfo(one.zone)).date()
    due = schedule.after_quiet(schedule.instant(today + timedelta(days=1), _AT, one.zone), one.plan)
    return Intent(one.tenant, one.cohort, NEWS, today.toordinal(), one.person, due)


def compose(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    intent, now = row.intent, services.now()
    one = cohorts.member(tx, intent.tenant, intent.cohort, intent.recipient)
    if one is None or one.state != cohorts.STARTED:
        return None
    if one.paused_until is not None and now.astimezone(ZoneInfo(one.zone)).date() < one.paused_until:
        return None
    awake = schedule.after_quiet(now, one.plan)
    if awake > now:
        raise NotYet(awake)
    day = date.fromordinal(intent.number)
    lines, options = [], []
    for which in teams.of_person(tx, intent.tenant, intent.cohort, intent.recipient):
        new = _written(tx, which, one, day)
        if new:
            lines.append(f"{which.name}: {words.listed(_counted(new))}.")
            options.append(Option(words.cut(f"What {which.name} wrote", 75), "papers.home", which.team))
    if not lines:
        return None
    return Outgoing(
        "\n".join([f"New from your teammates on {words.day(day)}:", *(f"• {line}" for line in lines)]),
        note="There is nothing you have to do. This comes once a day at most.",
        options=tuple(options),
        audience=Audience.DM,
        quiet=True,
    )


def _written(tx: Connection, which: Team, one: Member, day: date) -> Counter[str]:
    """By kind, what others wrote on one day of the reader's while they were on the team."""
    since, until = (schedule.instant(each, time(0), one.zone) for each in (day, day + timedelta(days=1)))
    came = select(seat.c.at).where(
        seat.c.tenant == which.tenant, seat.c.team == which.team, seat.c.person == one.person
    )
    found = tx.execute(
        select(paper.c.kind).where(
            paper.c.tenant == which.tenant,
            paper.c.team == which.team,
            paper.c.person != one.person,
            paper.c.at >= since,
            paper.c.at < until,
            paper.c.at >= came.scalar_subquery(),
        )
    )
    return Counter(found.scalars())


def _counted(new: Counter[str]) -> list[str]:
    """ "2 parts and 1 comment"."""
    parts, comments = new.total() - new[COMMENT], new[COMMENT]
    said = [(parts, "part", "parts"), (comments, "comment", "comments")]
    return [f"{count} {one if count == 1 else several}" for count, one, several in said if count]
