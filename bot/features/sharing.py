"""Giving one entry to a named audience: choose, see the exact text and people, then say yes."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import outbox, reflection_form, words
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.outbox import Intent
from bot.store import cohorts, people
from bot.store.cohorts import Cohort
from bot.vault import private, shared
from bot.visit import Feature, Visit

NOTICE = "share-notice"


async def choose(visit: Visit) -> Reply:
    return await visit.read(_choose, visit)


def _choose(tx: Connection, visit: Visit) -> Reply:
    found = _entry(tx, visit, visit.value)
    if isinstance(found, Outgoing):
        return found
    entry, cohort, _, parts = found
    choices = []
    for audience in (shared.FACILITATORS, shared.COHORT):
        readers = _readers(tx, visit, cohort, audience)
        if readers:
            choices.append((audience, _audience(tx, visit, audience, readers)))
    if not choices or not parts:
        return Outgoing("There is nobody in this cohort to share it with yet. Nothing was shared.")
    return Form(
        visit.services.ids(),
        "Share this entry",
        "sharing.preview",
        (
            Field("audience", "Who should be able to read it?", "choice", True, choices=tuple(choices)),
            Field(
                "parts",
                "Which parts?",
                "choices",
                True,
                choices=tuple((str(at), words.cut(ask, 70)) for at, (ask, _) in enumerate(parts)),
                initial=tuple(str(at) for at in range(len(parts))),
            ),
        ),
        entry.entry,
        intro="You will see exactly what is shared, and with whom, before anything is shared. "
        "People who join later will not see it, and you can take it back at any time.",
        submit="Show me first",
    )


async def preview(visit: Visit) -> Reply:
    return await visit.write(_preview, visit)


def _preview(tx: Connection, visit: Visit) -> Reply:
    found = _entry(tx, visit, visit.value)
    if isinstance(found, Outgoing):
        return Errors({"": found.text})
    entry, cohort, title, parts = found
    audience = visit.field("audience")
    readers = _readers(tx, visit, cohort, audience) if audience in (shared.FACILITATORS, shared.COHORT) else []
    if not readers:
        return Errors({"audience": "Please choose who should be able to read it."})
    wanted = set(visit.fields("parts"))
    chosen = [part for at, part in enumerate(parts) if str(at) in wanted]
    if not chosen:
        return Errors({"parts": "Please choose at least one part."})
    shared.drop_proposals(tx, visit.vault, visit.who, entry.entry)
    made = shared.propose(
        tx,
        visit.vault,
        visit.who,
        cohort.cohort,
        entry.entry,
        audience,
        readers,
        title,
        chosen,
        visit.now,
        visit.services.ids,
    )
    return Outgoing(
        f"This is exactly what will be shared with {_audience(tx, visit, audience, readers)}, "
        "under your name. Nothing is shared yet.",
        title=title,
        quotes=tuple(Quote(answer, title=ask) for ask, answer in chosen),
        note="Whoever reads it may remember it or copy it, and taking it back cannot undo that.",
        options=(
            Option("Share it", "sharing.give", made, "primary"),
            Option("Do not share", "sharing.take-back", made),
        ),
    )


async def give(visit: Visit) -> Reply:
    return await visit.once(_give, visit)


def _give(tx: Connection, visit: Visit) -> Reply:
    given = shared.give(tx, visit.vault, visit.who, visit.value, visit.now)
    if given is None:
        return Outgoing("There is nothing waiting to be shared under this button. Nothing was changed.")
    cohort = cohorts.find(tx, visit.who.tenant, given.cohort)
    if cohort is not None:
        outbox.put(tx, _notices(tx, visit, cohort, given))
    return Outgoing(
        "Shared. You can take it back at any time in your journal.",
        options=(
            Option("Take it back", "sharing.take-back", given.share),
            Option("My journal", "journal.list"),
        ),
        replaces=True,
    )


def _notices(tx: Connection, visit: Visit, cohort: Cohort, given: shared.Shared) -> list[Intent]:
    """That something was shared, without a word of it."""
    if given.audience == shared.COHORT and cohort.place:
        return [Intent(cohort.tenant, cohort.cohort, NOTICE, 0, cohort.place, visit.now, True, subject=given.share)]
    return [
        Intent(cohort.tenant, cohort.cohort, NOTICE, 0, reader, visit.now, subject=given.share)
        for reader in shared.readers(tx, visit.who, given.share)
    ]


async def take_back(visit: Visit) -> Reply:
    if await visit.write(shared.take_back, visit.vault, visit.who, visit.value):
        return Outgoing(
            "Taken back: nobody can open it here any more. Who has already read it may remember it.",
            options=(Option("My journal", "journal.list"),),
            replaces=True,
        )
    return Outgoing("This was not shared any more. Nothing was changed.", replaces=True)


def _entry(
    tx: Connection, visit: Visit, which: str
) -> tuple[private.Entry, Cohort, str, list[tuple[str, str]]] | Outgoing:
    entry = private.find(tx, visit.vault, visit.who, which)
    if entry is None:
        return Outgoing("That entry is not in your journal any more. Nothing was shared.")
    cohort = cohorts.find(tx, visit.who.tenant, entry.cohort)
    if cohort is None:
        return Outgoing("A private note belongs to no cohort, so there is nobody to share it with. Nothing was shared.")
    unit = visit.services.program(tx, cohort).unit(entry.number)
    return entry, cohort, unit.title, reflection_form.pairs(unit, entry.words)


def _readers(tx: Connection, visit: Visit, cohort: Cohort, audience: str) -> list[str]:
    """Persons, fixed now; the writer is not her own audience."""
    leaders = people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR)
    everybody = leaders
    if audience == shared.COHORT:
        everybody = leaders + [one.person for one in cohorts.members(tx, cohort)]
    return [one for one in dict.fromkeys(everybody) if one != visit.who.person]


def _audience(tx: Connection, visit: Visit, audience: str, readers: list[str]) -> str:
    if audience == shared.COHORT:
        return f"the whole cohort ({words.people(len(readers))}, facilitators included)"
    names = words.listed(people.names(tx, visit.who.tenant, readers))
    return f"your facilitator {names}" if len(readers) == 1 else f"your facilitators {names}"


feature = Feature(
    "sharing",
    presses={"choose": choose, "give": give, "take-back": take_back},
    submissions={"preview": preview},
)
