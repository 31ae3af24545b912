"""Members whom no private message reaches: a button in the channel that names nobody, and what waits behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import Connection

from bot import outbox, schedule, waiting
from bot.messages import Audience, Option, Outgoing, Reply
from bot.outbox import Intent, Row
from bot.store import cohorts, doors
from bot.visit import Feature, Services, Visit
from bot.welcoming import WELCOME

WAITING = "waiting"
_AT_MOST_EVERY = timedelta(days=7)
_IN_THE_CHANNEL_ALREADY = (schedule.PROMPT, schedule.STEP, schedule.REMINDER, schedule.SILENCE, "hello")
"""The announcement of a prompt has a button for everybody."""
_HELPLESS = (doors.GONE, doors.GUEST)


def knock(tx: Connection, services: Services, row: Row) -> list[Intent]:
    """One button for the whole cohort, at most once a week, however many messages wait."""
    intent, now = row.intent, services.now()
    cohort = cohorts.find(tx, intent.tenant, intent.cohort)
    if cohort is None or cohort.place is None or cohort.state != cohorts.RUNNING:
        return []
    if intent.channel or intent.kind in _IN_THE_CHANNEL_ALREADY:
        return []
    if doors.of(tx, intent.tenant, intent.recipient) in _HELPLESS:
        return []
    before = outbox.rows(tx, cohort.tenant, cohort.cohort, WAITING)
    if any(one.intent.due > now - _AT_MOST_EVERY for one in before):
        return []
    return [Intent(cohort.tenant, cohort.cohort, WAITING, len(before), cohort.place, now, channel=True)]


def notice(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """Everybody may press, so that a press shows nobody anything about whoever pressed."""
    kinds = waiting.anybodys(tx, row.intent.tenant, row.intent.cohort, services.now())
    cohort = cohorts.find(tx, row.intent.tenant, row.intent.cohort)
    if not kinds or cohort is None:
        return None
    if kinds == {WELCOME}:
        return Outgoing(
            "Some of you were added to this cohort. Press Open to read your welcome. Nothing is sent to your private "
            "messages unless you press Start there.",
            title=cohort.name,
            note="Only you see what opens. Everybody may press.",
            options=(Option("Open", "doors.open", cohort.cohort, "primary"),),
            audience=Audience.CHANNEL,
        )
    return Outgoing(
        "Something is waiting for some of you that I could not bring to your private messages. Press Open to see "
        "whether it is for you.",
        note="Only you see what opens. Everybody may press.",
        options=(Option("Open", "doors.open", row.intent.cohort, "primary"),),
        audience=Audience.CHANNEL,
    )


async def open_(visit: Visit) -> Reply:
    return await visit.write(_open, visit, "")


async def seen(visit: Visit) -> Reply:
    return await visit.write(_open, visit, visit.value)


def _open(tx: Connection, visit: Visit, read: str) -> Reply:
    """The first message that waits, shown here. `read`: the one before it, which waits no more."""
    who, now = visit.who, visit.now
    if read:
        waiting.let_go(tx, who, read, outbox.SENT, now)
    door = doors.of(tx, who.tenant, who.person)  # they may come by another of their chats
    found = waiting.of(tx, who, now)
    if found and door == doors.NOT_YET and found[0].intent.kind == WELCOME:
        # A press in the channel is no yes to private messages yet; Start is.
        words = visit.words(tx, found[0])
        if isinstance(words, Outgoing):
            return replace(words, audience=Audience.ONLY_YOU)
    if found and door != doors.CLOSED:
        doors.try_again(tx, who, visit.incoming.who, now)
        return Outgoing(
            "It comes to your private messages now. If nothing has come in a minute, press Open again, and I show "
            "it here."
        )
    for at, row in enumerate(found):
        # As if it were due now: whoever asks for it does not mean their quiet hours.
        words = visit.words(tx, replace(row, intent=replace(row.intent, due=now)))
        if isinstance(words, Outgoing):
            return _shown(words, row, len(found) - at - 1, first=not read)
        waiting.let_go(tx, who, waiting.name(row), outbox.CANCELLED, now)
    if read:
        return Outgoing("That was all. Nothing else waits for you.", replaces=True)
    return Outgoing("Nothing waits for you here. What is yours comes to your private messages; /cohort shows the rest.")


def _shown(words: Outgoing, row: Row, more: int, first: bool) -> Outgoing:
    label = f"Next ({more} more)" if more else "I have read it"
    return replace(
        words,
        note="\n".join(
            part
            for part in (
                words.note,
                "I could not bring this to your private messages. To get them there, allow messages from this "
                "server or app in your chat settings.",
            )
            if part
        ),
        options=(*words.options, Option(label, "doors.seen", waiting.name(row))),
        audience=Audience.ONLY_YOU,
        replaces=not first,
    )


feature = Feature(
    "doors",
    presses={"open": open_, "seen": seen},
    compose={WAITING: notice},
    held=knock,
)
