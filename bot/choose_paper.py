"""Which team's paper is meant by a button, and that its presser is on that team."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import choose, papers, words
from bot.errors import NotAllowed
from bot.programs import Artifact, Section
from bot.store import teams
from bot.store.cohorts import Cohort
from bot.store.teams import Team
from bot.visit import Visit

OUT_OF_DATE = "This button is out of date. Nothing was changed; My teams under /cohort shows the paper as it is."
NOT_THEIRS = (
    "Only members of this team can read what it writes. Nothing was shown and nothing was changed; /cohort shows your "
    "teams."
)

CLOSED = "This team is closed, so nothing can be added to what it wrote. You can still read it. Nothing was changed."


def team(tx: Connection, visit: Visit, named: str) -> tuple[Cohort, Team]:
    """Raises NotAllowed for whoever is not on it, facilitators too."""
    which = teams.find(tx, visit.who.tenant, named)
    if which is None or visit.who.person not in teams.members(tx, which):
        raise NotAllowed(NOT_THEIRS)
    found = choose.my_cohort(tx, visit, "teams.home", which.cohort)
    if not isinstance(found, tuple):
        raise NotAllowed(NOT_THEIRS)
    return found[0], which


def artifact(tx: Connection, visit: Visit) -> tuple[Cohort, Team, Artifact]:
    """From a value that begins with team and artifact."""
    named, name = [*visit.value.split(":"), ""][:2]
    cohort, which = team(tx, visit, named)
    found = next((one for one in papers.of_team(visit.services.program(tx, cohort), which) if one.id == name), None)
    if found is None:
        raise NotAllowed(OUT_OF_DATE)
    return cohort, which, found


def section(tx: Connection, visit: Visit) -> tuple[Cohort, Team, Artifact, Section]:
    """From a value that begins with team, artifact and section."""
    cohort, which, found = artifact(tx, visit)
    name = [*visit.value.split(":"), "", ""][2]
    one = next((each for each in found.sections if each.id == name), None)
    if one is None:
        raise NotAllowed(OUT_OF_DATE)
    return cohort, which, found, one


def must_be_open(which: Team) -> None:
    """Raises NotAllowed when nobody writes there any more."""
    if which.closed:
        raise NotAllowed(CLOSED)


def readers(tx: Connection, visit: Visit, which: Team) -> str:
    """The names of the caller's teammates."""
    return words.listed(papers.named(tx, which, but=visit.who.person)) or "nobody else yet"
