"""What I made: one's own statements, plans and logs in one place, their versions, and at the close a certificate."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import date

from sqlalchemy import Connection

from bot import choose, own_papers, schedule, upcoming, words
from bot.certificate import certificate
from bot.errors import NotAllowed
from bot.messages import Option, Outgoing, Quote, Reply
from bot.programs import Artifact, Program, Unit
from bot.programs.seats import gets
from bot.store import cohorts, turns
from bot.store.cohorts import Cohort, Member
from bot.vault import private
from bot.vault.private import Words
from bot.visit import Feature, Visit

_QUOTES = 20
_OUT_OF_DATE = "This button is out of date. Nothing was changed; /cohort and What I made show it as it is."


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Reply:
    found = choose.my_cohort(tx, visit, "making.home", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program, entries = visit.services.program(tx, cohort), _entries(tx, visit, cohort)
    mine = [one for one in own_papers.of_program(program) if own_papers.written(program, entries, one)]
    begun = "Your answers have become this. Press one to read it."
    options = [Option(one.title, "making.open", f"{cohort.cohort}:{one.id}") for one in mine]
    if _at_the_end(tx, cohort, program, member, upcoming.today(visit, member)):
        options.append(Option("Make my certificate of participation", "making.certificate", cohort.cohort))
    return Outgoing(
        begun if mine else "Nothing is here yet. Some prompts ask for words that are kept here for you.",
        title="What I made",
        note="Only you see this.",
        options=(
            *options,
            Option("Download my data", "privacy.download"),
            Option("Back to my cohort", "membership.home", cohort.cohort),
        ),
    )


def _entries(tx: Connection, visit: Visit, cohort: Cohort) -> Mapping[int, Words]:
    mine = private.everything(tx, visit.vault, visit.who)
    return {one.number: one.words for one in mine if one.readable and one.cohort == cohort.cohort}


async def open_(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Reply:
    cohort, member, program, artifact = _mine(tx, visit)
    entries, plan = _entries(tx, visit, cohort), cohorts.plan(tx, cohort)
    here = f"{cohort.cohort}:{artifact.id}"
    kept = own_papers.versions(program, plan, entries, artifact.id, upcoming.today(visit, member))
    return Outgoing(
        artifact.about,
        title=artifact.title,
        quotes=_quotes(program, entries, artifact),
        note="Only you see this. To change it, edit the answer in /journal.",
        options=(
            *(Option(words.cut(one.name, 75), "making.version", f"{here}:{one.unit.number}") for one in reversed(kept)),
            Option("What I made", "making.home", cohort.cohort),
        ),
    )


async def version(visit: Visit) -> Reply:
    return await visit.read(_version, visit)


def _version(tx: Connection, visit: Visit) -> Reply:
    cohort, member, program, artifact = _mine(tx, visit)
    entries, plan = _entries(tx, visit, cohort), cohorts.plan(tx, cohort)
    kept = own_papers.versions(program, plan, entries, artifact.id, upcoming.today(visit, member))
    number = words.whole_number(visit.value.split(":")[-1])
    one = next((each for each in kept if each.unit.number == number), None)
    if one is None:
        raise NotAllowed(_OUT_OF_DATE)
    quotes = _quotes(program, entries, artifact, one.unit)
    return Outgoing(
        f"What your answers up to {words.unit_name(program, one.unit)} say."
        if quotes
        else "Nothing had been written by then.",
        title=f"{artifact.title} · {one.name}",
        quotes=quotes,
        note="Only you see this. An answer that you edit or delete is edited or deleted here too.",
        options=(Option("As it is now", "making.open", f"{cohort.cohort}:{artifact.id}"),),
    )


def _quotes(
    program: Program, entries: Mapping[int, Words], artifact: Artifact, until: Unit | None = None
) -> tuple[Quote, ...]:
    """The newest of a long log."""
    found = own_papers.written(program, entries, artifact, until)
    return tuple(Quote(line, title=one.section.title) for one in found for line in one.lines)[-_QUOTES:]


def _mine(tx: Connection, visit: Visit) -> tuple[Cohort, Member, Program, Artifact]:
    which, name = [*visit.value.split(":"), ""][:2]
    found = choose.my_cohort(tx, visit, "making.home", which) if which else None
    if found is None or isinstance(found, Outgoing):
        raise NotAllowed(_OUT_OF_DATE)
    cohort, member = found
    program = visit.services.program(tx, cohort)
    artifact = next((one for one in own_papers.of_program(program) if one.id == name), None)
    if artifact is None:
        raise NotAllowed(_OUT_OF_DATE)
    return cohort, member, program, artifact


# --- the certificate ---------------------------------------------------------------------------------


async def make_certificate(visit: Visit) -> Reply:
    found = await visit.read(_certified, visit)
    if isinstance(found, Outgoing):
        return found
    cohort, program, began, ends = found
    name = visit.who.name
    made = await asyncio.to_thread(
        certificate, name, program.title, cohort.name, began, ends, " ".join(program.host_note.split())
    )
    return Outgoing(
        "Here is your certificate. It says that you took part, and nothing about what you wrote or how much. Nobody "
        "is told that you made it, and I keep no copy.",
        file=made,
    )


def _certified(tx: Connection, visit: Visit) -> Outgoing | tuple[Cohort, Program, date, date]:
    found = choose.my_cohort(tx, visit, "making.certificate", visit.value)
    if isinstance(found, Outgoing):
        return found
    cohort, member = found
    program, today = visit.services.program(tx, cohort), upcoming.today(visit, member)
    if not _at_the_end(tx, cohort, program, member, today):
        return Outgoing("You can make it when the last prompt of the program has come. Nothing was made.")
    plan = cohorts.plan(tx, cohort)
    ends = schedule.unit_day(program, plan, _last(program, member)) if schedule.clocked(program) else today
    return cohort, program, min(schedule.first_day(program, plan.start), ends), ends


def _at_the_end(tx: Connection, cohort: Cohort, program: Program, member: Member, today: date) -> bool:
    """The last prompt has come; without a calendar, each unit was answered or skipped. How much was answered is no
    matter."""
    if member.state != cohorts.STARTED:
        return False
    if schedule.clocked(program):
        return schedule.unit_day(program, cohorts.plan(tx, cohort), _last(program, member)) <= today
    done = set(turns.numbers(tx, cohort.tenant, cohort.cohort, member.person))
    return {unit.number for unit in program.units if gets(program, unit.whom, member.seat)} <= done


def _last(program: Program, member: Member) -> Unit:
    """The last unit before any look back."""
    units = [one for one in program.units if not one.follow_up and gets(program, one.whom, member.seat)]
    return max(units or program.units, key=lambda unit: (unit.after, unit.number))


feature = Feature(
    "making",
    presses={"home": home, "open": open_, "version": version, "certificate": make_certificate},
)
