"""What others chose to give: the notice without a word of it, and the view for its readers alone."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import moments, words
from bot.messages import Audience, Option, Outgoing, Quote, Reply
from bot.outbox import Row
from bot.store import cohorts, people
from bot.vault import shared, team_copies, unsigned
from bot.visit import Feature, Services, Visit

_QUOTES = 8


def notice(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    if not shared.stands(tx, row.intent.tenant, row.intent.subject):  # taken back before this could be sent
        return None
    return Outgoing(
        "A member shared a reflection with the cohort."
        if row.intent.channel
        else "A member shared a reflection with you.",
        note="It opens for you alone, and its writer can take it back.",
        options=(Option("Read it", "shared-with-me.read", row.intent.subject),),
        audience=Audience.CHANNEL if row.intent.channel else Audience.DM,
        quiet=True,
    )


async def read(visit: Visit) -> Reply:
    found = await visit.read(_opened, visit)
    if found is None:
        return Outgoing("This was taken back by its writer, or it was not shared with you. There is nothing to show.")
    return Outgoing(
        f"{found.writer} shared this with {_audience(found)} on {words.local_day(found.at, visit.who.zone)}.",
        title=found.title,
        quotes=tuple(Quote(answer, title=ask) for ask, answer in found.parts),
        note="Shared in trust. Please do not pass it on.",
    )


def _opened(tx: Connection, visit: Visit) -> shared.Shared | None:
    found = shared.read(tx, visit.vault, visit.who, visit.value)
    if found is not None and people.has_role(tx, visit.who.tenant, found.cohort, visit.who.person, people.FACILITATOR):
        visit.note(found.cohort, touched=shared.writer_of(tx, visit.who, found.share), subject=found.share)
    return found


async def read_unsigned(visit: Visit) -> Reply:
    found = await visit.read(unsigned.read, visit.vault, visit.who, visit.value)
    if found is None:
        return Outgoing("This was not shared with you. There is nothing to show.")
    return Outgoing(
        f"Somebody shared this without a name, with four or more others. It was released on {words.day(found.day)}.",
        title=found.title,
        quotes=tuple(Quote(answer, title=ask) for ask, answer in found.parts),
        note="Shared in trust. Please do not pass it on, and do not guess who it was.",
    )


async def read_team(visit: Visit) -> Reply:
    return await visit.read(_team_copy, visit)


def _team_copy(tx: Connection, visit: Visit) -> Reply:
    which, first = visit.value.split(":")[0], words.whole_number(visit.value.partition(":")[2]) or 0
    found = team_copies.named(tx, visit.vault, visit.who, which)
    mine = found is not None and found.agreed and visit.who.person in found.readers
    if found is None or not mine or not _there(tx, visit, found.cohort):
        return Outgoing("The team took this back, or it was not shared with you. There is nothing to show.")
    if people.has_role(tx, visit.who.tenant, found.cohort, visit.who.person, people.FACILITATOR):
        visit.note(found.cohort, subject=found.part)
    then = first + _QUOTES
    more = (Option("Read on", "shared-with-me.team", f"{which}:{then}"),) if then < len(found.lines) else ()
    return Outgoing(
        f"A copy of {words.local_day(found.at, visit.who.zone)}. The whole team agreed that you can read it.",
        title=found.title,
        quotes=tuple(Quote(text, title=section) for section, text in found.lines[first:then]),
        note="Shared in trust. Please do not pass it on.",
        options=more,
    )


def _there(tx: Connection, visit: Visit, cohort: str) -> bool:
    """Whoever has left the cohort reads no more of what its teams share."""
    who = visit.who
    me = cohorts.member(tx, who.tenant, cohort, who.person)
    leads = people.has_role(tx, who.tenant, cohort, who.person, people.FACILITATOR)
    return leads or (me is not None and me.state != cohorts.LEFT)


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    cohort = cohorts.find(tx, visit.who.tenant, visit.value)
    given = shared.given_to(tx, visit.vault, visit.who, visit.value) if cohort else []
    nameless = unsigned.given_to(tx, visit.vault, visit.who, visit.value) if cohort else []
    nameless = [one for one in nameless if not moments.is_one(one.number)]  # they are read with their event
    of_teams = team_copies.given_to(tx, visit.vault, visit.who, visit.value) if cohort else []
    of_teams = of_teams if cohort and _there(tx, visit, cohort.cohort) else []
    if cohort is None or not (given or nameless or of_teams):
        return Outgoing("Nobody has shared anything with you here yet.")
    return Outgoing(
        "Members and teams chose to share these with you. Each opens for you alone.",
        title=f"Shared with you in {cohort.name}",
        options=tuple(
            Option(words.cut(f"{one.writer}: {one.title}", 75), "shared-with-me.read", one.share) for one in given[:12]
        )
        + tuple(
            Option(words.cut(f"Without a name: {one.title}", 75), "shared-with-me.unsigned", one.note)
            for one in nameless[: 12 - len(of_teams[:6])]
        )
        + tuple(Option(words.cut(one.title, 75), "shared-with-me.team", one.part) for one in of_teams[:6]),
    )


def _audience(found: shared.Shared) -> str:
    return {shared.COHORT: "the cohort", shared.COACH: "you alone"}.get(found.audience, "the facilitators")


feature = Feature(
    "shared-with-me",
    presses={"read": read, "unsigned": read_unsigned, "team": read_team, "list": listing},
    compose={"share-notice": notice},
)
