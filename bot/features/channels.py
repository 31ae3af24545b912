"""The ways into a workspace: those who lead hear once what is missing, and that a channel is shut; whoever left one is
asked once whether to go on."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import first_facilitators, following, shut_channels
from bot.messages import Audience, Option, Outgoing
from bot.outbox import Row
from bot.store import cohorts, people
from bot.visit import Feature, Services


def closed(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """To each who leads the cohort."""
    intent = row.intent
    which = cohorts.find(tx, intent.tenant, intent.cohort)
    if which is None or which.state != cohorts.RUNNING or shut_channels.since(tx, which) is None:
        return None
    if not people.has_role(tx, intent.tenant, intent.cohort, intent.recipient, people.FACILITATOR):
        return None
    return Outgoing(
        "I can no longer write in this cohort's channel. It was archived or deleted, or I was taken out of it.\n\n"
        "Nothing is lost. Members still get their prompts in private messages, and what you write to the channel "
        "waits for up to two weeks.\n\n"
        "To go on, bring the channel back and add me to it, or choose another channel.",
        title=which.name,
        note="The facilitators of this cohort get this message, once.",
        options=(Option("Choose another channel", "setup.roster", which.cohort, "primary"),),
        audience=Audience.DM,
    )


def left(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """To whoever left the channel of a cohort that follows it."""
    intent = row.intent
    which = cohorts.find(tx, intent.tenant, intent.cohort)
    member = cohorts.member(tx, intent.tenant, intent.cohort, intent.recipient)
    if which is None or which.state != cohorts.RUNNING or member is None or member.state != cohorts.STARTED:
        return None
    return Outgoing(
        f"You are not in the channel of {which.name} any more. You still belong to the cohort, and your prompts still "
        "come here. Would you like to go on?",
        note="Nobody else sees this. Without an answer, nothing changes, and your journal stays yours either way.",
        options=(
            Option("Keep the prompts", "pausing.keep", which.cohort),
            Option("Pause for two weeks", "pausing.pause-two-weeks", which.cohort),
            Option("Leave the cohort", "pausing.leave", which.cohort),
        ),
        audience=Audience.DM,
        quiet=True,
    )


def lacking(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """To those whom the settings name, what is missing between here and their workspace."""
    found = services.lacking.get(row.intent.subject)
    if not found:
        return None  # it was mended meanwhile
    return Outgoing(
        "Something is missing in my setup here, so not everything works yet. Nothing is lost.\n\n"
        + "\n".join(f"• {one[:1].upper()}{one[1:]}" for one in found)
        + "\n\nWhoever set me up can mend this; `cohortbook doctor` says more. Then write a word to me here: if I do "
        "not answer, the events in my manifest are missing too.",
        title="Before you begin",
        note="Those whom my settings name as facilitators get this message, once.",
        audience=Audience.DM,
    )


feature = Feature(
    "channels", compose={shut_channels.CLOSED: closed, following.LEFT: left, first_facilitators.LACKING: lacking}
)
