"""Giving one entry to a named audience: choose, see the exact text and people, then say yes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from bot import outbox, reflection_form, upcoming, words
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.outbox import Intent
from bot.programs.seats import role_of
from bot.releases import FLOOR
from bot.store import cohorts, people
from bot.store.cohorts import Cohort
from bot.vault import private, shared, unsigned
from bot.visit import Feature, Services, Visit

NOTICE = "share-notice"
_NAMED = {"unsigned-leaders": shared.FACILITATORS, "unsigned-cohort": shared.COHORT}
"""What is chosen without a name, and the audience that it is for."""


_WAITS = (
    "Without your name, it waits until five people have shared on this prompt in the same way; until then you can take "
    "it back. People may know you by your style or by what you tell."
)
_TOO_FEW = "Sharing without your name needs five writers, and this cohort has fewer members."


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
    choices += [(f"{shared.COACH}:{one}", _coach_alone(tx, visit, one)) for one in _coaches(tx, visit, cohort)]
    enough = len(cohorts.members(tx, cohort)) >= FLOOR
    choices += [
        (audience, f"Without my name: {'facilitators' if named == shared.FACILITATORS else 'cohort'}, once five have")
        for audience, named in _NAMED.items()
        if enough and named in dict(choices)
    ]
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
        "People who join later will not see it, and you can take it back at any time. "
        + (_WAITS if enough else _TOO_FEW),
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
    named = _NAMED.get(audience, audience)
    readers = _readers(tx, visit, cohort, named) if named in (shared.FACILITATORS, shared.COHORT) else []
    kind, _, whom = audience.partition(":")
    if kind == shared.COACH and whom in _coaches(tx, visit, cohort):
        audience, named, readers = shared.COACH, shared.COACH, [whom]
    if audience in _NAMED and len(cohorts.members(tx, cohort)) < FLOOR:
        return Errors({"audience": _TOO_FEW})
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
        f"This is exactly what will be shared with {_audience(tx, visit, named, readers)}, "
        f"{'without your name, once five have shared' if audience in _NAMED else 'under your name'}. "
        "Nothing is shared yet.",
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
    if given.audience in _NAMED:
        return _give_unsigned(tx, visit, given)
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


def _give_unsigned(tx: Connection, visit: Visit, given: shared.Shared) -> Reply:
    """The named copy goes in the transaction in which it came; what stays leads to its writer until the release."""
    entry = private.find(tx, visit.vault, visit.who, given.entry)
    readers = shared.readers(tx, visit.who, given.share)
    shared.take_back(tx, visit.vault, visit.who, given.share)
    if entry is None:
        return Outgoing("That entry is not in your journal any more. Nothing was shared.", replaces=True)
    made = unsigned.put(
        tx,
        visit.vault,
        visit.who,
        given.cohort,
        entry.number,
        _NAMED[given.audience],
        readers,
        given.title,
        given.parts,
        visit.now,
        visit.services.ids,
    )
    return Outgoing(
        "It waits without your name, until five people have shared on this prompt. After that nobody knows which is "
        "yours, so it cannot be taken back then.",
        options=(Option("Take it back", "sharing.withdraw", made), Option("My journal", "journal.list")),
        replaces=True,
    )


async def withdraw(visit: Visit) -> Reply:
    if await visit.write(unsigned.withdraw, visit.who, visit.value):
        return Outgoing("Taken back before anybody could read it.", replaces=True)
    return Outgoing(
        "This is released, or taken back already. Once it is released nobody knows whose it was, so it cannot be taken "
        "back. Nothing was changed.",
        replaces=True,
    )


def _release(tx: Connection, services: Services, now: datetime) -> bool:
    return unsigned.release(tx, services.vault, now, services.ids, services.shuffle)


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
            "Taken back: nobody can open it here any more. Whoever has already read it may remember it.",
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
    if cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person) is None:
        return Outgoing("You are not in this cohort, so what you wrote stays with you. Nothing was shared.")
    unit = upcoming.as_asked(tx, cohort, visit.services.program(tx, cohort), entry.number, visit.who.person)
    return entry, cohort, unit.title, reflection_form.pairs(unit, entry.words)


def _readers(tx: Connection, visit: Visit, cohort: Cohort, audience: str) -> list[str]:
    """Persons, fixed now; the writer is not her own audience."""
    leaders = people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR)
    everybody = leaders
    if audience == shared.COHORT:
        everybody = leaders + [one.person for one in cohorts.members(tx, cohort)]
    return [one for one in dict.fromkeys(everybody) if one != visit.who.person]


def _coaches(tx: Connection, visit: Visit, cohort: Cohort) -> list[str]:
    """With whom alone something can be shared; people under age are not brought together with one adult."""
    me = cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person)
    role = role_of(visit.services.program(tx, cohort), me.seat) if me else None
    if me is None or (role is not None and role.minor):
        return []
    return [one for one in people.holders(tx, cohort.tenant, cohort.cohort, people.COACH) if one != visit.who.person]


def _coach_alone(tx: Connection, visit: Visit, whom: str) -> str:
    return f"{words.listed(people.names(tx, visit.who.tenant, [whom]))}, coach, and nobody else"


def _audience(tx: Connection, visit: Visit, audience: str, readers: list[str]) -> str:
    if audience == shared.COACH:
        return _coach_alone(tx, visit, readers[0])
    if audience == shared.COHORT:
        return f"the whole cohort ({words.people(len(readers))}, facilitators included)"
    names = words.listed(people.names(tx, visit.who.tenant, readers))
    return f"your facilitator {names}" if len(readers) == 1 else f"your facilitators {names}"


feature = Feature(
    "sharing",
    presses={"choose": choose, "give": give, "take-back": take_back, "withdraw": withdraw},
    submissions={"preview": preview},
    plan=_release,
)
