"""Asking for what the program offers: a short form, one person who owns it, and by when there is an answer."""

from __future__ import annotations

from datetime import time

from sqlalchemy import Connection

from bot import asked_for, choose, outbox, reflection_form, schedule, words
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Intent
from bot.programs import Program, RequestKind
from bot.schedule import MemberPlan
from bot.store import people
from bot.store.cohorts import Cohort
from bot.vault import requests
from bot.vault.requests import Request
from bot.visit import Feature, Visit

NOTICE, DUE = "request-notice", "request-due"
_SHOWN = 5
_NINE = time(9, 0)
_STATE = {requests.OPEN: "sent", requests.TAKEN: "taken up", requests.DONE: "answered"}


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "asking.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program = visit.services.program(tx, cohort)
    offered = asked_for.open_to(program, member)
    lines = [f"• {one.title}: {one.about}" if one.about else f"• {one.title}" for one in offered]
    mine = [one for one in requests.of_asker(tx, visit.vault, visit.who) if one.cohort == cohort.cohort and one.kind]
    if mine:
        lines += ["", "You asked for:", *(_mine(program, cohort, visit, one) for one in reversed(mine[-_SHOWN:]))]
    return Outgoing(
        "\n".join(lines) if lines else "This program offers nothing to ask for. You can still ask a person.",
        title="Ask for something",
        note="Only you see this page. You see every word before it is sent.",
        options=(
            *(Option(one.title, "asking.open", f"{cohort.cohort}:{one.id}") for one in offered),
            Option("Ask a person anything else", "requests.open"),
            Option("Back to my cohort", "membership.home", cohort.cohort),
        ),
    )


def _mine(program: Program, cohort: Cohort, visit: Visit, one: Request) -> str:
    which = asked_for.kind(program, one.kind)
    title = which.title if which else "Something that the program no longer offers"
    said = f"• {title}, {words.local_day(one.at, visit.who.zone)}, to {one.name}: {_STATE.get(one.state, one.state)}"
    if which is None or one.state == requests.DONE:
        return f"{said}."
    return f"{said}. An answer comes by {words.day(asked_for.answered_by(which, one.at, cohort))}."


async def open_form(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    cohort, program, which = _kind(tx, visit)
    owners = asked_for.owners(tx, program, which, cohort, visit.who.person)
    if not owners:
        return Outgoing("There is nobody here yet who could answer this. Nothing was sent.")
    reads = "The person you choose" if len(owners) > 1 else next(iter(owners.values()))
    whom = Field("whom", "Who should answer it?", "choice", True, choices=tuple(owners.items()))
    return Form(
        visit.services.ids(),
        words.cut(which.title, 45),
        "asking.send",
        (
            *((whom,) if len(owners) > 1 else ()),
            *(reflection_form.blank(question) for question in which.questions),
        ),
        f"{cohort.cohort}:{which.id}:{'' if len(owners) > 1 else next(iter(owners))}",
        intro=f"{which.about} {reads} can read it here, with your name, and nobody else. You get an answer within "
        f"{'1 day' if which.days == 1 else f'{which.days} days'}, from a person. Please leave out names of "
        "students.".strip(),
        submit="Send",
    )


async def send(visit: Visit) -> Reply:
    return await visit.once(_send, visit)


def _send(tx: Connection, visit: Visit) -> Reply:
    cohort, program, which = _kind(tx, visit)
    owners = asked_for.owners(tx, program, which, cohort, visit.who.person)
    shown = visit.value.split(":")[2:]
    whom = visit.field("whom") or "".join(shown)
    if whom not in owners:
        if shown == [""]:
            return Errors({"whom": "Please choose who should answer it."})
        return Errors({"": "Somebody else answers this now. Nothing was sent: please copy your text and open it anew."})
    answers, wrong = reflection_form.read_page(visit, which.questions)
    if wrong:
        return Errors(wrong)
    text = "\n\n".join(f"{ask}\n{said}" for ask, said in reflection_form.said(which.questions, answers))
    made = requests.put(
        tx, visit.vault, visit.who, cohort.cohort, whom, text, visit.now, visit.services.ids, kind=which.id
    )
    promised = asked_for.answered_by(which, visit.now, cohort)
    owner = people.somebody(tx, cohort.tenant, whom)
    awake = MemberPlan(owner.zone, owner.quiet_from, owner.quiet_to)
    reminded = schedule.after_quiet(schedule.instant(promised, _NINE, owner.zone), awake)
    outbox.put(
        tx,
        [
            Intent(cohort.tenant, cohort.cohort, NOTICE, 0, whom, visit.now, subject=made),
            Intent(cohort.tenant, cohort.cohort, DUE, 0, whom, reminded, subject=made),
        ],
    )
    return Outgoing(
        f"Sent to {owners[whom]}. An answer comes by {words.day(promised)}, from them directly. You hear from me when "
        "they take it up.",
        options=(Option("What I asked for", "asking.home", cohort.cohort),),
    )


def _kind(tx: Connection, visit: Visit) -> tuple[Cohort, Program, RequestKind]:
    which, name = [*visit.value.split(":"), ""][:2]
    found = choose.my_cohort(tx, visit, "asking.home", which) if which else None
    if isinstance(found, tuple):
        cohort, member = found
        program = visit.services.program(tx, cohort)
        one = next((each for each in asked_for.open_to(program, member) if each.id == name), None)
        if one is not None:
            return cohort, program, one
    raise NotAllowed("This button is out of date. Nothing was sent; /cohort shows what you can ask for.")


feature = Feature("asking", presses={"home": home, "open": open_form}, submissions={"send": send})
