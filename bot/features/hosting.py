"""The facilitator's page of one event: cancelling it, opening it to people from outside, and reading its exit notes."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import addresses, calendar_file, choose_event, event_planner, event_words, guest_list, moments, outbox, words
from bot.event_times import EXIT_NOTE
from bot.messages import Address, Errors, Field, File, Form, Option, Outgoing, Quote, Reply
from bot.outbox import Intent
from bot.programs import Event
from bot.store import occasions, people
from bot.store.cohorts import Cohort
from bot.store.occasions import Occasion
from bot.vault import unsigned
from bot.visit import Feature, Visit

OPEN = "event-open"
_NOTES = 3


async def show(visit: Visit) -> Reply:
    return await visit.read(_show, visit)


def _show(tx: Connection, visit: Visit) -> Reply:
    which, cohort, program, event = choose_event.led(tx, visit)
    if which.state != occasions.PLANNED:
        return Outgoing("This event was cancelled, or is not planned yet.", options=(_back(cohort),))
    invited = guest_list.everybody(tx, program, cohort, which)
    outside = sum(one.outside for one in invited)
    lines = [event_words.own_time(which.when), event_words.where(which), f"Invited: {words.people(len(invited))}"]
    if outside:
        lines.append(f"From outside of the cohort: {words.people(outside)}")
    return Outgoing(
        "\n".join(line for line in lines if line),
        title=which.title,
        note="Who answers what around it is not shown here, to anybody.",
        options=(
            *_changes(which, event, visit),
            *_notes_button(which, event),
            Option("Add to my calendar", "hosting.file", which.occasion),
            _back(cohort),
        ),
    )


def _changes(which: Occasion, event: Event, visit: Visit) -> tuple[Option, ...]:
    if not occasions.may_change(which, visit.now):
        return ()
    sure = f"Cancel {which.title}? Those invited are told once. What they wrote stays theirs."
    post = (Option("Post it in a channel", "hosting.post", which.occasion),) if event.open else ()
    return (
        Option("Change it", "planning.change", which.occasion),
        *post,
        Option("Cancel it", "hosting.cancel", which.occasion, "danger", sure),
    )


def _notes_button(which: Occasion, event: Event) -> tuple[Option, ...]:
    return (Option("Exit notes", "hosting.notes", f"{which.occasion}:0"),) if event.exit_note else ()


async def file(visit: Visit) -> Reply:
    """For whoever hosts it and is not among the invited."""
    which, *_ = await visit.read(choose_event.led, visit)
    data = calendar_file.written([calendar_file.of_event(which)], which.title, visit.now)
    return Outgoing(
        "Open the file: your calendar adds the event. When you change the event, take a new one.",
        file=File("event.ics", data, calendar_file.MEDIA_TYPE),
    )


async def cancel(visit: Visit) -> Reply:
    return await visit.once(_cancel, visit)


def _cancel(tx: Connection, visit: Visit) -> Reply:
    which, cohort, *_ = choose_event.led(tx, visit)
    if not occasions.may_change(which, visit.now):
        return Outgoing("This event has begun or was cancelled before. Nothing was changed.", replaces=True)
    told = event_planner.tell(tx, visit.services, occasions.cancel(tx, which), visit.now, which.when.starts)
    return Outgoing(
        f"Cancelled. {words.people(told).capitalize()} will be told, and nothing more comes around it.",
        options=(_back(cohort),),
        replaces=True,
    )


# --- people from outside -----------------------------------------------------------------------------


async def post(visit: Visit) -> Reply:
    return await visit.read(_post, visit)


def _post(tx: Connection, visit: Visit) -> Reply:
    which, _, _, event = choose_event.led(tx, visit)
    if not event.open or not occasions.may_change(which, visit.now):
        return Outgoing("This event is not open to people from outside now. Nothing was changed.")
    return Form(
        visit.services.ids(),
        "Post it in a channel",
        "hosting.save-post",
        (Field("channel", "Which channel?", "channel", True, hint="Everybody there can say that they will come."),),
        which.occasion,
        intro=f"{which.title}\n{event_words.own_time(which.when)}\n\n{event.about}\n\nThis is posted at once. Whoever "
        "presses the button gets what comes before the event and its exit note, and nothing else of the cohort. The "
        "place is told to them alone.",
        submit="Post it",
    )


async def save_post(visit: Visit) -> Reply:
    try:
        channel = Address.parse(visit.field("channel"))
    except ValueError:
        return Errors({"channel": "Please choose a channel from the list."})
    if not await addresses.channel(visit, channel):
        return Errors({"channel": "Please choose a channel of this workspace."})
    return await visit.once(_save_post, visit, channel)


def _save_post(tx: Connection, visit: Visit, channel: Address) -> Reply:
    which, cohort, _, event = choose_event.led(tx, visit)
    if not event.open or not occasions.may_change(which, visit.now):
        return Errors({"": "This event is not open to people from outside now. Nothing was posted."})
    place = people.place_for(tx, channel, visit.now, visit.services.ids)
    intent = Intent(
        cohort.tenant, cohort.cohort, OPEN, which.sequence, place, visit.now, True, which.when.starts, which.occasion
    )
    if not outbox.put(tx, [intent]):
        return Outgoing("It was posted there before. Nothing was posted again.", options=(_back(cohort),))
    return Outgoing("On its way to the channel.", options=(_back(cohort),))


# --- exit notes --------------------------------------------------------------------------------------


async def notes(visit: Visit) -> Reply:
    return await visit.read(_notes, visit)


def _notes(tx: Connection, visit: Visit) -> Reply:
    which, cohort, *_ = choose_event.led(tx, visit)
    skip = words.whole_number(visit.value.partition(":")[2]) or 0
    found = unsigned.given_about(tx, visit.vault, visit.who, cohort.cohort, moments.number(which, EXIT_NOTE))
    if not found:
        return Outgoing(
            "Nothing can be shown yet. Notes are released together once five people have written, on a later day, in "
            "another order. How many have written is not told before.",
            title=which.title,
            options=(Option("Back to the event", "hosting.show", which.occasion),),
        )
    page = found[skip : skip + _NOTES] or found[:_NOTES]
    more = skip + _NOTES < len(found)
    return Outgoing(
        f"{words.people(len(found)).capitalize()} wrote without a name. Please say next time what you heard.",
        title=f"{which.title}: exit notes",
        quotes=tuple(Quote(said, title=ask) for one in page for ask, said in one.parts),
        note="Written in trust. Please do not pass them on, and do not guess who it was.",
        options=(
            *((Option("More notes", "hosting.notes", f"{which.occasion}:{skip + _NOTES}"),) if more else ()),
            Option("Back to the event", "hosting.show", which.occasion),
        ),
    )


def _back(cohort: Cohort) -> Option:
    return Option("All events", "planning.home", cohort.cohort)


feature = Feature(
    "hosting",
    presses={"show": show, "file": file, "cancel": cancel, "post": post, "notes": notes},
    submissions={"save-post": save_post},
)
