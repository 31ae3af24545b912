"""Belonging to a cohort: the welcome, the one home for one's own settings, pausing, leaving, help."""

from __future__ import annotations

from datetime import date, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import choose, schedule, words
from bot.messages import Audience, Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Row
from bot.programs import Program
from bot.store import cohorts, people
from bot.store.cohorts import Cohort, Member
from bot.visit import Feature, Handler, Services, Visit
from bot.zones import zone_named

WELCOME = "welcome"
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NEXT = 5
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
    if cohort is None or member is None or member.state == cohorts.LEFT:
        return None
    program = services.program(tx, cohort)
    leaders = people.names(
        tx,
        cohort.tenant,
        people.holders(tx, cohort.tenant, cohort.cohort, people.FACILITATOR),
    )
    return Outgoing(
        f"Hello {member.name}. {words.listed(leaders)} added you to this cohort. I am Cohortbook, a bot run "
        f"by {services.runs_it}.\n\n"
        f"{_rhythm(program)} You answer in a private form. What you write there is shown to you alone; "
        "facilitators see counts only.\n\n"
        "Nothing is sent before you press Start. You can skip, pause, download or erase at any time.",
        title=f"Welcome to {cohort.name}",
        note="Whoever runs the server holds its keys. Ordinary messages stay with this chat platform.",
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
    return await visit.write(_start, visit)


def _start(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.start", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    if member.state != cohorts.STARTED:
        cohorts.set_member(tx, member, state=cohorts.STARTED, started_at=visit.now)
    return Outgoing(
        f"You are in. {_coming(tx, visit, cohort)}",
        note=f"Times are in your zone, {words.zone_name(member.zone)}.",
        options=(
            Option("Change day or hour", "membership.settings", cohort.cohort),
            Option("Who can read what?", "privacy.who"),
        ),
    )


def _coming(tx: Connection, visit: Visit, cohort: Cohort) -> str:
    member = cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person)
    program = visit.services.program(tx, cohort)
    if not schedule.clocked(program):
        return "/reflect opens your first unit whenever you like."
    upcoming = _next_prompts(tx, visit, cohort, member) if member else []
    if not upcoming:
        return "There are no more prompts to come in this program."
    send = upcoming[0]
    if send.due <= visit.now:
        return "Your first prompt is on its way."
    return f"Your first prompt comes on {words.moment(send.due, visit.who.zone)}."


async def later(visit: Visit) -> Reply:
    return await visit.write(_later, visit)


def _later(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.later", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
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
    if visit.text.strip().lower() == "help":
        return _help()
    found = choose.my_cohort(tx, visit, "membership.home", which)
    return found if isinstance(found, Outgoing) else _home_of(tx, visit, *found)


def _home_of(tx: Connection, visit: Visit, cohort: Cohort, member: Member) -> Outgoing:
    program = visit.services.program(tx, cohort)
    lines = [program.title, ""]
    if member.state != cohorts.STARTED:
        lines.append("You have not started yet, so nothing is sent to you.")
    elif member.paused_until is not None and member.paused_until > _today(visit, member):
        lines.append(f"Paused. Prompts come again from {words.day(member.paused_until)}.")
    if member.state == cohorts.STARTED:
        lines += _five(tx, visit, cohort, member, program)
    lines += [
        "",
        f"Zone: {words.zone_name(member.zone)}. Quiet hours: {member.quiet_from:%H:%M} to {member.quiet_to:%H:%M}.",
    ]
    return Outgoing(
        "\n".join(lines),
        title=cohort.name,
        note=f"Only you see this. {program.host_note}",
        options=_home_options(cohort, member, _today(visit, member)),
    )


def _five(tx: Connection, visit: Visit, cohort: Cohort, member: Member, program: Program) -> list[str]:
    if not schedule.clocked(program):
        return ["Your units come when you ask: /reflect opens the next one."]
    upcoming = _next_prompts(tx, visit, cohort, member)
    if not upcoming:
        return ["No more prompts are to come."]
    return ["Your next prompts:"] + [
        f"• {words.moment(send.due, member.zone)}: {words.unit_name(program, program.unit(send.number))}"
        for send in upcoming
    ]


def _home_options(cohort: Cohort, member: Member, today: date) -> tuple[Option, ...]:
    which = cohort.cohort
    leave = Option(
        "Leave",
        "membership.leave",
        which,
        "danger",
        "Leave this cohort? Nothing more is sent to you. Your journal stays yours.",
    )
    if member.state != cohorts.STARTED:
        return (Option("Start", "membership.start", which, "primary"), leave)
    paused = member.paused_until is not None and member.paused_until > today
    return (
        Option("Open this week's form", "reflections.current", which, "primary"),
        Option("Zone, day, hour, quiet hours", "membership.settings", which),
        Option("Resume now", "membership.resume", which) if paused else Option("Pause", "membership.pause", which),
        Option("Skip the current prompt", "membership.skip", which),
        Option("Shared with me", "shared-with-me.list", which),
        leave,
    )


def _next_prompts(tx: Connection, visit: Visit, cohort: Cohort, member: Member) -> list[schedule.Send]:
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    return list(
        islice(
            (
                send
                for send in schedule.member_sends(program, plan, member.plan)
                if send.kind == schedule.PROMPT and send.due >= visit.now
            ),
            _NEXT,
        )
    )


# --- settings --------------------------------------------------------------------------------------


async def settings(visit: Visit) -> Reply:
    return await visit.read(_settings, visit)


def _settings(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.settings", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program = visit.services.program(tx, cohort)
    return Form(
        visit.services.ids(),
        "Your own clock",
        "membership.save-settings",
        (
            Field("zone", "Time zone", required=True, initial=member.zone, hint="For example: America/New_York"),
            Field(
                "day",
                "Day for prompts",
                "choice",
                True,
                choices=tuple((str(at), name) for at, name in enumerate(_DAYS)),
                initial=str(program.day if member.day is None else member.day),
            ),
            Field("time", "Hour for prompts", "time", True, initial=f"{member.time or program.time:%H:%M}"),
            Field("quiet_from", "Quiet from", "time", True, initial=f"{member.quiet_from:%H:%M}"),
            Field("quiet_to", "Quiet until", "time", True, initial=f"{member.quiet_to:%H:%M}"),
        ),
        cohort.cohort,
        intro="Nothing arrives in your quiet hours. They and the zone hold in all your cohorts.",
    )


async def save_settings(visit: Visit) -> Reply:
    return await visit.write(_save_settings, visit)


def _save_settings(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.settings", visit.value)
    if isinstance(found, Outgoing):
        return Errors({"": found.text})
    cohort, member = found
    zone = zone_named(visit.field("zone"))
    times = {name: _time(visit.field(name)) for name in ("time", "quiet_from", "quiet_to")}
    wrong = {name: "Please give a time such as 09:00." for name, at in times.items() if at is None}
    if zone is None:
        wrong["zone"] = "This zone is not known. Use a name such as America/New_York or Europe/London."
    day = visit.field("day")
    if day not in {str(at) for at in range(7)}:
        wrong["day"] = "Please choose a day."
    if wrong or zone is None or times["quiet_from"] is None or times["quiet_to"] is None:
        return Errors(wrong)
    people.set_clock(tx, visit.who, zone, times["quiet_from"], times["quiet_to"])
    program = visit.services.program(tx, cohort)
    at = times["time"] if times["time"] != program.time else None
    cohorts.set_member(tx, member, day=int(day) if int(day) != program.day else None, time=at)
    changed = cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person)
    upcoming = _next_prompts(tx, visit, cohort, changed) if changed else []
    if not upcoming:
        return Outgoing("Saved.")
    return Outgoing(f"Saved. Your next prompt comes on {words.moment(upcoming[0].due, zone)}.")


def _time(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed.strip())
    except ValueError:
        return None


# --- pause, skip, leave ------------------------------------------------------------------------------


async def pause(visit: Visit) -> Reply:
    weeks = tuple(
        Option(label, f"membership.{action}", visit.value)
        for label, action in (
            ("One week", "pause-one-week"),
            ("Two weeks", "pause-two-weeks"),
            ("Four weeks", "pause-four-weeks"),
        )
    )
    return Outgoing("For how long? No reason is needed, and nothing piles up while you are away.", options=weeks)


def _pause_for(weeks: int) -> Handler:
    async def handler(visit: Visit) -> Reply:
        return await visit.write(_pause, visit, weeks)

    return handler


def _pause(tx: Connection, visit: Visit, weeks: int) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    until = _today(visit, member) + timedelta(weeks=weeks)
    cohorts.set_member(tx, member, paused_until=until)
    return Outgoing(
        f"Paused. Prompts come again from {words.day(until)}. You can return earlier under /cohort.",
        options=(Option("Resume now", "membership.resume", cohort.cohort),),
    )


async def resume(visit: Visit) -> Reply:
    return await visit.write(_resume, visit)


def _resume(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    _, member = found
    cohorts.set_member(tx, member, paused_until=None)
    return Outgoing("Welcome back. You go on with the current prompt; nothing has piled up.")


async def skip(visit: Visit) -> Reply:
    return await visit.read(_skip, visit)


def _skip(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    unit = schedule.current_unit(program, plan, member.plan, visit.now)
    if unit is None:
        return Outgoing("No prompt is open right now, so there is nothing to skip.")
    return Outgoing(
        f"The current prompt is {words.unit_name(program, unit)}. Skip it? No reason is needed.",
        options=(Option("Skip it", "weekly.skip", f"{cohort.cohort}:{unit.number}"),),
    )


async def keep(visit: Visit) -> Reply:
    return Outgoing("They keep coming. Skipping is always fine.")


async def leave(visit: Visit) -> Reply:
    return await visit.write(_leave, visit)


def _leave(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "membership.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    cohorts.set_member(tx, member, state=cohorts.LEFT)
    return Outgoing(
        f"You have left {cohort.name}. Nothing more is sent to you. Your journal stays yours, and /privacy "
        "lets you download or erase it.",
        options=(Option("My journal", "journal.list"), Option("My data", "privacy.home")),
    )


def _today(visit: Visit, member: Member) -> date:
    return visit.now.astimezone(ZoneInfo(member.zone)).date()


# --- help ----------------------------------------------------------------------------------------


def wants_help(visit: Visit) -> bool:
    return visit.text.strip().strip("?!./").casefold() in {"help", "hi", "hello", "hey", "start", "menu"}


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
        "settings": settings,
        "pause": pause,
        "pause-one-week": _pause_for(1),
        "pause-two-weeks": _pause_for(2),
        "pause-four-weeks": _pause_for(4),
        "resume": resume,
        "skip": skip,
        "keep": keep,
        "leave": leave,
        "help": help_,
    },
    submissions={"save-settings": save_settings},
    takes_text=wants_help,
    text=help_,
    compose={WELCOME: welcome},
    suggest={"cohort": ("help",)},
)
