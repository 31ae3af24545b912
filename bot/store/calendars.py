"""What a facilitator changes in the calendar of a cohort that runs."""

from __future__ import annotations

from sqlalchemy import Connection, delete, insert, update

from bot.schedule import Change
from bot.store import plans
from bot.store.cohorts import Cohort
from bot.store.tables import change, cohort


def set_change(tx: Connection, which: Cohort, number: int, what: Change) -> None:
    here = (change.c.tenant == which.tenant, change.c.cohort == which.cohort, change.c.number == number)
    tx.execute(delete(change).where(*here))
    if what != Change():
        tx.execute(
            insert(change).values(
                tenant=which.tenant,
                cohort=which.cohort,
                number=number,
                moved_to=what.moved_to,
                skipped=what.skipped,
                swapped=what.swapped,
            )
        )
    plans.mark_cohort(tx, which.tenant, which.cohort)


def set_country(tx: Connection, which: Cohort, country: str) -> None:
    """Whose public holidays hold from now on; empty for none."""
    tx.execute(
        update(cohort).where(cohort.c.tenant == which.tenant, cohort.c.cohort == which.cohort).values(country=country)
    )
    plans.mark_cohort(tx, which.tenant, which.cohort)
