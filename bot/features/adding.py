"""From an answer of one's own to the team's paper: the exact words, who will read them, and only then a yes."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from bot import choose, kinds, papers, team_news, upcoming, words
from bot.messages import Option, Outgoing, Quote, Reply
from bot.programs import Artifact, Section
from bot.store import cohorts, teams
from bot.store.cohorts import Cohort
from bot.store.teams import Team
from bot.vault import papers as vault
from bot.vault import private
from bot.vault.papers import TEXT
from bot.vault.private import Entry
from bot.visit import Feature, Visit

_GONE = Outgoing("That entry is not in your journal any more. Nothing was added.")


@dataclass(frozen=True, slots=True)
class _Piece:
    team: Team
    artifact: Artifact
    section: Section
    text: str


async def preview(visit: Visit) -> Reply:
    return await visit.read(_preview, visit)


def _preview(tx: Connection, visit: Visit) -> Reply:
    found = _entry(tx, visit)
    return _GONE if found is None else _before(tx, visit, *found)


def _before(tx: Connection, visit: Visit, cohort: Cohort, entry: Entry) -> Outgoing:
    pieces = _pieces(tx, visit, cohort, entry)
    if not pieces:
        return Outgoing("Nothing of this entry is new to a paper of your team. Nothing was added.")
    which = pieces[0].team
    readers = words.listed(papers.named(tx, which, but=visit.who.person)) or "nobody else yet"
    taken = [one.section.title for one in pieces if one.section.collects == "latest" and _stands(tx, visit, one)]
    place = f" It takes the place of what stands under: {words.listed(taken)}." if taken else ""
    return Outgoing(
        f"This is exactly what your team can read then, under your name: {readers}.{place} Nothing is added yet.",
        title=f"{pieces[0].artifact.title} · {which.name}",
        quotes=tuple(Quote(one.text, title=one.section.title) for one in pieces),
        note="It stays with the team, also when you leave. If you erase your data, the text stays without your name. "
        "The rest of your entry stays yours alone.",
        options=(
            Option(
                "Add it",
                "adding.add",
                f"{entry.entry}:{entry.revision}:{papers.audience(teams.readers(tx, which, visit.who.person))}",
                "primary",
            ),
            Option("Keep it to myself", "adding.keep"),
        ),
    )


async def add(visit: Visit) -> Reply:
    return await visit.write(_add, visit)


def _add(tx: Connection, visit: Visit) -> Reply:
    found = _entry(tx, visit)
    if found is None:
        return _GONE
    cohort, entry = found
    pieces = _pieces(tx, visit, cohort, entry)
    for which in {one.team.team: one.team for one in pieces}.values():
        teams.hold(tx, which)
    pieces = _pieces(tx, visit, cohort, entry)  # as it is now that nobody else can change it
    there = teams.readers(tx, pieces[0].team, visit.who.person) if pieces else []
    if not pieces or visit.value.split(":")[1:] != [str(entry.revision), papers.audience(there)]:
        return _before(tx, visit, cohort, entry)  # another text or another team than was shown
    for one in pieces:
        papers.keep(tx, visit.services, cohort, one.team, one.artifact, visit.now)
        vault.add(
            tx,
            visit.vault,
            one.team,
            one.artifact.id,
            one.section.id,
            TEXT,
            visit.who,
            one.text,
            there,
            visit.now,
            visit.services.ids,
        )
    team_news.tell(tx, pieces[0].team, visit.who.person, there, visit.now)
    first = pieces[0]
    return Outgoing(
        f"Added to {first.artifact.title} of {first.team.name}.",
        options=(Option("See it", "papers.section", f"{first.team.team}:{first.artifact.id}:{first.section.id}"),),
        replaces=True,
    )


async def keep(visit: Visit) -> Reply:
    return Outgoing("It stays yours alone.", replaces=True)


def _entry(tx: Connection, visit: Visit) -> tuple[Cohort, Entry] | None:
    entry = private.find(tx, visit.vault, visit.who, visit.value.split(":")[0])
    if entry is None or cohorts.find(tx, visit.who.tenant, entry.cohort) is None:
        return None
    found = choose.my_cohort(tx, visit, "teams.home", entry.cohort)
    return (found[0], entry) if isinstance(found, tuple) else None


def _pieces(tx: Connection, visit: Visit, cohort: Cohort, entry: Entry) -> list[_Piece]:
    """What a unit's questions keep in the paper of one of the writer's teams and is not there in these words."""
    program = visit.services.program(tx, cohort)
    unit = upcoming.as_asked(tx, cohort, program, entry.number, visit.who.person)
    found = []
    for which in teams.of_person(tx, cohort.tenant, cohort.cohort, visit.who.person):
        for artifact in papers.of_team(program, which):
            for section in artifact.sections:
                for question in unit.questions:
                    value = entry.words.answers.get(question.id)
                    if question.keeps == f"{artifact.id}.{section.id}" and value not in (None, "", []):
                        text = kinds.find(question.kind).show(value, question)
                        found.append(_Piece(which, artifact, section, text))
    first = found[0].artifact if found else None
    return [one for one in found if one.artifact == first and one.text not in _stands(tx, visit, one)]


def _stands(tx: Connection, visit: Visit, piece: _Piece) -> list[str]:
    found = papers.standing(tx, visit.vault, piece.team, piece.artifact, visit.who)
    return [line.text for one in found if one.section.id == piece.section.id for line in one.lines]


feature = Feature("adding", presses={"preview": preview, "add": add, "keep": keep})
