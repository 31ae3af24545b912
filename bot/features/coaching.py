"""Who coaches a cohort: named by its facilitator, seen by nobody's answers, asked only by who wants to."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import addresses, choose, words
from bot.messages import Address, Errors, Field, Form, Option, Outgoing, Person, Reply
from bot.store import people
from bot.visit import Feature, Visit


async def page(visit: Visit) -> Reply:
    return await visit.read(_page, visit)


def _page(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    coaches = people.names(tx, cohort.tenant, people.holders(tx, cohort.tenant, cohort.cohort, people.COACH))
    end = (Option("Remove a coach", "coaching.end", cohort.cohort),) if coaches else ()
    return Outgoing(
        f"Coaches: {words.listed(coaches) or 'nobody yet'}.",
        title=f"Coaches of {cohort.name}",
        note="A coach reads what a member sends to them, and nothing else. A coach sees no counts either.",
        options=(
            Option("Add a coach", "coaching.add", cohort.cohort, "primary"),
            *end,
            Option("Back to people", "setup.people", cohort.cohort),
        ),
    )


async def add(visit: Visit) -> Reply:
    cohort = await visit.read(choose.led_cohort, visit, visit.value)
    return _form(visit, "Add a coach", "coaching.save", f"They can be asked by the members of {cohort.name}.")


async def end(visit: Visit) -> Reply:
    await visit.read(choose.led_cohort, visit, visit.value)
    told = "What waits for them goes to whoever looks after this bot, and the member who asked is told."
    return _form(visit, "Remove a coach", "coaching.save-end", told)


def _form(visit: Visit, title: str, action: str, intro: str) -> Form:
    whom = Field("whom", "Who?", "people", True)
    return Form(visit.services.ids(), title, action, (whom,), visit.value, intro=intro)


async def save(visit: Visit) -> Reply:
    return await _save(visit, ends=False)


async def save_end(visit: Visit) -> Reply:
    return await _save(visit, ends=True)


async def _save(visit: Visit, *, ends: bool) -> Reply:
    try:
        (address,) = addresses.parsed(visit.fields("whom"))
    except ValueError:
        return Errors({"whom": "Please choose one person. Nothing was changed."})
    profile = await addresses.person(visit, address)
    if profile is None:
        return Errors({"whom": "This person is not known here. Nothing was changed; please choose again."})
    return await visit.write(_name, visit, address, profile, ends)


def _name(tx: Connection, visit: Visit, address: Address, profile: Person, ends: bool) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    one = people.meet(tx, address, profile, visit.now, visit.services.ids)
    change = people.revoke if ends else people.grant
    change(tx, cohort.tenant, cohort.cohort, one.person, people.COACH)
    visit.note(cohort.cohort, touched=one.person)
    now = "does not coach" if ends else "coaches"
    return Outgoing(
        f"{one.name} {now} {cohort.name} now.", options=(Option("Coaches", "coaching.page", cohort.cohort),)
    )


feature = Feature(
    "coaching",
    presses={"page": page, "add": add, "end": end},
    submissions={"save": save, "save-end": save_end},
)
