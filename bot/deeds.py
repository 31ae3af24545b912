"""An entry of the audit in words for the member whom it was about."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import audit, words
from bot.audit import Entry
from bot.store import cohorts, people
from bot.visit import Visit

_DID = {
    "/facilitate": "looked at the counts",
    "/cohort": "looked at the counts",
    "facilitation.home": "looked at the counts",
    "facilitation.ratings": "looked at ratings and choices",
    "facilitation.upcoming": "looked at the prompts to come",
    "facilitation.change": "looked at a prompt to come",
    "facilitation.save-change": "changed a prompt to come",
    "planning.home": "looked at the events",
    "planning.preview": "wrote down a date for an event",
    "planning.settle": "planned or changed an event",
    "hosting.cancel": "cancelled an event",
    "hosting.save-post": "posted an event in a channel",
    "hosting.notes": "read exit notes without names",
    "broadcasts.write": "began a message to the cohort",
    "broadcasts.preview": "wrote a message to the cohort",
    "broadcasts.send": "sent a message to the cohort",
    "broadcasts.list": "looked at the messages sent",
    "broadcasts.correct": "corrected a message",
    "broadcasts.withdraw": "withdrew a message",
    "setup.people": "looked at who is in the cohort",
    "setup.roster": "opened the list of members",
    "setup.save-roster": "saved the list of members",
    "setup.save-leader": "made somebody a facilitator",
    "setup.save-hand-over": "handed the cohort over",
    "coaching.save": "named you a coach",
    "coaching.save-end": "ended your time as a coach",
    "seating.make": "made a team",
    "seating.save-offer": "offered you a place on a team",
    "tending.save-name": "gave a team another name",
    "tending.save-take-out": "took you out of a team",
    "tending.close": "closed a team",
    "shared-with-me.list": "looked at what was shared",
    "shared-with-me.read": "read what you shared",
    "shared-with-me.team": "read what a team shared",
    "requests.read": "read the question you asked them",
    "requests.take": "took up the question you asked them",
    "requests.done": "marked your question as answered",
}
_OPERATOR = {
    "audit.acknowledge": "confirmed what was noted here while the bot had no key",
    "backup": "made a backup",
    "copied": "made a backup",
    "restore": "brought a backup back",
    "keys.rotate": "put a new key in the place of the old one",
    "keys.retire": "destroyed old keys",
    "locked": "started the bot without its key",
    "move": "moved the database to a server",
    "person.disclose": "printed what could be handed over about you",
    "person.erase": "began to erase your data",
}
NEWEST = 15


def about(tx: Connection, visit: Visit) -> str:
    """What facilitators and operators did that concerns the caller, newest first."""
    found = audit.touching(tx, visit.who.tenant, visit.who.person, cohorts.ever_of(tx, visit.who))
    lines = [_line(tx, visit, one) for one in found[:NEWEST]]
    if not lines:
        return "Nothing is recorded that was about you."
    more = [f"There are {len(found) - NEWEST} older ones."] if len(found) > NEWEST else []
    return "\n".join([*(f"• {line}" for line in lines), *more])


def _line(tx: Connection, visit: Visit, one: Entry) -> str:
    deed = one.deed
    who, did = _actor(tx, visit, one), _DID.get(deed.action, f"used “{deed.action}”")
    if deed.actor == audit.OPERATOR:
        did = _OPERATOR.get(deed.action, deed.action)
    if deed.outcome == audit.REFUSED:
        did = "was refused something that is yours" if deed.touched else "was refused something of the cohort"
    cohort = cohorts.find(tx, visit.who.tenant, deed.cohort) if deed.cohort else None
    return f"{words.moment(one.at, visit.who.zone)}: {who} {did}{f' ({cohort.name})' if cohort else ''}."


def _actor(tx: Connection, visit: Visit, one: Entry) -> str:
    """Facilitators by name; that another member was at a wrong door is told without theirs."""
    deed = one.deed
    if deed.actor == audit.OPERATOR:
        return f"The people who run the server ({visit.services.facts.runs_it})"
    if deed.actor == visit.who.person:
        return "You"
    leads = any(
        people.has_role(tx, visit.who.tenant, where, deed.actor, people.FACILITATOR)
        for where in (deed.cohort, people.WHOLE_TENANT)
    )
    if leads or deed.outcome == audit.DONE:
        return next(iter(people.names(tx, visit.who.tenant, [deed.actor])), "Somebody whose data is erased")
    return "Somebody"
