"""Somebody's own events: what is to come, what to write before, the note without a name after, and the follow-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from bot import choose, choose_event, event_words, guest_list, moments, reflection_form
from bot.errors import NotAllowed
from bot.event_times import EXIT_NOTE, FOLLOW_UP, MOMENTS, PRE_WORK
from bot.guest_list import Seen
from bot.messages import Errors, Option, Outgoing, Reply
from bot.programs import Moment, Unit
from bot.releases import FLOOR
from bot.store import occasions, people, turns
from bot.store.cohorts import Cohort
from bot.vault import private, unsigned
from bot.vault.private import Words
from bot.visit import Feature, Visit

_EXIT_NOTE_OPEN = timedelta(days=3)
"""A day longer than it is sent, for whom it reached last."""


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "attending.list", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program = visit.services.program(tx, cohort)
    mine = [
        one
        for one in occasions.of_cohort(tx, cohort)
        if one.when.ends + _EXIT_NOTE_OPEN > visit.now
        and guest_list.invited(tx, program, cohort, one, visit.who.person)
    ]
    back = (Option("My calendar", "calendar.page"), Option("My cohort", "membership.home", cohort.cohort))
    if not mine:
        return Outgoing("No event is planned for you now. You are told when one is.", options=back)
    return Outgoing(
        "\n".join(f"• {one.title}: {event_words.when(one.when, member.zone)}" for one in mine),
        title="Your events",
        options=(
            *(Option(event_words.label(one, member.zone), "attending.show", one.occasion) for one in mine[:20]),
            *back,
        ),
    )


async def show(visit: Visit) -> Reply:
    return await visit.read(_show, visit)


def _show(tx: Connection, visit: Visit) -> Reply:
    seen = choose_event.mine(tx, visit)
    which, now = seen.occasion, visit.now
    if which.state == occasions.CANCELLED:
        return Outgoing("This event does not take place. There is nothing to do.", title=which.title)
    options = []
    if seen.event.pre_work and now < which.when.starts:
        options.append(Option("Before it", "attending.open", f"{which.occasion}:{PRE_WORK}", "primary"))
    if seen.event.exit_note and which.when.ends <= now < which.when.ends + _EXIT_NOTE_OPEN:
        options.append(Option("Exit note", "attending.open", f"{which.occasion}:{EXIT_NOTE}", "primary"))
    options += [
        Option("Take back what waits without my name", "sharing.withdraw", one)
        for one in unsigned.waiting(tx, visit.who, seen.cohort.cohort, moments.number(which, EXIT_NOTE))
    ]
    options.append(Option("Add to my calendar", "calendar.event", which.occasion))
    if seen.me.outside:
        options.append(Option("I will not come", "guests.leave", which.occasion))
    return Outgoing(
        f"{seen.event.about}\n\n{event_words.lines(which, seen.me.plan.zone)}",
        title=which.title,
        note=seen.cohort.name,
        options=tuple(options),
    )


# --- writing -----------------------------------------------------------------------------------------


async def open_form(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    seen, kind, said = _asked(tx, visit)
    unit = moments.as_unit(seen.occasion, kind, said)
    if too_late := _too_late(visit, seen, kind):
        return Outgoing(too_late)
    before = [] if said.anonymous else private.of_unit(tx, visit.vault, visit.who, seen.cohort.cohort, unit.number)
    again = before[-1] if before and before[-1].readable else None
    form = reflection_form.show(
        visit.services.ids(),
        "reflections.revise" if again else "attending.save",
        reflection_form.revision(again) if again else visit.value,
        unit.title,
        unit,
        words=again.words if again else None,
    )
    if said.anonymous and len(guest_list.everybody(tx, seen.program, seen.cohort, seen.occasion)) < FLOOR:
        return replace(form, intro=f"{form.intro}\n\n{event_words.FEW}")
    return form


async def save(visit: Visit) -> Reply:
    return await visit.write(_save, visit)


def _save(tx: Connection, visit: Visit) -> Reply:
    try:
        seen, kind, said = _asked(tx, visit)
    except NotAllowed as problem:
        return Errors({"": str(problem)})
    if too_late := _too_late(visit, seen, kind):
        return Errors({"": f"{too_late} Your text is still here: please copy it."})
    unit = moments.as_unit(seen.occasion, kind, said)
    written = reflection_form.read(visit, unit)
    if isinstance(written, Errors):
        return written
    if not any(value not in (None, "", []) for value in written.answers.values()) and not written.step:
        return Outgoing("You wrote nothing, so nothing was kept. That is fine.", title=unit.title)
    return _keep_unsigned(tx, visit, seen, unit, written) if said.anonymous else _keep(tx, visit, seen, unit, written)


def _keep(tx: Connection, visit: Visit, seen: Seen, unit: Unit, written: Words) -> Reply:
    home = seen.cohort.cohort
    entry, new = private.save(
        tx, visit.vault, visit.who, home, unit.number, visit.form, written, visit.now, visit.services.ids
    )
    if new:
        turns.mark(tx, visit.who.tenant, home, visit.who.person, unit.number, turns.ANSWERED)
    return Outgoing(
        "Saved. Only you see it, unless you choose to share it.",
        title=unit.title,
        options=(
            Option("Read it again", "journal.read", entry.entry),
            Option("My journal", "journal.list"),
            Option("I need support", "support.card"),
        ),
    )


def _keep_unsigned(tx: Connection, visit: Visit, seen: Seen, unit: Unit, written: Words) -> Reply:
    readers = _facilitators(tx, seen.cohort, visit)
    if not readers:
        return Errors({"": "No facilitator is there to read it, so nothing was saved. Your text is still here."})
    parts = reflection_form.pairs(unit, written)
    made = unsigned.put(
        tx,
        visit.vault,
        visit.who,
        seen.cohort.cohort,
        unit.number,
        "facilitators",
        readers,
        unit.title,
        parts,
        visit.now,
        visit.services.ids,
    )
    return Outgoing(
        "Saved without your name. It waits until five people have written, and is read on a later day. After that "
        "nobody knows which is yours, so it cannot be taken back then.",
        title=unit.title,
        options=(Option("Take it back", "sharing.withdraw", made), Option("I need support", "support.card")),
    )


def _facilitators(tx: Connection, cohort: Cohort, visit: Visit) -> list[str]:
    leaders = people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR)
    return [one for one in leaders if one != visit.who.person]


def _asked(tx: Connection, visit: Visit) -> tuple[Seen, str, Moment]:
    seen = choose_event.mine(tx, visit)
    kind = visit.value.partition(":")[2]
    said = moments.moment(seen.event, kind) if kind in MOMENTS else None
    if said is None or (seen.me.outside and kind == FOLLOW_UP) or seen.occasion.state != occasions.PLANNED:
        raise NotAllowed("This button is out of date. Nothing was changed; /cohort shows what is yours.")
    return seen, kind, said


def _too_late(visit: Visit, seen: Seen, kind: str) -> str:
    """Also too early; empty in between. Pre-work and follow-up are one's own, and have no end."""
    ends = seen.occasion.when.ends
    if kind != PRE_WORK and visit.now < ends:
        return "This opens when the event has ended. Nothing was saved."
    if kind == EXIT_NOTE and visit.now >= ends + _EXIT_NOTE_OPEN:
        return "The time for this note is over. Nothing was saved."
    return ""


feature = Feature(
    "attending",
    presses={"list": listing, "show": show, "open": open_form},
    submissions={"save": save},
)
