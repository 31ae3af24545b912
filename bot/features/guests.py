"""Sessions that are open to people outside of the cohort: they say that they will come, and belong to nothing."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose_event, event_words, guest_list
from bot.errors import NotAllowed
from bot.messages import Audience, Option, Outgoing, Reply
from bot.outbox import NothingToSay, Row
from bot.store import cohorts, occasions
from bot.visit import Feature, Services, Visit


def posted(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """In a channel."""
    which = occasions.find(tx, row.intent.tenant, row.intent.subject)
    cohort = cohorts.find(tx, row.intent.tenant, row.intent.cohort)
    if which is None or cohort is None:
        raise NothingToSay
    event = next((one for one in services.program(tx, cohort).events if one.id == which.kind), None)
    if event is None or not event.open or not occasions.may_change(which, services.now()):
        return None
    return Outgoing(
        f"{event.about}\n\n{event_words.own_time(which.when)}",
        title=which.title,
        note="Whoever presses the button gets a short message before it and one after it, and nothing else.",
        options=(Option("I will come", "guests.come", which.occasion, "primary"),),
        audience=Audience.CHANNEL,
    )


async def come(visit: Visit) -> Reply:
    return await visit.write(_come, visit)


def _come(tx: Connection, visit: Visit) -> Reply:
    cohort, program, event = choose_event.open_one(tx, visit)
    which = occasions.find(tx, visit.who.tenant, visit.value)
    if which is None or not event.open:
        raise NotAllowed("This event is not open to people from outside. Nothing was changed.")
    if not occasions.may_change(which, visit.now):
        return Outgoing("This event has begun, or does not take place. Nothing was changed.")
    me = guest_list.invited(tx, program, cohort, which, visit.who.person)
    see = (Option("Show the event", "attending.show", which.occasion),)
    if me is not None and not me.outside:
        return Outgoing("You are invited as a member already. There is nothing to do.", options=see)
    occasions.come(tx, which, visit.who.person, visit.now)
    days = visit.services.keeping.after_leaving
    return Outgoing(
        f"Good that you come.\n\n{event_words.lines(which, visit.who.zone)}\n\n"
        "A short message comes before it, and one when it ends. What you write before it is for you alone. The note "
        "after it is read without your name, and only once five people have written. You are in no cohort.",
        title=which.title,
        note=f"All this is removed by itself {days} days after the event. /privacy downloads or erases it at any time.",
        options=(
            Option("Add to my calendar", "calendar.event", which.occasion),
            Option("I will not come", "guests.leave", which.occasion),
        ),
    )


async def leave(visit: Visit) -> Reply:
    return await visit.write(_leave, visit)


def _leave(tx: Connection, visit: Visit) -> Reply:
    which = occasions.find(tx, visit.who.tenant, visit.value)
    if which is None or not occasions.stay_away(tx, which, visit.who.person):
        return Outgoing("You had not said that you will come. Nothing was changed.")
    return Outgoing("That is fine. Nothing more comes about this event.", replaces=True)


feature = Feature("guests", presses={"come": come, "leave": leave}, compose={"event-open": posted})
