"""Belonging to a cohort: the welcome, the start, the one home for everything of one's own, help."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose, cohort_home, consent, outbox, schedule, upcoming, welcoming, words
from bot.messages import Audience, Instant, Option, Outgoing, Reply
from bot.outbox import Intent, Row
from bot.programs import Program
from bot.store import cohorts, doors, people
from bot.store.cohorts import Cohort
from bot.visit import Feature, Services, Visit
from bot.zones import UNTOLD

HELLO = "hello"
HELP = (
    "Here is what I can do.\n\n"
    "• /reflect opens this week's private form.\n"
    "• /journal shows what you wrote, to you alone.\n"
    "• /resources and a question looks things up.\n"
    "• /cohort shows your next prompts. Pause, skip or leave there.\n"
    "• /privacy says who can read what. Download or erase your data there.\n\n"
    "You can also write to me here in your own words. I ask before I keep anything."
)


# --- the welcome -----------------------------------------------------------------------------------


def welcome(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    cohort = cohorts.find(tx, row.intent.tenant, row.intent.cohort)
    member = cohorts.member(tx, row.intent.tenant, row.intent.cohort, row.intent.recipient)
    if cohort is None or member is None or member.state != cohorts.INVITED:
        return None
    program = services.program(tx, cohort)
    leaders = people.names(
        tx,
        cohort.tenant,
        people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR),
    )
    added = f"{words.listed(leaders)} added you to this cohort"
    if row.intent.number == welcoming.JOINED:
        added = f"You joined the channel of this cohort, and can take part in it. It is led by {words.listed(leaders)}"
    return Outgoing(
        f"Hello {member.name}. {added}. I am Cohortbook, a bot run by {services.facts.runs_it}.\n\n"
        f"{_rhythm(program)} You answer in a private form. What you write there is shown to you alone; "
        "facilitators see counts only.\n\n"
        "Nothing is sent before you press Start. You can skip, pause, download or erase at any time.",
        title=f"Welcome to {cohort.name}",
        note=consent.short(counted=schedule.clocked(program)),
        options=(
            Option("Start", "membership.start", cohort.cohort, "primary"),
            Option("Not now", "membership.later", cohort.cohort),
            Option("Who can read what?", "privacy.who"),
        ),
        audience=Audience.DM,
    )


def _rhythm(program: Program) -> str:
    minutes = f"about {program.minutes} minutes"
    if program.clock == "weekly":
        return f"Once a week, a short prompt comes here. It takes {minutes}."
    if program.clock == "monthly":
        return f"Once a month, a short prompt comes here. It takes {minutes}."
    return f"Short prompts wait here and come when you ask for the next one. Each takes {minutes}."


async def start(visit: Visit) -> Reply:
    profile = await visit.services.directory.person(visit.incoming.who)
    return await visit.write(_start, visit, profile.zone is not None)


def _start(tx: Connection, visit: Visit, tells_zone: bool) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.start", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    if member.state != cohorts.STARTED:
        cohorts.set_member(tx, member, state=cohorts.STARTED, started_at=visit.now)
        if doors.of(tx, cohort.tenant, visit.who.person) != doors.OPEN:
            outbox.put(tx, [Intent(cohort.tenant, cohort.cohort, HELLO, 0, visit.who.person, visit.now)])
    guessed = not tells_zone and member.zone in (UNTOLD, cohort.zone)
    if guessed and member.zone != cohort.zone:
        people.set_clock(tx, visit.who, cohort.zone, member.quiet_from, member.quiet_to)
        member = cohorts.member(tx, cohort.tenant, cohort.cohort, member.person) or member
    zone = words.zone_name(member.zone)
    coming, instants = _coming(tx, visit, cohort)
    return Outgoing(
        f"You are in. {coming}",
        instants=instants,
        note=f"This chat does not tell me your time zone, so your prompts come by the cohort's, {zone}. If yours is "
        "another, please choose it now."
        if guessed
        else f"Times are in your zone, {zone}.",
        options=(
            *((Option("Choose my time zone", "own-clock.zone", cohort.cohort, "primary"),) if guessed else ()),
            Option("Change day or hour", "own-clock.settings", cohort.cohort),
            Option("Who can read what?", "privacy.who"),
            *cohort_home.teams(visit.services.program(tx, cohort), cohort),
        ),
    )


def _coming(tx: Connection, visit: Visit, cohort: Cohort) -> tuple[str, tuple[Instant, ...]]:
    member = cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person)
    program = visit.services.program(tx, cohort)
    if not schedule.clocked(program):
        return "/reflect opens your first unit whenever you like.", ()
    ahead = upcoming.next_prompts(tx, visit, cohort, member) if member else []
    if not ahead and program.teams and not (member and member.seat.teams):
        return cohort_home.NO_TEAM, ()
    if not ahead:
        return "There are no more prompts to come in this program.", ()
    if ahead[0].due <= visit.now:
        return "Your first prompt is on its way.", ()
    due = words.instant(ahead[0].due, member.zone if member else visit.who.zone)
    return f"Your first prompt comes on {due.words}.", (due,)


def hello(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """To whoever has said yes by another way: it shows whether a private message reaches them."""
    if doors.of(tx, row.intent.tenant, row.intent.recipient) in doors.TOLD:
        return None
    return Outgoing("This is where your prompts come. There is nothing to do now.", audience=Audience.DM, quiet=True)


async def later(visit: Visit) -> Reply:
    return await visit.write(_later, visit)


def _later(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.later", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    if member.state == cohorts.STARTED:
        return Outgoing(
            "You have started already, so prompts come. To stop them for a while or for good, press Pause or Leave.",
            options=cohort_home.options(cohort, member, upcoming.today(visit, member)),
        )
    if member.state == cohorts.INVITED:
        cohorts.set_member(tx, member, state=cohorts.LATER)
    return Outgoing(
        "That is fine. I will not write again about this. When it suits you, press Start here or under /cohort.",
        options=(Option("Start", "membership.start", cohort.cohort),),
    )


# --- /cohort ---------------------------------------------------------------------------------------


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit, visit.value)


def _home(tx: Connection, visit: Visit, which: str) -> Reply:
    if visit.text.lower() == "help":
        return _help()
    typed = visit.text.casefold()
    named = (one.cohort for one, _ in cohorts.of_person(tx, visit.who) if typed and one.name.casefold() == typed)
    found = choose.my_cohort(tx, visit, "membership.home", which or next(named, ""))
    return found if isinstance(found, Outgoing) else cohort_home.page(tx, visit, *found)


# --- help ----------------------------------------------------------------------------------------


def wants_help(visit: Visit) -> bool:
    """Also a message in which nothing can be seen: there is nothing else to answer it with."""
    return visit.text.strip(" ?!./").casefold() in {"", "help", "hi", "hello", "hey", "start", "menu"}


async def help_(visit: Visit) -> Reply:
    return _help()


def _help() -> Outgoing:
    return Outgoing(
        HELP,
        options=(
            Option("My cohort", "membership.home"),
            Option("I need support", "support.card"),
        ),
    )


feature = Feature(
    "membership",
    commands={"cohort": (home, "Next prompts, your own clock, pause, skip, leave")},
    presses={
        "start": start,
        "later": later,
        "home": home,
        "help": help_,
    },
    takes_text=wants_help,
    text=help_,
    compose={welcoming.WELCOME: welcome, HELLO: hello},
    suggest={"cohort": ("help",)},
)
