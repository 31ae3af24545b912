"""Passing a question on, unsigned, to whoever looks after the entries; and the note when there is an answer."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import help_card, passed_on, words
from bot.errors import NotAllowed
from bot.messages import Audience, Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Row
from bot.store import people
from bot.visit import Feature, Services, Visit

_LIMIT = 500


async def open_form(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    readers = _readers(tx, visit)
    if not readers:
        return Outgoing("Nobody looks after the entries here yet, so nothing was passed on.")
    names = words.listed(people.names(tx, visit.who.tenant, readers))
    question = visit.services.asked.look(visit.value, visit.who.person, visit.now) or ""
    return Form(
        visit.services.ids(),
        "Pass it on, unsigned",
        "passing-on.send",
        (
            Field(
                "text",
                "Your question",
                required=True,
                initial=words.cut(question, _LIMIT),
                limit=_LIMIT,
                lines=4,
                hint="Exactly these words are passed on. Change whatever you like.",
            ),
        ),
        intro=f"{names} can read it here: they look after what I answer from. They see the words and the day, and not "
        "your name. They may still guess who wrote it, so please leave out what points to you or to somebody else.\n\n"
        "When they publish an answer, you get a private note. For that I keep a mark which they cannot see. Only "
        f"whoever runs the server ({visit.services.facts.runs_it}) could trace it to you. The mark and your words go "
        f"when there is an answer, and after {visit.services.keeping.after_end} days at the latest.",
        submit="Pass it on",
    )


async def send(visit: Visit) -> Reply:
    if help_card.shows_signs(visit.field("text")):
        return help_card.card(visit.services.contacts, visit.services.countries)
    return await visit.once(_send, visit)


def _send(tx: Connection, visit: Visit) -> Reply:
    readers, text = _readers(tx, visit), visit.field("text")
    if not readers:
        return Errors({"": "Nobody looks after the entries here now, so nothing was passed on."})
    if not text:
        return Errors({"text": "Please write your question. One line is enough."})
    if words.length(text) > _LIMIT:
        return Errors(
            {"text": f"This has {words.length(text)} characters and {_LIMIT} fit. Nothing is lost: please shorten it."}
        )
    services = visit.services
    note = passed_on.put(tx, visit.vault, services.keys, visit.who, readers, text, visit.now, services.ids)
    return Outgoing(
        "Passed on, without your name. When there is an answer, you get a private note.",
        options=(Option("Take it back", "passing-on.take-back", note),),
    )


async def take_back(visit: Visit) -> Reply:
    return await visit.write(_take_back, visit)


def _take_back(tx: Connection, visit: Visit) -> Reply:
    if not passed_on.take_back(tx, visit.services.keys, visit.who, visit.value):
        raise NotAllowed("There is nothing of yours to take back here. It may be answered by now. Nothing was changed.")
    return Outgoing("Taken back. Nobody can read it any more.", replaces=True)


def answered(tx: Connection, services: Services, row: Row) -> Outgoing:
    return Outgoing(
        "A question that you passed on has an answer now.",
        note="Nobody else gets this note because of you, and nobody is told that you do.",
        options=(Option("Read the answer", "resources.entry", row.intent.subject, "primary"),),
        audience=Audience.DM,
        quiet=True,
    )


def _readers(tx: Connection, visit: Visit) -> list[str]:
    """Not oneself: what one knows already needs no passing on."""
    return [one for one in passed_on.curators(tx, visit.who.tenant) if one != visit.who.person]


feature = Feature(
    "passing-on",
    presses={"open": open_form, "take-back": take_back},
    submissions={"send": send},
    compose={passed_on.ANSWERED: answered},
)
