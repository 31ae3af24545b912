"""Which event is meant by a button or form, and whether it is the caller's to see or to change."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose, guest_list, moments, words
from bot.errors import NotAllowed
from bot.guest_list import Seen
from bot.programs import Event, Program
from bot.store import cohorts, occasions
from bot.store.cohorts import Cohort
from bot.store.occasions import Occasion
from bot.visit import Visit

_GONE = "This event is not there any more. Nothing was changed."
_NOT_INVITED = "This event is for others, so nothing was shown and nothing was changed. /cohort shows what is yours."


def led(tx: Connection, visit: Visit) -> tuple[Occasion, Cohort, Program, Event]:
    """One of a cohort that the caller facilitates."""
    which = occasions.find(tx, visit.who.tenant, visit.value.partition(":")[0])
    if which is None:
        raise NotAllowed(_GONE)
    cohort = choose.led_cohort(tx, visit, which.cohort)
    program = visit.services.program(tx, cohort)
    event = moments.event(program, which)
    if event is None:
        raise NotAllowed("The program of this cohort has no such event any more. Nothing was changed.")
    return which, cohort, program, event


def kind(tx: Connection, visit: Visit) -> tuple[Cohort, Program, Event]:
    """From "cohort:place of the kind", with or without more after it."""
    home, _, rest = visit.value.partition(":")
    cohort = choose.led_cohort(tx, visit, home)
    program = visit.services.program(tx, cohort)
    place = words.whole_number(rest.partition(":")[0])
    if place is None or place >= len(program.events):
        raise NotAllowed("The program has no such event. Nothing was changed.")
    return cohort, program, program.events[place]


def mine(tx: Connection, visit: Visit, which: str = "") -> Seen:
    """One that the caller is invited to, also when it is over; raises NotAllowed."""
    found = open_one(tx, visit, which)
    cohort, program, event = found
    one = occasions.find(tx, visit.who.tenant, which or visit.value.partition(":")[0])
    me = guest_list.invited(tx, program, cohort, one, visit.who.person) if one else None
    if one is None or me is None:
        raise NotAllowed(_NOT_INVITED)
    return Seen(cohort, program, one, event, me)


def open_one(tx: Connection, visit: Visit, which: str = "") -> tuple[Cohort, Program, Event]:
    """Of whatever the caller's workspace holds; whether it is for them, the next step looks."""
    one = occasions.find(tx, visit.who.tenant, which or visit.value.partition(":")[0])
    cohort = cohorts.find(tx, visit.who.tenant, one.cohort) if one else None
    program = visit.services.program(tx, cohort) if cohort else None
    event = moments.event(program, one) if program and one else None
    if one is None or cohort is None or program is None or event is None or one.state == occasions.DRAFT:
        raise NotAllowed(_GONE)
    return cohort, program, event
