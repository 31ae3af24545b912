"""What members of a program can ask for, by its file: who answers it, and by which day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.programs import Program, RequestKind
from bot.programs.seats import role_of
from bot.store import people
from bot.store.cohorts import Cohort, Member


def kind(program: Program, which: str) -> RequestKind | None:
    return next((one for one in program.requests if one.id == which), None)


def open_to(program: Program, member: Member) -> list[RequestKind]:
    """People under age are not brought together with one adult."""
    role = role_of(program, member.seat)
    minor = role is not None and role.minor
    return [one for one in program.requests if not (minor and acts_as(program, one) == people.COACH)]


def acts_as(program: Program, which: RequestKind) -> str:
    return next((role.acts_as for role in program.roles if role.id == which.to), people.FACILITATOR)


def owners(tx: Connection, program: Program, which: RequestKind, cohort: Cohort, asker: str) -> dict[str, str]:
    """Person to what they are here. Where nobody has the role, the facilitators; and nobody owns what they ask."""
    title = next((role.title for role in program.roles if role.id == which.to), "Facilitator")
    places = {people.COACH: (cohort.cohort, people.COACH), "director": (people.WHOLE_TENANT, people.FACILITATOR)}
    leads = (cohort.cohort, people.FACILITATOR)
    for where, what in (places.get(acts_as(program, which), leads), leads, places["director"]):
        named = title if (where, what) == places.get(acts_as(program, which), leads) else "Facilitator"
        held = [one for one in people.holders(tx, cohort.tenant, where, what) if one != asker]
        here = [one for one in (people.somebody(tx, cohort.tenant, each) for each in held) if not one.leaving]
        if here:
            return {one.person: f"{one.name}, {named.lower()}" for one in here}
    return {}


def answered_by(which: RequestKind, at: datetime, cohort: Cohort) -> date:
    """The day that was promised, where the cohort is."""
    return at.astimezone(ZoneInfo(cohort.zone)).date() + timedelta(days=which.days)
