"""One person in two chats: a code made in one and typed in the other, and where the prompts go."""

from __future__ import annotations

import hashlib
from datetime import datetime

from sqlalchemy import Connection

from bot import door_codes, joining, outbox
from bot.messages import Address, Audience, Errors, Field, Form, Option, Outgoing, Reply
from bot.outbox import Intent, Row
from bot.store import other_doors, other_places
from bot.visit import Feature, Services, Visit

JOINED = "door-joined"
_UNKNOWN = (
    "This code is not known, was used before, or is older than 15 minutes. Nothing was changed. Make a new one in the "
    "chat where you use me already: /connect, Make a code."
)
_BUSY = "A message to you is on its way just now. Nothing was changed; please press again in a minute."
_CODE = Option("Make a code", "two-chats.code")
_TYPE = Option("Type a code", "two-chats.type", style="primary")


async def home(visit: Visit) -> Reply:
    return await visit.read(_home, visit)


def _home(tx: Connection, visit: Visit) -> Outgoing:
    mine = other_doors.everywhere(tx, visit.who.tenant, visit.who.person)
    if len(mine) < 2:
        return Outgoing(
            "You can use me in two chats, such as Slack and Discord, with one journal and one calendar. Each prompt "
            "comes once, in the chat that you prefer.\n\n"
            "• In the chat where you use me already: press Make a code.\n"
            "• In the other one: write /connect, press Type a code.",
            title="A second chat",
            options=(_CODE, _TYPE),
        )
    first, *others = mine
    return Outgoing(
        f"You use me in {_names(mine)}. Your prompts come in {_name(first)}. Your journal and your forms are the same "
        "in both.",
        title="Your chats",
        options=(
            *(Option(f"Send my prompts in {_name(one)}", "two-chats.prefer", _tag(one), "primary") for one in others),
            *(_disconnect(one) for one in mine),
            _CODE,
        ),
    )


def _disconnect(one: Address) -> Option:
    asked = f"Stop using me in {_name(one)}? Nothing that you wrote is lost: you have it in your other chat."
    return Option(f"Disconnect {_name(one)}", "two-chats.disconnect", _tag(one), "danger", asked)


# --- the code --------------------------------------------------------------------------------------


async def code(visit: Visit) -> Reply:
    return await visit.write(_make, visit, visit.services.keys.pseudonyms)


def _make(tx: Connection, visit: Visit, key: bytes) -> Reply:
    at = visit.services.store.machine_now(tx)
    made = door_codes.make(tx, key, visit.who, at, visit.services.ids)
    return Outgoing(
        f"Your code: {made}\n\n"
        "In the other chat, write /connect, press Type a code and enter it there. It works once, for 15 minutes.",
        note="Whoever enters this code can read your journal. Please give it to nobody.",
    )


async def type_(visit: Visit) -> Reply:
    return Form(
        visit.services.ids(),
        "Use me here as well",
        "two-chats.look",
        (Field("code", "Your code", required=True, limit=20, hint="For example: 7K3M-Q9XW"),),
        intro="Enter the code that I gave you in your other chat. Use only a code that you made yourself: what you "
        "write here afterwards goes into the journal of whoever made it.",
        submit="Go on",
    )


async def look(visit: Visit) -> Reply:
    return await visit.read(_look, visit, visit.services.keys.pseudonyms)


def _look(tx: Connection, visit: Visit, key: bytes) -> Reply:
    """Asked once more with the name, so that nobody is talked into writing into somebody else's journal."""
    mark = door_codes.mark(key, visit.field("code"))
    into = door_codes.owner(tx, mark, visit.services.store.machine_now(tx))
    if into is None:
        return Errors({"code": _UNKNOWN})
    problem = joining.obstacle(tx, visit.who, visit.incoming.who, into)
    if problem:
        return Errors({"code": problem})
    there = other_doors.everywhere(tx, into.tenant, into.person)
    return Outgoing(
        f"This code belongs to {into.name}, in {_names(there)}. Is that you?\n\n"
        "If so, you are one person for me in both chats: one journal, one calendar, each prompt once.",
        note="If it is somebody else, press No. Otherwise they could read what you write here.",
        options=(Option("Yes, that is me", "two-chats.join", mark, "primary"), Option("No", "two-chats.no")),
    )


async def no(visit: Visit) -> Reply:
    return Outgoing("All right. Nothing was changed.", replaces=True)


async def join(visit: Visit) -> Reply:
    return await visit.write(_join, visit)


def _join(tx: Connection, visit: Visit) -> Reply:
    by, who = visit.incoming.who, visit.who
    into = door_codes.owner(tx, visit.value, visit.services.store.machine_now(tx))
    if into is None:
        return Outgoing(_UNKNOWN, replaces=True)
    problem = joining.obstacle(tx, who, by, into)
    if problem:
        return Outgoing(problem, replaces=True)
    door_codes.use_up(tx, visit.value)
    joining.join(tx, who, by, into)
    first = other_doors.main(tx, into.tenant, into.person)
    outbox.put(tx, [Intent(into.tenant, "", JOINED, 0, into.person, visit.now, subject=_tag(by))])
    return Outgoing(
        f"Done. You are {into.name} here as well. Your prompts still come in {_name(first)}.",
        options=(
            Option(f"Send my prompts in {_name(by)}", "two-chats.prefer", _tag(by)),
            Option("My cohort", "membership.home"),
        ),
        replaces=True,
    )


def joined(tx: Connection, services: Services, row: Row) -> Outgoing | None:
    """To the chat from where the code came, so that nobody's journal is entered unnoticed."""
    intent = row.intent
    mine = other_doors.everywhere(tx, intent.tenant, intent.recipient)
    new = next((one for one in mine if _tag(one) == intent.subject), None)
    if new is None:
        return None
    return Outgoing(
        f"With a code of yours, you now use me in {_name(new)} as well. If that was not you, disconnect it now.",
        options=(_disconnect(new),),
        audience=Audience.DM,
        quiet=True,
    )


# --- where the prompts go --------------------------------------------------------------------------


async def prefer(visit: Visit) -> Reply:
    return await visit.write(_prefer, visit)


def _prefer(tx: Connection, visit: Visit) -> Reply:
    first, *others = other_doors.everywhere(tx, visit.who.tenant, visit.who.person)
    wanted = next((one for one in others if _tag(one) == visit.value), None)
    if wanted is not None and other_doors.on_its_way(tx, visit.who.tenant, visit.who.person):
        return Outgoing(_BUSY)
    if wanted is not None:
        other_doors.prefer(tx, visit.who.tenant, visit.who.person, wanted)
    return Outgoing(f"Your prompts come in {_name(wanted or first)} from now on.", replaces=True)


async def disconnect(visit: Visit) -> Reply:
    return await visit.write(_disconnected, visit)


def _disconnected(tx: Connection, visit: Visit) -> Reply:
    mine = other_doors.everywhere(tx, visit.who.tenant, visit.who.person)
    gone = next((one for one in mine if _tag(one) == visit.value), None)
    if gone is None or len(mine) < 2:
        return Outgoing("That chat is not connected any more. Nothing was changed.", replaces=True)
    if other_doors.on_its_way(tx, visit.who.tenant, visit.who.person):
        return Outgoing(_BUSY)
    other_doors.left(tx, visit.who.tenant, visit.who.person, gone)
    first = other_doors.main(tx, visit.who.tenant, visit.who.person)
    return Outgoing(
        f"Disconnected from {_name(gone)}. Your prompts come in {_name(first)}. Whoever writes to me in {_name(gone)} "
        "with that account is somebody new for me.",
        replaces=True,
    )


def _tag(address: Address) -> str:
    """Which of somebody's own accounts a button means. It is looked for among the caller's alone."""
    return hashlib.blake2b(str(address).encode(), digest_size=6).hexdigest()


def _name(address: Address | None) -> str:
    return address.platform.capitalize() if address else "your chat"


def _names(addresses: list[Address]) -> str:
    return " and ".join(_name(one) for one in addresses)


def copy(tx: Connection, services: Services, now: datetime) -> bool:
    """What is meant for the channel of a cohort goes to its channel in the other chat too."""
    return other_places.copy(tx, now)


feature = Feature(
    "two-chats",
    commands={"connect": (home, "Use me in a second chat, with the same journal and calendar")},
    presses={"code": code, "type": type_, "join": join, "no": no, "prefer": prefer, "disconnect": disconnect},
    submissions={"look": look},
    compose={JOINED: joined},
    plan=copy,
)
