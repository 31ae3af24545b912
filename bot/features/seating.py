"""The facilitator's part in teams: making them, and offering places on them. Nobody is put anywhere without a yes."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import addresses, choose, outbox, schedule, seating, words
from bot.errors import DeliveryError, NotAllowed
from bot.kinds.text import clean
from bot.messages import Address, Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Intent
from bot.programs import Program, Role
from bot.store import cohorts, teams
from bot.store.cohorts import Cohort, Member
from bot.store.teams import Team
from bot.visit import Feature, Visit

OFFER = "team-offer"
_SHOWN, _CHOICES = 20, 25
_YES, _NOT_YET = "yes", "not-yet"


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    program = visit.services.program(tx, cohort)
    found = teams.of_cohort(tx, cohort)
    if cohort.state != cohorts.RUNNING:
        return Outgoing("Teams are made once the cohort is running, since places are offered to its members.")
    lines = [f"• {seating.called(program, one)}: {_size(tx, one)}" for one in found]
    open_ = [one for one in found if not one.closed]
    return Outgoing(
        "\n".join(lines) or "There are no teams yet. Prompts for a team come to those who are on one.",
        title=f"Teams in {cohort.name}",
        note="Members confirm every place themselves. What a team writes is not shown here.",
        options=(
            Option("Make a team", "seating.new", cohort.cohort, "primary"),
            *(Option(words.cut(f"Places on {one.name}", 75), "seating.offer", one.team) for one in open_[:_SHOWN]),
            *((Option("Change a team", "tending.list", cohort.cohort),) if open_ else ()),
            Option("Back to the cohort", "facilitation.home", cohort.cohort),
        ),
    )


def _size(tx: Connection, which: Team) -> str:
    return "closed" if which.closed else words.people(len(teams.members(tx, which)))


async def new(visit: Visit) -> Reply:
    return await visit.read(_new, visit)


def _new(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    kinds = _kinds(tx, visit.services.program(tx, cohort), cohort)
    if not kinds:
        return Outgoing("This program has no teams, so there is none to make.")
    return Form(
        visit.services.ids(),
        "Make a team",
        "seating.make",
        (
            Field("kind", "What kind of team?", "choice", True, choices=tuple(kinds.items())),
            Field(
                "name", "Its name", required=True, limit=seating.LONGEST_NAME, hint="Members of the cohort can read it."
            ),
        ),
        cohort.cohort,
        intro="Nobody is told. You offer places on it in the next step.",
    )


def _kinds(tx: Connection, program: Program, cohort: Cohort) -> dict[str, str]:
    """ "kind:outer team" to its label."""
    found, there = {}, [one for one in teams.of_cohort(tx, cohort) if not one.closed]
    for kind in program.teams:
        if not kind.inside:
            found[f"{kind.id}:"] = kind.title
        for outer in there:
            if kind.inside == outer.kind:
                found[f"{kind.id}:{outer.team}"] = words.cut(f"{kind.title}, inside {outer.name}", 75)
    return dict(list(found.items())[:_CHOICES])


async def make(visit: Visit) -> Reply:
    return await visit.once(_make, visit)


def _make(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    program, name = visit.services.program(tx, cohort), clean(visit.field("name"))
    chosen = visit.field("kind")
    if chosen not in _kinds(tx, program, cohort):
        return Errors({"kind": "Please choose what kind of team it is."})
    kind, _, inside = chosen.partition(":")
    wrong = seating.wrong_name(tx, cohort, kind, name)
    if wrong:
        return Errors({"name": wrong})
    made = teams.make(tx, cohort, kind, inside, name, visit.now, visit.services.ids)
    visit.note(cohort.cohort, subject=made.team)
    return Outgoing(
        f"{seating.called(program, made)} is made. Nobody is on it yet.",
        options=(Option("Offer places", "seating.offer", made.team, "primary"), _back(cohort)),
    )


async def offer(visit: Visit) -> Reply:
    return await visit.read(_offer, visit, await visit.services.directory.groups(visit.incoming.who))


def _offer(tx: Connection, visit: Visit, groups: Sequence[tuple[str, str]]) -> Reply:
    _, program, which = _team(tx, visit)
    roles = seating.roles(program, which)
    alone = not groups
    fields = [Field("people", "Who?", "people", alone, hint="Members of this cohort. Each decides for themselves.")]
    if groups:
        shown = tuple((one, words.cut(name, 75)) for one, name in groups[:_CHOICES])
        fields.append(
            Field("group", "Or everybody in a user group?", "choice", choices=shown, hint="Who is in this cohort too.")
        )
    if roles:
        fields.append(Field("role", "As what?", "choice", True, choices=tuple((one.id, one.title) for one in roles)))
    if any(role.minor for role in roles):
        choices = ((_YES, "Yes, for each of them"), (_NOT_YET, "Not yet, or nobody is under age"))
        fields.append(
            Field("consent", "For people under age: is a guardian's consent with you?", "choice", choices=choices)
        )
    return Form(
        visit.services.ids(),
        words.cut(f"Places on {which.name}", 45),
        "seating.save-offer",
        tuple(fields),
        which.team,
        intro="Each of them gets one message and answers it with Join or with No, thank you. You are not told who "
        "says no. To change somebody's role, offer the place again after they have left the team.",
        submit="Offer",
    )


async def save_offer(visit: Visit) -> Reply:
    try:
        chosen = addresses.parsed(visit.fields("people"))
    except ValueError:
        return Errors({"people": "Please choose people from the list."})
    group = visit.field("group")
    try:
        grouped = await visit.services.directory.in_group(visit.incoming.who, group) if group else ()
    except DeliveryError:
        return Errors({"group": "I could not ask who is in this group, so nothing was sent. Please try again."})
    return await visit.once(_save_offer, visit, chosen, grouped)


def _save_offer(tx: Connection, visit: Visit, chosen: Sequence[Address], grouped: Sequence[Address]) -> Reply:
    cohort, program, which = _team(tx, visit)
    roles = {one.id: one for one in seating.roles(program, which)}
    role = roles.get(visit.field("role"))
    if roles and role is None:
        return Errors({"role": "Please choose what they are on this team."})
    if role is not None and role.minor and visit.field("consent") != _YES:
        return Errors({"consent": "People under age join when a guardian's consent is with you. Nothing was sent."})
    found = [seating.member_at(tx, which, address) for address in chosen]
    members = [one for one in found if one is not None]
    if (not members and not grouped) or len(members) < len(found):
        return Errors({"people": "Please choose members of this cohort. Nothing was sent."})
    wrong = _obstacles(tx, program, which, members, role)
    if wrong:
        return Errors({"people": f"{wrong} Nothing was sent."})
    others = [address for address in grouped if address not in chosen]
    fitting = [one for one in (seating.member_at(tx, which, each) for each in others) if one is not None]
    fitting = [one for one in fitting if not _obstacles(tx, program, which, [one], role)]
    members += fitting
    if not members:
        return Errors({"group": "Nobody of this group is in this cohort and free for such a place. Nothing was sent."})
    for one in members:
        name = visit.services.ids()
        teams.offer(tx, which, one.person, role.id if role else "", visit.now, name)
        visit.note(cohort.cohort, touched=one.person, subject=which.team)
        if one.state == cohorts.STARTED:
            due = schedule.after_quiet(visit.now, one.plan)
            outbox.put(tx, [Intent(cohort.tenant, cohort.cohort, OFFER, 0, one.person, due, subject=name)])
    later = [one.name for one in members if one.state != cohorts.STARTED]
    waits = f" {words.listed(later)}: it waits under /cohort until they press Start." if later else ""
    out = len(others) - len(fitting)
    left = f" Left out, since not in this cohort or on such a team already: {words.people(out)}." if out else ""
    return Outgoing(f"Offered: {words.people(len(members))}.{left}{waits}", options=(_back(cohort),))


def _obstacles(tx: Connection, program: Program, which: Team, members: Sequence[Member], role: Role | None) -> str:
    for one in members:
        wrong = seating.obstacle(tx, program, which, one, role.id if role else "")
        if wrong:
            return f"{one.name}: {wrong}"
    return ""


def _team(tx: Connection, visit: Visit) -> tuple[Cohort, Program, Team]:
    which = teams.find(tx, visit.who.tenant, visit.value)
    if which is None:
        raise NotAllowed("This team is not in a cohort that you lead. Nothing was changed.")
    cohort = choose.led_cohort(tx, visit, which.cohort)
    return cohort, visit.services.program(tx, cohort), which


def _back(cohort: Cohort) -> Option:
    return Option("All teams", "seating.home", cohort.cohort)


feature = Feature(
    "seating",
    presses={"home": home, "new": new, "offer": offer},
    submissions={"make": make, "save-offer": save_offer},
)
