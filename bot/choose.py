"""Which of a person's cohorts is meant. Asked only when it must be."""

from __future__ import annotations

from sqlalchemy import Connection

from bot.errors import NotAllowed
from bot.messages import Option, Outgoing
from bot.store import cohorts, people
from bot.store.cohorts import Cohort, Member
from bot.visit import Visit

NOT_A_MEMBER = (
    "You are not in a running cohort yet. A facilitator can add you; then a welcome message arrives here. "
    "You can look things up at any time with /resources."
)
NOT_YOURS = (
    "This is for the members of its cohort and its facilitators, and you are not one of them now, so nothing was saved "
    "and nothing was changed. Your journal is still yours: /journal."
)


def my_cohort(tx: Connection, visit: Visit, action: str, which: str = "") -> tuple[Cohort, Member] | Outgoing:
    """The cohort meant by a press or command; a question with one button each when it is open.

    Raises NotAllowed when the button names a cohort that is not the caller's.
    """
    found = cohorts.of_person(tx, visit.who)
    if which:
        found = [pair for pair in found if pair[0].cohort == which]
    elif len(found) > 1 and not visit.incoming.private:
        place = people.place_at(tx, visit.incoming.where) or ""
        here = {one.cohort for one in cohorts.in_place(tx, visit.who.tenant, place)}
        found = [pair for pair in found if pair[0].cohort in here] or found
    if which and not found:
        raise NotAllowed(NOT_YOURS)
    if not found:
        return Outgoing(NOT_A_MEMBER)
    if len(found) == 1:
        return found[0]
    return Outgoing(
        "You are in more than one cohort. Which one is this about?",
        options=tuple(Option(one.name, action, one.cohort) for one, _ in found),
    )


def not_started(cohort: Cohort, member: Member) -> Outgoing:
    """For whoever has not said yes, or not again."""
    if member.state == cohorts.ASKED:
        return Outgoing(
            f"Your time in {cohort.name} is over, and you were asked whether to go on. Press Go on and prompts come "
            "again. What you wrote is in /journal.",
            options=(Option("Go on", "renewing.go-on", cohort.cohort, "primary"),),
        )
    return Outgoing(
        f"Nothing has started for you in {cohort.name} yet. Press Start and the first prompt will come on its day.",
        options=(Option("Start", "membership.start", cohort.cohort, "primary"),),
    )


def led_cohort(tx: Connection, visit: Visit, which: str) -> Cohort:
    """A cohort that the caller facilitates; raises NotAllowed. Every facilitator action begins here and is noted."""
    found = cohorts.find(tx, visit.who.tenant, which)
    if found is None or not people.has_role(tx, visit.who.tenant, which, visit.who.person, people.FACILITATOR):
        raise NotAllowed(
            "Only a facilitator of this cohort can do that, so nothing was changed. "
            "If you should be one, ask a facilitator to add you under /facilitate."
        )
    visit.note(found.cohort)
    return found
