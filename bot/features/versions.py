"""What a team kept of its paper, and earlier parts opened to teammates who came later, by one who can read them."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose_paper, papers, words
from bot.errors import NotAllowed
from bot.messages import Option, Outgoing, Quote, Reply
from bot.programs import Artifact
from bot.store import people, teams
from bot.store.teams import Team
from bot.vault import papers as vault
from bot.visit import Feature, Visit

_QUOTES = 20


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    cohort, which, artifact = choose_paper.artifact(tx, visit)
    found = papers.versions(tx, visit.services, cohort, which, artifact, visit.now)
    here = f"{which.team}:{artifact.id}"
    return Outgoing(
        "Each stays as it was on its day." if found else "No version was kept yet. The program says when one is.",
        title=f"{artifact.title} · {which.name}",
        note="Only this team can read them.",
        options=(
            *(Option(_name(visit, one), "versions.show", f"{here}:{one.unit}") for one in reversed(found)),
            Option("Back to the whole", "papers.open", here),
        ),
    )


def _name(visit: Visit, one: papers.Version) -> str:
    return words.cut(f"{one.name}, {words.local_day(one.at, visit.who.zone)}", 75)


async def show(visit: Visit) -> Reply:
    return await visit.read(_show, visit)


def _show(tx: Connection, visit: Visit) -> Reply:
    cohort, which, artifact = choose_paper.artifact(tx, visit)
    unit = words.whole_number(visit.value.split(":")[-1])
    kept = papers.versions(tx, visit.services, cohort, which, artifact, visit.now)
    one = next((each for each in kept if each.unit == unit), None)
    if one is None:
        raise NotAllowed(choose_paper.OUT_OF_DATE)
    found = papers.standing(tx, visit.vault, which, artifact, visit.who, until=one.number)
    quotes = [
        Quote(line.text, title=each.section.title, as_of=words.local_day(line.at, visit.who.zone))
        for each in found
        for line in each.lines
    ]
    closed = sum(each.closed for each in found)
    left = len(quotes) - _QUOTES
    said = [f"{left} more notes are in the sections."] if left > 0 else []
    said += [f"{closed} parts of it are not open to you."] if closed else []
    return Outgoing(
        " ".join(said) or ("" if quotes else "Nothing had been written by then."),
        title=_name(visit, one),
        quotes=tuple(quotes[:_QUOTES]),
        note="Only this team can read it.",
        options=(Option("All versions", "versions.list", f"{which.team}:{artifact.id}"),),
    )


# --- opening what was written before somebody came ----------------------------------------------------------


async def widen(visit: Visit) -> Reply:
    return await visit.read(_widen, visit)


def _widen(tx: Connection, visit: Visit) -> Reply:
    _, which, artifact = choose_paper.artifact(tx, visit)
    return _before(tx, visit, which, artifact)


def _before(tx: Connection, visit: Visit, which: Team, artifact: Artifact) -> Outgoing:
    here = f"{which.team}:{artifact.id}"
    new = papers.later(tx, visit.vault, which, artifact.id, visit.who)
    if not new:
        return Outgoing(
            "Everybody on the team can read all that you can. Nothing was changed.",
            options=(Option("Back to the whole", "papers.open", here),),
        )
    names = words.listed(people.names(tx, which.tenant, new))
    return Outgoing(
        f"{names} came after parts of this were written. If you open them, {names} can read every part that you can "
        "read, with who wrote it, also parts that others wrote. Please ask them first. Nothing is opened yet.",
        title=f"{artifact.title} · {which.name}",
        note="It cannot be taken back: whoever has read it may remember it.",
        options=(
            Option("Open them", "versions.open-up", f"{here}:{papers.audience(new)}", "primary"),
            Option("Leave it as it is", "papers.open", here),
        ),
    )


async def open_up(visit: Visit) -> Reply:
    return await visit.write(_open_up, visit)


def _open_up(tx: Connection, visit: Visit) -> Reply:
    """To the people who were named above the button, and to nobody who came meanwhile."""
    _, which, artifact = choose_paper.artifact(tx, visit)
    teams.hold(tx, which)
    new = papers.later(tx, visit.vault, which, artifact.id, visit.who)
    if not new or papers.audience(new) != visit.value.split(":")[-1]:
        return _before(tx, visit, which, artifact)
    opened = vault.open_to(tx, visit.vault, which, artifact.id, visit.who, new)
    return Outgoing(
        f"Opened: {words.listed(people.names(tx, which.tenant, new))} can read {opened} more "
        f"{'part' if opened == 1 else 'parts'} now.",
        options=(Option("Back to the whole", "papers.open", f"{which.team}:{artifact.id}"),),
        replaces=True,
    )


feature = Feature("versions", presses={"list": listing, "show": show, "widen": widen, "open-up": open_up})
