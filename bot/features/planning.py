"""The facilitator plans an event or changes one: a form, a preview of all that follows from it, and then a yes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import choose, choose_event, event_form, event_planner, event_times, event_words, guest_list, words
from bot.kinds.text import clean
from bot.messages import Errors, Field, Form, Option, Outgoing, Reply
from bot.programs import Event, Program
from bot.store import cohorts, occasions, people, teams
from bot.store.cohorts import Cohort
from bot.store.occasions import Occasion
from bot.visit import Feature, Visit

_SHOWN, _TITLE = 20, 60


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    if cohort.state != cohorts.RUNNING:
        return Outgoing("Events are planned once the cohort is running, since its members are told.")
    found = occasions.of_cohort(tx, cohort)
    newest = found[-_SHOWN:]
    return Outgoing(
        "Press one to change it, to cancel it, or to read its exit notes." if found else "No event is planned yet.",
        title=f"Events of {cohort.name}",
        options=(
            Option("Plan an event", "planning.kinds", cohort.cohort, "primary"),
            *(Option(event_words.label(one, visit.who.zone), "hosting.show", one.occasion) for one in newest),
            Option("Back to the cohort", "facilitation.home", cohort.cohort),
        ),
    )


async def kinds(visit: Visit) -> Reply:
    return await visit.read(_kinds, visit)


def _kinds(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    events = visit.services.program(tx, cohort).events
    if not events:
        return Outgoing("This program has no events, so there is none to plan.")
    held = [one.kind for one in occasions.of_cohort(tx, cohort)]
    ordered = sorted(enumerate(events), key=lambda one: one[1].id in held)  # those that have no date yet come first
    return Outgoing(
        "Which event is it?",
        options=tuple(
            Option(words.cut(one.title, 75), "planning.whom", f"{cohort.cohort}:{place}")
            for place, one in ordered[:_SHOWN]
        ),
    )


async def whom(visit: Visit) -> Reply:
    return await visit.read(_whom, visit)


def _whom(tx: Connection, visit: Visit) -> Reply:
    cohort, program, event = choose_event.kind(tx, visit)
    here = f"{cohort.cohort}:{program.events.index(event)}"
    if event.alone:
        members = guest_list.members_for(tx, program, cohort, event)
        return Outgoing(
            f"{event.title}. With whom?" if members else "There is nobody yet whom this event is for.",
            options=tuple(
                Option(words.cut(one.name, 75), "planning.new", f"{here}:{one.person}") for one in members[:_SHOWN]
            ),
        )
    single = guest_list.teams_for(tx, program, cohort, event)
    if not single:
        return event_form.show(
            visit, event.title, f"{here}:", event_times.expected(program, event, cohort.start, cohort.zone)
        )
    return Outgoing(
        f"{event.title}. For whom?",
        options=(
            Option(f"For {guest_list.named(program, event)}", "planning.new", f"{here}:", "primary"),
            *(
                Option(words.cut(f"Only {one.name}", 75), "planning.new", f"{here}:{one.team}")
                for one in single[:_SHOWN]
            ),
        ),
    )


async def new(visit: Visit) -> Reply:
    return await visit.read(_new, visit)


def _new(tx: Connection, visit: Visit) -> Reply:
    cohort, program, event = choose_event.kind(tx, visit)
    return event_form.show(
        visit, event.title, visit.value, event_times.expected(program, event, cohort.start, cohort.zone)
    )


async def change(visit: Visit) -> Reply:
    return await visit.read(_change, visit)


def _change(tx: Connection, visit: Visit) -> Reply:
    which, *_ = choose_event.led(tx, visit)
    if not occasions.may_change(which, visit.now):
        return Outgoing("This event has begun or was cancelled, so it stays as it is. Nothing was changed.")
    return event_form.show(visit, which.title, which.occasion, which.when, which.place)


async def preview(visit: Visit) -> Reply:
    return await visit.once(_preview, visit)


def _preview(tx: Connection, visit: Visit) -> Reply:
    before = None
    if ":" in visit.value:
        cohort, program, event = choose_event.kind(tx, visit)
        target = [*visit.value.split(":"), ""][2]
        team, person = ("", target) if event.alone else (target, "")
    else:
        before, cohort, program, event = choose_event.led(tx, visit)
        team, person = before.team, before.person
    if before is not None and not occasions.may_change(before, visit.now):
        return Errors({"": "This event has begun or was cancelled, so it stays as it is. Nothing was changed."})
    if team and team not in {one.team for one in guest_list.teams_for(tx, program, cohort, event)}:
        return Errors({"": "The event is not for this team. Nothing was changed."})
    if event.alone and person not in {one.person for one in guest_list.members_for(tx, program, cohort, event)}:
        return Errors({"": "The event is not for this person. Nothing was changed."})
    at, place, wrong = event_form.read(visit)
    if wrong or at is None:
        return Errors(wrong)
    made = Occasion(
        tenant=cohort.tenant,
        occasion=visit.services.ids(),
        cohort=cohort.cohort,
        number=0,
        kind=event.id,
        team=team,
        person=person,
        title=before.title if before else event.title,
        when=at,
        place=place,
        state=occasions.DRAFT,
        sequence=0,
        changes=before.occasion if before else "",
        span=event_times.span(event, at),
    )
    occasions.draft(tx, made)
    return _shown(tx, made, before, cohort, program, event)


def _shown(
    tx: Connection, made: Occasion, before: Occasion | None, cohort: Cohort, program: Program, event: Event
) -> Outgoing:
    count = f"Now that is {words.people(len(guest_list.everybody(tx, program, cohort, before or made)))}."
    if before is not None:
        lines = event_words.difference(before, made) or ["Nothing is different."]
        lines += ["", f"Those invited are told once. {count} What they have got already stays with them."]
        lines.append("Nothing is changed yet.")
    else:
        lines = [event_words.own_time(made.when), event_words.where(made)]
        lines.append(f"For: {_audience(tx, made, program, event)}")
        lines += ["", "What comes around it by itself:", *event_words.around(event), ""]
        lines.append(f"Those invited are told once. {count} Nothing is planned yet.")
    return Outgoing(
        "\n".join(line for at, line in enumerate(lines) if line or at > 1),
        title=made.title,
        options=(
            Option("Change it" if before else "Plan it", "planning.settle", made.occasion, "primary"),
            Option("Give it another name", "planning.name", made.occasion),
            Option("Leave it as it is" if before else "Do not plan it", "planning.discard", made.occasion),
        ),
    )


def _audience(tx: Connection, made: Occasion, program: Program, event: Event) -> str:
    if made.person:
        return words.listed(people.names(tx, made.tenant, [made.person]))
    team = teams.find(tx, made.tenant, made.team) if made.team else None
    return team.name if team else guest_list.named(program, event)


async def name(visit: Visit) -> Reply:
    return await visit.read(_name, visit)


def _name(tx: Connection, visit: Visit) -> Reply:
    made, *_ = choose_event.led(tx, visit)
    box = Field("title", "Its name", required=True, initial=made.title, limit=_TITLE, hint="Those invited can read it.")
    return Form(visit.services.ids(), "Another name", "planning.save-name", (box,), made.occasion)


async def save_name(visit: Visit) -> Reply:
    return await visit.write(_save_name, visit)


def _save_name(tx: Connection, visit: Visit) -> Reply:
    made, cohort, program, event = choose_event.led(tx, visit)
    title = clean(visit.field("title"))
    if not title or words.length(title) > _TITLE:
        return Errors({"title": f"Please give it a name of up to {_TITLE} characters."})
    if made.state != occasions.DRAFT:
        return Errors({"": "This is planned already. To change it, open it under Events. Nothing was changed."})
    occasions.rename(tx, made, title)
    before = occasions.find(tx, made.tenant, made.changes) if made.changes else None
    return _shown(tx, replace(made, title=title), before, cohort, program, event)


async def settle(visit: Visit) -> Reply:
    return await visit.once(_settle, visit)


def _settle(tx: Connection, visit: Visit) -> Reply:
    made, cohort, *_ = choose_event.led(tx, visit)
    before = occasions.find(tx, made.tenant, made.changes) if made.changes else None
    if made.state != occasions.DRAFT or made.when.starts <= visit.now:
        return Outgoing("This was done before, or its time is over. Nothing was changed.", replaces=True)
    if before is not None and not occasions.may_change(before, visit.now):
        return Outgoing("The event has begun or was cancelled meanwhile. Nothing was changed.", replaces=True)
    if before is not None and not event_words.difference(before, made):
        occasions.discard(tx, made)
        return Outgoing("Nothing is different, so nobody is told.", options=(_back(cohort),), replaces=True)
    done = occasions.settle(tx, made)
    told = event_planner.tell(tx, visit.services, done, visit.now, done.when.starts)
    return Outgoing(
        f"{'Changed' if before else 'Planned'}. {words.people(told).capitalize()} will be told, each outside of their "
        "quiet hours.",
        options=(Option("Open it", "hosting.show", done.occasion), _back(cohort)),
        replaces=True,
    )


async def discard(visit: Visit) -> Reply:
    return await visit.write(_discard, visit)


def _discard(tx: Connection, visit: Visit) -> Reply:
    made, cohort, *_ = choose_event.led(tx, visit)
    occasions.discard(tx, made)
    return Outgoing("Nothing was planned or changed.", options=(_back(cohort),), replaces=True)


def _back(cohort: Cohort) -> Option:
    return Option("All events", "planning.home", cohort.cohort)


feature = Feature(
    "planning",
    presses={
        "home": home,
        "kinds": kinds,
        "whom": whom,
        "new": new,
        "change": change,
        "name": name,
        "settle": settle,
        "discard": discard,
    },
    submissions={"preview": preview, "save-name": save_name},
)
