"""Making a cohort from chat: two short forms, a preview, and only then does anybody hear of it."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import addresses, choose, cohort_form, schedule, welcoming, words
from bot import roster as the_roster
from bot.errors import NotAllowed
from bot.messages import Address, Errors, Field, Form, Option, Outgoing, Person, Reply
from bot.programs import Program
from bot.store import cohorts, people, pinned
from bot.store.cohorts import Cohort
from bot.visit import Feature, Visit

_CHANGES, _STAYS, _FOLLOWS = "changes", "nothing", "follow"


async def new(visit: Visit) -> Reply:
    return await visit.read(_new, visit)


def _new(tx: Connection, visit: Visit) -> Reply:
    _may_create(tx, visit)
    return cohort_form.form(visit)


async def create(visit: Visit) -> Reply:
    return await visit.once(_create, visit)


def _create(tx: Connection, visit: Visit) -> Reply:
    _may_create(tx, visit)
    wanted = cohort_form.read(visit)
    if isinstance(wanted, Errors):
        return wanted
    program = wanted.program
    pinned.pin(tx, visit.who.tenant, program.id, program.version, program.text)
    cohort = cohorts.create(
        tx,
        visit.who,
        wanted.name,
        program.id,
        program.version,
        wanted.start,
        wanted.zone,
        visit.now,
        visit.services.ids,
        country=wanted.country,
    )
    off = f" No prompt comes on public holidays ({cohort.country})." if cohort.country else ""
    visit.note(cohort.cohort)
    return Outgoing(
        f"A draft of {cohort.name} is made: {program.title}, {_first(program, cohort)}.{off}",
        options=(Option("Next: channel and people", "setup.roster", cohort.cohort, "primary"),),
    )


def _first(program: Program, cohort: Cohort) -> str:
    if not schedule.clocked(program):
        return "self-paced"
    return f"first prompt on {words.day(schedule.first_day(program, cohort.start))}"


async def roster(visit: Visit) -> Reply:
    return await visit.read(_roster, visit)


def _roster(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    address = the_roster.channel_here(tx, visit, cohort)
    members = [found for _, found in the_roster.here(tx, visit, cohort)]
    return Form(
        visit.services.ids(),
        "Channel and people",
        "setup.save-roster",
        (
            Field("channel", "The cohort's channel", "channel", True, initial=str(address or "")),
            Field(
                "members",
                "Members",
                "people",
                None not in members,
                initial=tuple(str(one) for one in members if one is not None),
                hint="Each gets one welcome. Nothing else is sent to them before they press Start.",
            ),
            *_follow_field(visit, cohort),
        ),
        cohort.cohort,
        submit="Preview",
    )


def _follow_field(visit: Visit, cohort: Cohort) -> tuple[Field, ...]:
    """Only where the platform tells who comes and goes."""
    if not visit.services.directory.tells_presence(visit.incoming.who):
        return ()
    choices = (
        (_STAYS, "Nothing. I add people here."),
        (_FOLLOWS, "Whoever joins is welcomed, whoever leaves is asked."),
    )
    return (
        Field(
            _CHANGES,
            "When somebody joins or leaves the channel",
            "choice",
            True,
            choices=choices,
            initial=_FOLLOWS if cohort.follows else _STAYS,
            hint="Nobody takes part before they press Start, and nobody is taken out.",
        ),
    )


async def save_roster(visit: Visit) -> Reply:
    cohort = await visit.read(choose.led_cohort, visit, visit.value)
    try:
        channel, chosen = Address.parse(visit.field("channel")), addresses.parsed(visit.fields("members"))
    except ValueError:
        return Errors({"channel": "Please choose a channel and people from the lists."})
    if not await addresses.channel(visit, channel):
        return Errors({"channel": "Please choose a channel of this workspace."})
    if not chosen and not await visit.read(the_roster.somebody_is_elsewhere, visit, cohort):
        return Errors({"members": "Please choose at least one member."})
    profiles = [await addresses.person(visit, one) for one in chosen]
    found = [(one, profile) for one, profile in zip(chosen, profiles, strict=True) if profile is not None]
    if len(found) < len(chosen):
        return Errors({"members": "Somebody in this list is not known here. Nothing was saved; please choose again."})
    return await visit.write(_save_roster, visit, cohort, channel, found)


def _save_roster(
    tx: Connection, visit: Visit, cohort: Cohort, channel: Address, profiles: list[tuple[Address, Person]]
) -> Reply:
    for wrong, why in (
        ([profile.name for _, profile in profiles if not profile.active], "cannot be reached here any more"),
        ([profile.name for _, profile in profiles if profile.guest], "cannot take part, as a guest here"),
    ):
        if wrong:
            return Errors({"members": f"{words.listed(wrong)} {why}. Please take them out."})
    the_roster.set_channel(tx, visit, cohort, channel)
    if _CHANGES in visit.values:
        cohorts.set_follows(tx, cohort, visit.field(_CHANGES) == _FOLLOWS)
    chosen = [
        # Where a chat tells nobody's zone, the cohort's is the best guess; they are asked when they start.
        people.meet(tx, address, replace(profile, zone=profile.zone or cohort.zone), visit.now, visit.services.ids)
        for address, profile in profiles
    ]
    missing = the_roster.taken_out(tx, visit, cohort, [one.person for one in chosen])
    for one in chosen:
        new = cohorts.add_member(tx, cohort, one.person, visit.now)
        if new and cohort.state == cohorts.RUNNING:
            welcoming.welcome(tx, cohort, one.person, visit.now, visit.services.ids)
    if cohort.state == cohorts.RUNNING:
        stay = " Nobody was taken out: members leave by themselves, under /cohort." if missing else ""
        return Outgoing(f"Saved. Whoever is new gets a welcome now.{stay}")
    for member in missing:  # nobody has heard of a draft, so nobody is left behind
        cohorts.remove_member(tx, member)
    program = visit.services.program(tx, cohort)
    return Outgoing(
        f"Ready to run: {program.title}, {_first(program, cohort)}, "
        f"{words.people(len(cohorts.members(tx, cohort)))}.\n\n"
        "When you set it running, each of them gets one welcome. Prompts go only to those who press Start.",
        title=cohort.name,
        options=(
            Option("Set it running", "setup.run", cohort.cohort, "primary"),
            Option("Change channel or people", "setup.roster", cohort.cohort),
        ),
    )


async def run(visit: Visit) -> Reply:
    return await visit.write(_run, visit)


def _run(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    if cohort.state != cohorts.DRAFT:
        return Outgoing(f"{cohort.name} is running already. Nothing was sent again.", replaces=True)
    if not cohort.place:
        return Outgoing("Please choose the channel and the people first.")
    cohorts.set_state(tx, cohort, cohorts.RUNNING)
    for member in cohorts.members(tx, cohort):
        welcoming.welcome(tx, cohort, member.person, visit.now, visit.services.ids)
    return Outgoing(
        f"{cohort.name} is running. The welcomes are on their way.",
        options=(Option("To the cohort", "facilitation.home", cohort.cohort),),
        replaces=True,
    )


# --- who leads -----------------------------------------------------------------------------------


async def people_of(visit: Visit) -> Reply:
    return await visit.read(_people, visit)


def _people(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    leaders = people.names(tx, cohort.tenant, people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR))
    members = [one.name for one in cohorts.members(tx, cohort)]
    has_coaches = any(role.acts_as == people.COACH for role in visit.services.program(tx, cohort).roles)
    coach = (Option("Coaches", "coaching.page", cohort.cohort),) if has_coaches else ()
    return Outgoing(
        f"Facilitators: {words.listed(leaders)}.\nMembers: {words.listed(members) or 'nobody yet'}.",
        title=f"People in {cohort.name}",
        options=(
            Option("Invite members, change the channel", "setup.roster", cohort.cohort),
            Option("Add a facilitator", "setup.add-leader", cohort.cohort),
            *coach,
            Option("Hand this cohort over", "setup.hand-over", cohort.cohort),
        ),
    )


def _leader_form(visit: Visit, title: str, action: str, intro: str) -> Form:
    whom = Field("whom", "Who?", "people", True, hint="One person.")
    return Form(visit.services.ids(), title, action, (whom,), visit.value, intro=intro, submit="Do it")


async def add_leader(visit: Visit) -> Reply:
    await visit.read(choose.led_cohort, visit, visit.value)
    return _leader_form(
        visit,
        "Add a facilitator",
        "setup.save-leader",
        "A facilitator can write to the channel, change upcoming prompts and see counts. What was shared "
        "with facilitators before stays with those of that time.",
    )


async def hand_over(visit: Visit) -> Reply:
    await visit.read(choose.led_cohort, visit, visit.value)
    return _leader_form(
        visit,
        "Hand this cohort over",
        "setup.save-hand-over",
        "The person you choose becomes facilitator, and you stop being one of this cohort.",
    )


async def save_leader(visit: Visit) -> Reply:
    return await _save_leader(visit, leave=False)


async def save_hand_over(visit: Visit) -> Reply:
    return await _save_leader(visit, leave=True)


async def _save_leader(visit: Visit, leave: bool) -> Reply:
    cohort = await visit.read(choose.led_cohort, visit, visit.value)
    try:
        (address,) = addresses.parsed(visit.fields("whom"))
    except ValueError:
        return Errors({"whom": "Please choose one person."})
    profile = await addresses.person(visit, address)
    if profile is None:
        return Errors({"whom": "This person is not known here. Nothing was changed; please choose again."})
    return await visit.write(_grant, visit, cohort, address, profile, leave)


def _grant(tx: Connection, visit: Visit, cohort: Cohort, address: Address, profile: Person, leave: bool) -> Reply:
    one = people.meet(tx, address, profile, visit.now, visit.services.ids)
    if leave and one.person == visit.who.person:
        return Errors({"whom": "That is you. Please choose somebody else."})
    people.grant(tx, cohort.tenant, cohort.cohort, one.person, people.FACILITATOR)
    visit.note(cohort.cohort, touched=one.person)
    if not leave:
        return Outgoing(f"{one.name} is a facilitator of {cohort.name} now.")
    people.revoke(tx, cohort.tenant, cohort.cohort, visit.who.person, people.FACILITATOR)
    return Outgoing(f"{one.name} leads {cohort.name} now, and you no longer do. Thank you for your care.")


def _may_create(tx: Connection, visit: Visit) -> None:
    if not people.has_role(tx, visit.who.tenant, people.WHOLE_TENANT, visit.who.person, people.FACILITATOR):
        raise NotAllowed("Making a cohort is for the facilitators named in this bot's settings. Nothing was made.")


feature = Feature(
    "setup",
    presses={"new": new, "roster": roster, "run": run}
    | {"people": people_of, "add-leader": add_leader, "hand-over": hand_over},
    submissions={"create": create, "save-roster": save_roster}
    | {"save-leader": save_leader, "save-hand-over": save_hand_over},
)
