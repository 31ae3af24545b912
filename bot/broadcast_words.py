"""What a facilitator's message looks like where it arrives, and what is asked when it could not."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection

from bot import copies, outbox, words
from bot.copies import Progress
from bot.errors import Wait
from bot.messages import Audience, Option, Outgoing, Quote
from bot.outbox import Intent, Row
from bot.store import broadcasts, people
from bot.store.broadcasts import Broadcast
from bot.visit import Replacement, Services

_LOOK_AGAIN_SECONDS = 5


def message(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    found = broadcasts.find(tx, row.intent.tenant, row.intent.subject)
    if found is None or found.state != broadcasts.SENT:
        return None
    return _words(tx, found)


def _words(tx: Connection, found: Broadcast, note: str = "") -> Outgoing:
    name = next(iter(people.names(tx, found.tenant, [found.person])), "")
    return Outgoing(
        found.text,
        note=f"From {name}, facilitator{note}" if name else f"From a facilitator who is not here any more{note}",
        audience=Audience.DM if found.private else Audience.CHANNEL,
    )


def correction(tx: Connection, services: Services, row: Row) -> Replacement | None:
    intent = row.intent
    found = broadcasts.find(tx, intent.tenant, intent.subject)
    first = copies.copy_for(tx, row)
    if found is None or first is None:
        return None
    if first.state in (outbox.SENDING, outbox.UNKNOWN):  # it may stand there: first that is found out
        raise Wait(_LOOK_AGAIN_SECONDS)
    if first.ref is None:
        return None
    if found.state == broadcasts.WITHDRAWN:
        return Replacement(first.ref, None)
    return Replacement(first.ref, _words(tx, found, " · corrected"))


def how_far(found: Broadcast, far: Progress) -> str:
    """A sentence for each thing that happened; empty where the message simply stands in the channel."""
    return "\n".join(_to_each(far) if found.private else _to_the_channel(far))


def _to_the_channel(far: Progress) -> Iterator[str]:
    if far.waiting:
        yield "It has not gone out yet."
    if far.unclear:
        yield "There is no clear answer from the channel yet, so I am checking whether it arrived."
    if far.missed:
        yield "It could not go out in time."
    if far.stopped:
        yield "It was stopped before it went out."
    for why in far.unreachable:
        yield f"The channel cannot be reached: {why}"


def _to_each(far: Progress) -> Iterator[str]:
    yield f"{words.people(far.sent)} got it." if far.sent else "Nobody got it yet."
    if far.waiting:
        yield f"{words.people(far.waiting)} still to come."
    if far.unclear:
        yield f"{words.people(far.unclear)}: no clear answer yet, so I am checking whether it arrived."
    if far.missed:
        yield f"{words.people(far.missed)}: it could not go out in time."
    if far.stopped:
        yield f"{words.people(far.stopped)}: stopped before it went out."
    for why, count in far.unreachable.most_common():
        yield f"{words.people(count)} cannot be reached: {why}."


def late(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """To whoever wrote it: it is too late to go out unasked."""
    found = broadcasts.find(tx, row.intent.tenant, row.intent.subject)
    if found is None or found.state != broadcasts.SENT or not copies.progress(tx, found).missed:
        return None
    return Outgoing(
        "This message could not go out in time, because I or the chat was away. Send it now?",
        quotes=(Quote(found.text),),
        note="Without an answer it stays unsent.",
        options=(
            Option("Send it now", "broadcasts.send-late", found.broadcast, "primary"),
            Option("Look at it", "broadcasts.open", found.broadcast),
        ),
        audience=Audience.DM,
    )


def missed(tx: Connection, services: Services, row: Row) -> list[Intent]:
    found = broadcasts.find(tx, row.intent.tenant, row.intent.subject)
    return [] if found is None else copies.ask(found, services.now())
