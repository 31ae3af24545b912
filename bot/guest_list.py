"""Who an event is for. Nobody else is told of it, sent anything around it, or shown it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from bot import moments, words
from bot.programs import Event, Program
from bot.programs.seats import gets, role_of
from bot.schedule import MemberPlan
from bot.store import cohorts, occasions, people, teams
from bot.store.cohorts import Cohort, Member
from bot.store.occasions import Occasion
from bot.store.people import Somebody
from bot.store.teams import Team


@dataclass(frozen=True, slots=True)
class Invited:
    person: str
    plan: MemberPlan
    outside: bool = False
    """Not of the cohort: they get what comes before the event and the exit note, and nothing else."""


class Seen(NamedTuple):
    """An event as one of those whom it is for sees it."""

    cohort: Cohort
    program: Program
    occasion: Occasion
    event: Event
    me: Invited


def everybody(tx: Connection, program: Program, cohort: Cohort, which: Occasion) -> list[Invited]:
    event = moments.event(program, which)
    if event is None:
        return []
    team = _on_team(tx, which)
    found = [
        Invited(one.person, one.plan)
        for one in cohorts.members(tx, cohort)
        if _is_for(program, event, team, which, one)
    ]
    inside = {one.person for one in found}
    for who, since in occasions.guests(tx, which) if event.open else ():
        if who not in inside:
            found.append(_guest(people.somebody(tx, which.tenant, who), since))
    return found


def invited(tx: Connection, program: Program, cohort: Cohort, which: Occasion, who: str) -> Invited | None:
    event = moments.event(program, which)
    member = cohorts.member(tx, cohort.tenant, cohort.cohort, who)
    if event is None:
        return None
    if member is not None and _is_for(program, event, _on_team(tx, which), which, member):
        return Invited(who, member.plan)
    since = occasions.came_at(tx, which, who) if event.open else None
    return None if since is None else _guest(people.somebody(tx, which.tenant, who), since)


def teams_for(tx: Connection, program: Program, cohort: Cohort, event: Event) -> list[Team]:
    """The single teams that an event of this kind may be for: those named, and those inside of them."""
    inside = {one.id: one.inside for one in program.teams}

    def within(kind: str) -> bool:
        while kind and kind != event.whom.team:
            kind = inside.get(kind, "")
        return kind == event.whom.team

    return [one for one in teams.of_cohort(tx, cohort) if within(one.kind)]


def members_for(tx: Connection, program: Program, cohort: Cohort, event: Event) -> list[Member]:
    """With whom an event for one member may be held."""
    return [
        one
        for one in cohorts.members(tx, cohort)
        if one.state == cohorts.STARTED and gets(program, event.whom, one.seat) and may_be_alone(program, one)
    ]


def may_be_alone(program: Program, member: Member) -> bool:
    """Nobody under age is put alone with one adult."""
    role = role_of(program, member.seat)
    return role is None or not role.minor


def named(program: Program, event: Event) -> str:
    """Whom the program means, in words: "everybody in the cohort", "everybody on a District team"."""
    if event.whom.team:
        kind = next((one.title for one in program.teams if one.id == event.whom.team), event.whom.team)
        who = f"everybody on a {kind}"
    else:
        who = "everybody in the cohort"
    roles = [one.title for one in program.roles if one.id in event.whom.roles]
    return f"{who} who is: {words.listed(roles)}" if roles else who


def _is_for(program: Program, event: Event, team: Collection[str] | None, which: Occasion, member: Member) -> bool:
    """A single team makes the audience of the program smaller, and never larger."""
    if member.state != cohorts.STARTED or not gets(program, event.whom, member.seat):
        return False
    if which.person or event.alone:
        return member.person == which.person and may_be_alone(program, member)
    return team is None or member.person in team


def _on_team(tx: Connection, which: Occasion) -> Collection[str] | None:
    """None: it is for no single team. A team that is there no more has nobody on it."""
    if not which.team:
        return None
    team = teams.find(tx, which.tenant, which.team)
    return frozenset(teams.members(tx, team) if team else ())


def _guest(who: Somebody, since: datetime) -> Invited:
    plan = MemberPlan(who.zone, who.quiet_from, who.quiet_to, started=since)
    return Invited(who.person, plan, outside=True)
