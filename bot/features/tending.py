"""A team that changes: another name, somebody who does not belong there any more, its end."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from bot import addresses, choose, outbox, schedule, seating, words
from bot.errors import NotAllowed
from bot.kinds.text import clean
from bot.messages import Address, Audience, Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Intent, Row
from bot.store import cohorts, teams
from bot.store.cohorts import Cohort, Member
from bot.store.teams import Team
from bot.visit import Feature, Services, Visit

TAKEN_OUT, CLOSED = "team-left", "team-closed"
_SHOWN = 23


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    found = [one for one in teams.of_cohort(tx, cohort) if not one.closed]
    return Outgoing(
        "Which team changes?" if found else "There is no team that could change.",
        title=f"Teams in {cohort.name}",
        options=(*(Option(words.cut(one.name, 75), "tending.team", one.team) for one in found[:_SHOWN]), _back(cohort)),
    )


async def one_team(visit: Visit) -> Reply:
    return await visit.read(_one, visit)


def _one(tx: Connection, visit: Visit) -> Reply:
    cohort, which = _team(tx, visit)
    return Outgoing(
        f"{words.people(len(teams.members(tx, which)))} on it.",
        title=seating.called(visit.services.program(tx, cohort), which),
        note="What the team writes is not shown here, and none of these steps shows it.",
        options=(
            Option("Give it another name", "tending.rename", which.team),
            Option("Take somebody out", "tending.take-out", which.team),
            Option(
                "Close it",
                "tending.close",
                which.team,
                "danger",
                f"Close {words.cut(which.name, 40)}? No prompts come for it, and nobody can write there. Its members "
                "can still read what they wrote. This cannot be undone.",
            ),
            _back(cohort),
        ),
    )


# --- another name ------------------------------------------------------------------------------------


async def rename(visit: Visit) -> Reply:
    return await visit.read(_rename_form, visit)


def _rename_form(tx: Connection, visit: Visit) -> Reply:
    _, which = _team(tx, visit)
    name = Field("name", "Its name", required=True, limit=seating.LONGEST_NAME, initial=which.name)
    return Form(
        visit.services.ids(),
        "Another name",
        "tending.save-name",
        (name,),
        which.team,
        intro="Members of the cohort can read it. Nothing else changes.",
    )


async def save_name(visit: Visit) -> Reply:
    return await visit.write(_save_name, visit)


def _save_name(tx: Connection, visit: Visit) -> Reply:
    cohort, which = _team(tx, visit)
    name = clean(visit.field("name"))
    wrong = seating.wrong_name(tx, cohort, which.kind, name, but=which.team)
    if wrong:
        return Errors({"name": wrong})
    teams.rename(tx, which, name)
    visit.note(cohort.cohort, subject=which.team)
    return Outgoing(f"The team is called {name} now.", options=(_back(cohort),))


# --- out of the team ---------------------------------------------------------------------------------


async def take_out(visit: Visit) -> Reply:
    return await visit.read(_take_out_form, visit)


def _take_out_form(tx: Connection, visit: Visit) -> Reply:
    _, which = _team(tx, visit)
    return Form(
        visit.services.ids(),
        words.cut(f"Out of {which.name}", 45),
        "tending.save-take-out",
        (Field("people", "Who?", "people", True, hint="Members of this cohort. They stay in the cohort."),),
        which.team,
        intro="Each of them is told that a facilitator did this. They get no more of the team's prompts and can no "
        "longer read what it writes. What they wrote for it stays there. A place that they were offered is taken back.",
        submit="Take out",
    )


async def save_take_out(visit: Visit) -> Reply:
    try:
        chosen = addresses.parsed(visit.fields("people"))
    except ValueError:
        return Errors({"people": "Please choose people from the list. Nothing was changed."})
    return await visit.once(_save_take_out, visit, chosen)


def _save_take_out(tx: Connection, visit: Visit, chosen: Sequence[Address]) -> Reply:
    """The answer is the same for whoever sat there and whoever did not: who said no to a place is not told."""
    cohort, which = _team(tx, visit)
    found = [seating.member_at(tx, which, address) for address in chosen]
    members = [one for one in found if one is not None]
    if not members or len(members) < len(found):
        return Errors({"people": "Please choose members of this cohort. Nothing was changed."})
    there = teams.members(tx, which)
    for one in members:
        visit.note(cohort.cohort, touched=one.person, subject=which.team)
        teams.leave(tx, which, one.person)
        if one.person in there:
            _tell(tx, visit, TAKEN_OUT, which, one)
    names = words.listed([one.name for one in members])
    return Outgoing(f"Not on {which.name}: {names}. Whoever was on it is told.", options=(_back(cohort),))


def taken_out(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    which = teams.find(tx, row.intent.tenant, row.intent.subject)
    if which is None or row.intent.recipient in teams.members(tx, which):
        return None
    return Outgoing(
        f"You are not on the team {which.name} any more. A facilitator of your cohort changed the team; please ask "
        "them if it surprises you. What you wrote for the team stays with it. Your journal and your place in the "
        "cohort stay as they are.",
        audience=Audience.DM,
    )


# --- its end -----------------------------------------------------------------------------------------


async def close(visit: Visit) -> Reply:
    return await visit.write(_close, visit)


def _close(tx: Connection, visit: Visit) -> Reply:
    cohort, which = _team(tx, visit)
    if which.closed:
        return Outgoing(f"{which.name} is closed already. Nothing was changed.", options=(_back(cohort),))
    visit.note(cohort.cohort, subject=which.team)
    teams.close(tx, which, visit.now)
    for who in teams.members(tx, which):
        one = seating.member_of(tx, which, who)
        if one is not None:
            _tell(tx, visit, CLOSED, which, one)
    return Outgoing(
        f"{which.name} is closed. Its members are told, and can still read what they wrote.",
        options=(_back(cohort),),
        replaces=True,
    )


def closed(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    which = teams.find(tx, row.intent.tenant, row.intent.subject)
    if which is None or row.intent.recipient not in teams.members(tx, which):
        return None
    return Outgoing(
        f"The team {which.name} is closed. No more prompts come for it. You can still read what you wrote together: "
        "My teams, under /cohort. Thank you for what you gave to it.",
        options=(Option("My teams", "teams.home", which.cohort),),
        audience=Audience.DM,
    )


def _tell(tx: Connection, visit: Visit, kind: str, which: Team, one: Member) -> None:
    """Whoever has not started is written to by nobody."""
    if one.state == cohorts.STARTED:
        minute = int(visit.now.timestamp()) // 60
        due = schedule.after_quiet(visit.now, one.plan)
        outbox.put(tx, [Intent(which.tenant, which.cohort, kind, minute, one.person, due, subject=which.team)])


def _team(tx: Connection, visit: Visit) -> tuple[Cohort, Team]:
    which = teams.find(tx, visit.who.tenant, visit.value)
    if which is None:
        raise NotAllowed("This team is not in a cohort that you lead. Nothing was changed.")
    return choose.led_cohort(tx, visit, which.cohort), which


def _back(cohort: Cohort) -> Option:
    return Option("All teams", "seating.home", cohort.cohort)


feature = Feature(
    "tending",
    presses={"list": listing, "team": one_team, "rename": rename, "take-out": take_out, "close": close},
    submissions={"save-name": save_name, "save-take-out": save_take_out},
    compose={TAKEN_OUT: taken_out, CLOSED: closed},
)
