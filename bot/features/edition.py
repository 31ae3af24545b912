"""A newer version of the program for a cohort that runs: shown first, and then used for what is still to come."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot import choose, edition, upcoming
from bot.edition import Difference
from bot.messages import Option, Outgoing, Reply
from bot.programs import Program
from bot.store import calendars, cohorts, occasions, pinned
from bot.store.cohorts import Cohort
from bot.visit import Feature, Visit

_LATEST_ZONE = "Pacific/Kiritimati"


async def show(visit: Visit) -> Reply:
    return await visit.read(_show, visit)


def _show(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    new = _newer(visit, cohort)
    if new is None:
        return _nothing_newer(cohort)
    found = _difference(tx, visit, cohort, new)
    back = Option("Leave it as it is", "facilitation.home", cohort.cohort)
    if found.obstacles:
        return Outgoing(
            "This version cannot be used while the cohort runs, so nothing was changed:\n\n"
            + _list(found.obstacles)
            + "\n\nWhoever keeps the programs can mend this. What was sent must stay in it, under its own number.",
            title="A newer version of the program",
            options=(back,),
        )
    return Outgoing(
        f"What would change:\n\n{_list(found.lines)}\n\nNothing that was sent is sent again. Nothing was changed yet.",
        title="A newer version of the program",
        options=(Option("Use it from now on", "edition.use", f"{cohort.cohort}:{new.version}", "primary"), back),
    )


async def use(visit: Visit) -> Reply:
    return await visit.write(_use, visit)


def _use(tx: Connection, visit: Visit) -> Reply:
    which, _, version = visit.value.partition(":")
    cohort = choose.led_cohort(tx, visit, which)
    new = _newer(visit, cohort)
    if new is None or new.version != version:
        return _nothing_newer(cohort)
    found = _difference(tx, visit, cohort, new)
    if found.obstacles:
        return Outgoing(f"More was sent meanwhile, so nothing was changed:\n\n{_list(found.obstacles)}", replaces=True)
    pinned.pin(tx, cohort.tenant, new.id, new.version, new.text)
    for number, change in found.changes.items():
        calendars.set_change(tx, cohort, number, change)
    cohorts.set_version(tx, cohort, new.version)
    return Outgoing(
        "Done. What is still to come follows the newer version; what was sent stays as it was.",
        options=(Option("Back to the cohort", "facilitation.home", cohort.cohort),),
        replaces=True,
    )


def _newer(visit: Visit, cohort: Cohort) -> Program | None:
    """What the library has now, where it differs."""
    found = visit.services.library.shipped().get(cohort.program)
    return None if found is None or found.version == cohort.version else found


def _nothing_newer(cohort: Cohort) -> Outgoing:
    return Outgoing(
        "This cohort has the version that there is. Nothing was changed.",
        options=(Option("Back to the cohort", "facilitation.home", cohort.cohort),),
        replaces=True,
    )


def _difference(tx: Connection, visit: Visit, cohort: Cohort, new: Program) -> Difference:
    old, plan = visit.services.program(tx, cohort), cohorts.plan(tx, cohort)
    gone = {unit.number for unit in old.units if not upcoming.untouched(tx, cohort, old, unit, visit.now)}
    today: date = visit.now.astimezone(ZoneInfo(_LATEST_ZONE)).date()
    held = {one.kind for one in occasions.of_cohort(tx, cohort, cancelled=True)}
    return edition.difference(old, new, plan, gone, today, held)


def _list(lines: tuple[str, ...]) -> str:
    return "\n".join(f"• {line}" for line in lines)


feature = Feature("edition", presses={"show": show, "use": use})
