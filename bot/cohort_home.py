"""What /cohort shows a member: the prompt of now, the next five, their own clock, and every way on from there."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from bot import schedule, upcoming, words
from bot.messages import Option, Outgoing, Quote
from bot.programs import Program
from bot.programs.seats import worded
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort, Member
from bot.visit import Visit

NO_TEAM = "Your prompts come once you are on a team. My teams shows where you could join."
_SO_FAR = {1: "You answered 1 prompt"}
_WHOSE = "Your words are in your journal, for you alone. Facilitators see counts only."
_OWN = (Option("My own chart", "journal.chart"), Option("Who can read what?", "privacy.who"))


def page(tx: Connection, visit: Visit, cohort: Cohort, member: Member) -> Outgoing:
    program = visit.services.program(tx, cohort)
    lines = [program.title, ""]
    if member.state == cohorts.ASKED:
        lines.append("You were asked whether to go on. Nothing is sent to you until you press Go on.")
    elif member.state != cohorts.STARTED:
        lines.append("You have not started yet, so nothing is sent to you.")
    elif member.paused_until is not None and member.paused_until > upcoming.today(visit, member):
        lines.append(f"Paused. Prompts come again from {words.day(member.paused_until)}.")
    ahead: list[schedule.Send] = []
    if member.state == cohorts.STARTED and schedule.clocked(program):
        ahead = upcoming.next_prompts(tx, visit, cohort, member)
    if member.state == cohorts.STARTED:
        lines += _five(tx, visit, cohort, member, program, ahead)
    lines += [
        "",
        f"Zone: {words.zone_name(member.zone)}. Quiet hours: {member.quiet_from:%H:%M} to {member.quiet_to:%H:%M}.",
    ]
    answered = turns.answered(tx, cohort.tenant, cohort.cohort, member.person)
    if answered:
        lines += ["", f"{_SO_FAR.get(answered, f'You answered {answered} prompts')} so far. {_WHOSE}"]
    *ways, leave = options(cohort, member, upcoming.today(visit, member))
    return Outgoing(
        "\n".join(lines),
        title=cohort.name,
        quotes=_prompt(tx, visit, cohort, member, program),
        note=f"Only you see this. {program.host_note}",
        options=(
            *ways,
            Option("What I made", "making.home", cohort.cohort),
            *((Option("Ask for something", "asking.home", cohort.cohort),) if program.requests else ()),
            *teams(program, cohort),
            *_events(program, cohort, member),
            *(_OWN if answered else ()),
            leave,
        ),
        instants=tuple(words.instant(send.due, member.zone) for send in ahead),
    )


def _five(
    tx: Connection, visit: Visit, cohort: Cohort, member: Member, program: Program, ahead: list[schedule.Send]
) -> list[str]:
    if not schedule.clocked(program):
        return ["Your units come when you ask: /reflect opens the next one."]
    now = _now(tx, visit, cohort, member, program)
    if not ahead and program.teams and not member.seat.teams:
        return [NO_TEAM]
    if not ahead:
        return [*now, "There are no more prompts to come."]
    return [*now, "Your next prompts:"] + [
        f"• {words.moment(send.due, member.zone)}: {words.unit_name(program, program.unit(send.number))}"
        for send in ahead
    ]


def _now(tx: Connection, visit: Visit, cohort: Cohort, member: Member, program: Program) -> list[str]:
    unit = upcoming.current(tx, cohort, program, member, visit.now)
    if unit is None:
        return []
    done = turns.state_of(tx, cohort.tenant, cohort.cohort, member.person, unit.number)
    return [f"Your prompt now: {words.unit_name(program, unit)} ({done or 'open'})", ""]


def _prompt(tx: Connection, visit: Visit, cohort: Cohort, member: Member, program: Program) -> tuple[Quote, ...]:
    """Of the present unit, as it came to this member."""
    if member.state != cohorts.STARTED or not schedule.clocked(program):
        return ()
    unit = upcoming.current(tx, cohort, program, member, visit.now)
    if unit is None:
        return ()
    asked = worded(program, unit, member.seat)
    swapped = cohorts.plan(tx, cohort).change(unit.number).swapped
    return (Quote(asked.alternative if swapped else asked.prompt, words.unit_name(program, asked)),)


def options(cohort: Cohort, member: Member, today: date) -> tuple[Option, ...]:
    which = cohort.cohort
    leave = Option(
        "Leave",
        "pausing.leave",
        which,
        "danger",
        "Leave this cohort? Nothing more is sent to you. Your journal stays yours.",
    )
    if member.state == cohorts.ASKED:
        return (Option("Go on", "renewing.go-on", which, "primary"), leave)
    if member.state != cohorts.STARTED:
        return (Option("Start", "membership.start", which, "primary"), leave)
    paused = member.paused_until is not None and member.paused_until > today
    return (
        Option("Open this week's form", "reflections.current", which, "primary"),
        Option("Zone, day, hour, quiet hours", "own-clock.settings", which),
        Option("Resume now", "pausing.resume", which) if paused else Option("Pause", "pausing.pause", which),
        Option("Skip the current prompt", "pausing.skip", which),
        Option("Shared with me", "shared-with-me.list", which),
        leave,
    )


def teams(program: Program, cohort: Cohort) -> tuple[Option, ...]:
    return (Option("My teams", "teams.home", cohort.cohort),) if program.teams else ()


def _events(program: Program, cohort: Cohort, member: Member) -> tuple[Option, ...]:
    here = program.events and member.state == cohorts.STARTED
    own = (Option("My events", "attending.list", cohort.cohort),) if here else ()
    return (*own, Option("My calendar", "calendar.page")) if member.state == cohorts.STARTED else ()
