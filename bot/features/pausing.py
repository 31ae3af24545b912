"""Pausing, skipping and leaving: always there, never with a reason."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from bot import choose, upcoming, words
from bot.messages import Option, Outgoing, Reply
from bot.store import cohorts, teams
from bot.visit import Feature, Handler, Visit


async def pause(visit: Visit) -> Reply:
    weeks = tuple(
        Option(label, f"pausing.{action}", visit.value)
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
    until = upcoming.today(visit, member) + timedelta(weeks=weeks)
    cohorts.set_member(tx, member, paused_until=until)
    return Outgoing(
        f"Paused. Prompts come again from {words.day(until)}. You can return earlier under /cohort.",
        options=(Option("Resume now", "pausing.resume", cohort.cohort),),
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
    program = visit.services.program(tx, cohort)
    unit = upcoming.current(tx, cohort, program, member, visit.now)
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
    teams.leave_all(tx, cohort, member.person)
    return Outgoing(
        f"You have left {cohort.name}. Nothing more is sent to you. Your journal stays yours, and /privacy "
        "lets you download or erase it.",
        options=(Option("My journal", "journal.list"), Option("My data", "privacy.home")),
    )


feature = Feature(
    "pausing",
    presses={
        "pause": pause,
        "pause-one-week": _pause_for(1),
        "pause-two-weeks": _pause_for(2),
        "pause-four-weeks": _pause_for(4),
        "resume": resume,
        "skip": skip,
        "keep": keep,
        "leave": leave,
    },
)
