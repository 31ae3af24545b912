"""Who gets what: a member has one role and sits on some teams, and each unit says for whom it is.

Units for the same people make one calendar. A program may run several side by side, and a member lives by those that
are theirs.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.programs.model import Program, Role, Team, Unit, Whom


@dataclass(frozen=True, slots=True)
class Seat:
    role: str = ""
    """Empty: the program's first role that answers prompts as a member."""
    teams: frozenset[str] = frozenset()
    """The kinds of team that they sit on, as the program calls them."""


def role_of(program: Program, seat: Seat) -> Role | None:
    """None in a program without roles, and for a role of another version of it."""
    wanted = [role for role in program.roles if role.id == seat.role] if seat.role else member_roles(program)
    return wanted[0] if wanted else None


def member_roles(program: Program) -> list[Role]:
    return [role for role in program.roles if role.acts_as == "member" and role.answers]


def gets(program: Program, whom: Whom, seat: Seat | None) -> bool:
    """None sits everywhere, as somebody does who only rehearses."""
    if seat is None:
        return True
    role = role_of(program, seat)
    if role is not None and not role.answers:
        return False
    if whom.team and whom.team not in seat.teams:
        return False
    return not whom.roles or (role.id if role else "") in whom.roles


def worded(program: Program, unit: Unit, seat: Seat) -> Unit:
    """In the words that are meant for the member's role."""
    role = role_of(program, seat)
    return unit.for_role(role.id) if role else unit


def calendar(program: Program, unit: Unit) -> tuple[Unit, ...]:
    """The units for the same people, in their order."""
    return tuple(one for one in program.units if one.whom == unit.whom)


def first_calendar(program: Program, seat: Seat | None) -> Whom | None:
    """Whoever lives by several is asked after a silence in one of them alone."""
    return next((unit.whom for unit in program.units if gets(program, unit.whom, seat)), None)


def team(program: Program, kind: str) -> Team | None:
    return next((one for one in program.teams if one.id == kind), None)
