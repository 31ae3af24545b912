"""Asking a person: the asker chooses whom, sees every word, and only then is anything sent."""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy import Connection

from bot import asked_for, outbox, words
from bot.errors import Unreadable
from bot.messages import Audience, Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.outbox import Intent, Row
from bot.store import cohorts, people
from bot.vault import requests
from bot.vault.requests import Request
from bot.visit import Feature, Services, Visit

log = logging.getLogger(__name__)
NOTICE, TAKEN, DUE = "request-notice", "request-taken", "request-due"
REPLY, MOVED = "request-seen", "request-moved"
_LIMIT = 3000


async def open_form(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    found = _helpers(tx, visit)
    if not found:
        return Outgoing(f"There is nobody here yet who could be asked. Nothing was sent.{_outside(visit)}")
    return Form(
        visit.services.ids(),
        "Ask a person",
        "requests.send",
        (
            Field("whom", "Whom would you like to ask?", "choice", True, choices=tuple(found.items())),
            Field(
                "text",
                "Your question",
                required=True,
                limit=_LIMIT,
                lines=4,
                hint="Exactly these words are sent, with your name. Please leave out names of students.",
            ),
        ),
        intro="Only the person you choose can read it here. Nothing else about you is passed on. Should they leave "
        f"before they have answered, it goes to {_last_resort(tx, visit)}, and you are told."
        + ("" if len(found) > 1 else _instead(visit)),
        submit="Send",
    )


def _instead(visit: Visit) -> str:
    """Nobody must be left with the one person whom they would rather not ask."""
    outside = _outside(visit)
    if outside:
        return f"\n\nWould you rather ask somebody else?{outside}"
    return (
        "\n\nWould you rather ask somebody else? I know of nobody else here. You can always talk to a person whom you "
        "trust outside of this bot."
    )


def _outside(visit: Visit) -> str:
    lines = "".join(f"\n• {line}" for line in visit.services.contacts)
    return f" These people are outside of this bot, and hear of nothing from me:\n{lines}" if lines else ""


async def send(visit: Visit) -> Reply:
    return await visit.once(_send, visit)


def _send(tx: Connection, visit: Visit) -> Reply:
    found, whom, text = _helpers(tx, visit), visit.field("whom"), visit.field("text")
    if whom not in found:
        return Errors({"whom": "Please choose a person."})
    if not text:
        return Errors({"text": "Please write your question. One line is enough."})
    if words.length(text) > _LIMIT:
        return Errors(
            {"text": f"This has {words.length(text)} characters and {_LIMIT} fit. Nothing is lost: please shorten it."}
        )
    helper, _, cohort = whom.partition(":")
    made = requests.put(tx, visit.vault, visit.who, cohort, helper, text, visit.now, visit.services.ids)
    outbox.put(tx, [Intent(visit.who.tenant, cohort, NOTICE, 0, helper, visit.now, subject=made)])
    return Outgoing(
        f"Sent to {found[whom]}. You hear from me when they take it up, and from them directly with an answer."
    )


def notice(tx: Connection, services: Services, row: Row) -> Outgoing:
    return Outgoing(
        "Somebody has a question for you. It opens for you alone.",
        options=(Option("Read it", "requests.read", row.intent.subject, "primary"),),
        audience=Audience.DM,
    )


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    waiting = requests.of_helper(tx, visit.vault, visit.who)
    if not waiting:
        return Outgoing("No question is waiting for you.")
    return Outgoing(
        "These people asked you something.",
        title="Questions for you",
        options=tuple(
            Option(words.cut(_line(tx, visit, one), 75), "requests.read", one.request) for one in waiting[:20]
        ),
    )


def _line(tx: Connection, visit: Visit, one: Request) -> str:
    when = words.local_day(one.at, visit.who.zone)
    title, promised = _promised(tx, visit.services, visit.who.tenant, one)
    if not promised:
        return f"{one.name}, {when}"
    return f"{one.name}, {promised}{', taken up' if one.state == requests.TAKEN else ''}: {title}"


def _promised(tx: Connection, services: Services, home: str, one: Request) -> tuple[str, str]:
    """The title of what was asked for and "by Friday 4 December"; empty for a question of somebody's own."""
    which = cohorts.find(tx, home, one.cohort)
    kind = asked_for.kind(services.program(tx, which), one.kind) if which and one.kind else None
    return (kind.title, f"by {words.day(asked_for.answered_by(kind, one.at, which))}") if kind and which else ("", "")


async def read(visit: Visit) -> Reply:
    return await visit.read(_read, visit)


def _read(tx: Connection, visit: Visit) -> Reply:
    found = requests.find(tx, visit.vault, visit.who, visit.value)
    if found is None:
        return Outgoing("This question was not put to you, or it is no longer kept. There is nothing to show.")
    visit.note(found.cohort, touched=found.asker, subject=found.request)
    title, promised = _promised(tx, visit.services, visit.who.tenant, found)
    took = (Option("I take it up", "requests.take", found.request),) if found.state == requests.OPEN else ()
    done_ = (Option("I have answered", "requests.done", found.request, "primary"),)
    return Outgoing(
        f"{found.name} asked you on {words.local_day(found.at, visit.who.zone)}. "
        f"Please answer them in a private message{f' {promised}' if promised else ''}.",
        title=title,
        quotes=(Quote(found.text),),
        note="Only you can read it here.",
        options=() if found.state == requests.DONE else (*took, *done_),
    )


async def take(visit: Visit) -> Reply:
    return await visit.write(_take, visit)


def _take(tx: Connection, visit: Visit) -> Reply:
    """The asker is told once, and by whom."""
    found = requests.find(tx, visit.vault, visit.who, visit.value)
    if found is None:
        return Outgoing("This question was not put to you. Nothing was changed.")
    visit.note(found.cohort, touched=found.asker, subject=found.request)
    if requests.take(tx, visit.who, found.request):
        outbox.put(
            tx, [Intent(visit.who.tenant, found.cohort, TAKEN, 0, found.asker, visit.now, subject=found.request)]
        )
    return Outgoing(
        f"Thank you. {found.name} is told that you look after it.",
        options=(Option("I have answered", "requests.done", found.request, "primary"),),
    )


def taken(tx: Connection, services: Services, row: Row) -> Outgoing:
    return Outgoing(
        "What you asked for was taken up: a person looks after it and answers you directly.", audience=Audience.DM
    )


def due(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """On the promised day, once, to whoever owes the answer."""
    if not requests.waits(tx, row.intent.tenant, row.intent.subject, row.intent.recipient):
        return None
    return Outgoing(
        "An answer that you owe somebody was promised for today.",
        options=(Option("Read it", "requests.read", row.intent.subject, "primary"),),
        audience=Audience.DM,
    )


async def done(visit: Visit) -> Reply:
    return await visit.once(_done, visit)


def _done(tx: Connection, visit: Visit) -> Reply:
    found = requests.find(tx, visit.vault, visit.who, visit.value)
    if found is None:
        return Outgoing("This question was not put to you. Nothing was changed.")
    requests.close(tx, visit.who, found.request)
    visit.note(found.cohort, touched=found.asker, subject=found.request)
    outbox.put(
        tx,
        [Intent(visit.who.tenant, found.cohort, REPLY, 0, found.asker, visit.now, subject=found.request)],
    )
    return Outgoing("Thank you. They are told that you have answered.", replaces=True)


def seen(tx: Connection, services: Services, row: Row) -> Outgoing:
    return Outgoing("The person you asked says that they have answered you.", audience=Audience.DM)


def _last_resort(tx: Connection, visit: Visit) -> str:
    names = people.names(tx, visit.who.tenant, _directors(tx, visit.who.tenant, visit.who.person)[:1])
    return f"{names[0]}, who looks after this bot" if names else "whoever looks after this bot then"


def _directors(tx: Connection, tenant: str, asker: str) -> list[str]:
    """To whom a question goes whose owner has left."""
    found = people.holders(tx, tenant, people.WHOLE_TENANT, people.FACILITATOR)
    return [one for one in found if one != asker and not people.somebody(tx, tenant, one).leaving]


def pass_to_director(tx: Connection, services: Services, now: datetime) -> bool:
    """One question whose owner has left; False when there is none, or nobody to take it."""
    if services.vault.cause:
        return False
    for tenant, which, asker in requests.without_owner(tx):
        for director in _directors(tx, tenant, asker)[:1]:
            try:
                requests.hand_over(tx, services.vault, tenant, which, director)
            except Unreadable as problem:
                log.error("a row does not open", extra={"action": "requests.hand-over", "key": which}, exc_info=problem)
                continue
            minute = int(now.timestamp()) // 60
            outbox.put(
                tx,
                [
                    Intent(tenant, "", NOTICE, minute, director, now, subject=which),
                    Intent(tenant, "", MOVED, minute, asker, now, subject=which),
                ],
            )
            return True
    return False


def moved(tx: Connection, services: Services, row: Row) -> Outgoing:
    return Outgoing(
        "The person you asked is not here any more, and had not said that they have answered you. Nothing is lost: "
        "your question is now with somebody who looks after this bot. Nobody else can read it.",
        audience=Audience.DM,
    )


def _helpers(tx: Connection, visit: Visit) -> dict[str, str]:
    """ "person:cohort" to a name with its role. Facilitators of one's cohorts, and those of the whole house."""
    found: dict[str, str] = {}
    for cohort, _ in cohorts.of_person(tx, visit.who):
        for one in people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR):
            name = people.somebody(tx, cohort.tenant, one).name
            found.setdefault(f"{one}:{cohort.cohort}", f"{name}, facilitator of {cohort.name}")
    for one in people.holders(tx, visit.who.tenant, people.WHOLE_TENANT, people.FACILITATOR):
        if not any(key.startswith(f"{one}:") for key in found):
            found[f"{one}:"] = f"{people.somebody(tx, visit.who.tenant, one).name}, who looks after this bot"
    return {key: label for key, label in found.items() if not key.startswith(f"{visit.who.person}:")}


feature = Feature(
    "requests",
    presses={"open": open_form, "read": read, "take": take, "done": done, "list": listing},
    submissions={"send": send},
    compose={NOTICE: notice, TAKEN: taken, DUE: due, REPLY: seen, MOVED: moved},
    plan=pass_to_director,
)
