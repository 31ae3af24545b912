"""Who may sit on which team: its size, its roles, one team of a kind for each, and one team inside of another."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import words
from bot.messages import Address
from bot.programs import Program, Role
from bot.programs.seats import Seat, member_roles, role_of
from bot.programs.seats import team as kind_of
from bot.store import cohorts, people, teams
from bot.store.cohorts import Cohort, Member
from bot.store.teams import Team

LONGEST_NAME = 60


def called(program: Program, which: Team) -> str:
    """ "Alder County, District team"."""
    kind = kind_of(program, which.kind)
    return f"{which.name}, {kind.title if kind else which.kind}"


def names(tx: Connection, which: Team, but: str = "") -> list[str]:
    return people.names(tx, which.tenant, [one for one in teams.members(tx, which) if one != but])


def roles(program: Program, which: Team) -> Sequence[Role]:
    """Those that may sit on it, where there is a choice at all."""
    kind, known = kind_of(program, which.kind), member_roles(program)
    allowed = [role for role in known if not (kind and kind.roles) or role.id in kind.roles]
    return allowed if len(known) > 1 else ()


def obstacle(tx: Connection, program: Program, which: Team, member: Member, role: str = "") -> str:
    """Why somebody cannot sit there; empty when they can.

    `role`: the one that they would have from then on.
    """
    kind = kind_of(program, which.kind)
    if kind is None:
        return "This program has no such team any more."
    if which.closed:
        return f"{which.name} is closed."
    theirs = teams.of_person(tx, member.tenant, member.cohort, member.person)
    if any(one.team == which.team for one in theirs):
        return f"Already on {which.name}."
    other = next((one for one in theirs if one.kind == which.kind), None)
    if other is not None:
        return f"Now on {other.name}, and each person is on one team of that kind. Please leave {other.name} first."
    if which.inside and not any(one.team == which.inside for one in theirs):
        outer = teams.find(tx, which.tenant, which.inside)
        return f"{which.name} is a part of {outer.name if outer else 'a larger team'}. Please join that one first."
    becomes = role_of(program, Seat(role or member.seat.role))
    for each in (kind, *(kind_of(program, one.kind) for one in theirs)):
        if each is not None and each.roles and (becomes is None or becomes.id not in each.roles):
            allowed = words.listed([one.title for one in program.roles if one.id in each.roles])
            return f"{each.title} is for: {allowed}. A facilitator can offer a place with that role."
    if kind.at_most is not None and len(teams.members(tx, which)) >= kind.at_most:
        return f"All {kind.at_most} places of {which.name} are taken."
    return ""


def open_to(tx: Connection, program: Program, which: Cohort, member: Member) -> list[Team]:
    """The teams that somebody could join now by themselves."""
    return [one for one in teams.of_cohort(tx, which) if not obstacle(tx, program, one, member)]


def wrong_name(tx: Connection, which: Cohort, kind: str, name: str, but: str = "") -> str:
    """What is wrong with a team's new name; empty when nothing is. `but`: the team that is named."""
    if not name or words.length(name) > LONGEST_NAME:
        return f"Please give it a name of up to {LONGEST_NAME} characters."
    others = [one for one in teams.of_cohort(tx, which) if one.kind == kind and one.team != but]
    if any(one.name == name for one in others):
        return "There is a team of that name already. Please choose another name."
    return ""


def member_at(tx: Connection, which: Team, address: Address) -> Member | None:
    """Who belongs to the team's cohort under this account."""
    known = people.known(tx, address)
    return member_of(tx, which, known.person) if known and known.tenant == which.tenant else None


def member_of(tx: Connection, which: Team, who: str) -> Member | None:
    found = cohorts.member(tx, which.tenant, which.cohort, who)
    return found if found is not None and found.state != cohorts.LEFT else None
