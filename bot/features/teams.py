"""A member's own teams: joining one, whom one meets there, leaving."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose, seating, team_news, words
from bot.errors import NotAllowed
from bot.messages import Audience, Option, Outgoing, Reply
from bot.outbox import Row
from bot.programs import Artifact, Program
from bot.store import cohorts, teams
from bot.store.cohorts import Cohort, Member
from bot.store.teams import Team
from bot.vault import team_copies
from bot.visit import Feature, Services, Visit

OFFER = "team-offer"
_SHOWN = 10
_CLOSED = " It is closed; you can read what it wrote."
_SEEN = "Everybody on the team sees the names of the others, and nothing else of them."


def offer(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """A facilitator thinks that somebody belongs there; it is theirs to say."""
    intent = row.intent
    found = teams.offered_as(tx, intent.tenant, intent.subject, intent.recipient)
    which = cohorts.find(tx, intent.tenant, intent.cohort)
    if found is None or which is None or seating.member_of(tx, found.team, intent.recipient) is None:
        return None
    program = services.program(tx, which)
    return Outgoing(
        f"A facilitator has a place for you: {seating.called(program, found.team)}{_as(program, found.role)}. {_SEEN}",
        note=f"{which.name} · Nothing happens before you press Join.",
        options=(
            Option("Join", "teams.join", found.team.team, "primary"),
            Option("No, thank you", "teams.decline", found.team.team),
        ),
        audience=Audience.DM,
    )


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "teams.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program = visit.services.program(tx, cohort)
    mine = teams.of_person(tx, cohort.tenant, cohort.cohort, member.person, closed=True)
    offered = [one.team for one in teams.offers(tx, cohort.tenant, cohort.cohort, member.person)]
    others = [one for one in seating.open_to(tx, program, cohort, member) if one not in offered]
    lines, options = [], []
    for one in mine:
        for asked in _asked(tx, visit, program, one):
            lines += [f"{one.name}: you are asked whether the cohort may read “{asked.title}”."]
            label = words.cut(f"Answer for {one.name}: {asked.title}", 75)
            options += [Option(label, "agreeing.page", f"{one.team}:{asked.id}", "primary")]
        there = f"{seating.called(program, one)}: you{_and(seating.names(tx, one, but=member.person))}."
        lines += [there + _CLOSED if one.closed else there]
        options += [Option(f"What {one.name} wrote", "papers.home", one.team)] if _writes(program, one) else []
        options += [_leave_button(one)]
    if not mine:
        lines += ["You are on no team yet."]
    if offered:
        lines += [f"A place waits for you: {words.listed([seating.called(program, one) for one in offered])}."]
    options += [Option(words.cut(f"Look at {one.name}", 75), "teams.look", one.team) for one in (*offered, *others)]
    if others:
        lines += ["You may join one that is shown below. The facilitator can also offer you a place."]
    elif not mine and not offered:
        lines += ["There is none that you could join now. A facilitator makes them and offers places."]
    return Outgoing(
        "\n\n".join(lines),
        title="My teams",
        note=f"Only you see this page. {_SEEN}",
        options=(*options[:_SHOWN], Option("Back to my cohort", "membership.home", cohort.cohort)),
    )


def _asked(tx: Connection, visit: Visit, program: Program, which: Team) -> list[Artifact]:
    """What waits for this member's yes or no."""
    found = [
        (one, team_copies.of_team(tx, visit.vault, which, one.id, visit.who))
        for one in program.artifacts
        if one.team == which.kind and one.shared_with
    ]
    me = visit.who.person
    return [one for one, copy in found if copy and me in copy.asked and me not in copy.yes]


def _and(names: list[str]) -> str:
    return f", {words.listed(names)}" if names else ", and nobody else yet"


def _writes(program: Program, which: Team) -> bool:
    return any(one.team == which.kind for one in program.artifacts)


def _leave_button(which: Team) -> Option:
    return Option(
        words.cut(f"Leave {which.name}", 75),
        "teams.leave",
        which.team,
        "danger",
        "Leave this team? What you wrote for it stays with the team. You can no longer read it here.",
    )


async def look(visit: Visit) -> Reply:
    return await visit.read(_look, visit)


def _look(tx: Connection, visit: Visit) -> Reply:
    cohort, member, which, program, role = _team(tx, visit)
    wrong = seating.obstacle(tx, program, which, member, role)
    if wrong:
        return Outgoing(f"You cannot join {which.name} now. {wrong} Nothing was changed.", options=(_my_teams(cohort),))
    many = len(teams.members(tx, which))
    return Outgoing(
        f"{words.people(many) if many else 'Nobody'} so far. {_SEEN} They will see yours from now on.\n\n"
        "What you wrote before stays as private as it is. What the team wrote before you came opens for you when one "
        "of them decides so.",
        title=f"{seating.called(program, which)}{_as(program, role)}",
        options=(
            Option("Join", "teams.join", which.team, "primary"),
            Option("Not now", "teams.home", cohort.cohort),
        ),
    )


async def join(visit: Visit) -> Reply:
    return await visit.write(_join, visit)


def _join(tx: Connection, visit: Visit) -> Reply:
    cohort, member, which, program, role = _team(tx, visit)
    teams.hold(tx, which)
    if any(one.team == which.team for one in teams.of_person(tx, cohort.tenant, cohort.cohort, member.person)):
        return Outgoing(f"You are on {which.name} already. Nothing was changed.", options=(_my_teams(cohort),))
    wrong = seating.obstacle(tx, program, which, member, role)
    if wrong:
        return Outgoing(f"You cannot join {which.name} now. {wrong} Nothing was changed.", options=(_my_teams(cohort),))
    teams.join(tx, which, member.person, role, visit.now)
    others = seating.names(tx, which, but=member.person)
    return Outgoing(
        f"You are on {seating.called(program, which)}{_as(program, role)}. "
        f"{f'With you: {words.listed(others)}.' if others else 'You are the first one there.'} "
        "Prompts for this team come to you from now on.",
        options=(_my_teams(cohort),),
        replaces=True,
    )


async def decline(visit: Visit) -> Reply:
    return await visit.write(_decline, visit)


def _decline(tx: Connection, visit: Visit) -> Reply:
    cohort, member, which, _, _ = _team(tx, visit)
    if any(one.team == which.team for one in teams.of_person(tx, cohort.tenant, cohort.cohort, member.person)):
        return Outgoing(f"You are on {which.name} already. To leave it, open My teams.", options=(_my_teams(cohort),))
    teams.leave(tx, which, member.person)
    return Outgoing("That is fine. Nobody is told, and no reason is needed.", replaces=True)


async def leave(visit: Visit) -> Reply:
    return await visit.write(_leave, visit)


def _leave(tx: Connection, visit: Visit) -> Reply:
    cohort, member, which, _, _ = _team(tx, visit)
    teams.leave(tx, which, member.person)
    return Outgoing(
        f"You have left {which.name}. Its prompts no longer come. Your journal stays yours.",
        options=(_my_teams(cohort),),
    )


def _team(tx: Connection, visit: Visit) -> tuple[Cohort, Member, Team, Program, str]:
    """The team that a button names, in a cohort of the caller's, and the role that was offered with it."""
    which = teams.find(tx, visit.who.tenant, visit.value)
    found = choose.my_cohort(tx, visit, "teams.home", which.cohort) if which else None
    if which is None or found is None or isinstance(found, Outgoing):
        raise NotAllowed("This team is not in a cohort of yours. Nothing was changed; /cohort shows your teams.")
    cohort, member = found
    offered = teams.offers(tx, cohort.tenant, cohort.cohort, member.person)
    role = next((one.role for one in offered if one.team == which), "")
    return cohort, member, which, visit.services.program(tx, cohort), role


def _my_teams(cohort: Cohort) -> Option:
    return Option("My teams", "teams.home", cohort.cohort)


def _as(program: Program, role: str) -> str:
    title = next((one.title for one in program.roles if one.id == role), "")
    return f", as {title}" if title else ""


feature = Feature(
    "teams",
    presses={"home": home, "look": look, "join": join, "decline": decline, "leave": leave},
    compose={OFFER: offer, team_news.NEWS: team_news.compose},
)
