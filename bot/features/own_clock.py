"""A member's own clock in one short form; or the zone alone, where a chat does not tell it."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import choose, upcoming, words
from bot.messages import Errors, Field, Form, Outgoing, Reply
from bot.store import cohorts, people
from bot.store.cohorts import Cohort
from bot.visit import Feature, Visit
from bot.zones import COMMON, zone_named

_NOT_A_ZONE = "This zone is not known. Use a name such as America/New_York or Europe/London."
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


async def settings(visit: Visit) -> Reply:
    return await visit.read(_settings, visit)


def _settings(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "own-clock.settings", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program = visit.services.program(tx, cohort)
    return Form(
        visit.services.ids(),
        "Your own clock",
        "own-clock.save-settings",
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


# --- the zone alone, where a chat does not tell it -------------------------------------------------


async def zone(visit: Visit) -> Reply:
    return await visit.read(_zone, visit)


def _zone(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "own-clock.zone", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    offered = dict.fromkeys((cohort.zone, *COMMON))
    return Form(
        visit.services.ids(),
        "Your time zone",
        "own-clock.save-zone",
        (
            Field(
                "zone",
                "Time zone",
                "choice",
                choices=tuple((one, _with_its_hour(one, visit.now)) for one in offered),
                initial=member.zone if member.zone in offered else "",
            ),
            Field("other", "Or another one", hint="For example: Europe/Lisbon"),
        ),
        cohort.cohort,
        intro="Choose the place whose clock shows your time.",
    )


def _with_its_hour(name: str, now: datetime) -> str:
    return f"{words.zone_name(name)}, now {now.astimezone(ZoneInfo(name)):%H:%M}"


async def save_zone(visit: Visit) -> Reply:
    return await visit.write(_save_zone, visit)


def _save_zone(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "own-clock.zone", visit.value)
    if isinstance(found, Outgoing):
        return Errors({"": found.text})
    cohort, member = found
    typed = "other" if visit.field("other") else "zone"
    chosen = zone_named(visit.field(typed))
    if chosen is None:
        return Errors({typed: _NOT_A_ZONE})
    people.set_clock(tx, visit.who, chosen, member.quiet_from, member.quiet_to)
    return _saved(tx, visit, cohort, chosen)


# --- everything ------------------------------------------------------------------------------------


async def save_settings(visit: Visit) -> Reply:
    return await visit.write(_save_settings, visit)


def _save_settings(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "own-clock.settings", visit.value)
    if isinstance(found, Outgoing):
        return Errors({"": found.text})
    cohort, member = found
    chosen = zone_named(visit.field("zone"))
    times = {name: _time(visit.field(name)) for name in ("time", "quiet_from", "quiet_to")}
    wrong = {name: "Please give a time such as 09:00." for name, at in times.items() if at is None}
    if chosen is None:
        wrong["zone"] = _NOT_A_ZONE
    day = visit.field("day")
    if day not in {str(at) for at in range(7)}:
        wrong["day"] = "Please choose a day."
    if wrong or chosen is None or times["quiet_from"] is None or times["quiet_to"] is None:
        return Errors(wrong)
    people.set_clock(tx, visit.who, chosen, times["quiet_from"], times["quiet_to"])
    program = visit.services.program(tx, cohort)
    at = times["time"] if times["time"] != program.time else None
    cohorts.set_member(tx, member, day=int(day) if int(day) != program.day else None, time=at)
    return _saved(tx, visit, cohort, chosen)


def _saved(tx: Connection, visit: Visit, cohort: Cohort, zone: str) -> Outgoing:
    changed = cohorts.member(tx, cohort.tenant, cohort.cohort, visit.who.person)
    ahead = upcoming.next_prompts(tx, visit, cohort, changed) if changed else []
    if not ahead:
        return Outgoing("Saved.")
    due = words.instant(ahead[0].due, zone)
    return Outgoing(f"Saved. Your next prompt comes on {due.words}.", instants=(due,))


def _time(typed: str) -> time | None:
    try:
        at = time.fromisoformat(typed)
    except ValueError:
        return None
    return None if at.tzinfo else at.replace(second=0, microsecond=0)


feature = Feature(
    "own-clock",
    presses={"settings": settings, "zone": zone},
    submissions={"save-settings": save_settings, "save-zone": save_zone},
)
