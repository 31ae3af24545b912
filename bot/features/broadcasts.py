"""A facilitator's words to the channel or to each member: written, previewed, sent, corrected, withdrawn."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from bot import broadcast_words, choose, copies, words
from bot.audience import of_channel
from bot.errors import NotAllowed
from bot.messages import Errors, Field, Form, Option, Outgoing, Quote, Reply
from bot.store import broadcasts, doors
from bot.store.broadcasts import Broadcast
from bot.store.cohorts import Cohort
from bot.visit import Feature, Visit

_LIMIT = 1800
"""Fits one message on every platform, with the signature."""
_CHANNEL, _EACH = "channel", "each"


async def write(visit: Visit) -> Reply:
    return await visit.read(_write, visit)


def _write(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    return Form(
        visit.services.ids(),
        "Write to the cohort",
        "broadcasts.preview",
        (
            _box(),
            Field(
                "where",
                "Where?",
                "choice",
                True,
                choices=((_CHANNEL, "In the channel"), (_EACH, "To each member, in a private message")),
                initial=_CHANNEL,
            ),
        ),
        cohort.cohort,
        intro=f"This is for everybody in {cohort.name}. You see it with its audience before it goes out.",
        submit="Preview",
    )


def _box(initial: str = "") -> Field:
    return Field("text", "Your message", required=True, limit=_LIMIT, lines=6, initial=initial)


def _read(visit: Visit) -> str | Errors:
    text = visit.field("text")
    if not text:
        return Errors({"text": "Please write your message first."})
    if words.length(text) > _LIMIT:
        return Errors({"text": f"This is longer than {_LIMIT} characters. Nothing is lost: please shorten it."})
    return text


async def preview(visit: Visit) -> Reply:
    cohort, members, shut = await visit.read(_members, visit)
    text = _read(visit)
    if isinstance(text, Errors):
        return text
    private = visit.field("where") == _EACH
    if private:
        audience = f"This goes to {words.people(members)} in private messages, one each."
        if shut:
            audience += f" For {words.people(shut)} of them it waits, since no private message reaches them now."
    elif not (audience := await of_channel(visit, cohort)):
        return Errors({"": "This cohort has no channel yet. Choose one under People, then write again."})
    made = await visit.once(broadcasts.draft, visit.who, cohort.cohort, text, private, visit.now, visit.services.ids)
    return Outgoing(
        f"{audience} Nothing is sent yet.",
        quotes=(Quote(text),),
        options=(
            Option("Send it now", "broadcasts.send", made, "primary"),
            Option("Do not send", "broadcasts.discard", made),
        ),
    )


def _members(tx: Connection, visit: Visit) -> tuple[Cohort, int, int]:
    """The cohort, how many members a private message would go to, and how many it would not reach."""
    cohort = choose.led_cohort(tx, visit, visit.value)
    return cohort, len(copies.recipients(tx, cohort)), len(doors.shut(tx, cohort))


async def send(visit: Visit) -> Reply:
    return await visit.once(_send, visit)


def _send(tx: Connection, visit: Visit) -> Reply:
    found, cohort = _mine(tx, visit)
    if found.state != broadcasts.DRAFT or not (cohort.place or found.private):
        return Outgoing("This was sent before, or taken away. Nothing was sent again.", replaces=True)
    broadcasts.change(tx, found, state=broadcasts.SENT, at=visit.now)
    copies.send(tx, cohort, found, visit.now)
    return Outgoing(
        f"On its way to {'each member' if found.private else 'the channel'}.",
        options=(
            *_how_far(found),
            Option("Correct it", "broadcasts.edit", found.broadcast),
            _withdraw_option(found),
        ),
        replaces=True,
    )


def _how_far(found: Broadcast) -> tuple[Option, ...]:
    return (Option("How far is it?", "broadcasts.open", found.broadcast),) if found.private else ()


async def discard(visit: Visit) -> Reply:
    return await visit.write(_discard, visit)


def _discard(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    if found.state == broadcasts.DRAFT:
        broadcasts.change(tx, found, state=broadcasts.WITHDRAWN, text="")
    return Outgoing("Not sent.", replaces=True)


async def listing(visit: Visit) -> Reply:
    return await visit.read(_list, visit)


def _list(tx: Connection, visit: Visit) -> Reply:
    cohort = choose.led_cohort(tx, visit, visit.value)
    found = broadcasts.sent(tx, cohort.tenant, cohort.cohort)
    if not found:
        return Outgoing("Nothing has been sent by facilitators yet.")
    return Outgoing(
        "Press one to correct or withdraw it.",
        title="What facilitators sent",
        options=tuple(
            Option(
                words.cut(f"{words.local_day(one.at, visit.who.zone)}: {one.text}", 75),
                "broadcasts.open",
                one.broadcast,
            )
            for one in found[:10]
        ),
    )


async def open_one(visit: Visit) -> Reply:
    return await visit.read(_open, visit)


def _open(tx: Connection, visit: Visit) -> Outgoing:
    found, _ = _mine(tx, visit)
    if found.state != broadcasts.SENT:
        return Outgoing("This message was withdrawn.")
    far = copies.progress(tx, found)
    stop = (Option("Stop the rest", "broadcasts.stop", found.broadcast, "danger"),) if far.waiting else ()
    late = (Option("Send it now", "broadcasts.send-late", found.broadcast),) if far.missed else ()
    again = (Option("Look again", "broadcasts.look-again", found.broadcast),) if far.waiting or far.unclear else ()
    told = broadcast_words.how_far(found, far)
    return Outgoing(
        "\n".join(line for line in (f"Sent on {words.local_day(found.at, visit.who.zone)}.", told) if line),
        quotes=(Quote(found.text),),
        options=(
            *stop,
            *late,
            *again,
            Option("Correct it", "broadcasts.edit", found.broadcast),
            _withdraw_option(found),
        ),
    )


async def look_again(visit: Visit) -> Reply:
    return replace(await visit.read(_open, visit), replaces=True)


async def stop(visit: Visit) -> Reply:
    return await visit.once(_stop, visit)


def _stop(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    stopped = copies.stop(tx, found)
    if not stopped:
        return Outgoing("There was nothing left to stop. Nothing was changed.", replaces=True)
    to = f"to {words.people(stopped)}. Whoever has it keeps it" if found.private else "to the channel"
    return Outgoing(f"Stopped: it does not go out {to}.", options=_how_far(found), replaces=True)


async def send_late(visit: Visit) -> Reply:
    return await visit.once(_send_late, visit)


def _send_late(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    if found.state != broadcasts.SENT or not copies.again(tx, found, visit.now):
        return Outgoing("There is nothing of it left to send. Nothing was changed.", replaces=True)
    return Outgoing("On its way now.", replaces=True)


async def edit(visit: Visit) -> Reply:
    return await visit.read(_edit, visit)


def _edit(tx: Connection, visit: Visit) -> Reply:
    found, _ = _mine(tx, visit)
    if found.state != broadcasts.SENT:
        return Outgoing("This message was withdrawn, so there is nothing to correct.")
    return Form(
        visit.services.ids(),
        "Correct the message",
        "broadcasts.correct",
        (_box(found.text),),
        found.broadcast,
        intro=f"{_where(found)} is replaced, with a note that it was corrected.",
        submit="Correct it",
    )


async def correct(visit: Visit) -> Reply:
    return await visit.once(_correct, visit)


def _correct(tx: Connection, visit: Visit) -> Reply:
    found, cohort = _mine(tx, visit)
    text = _read(visit)
    if isinstance(text, Errors):
        return text
    if found.state != broadcasts.SENT:
        return Errors({"": "This message was withdrawn meanwhile, so nothing was changed."})
    broadcasts.change(tx, found, text=text)
    copies.replace(tx, cohort, found, visit.now)
    shows = "each member's copy shows" if found.private else "the channel shows"
    return Outgoing(f"Corrected: {shows} the new words, with a note.", options=_how_far(found))


async def withdraw(visit: Visit) -> Reply:
    return await visit.once(_withdraw, visit)


def _withdraw(tx: Connection, visit: Visit) -> Reply:
    found, cohort = _mine(tx, visit)
    broadcasts.change(tx, found, state=broadcasts.WITHDRAWN, text="")
    copies.replace(tx, cohort, found, visit.now)
    out = "each member's private messages" if found.private else "the channel"
    return Outgoing(f"Withdrawn: it is taken out of {out}. Whoever has already read it may remember it.", replaces=True)


def _where(found: Broadcast) -> str:
    return "The message in each member's private messages" if found.private else "The message in the channel"


def _withdraw_option(found: Broadcast) -> Option:
    return Option(
        "Withdraw it",
        "broadcasts.withdraw",
        found.broadcast,
        "danger",
        f"Take this message out of {'all private messages' if found.private else 'the channel'}?",
    )


def _mine(tx: Connection, visit: Visit) -> tuple[Broadcast, Cohort]:
    found = broadcasts.find(tx, visit.who.tenant, visit.value)
    if found is None:
        raise NotAllowed("That message is not yours to change, so nothing was changed.")
    cohort = choose.led_cohort(tx, visit, found.cohort)
    visit.note(cohort.cohort, subject=found.broadcast)
    return found, cohort


feature = Feature(
    "broadcasts",
    presses={
        "write": write,
        "send": send,
        "discard": discard,
        "list": listing,
        "open": open_one,
        "look-again": look_again,
        "edit": edit,
        "withdraw": withdraw,
        "stop": stop,
        "send-late": send_late,
    },
    submissions={"preview": preview, "correct": correct},
    compose={
        copies.SEND: broadcast_words.message,
        copies.CORRECT: broadcast_words.correction,
        copies.LATE: broadcast_words.late,
    },
    missed={copies.SEND: broadcast_words.missed},
)
