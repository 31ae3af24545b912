"""Somebody's prompts and events as an iCalendar file (RFC 5545), for the calendar program that they use anyway.

It holds titles and times, in UTC, which every calendar shows in its reader's zone. An event keeps its name in all
files, also when it moves or is cancelled, so that a calendar changes what it has and shows nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot import guest_list, schedule, words
from bot.programs import Program
from bot.store import cohorts, occasions
from bot.store.cohorts import Cohort, Member
from bot.store.occasions import Occasion
from bot.store.people import Somebody
from bot.visit import Services

MEDIA_TYPE = "text/calendar; charset=utf-8"
_PAST = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Line:
    uid: str
    title: str
    starts: datetime
    ends: datetime
    sequence: int
    where: str = ""
    cancelled: bool = False
    busy: bool = True
    """False for a prompt: it can be answered at any time."""


def everything(tx: Connection, services: Services, who: Somebody, now: datetime, *, places: bool) -> list[Line]:
    """All that is somebody's own, in order of time. `places`: with where events are."""
    found: dict[str, Line] = {}
    for cohort, member in cohorts.of_person(tx, who):
        program = services.readable(tx, cohort)
        if member.state == cohorts.STARTED and program is not None:
            for line in (*_prompts(tx, program, cohort, member, now), *_events(tx, program, cohort, who, places)):
                found[line.uid] = line
    for which in occasions.as_guest(tx, who.tenant, who.person):
        home = cohorts.find(tx, who.tenant, which.cohort)
        program = services.readable(tx, home) if home else None
        if home is not None and program and guest_list.invited(tx, program, home, which, who.person):
            line = of_event(which, places=places)
            found[line.uid] = line
    return sorted((one for one in found.values() if one.ends > now - _PAST), key=lambda one: (one.starts, one.uid))


def of_event(which: Occasion, *, places: bool = True) -> Line:
    return Line(
        f"{which.occasion}@cohortbook",
        which.title,
        which.when.starts,
        which.when.ends,
        which.sequence,
        which.place if places else "",
        which.state == occasions.CANCELLED,
    )


def written(lines: Sequence[Line], name: str, now: datetime) -> bytes:
    from icalendar import Calendar, Event  # it is not needed to start

    calendar = Calendar()
    calendar.add("prodid", "-//Cohortbook//Calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for line in lines:
        event = Event()
        event.add("uid", line.uid)
        event.add("dtstamp", now)
        event.add("dtstart", line.starts)
        event.add("dtend", line.ends)
        event.add("sequence", line.sequence)
        event.add("summary", line.title)
        event.add("status", "CANCELLED" if line.cancelled else "CONFIRMED")
        event.add("transp", "OPAQUE" if line.busy and not line.cancelled else "TRANSPARENT")
        if line.where:
            event.add("location", line.where)
        calendar.add_component(event)
    made: bytes = calendar.to_ical()
    return made


def _prompts(tx: Connection, program: Program, cohort: Cohort, member: Member, now: datetime) -> Iterator[Line]:
    plan = cohorts.plan(tx, cohort)
    for send in schedule.member_sends(program, plan, member.plan):
        if send.kind == schedule.PROMPT:
            unit = program.unit(send.number)
            ends = send.due + timedelta(minutes=unit.minutes)
            title = f"{cohort.name}: {words.unit_name(program, unit)}"
            yield Line(_uid(member, send.number), title, send.due, ends, _later(now), busy=False)


def _events(tx: Connection, program: Program, cohort: Cohort, who: Somebody, places: bool) -> Iterator[Line]:
    for which in occasions.of_cohort(tx, cohort, cancelled=True):
        if guest_list.invited(tx, program, cohort, which, who.person):
            yield of_event(which, places=places)


def _uid(member: Member, number: int) -> str:
    """The same in each file of theirs, and it tells nothing of them."""
    name = f"{member.tenant}:{member.cohort}:{member.person}:{number}"
    return f"{hashlib.sha256(name.encode()).hexdigest()[:32]}@cohortbook"


def _later(now: datetime) -> int:
    """A prompt moves with its reader's own clock, which counts no changes: the file that was made later is right."""
    return int(now.timestamp()) // 60
