"""One's own prompts and events for a calendar program: a file, or a web address that one makes and takes away."""

from __future__ import annotations

from sqlalchemy import Connection

from bot import calendar_feed, calendar_file, choose_event, downloads
from bot.messages import File, Option, Outgoing, Quote, Reply
from bot.visit import Feature, Visit

_HOLDS = "It holds the titles and times of your prompts and events, and nothing that anybody wrote."


async def page(visit: Visit) -> Reply:
    there = await visit.read(calendar_feed.has_one, visit.who)
    if not visit.services.public_url:
        return Outgoing(
            f"A file brings them into your calendar as they are today. {_HOLDS} Take a new file when something has "
            "moved.",
            title="My calendar",
            options=(Option("Give me the file", "calendar.all", style="primary"),),
        )
    take_away = (Option("Take the address away", "calendar.revoke", style="danger"),) if there else ()
    return Outgoing(
        "A file brings them into your calendar as they are today. A web address keeps your calendar up to date by "
        f"itself.\n\n{_HOLDS} The address is for your calendar program. Whoever else has it can read the same, also on "
        "a calendar of your employer.",
        title="My calendar",
        note="You have an address. When you make a new one, the old one stops working." if there else "",
        options=(
            Option("Give me the file", "calendar.all", style="primary"),
            Option("Make a new address" if there else "Make a web address", "calendar.make"),
            *take_away,
        ),
    )


async def everything(visit: Visit) -> Reply:
    return await visit.read(_everything, visit)


def _everything(tx: Connection, visit: Visit) -> Reply:
    lines = calendar_file.everything(tx, visit.services, visit.who, visit.now, places=True)
    if not lines:
        return Outgoing("Nothing is planned for you now, so there is nothing for a calendar.")
    return _given(lines, "my-cohort.ics", visit, "Open the file on this device: your calendar adds what is in it.")


async def event(visit: Visit) -> Reply:
    return await visit.read(_event, visit)


def _event(tx: Connection, visit: Visit) -> Reply:
    line = calendar_file.of_event(choose_event.mine(tx, visit).occasion)
    return _given(
        [line], "event.ics", visit, "Open the file: your calendar adds the event. If the event moves, you are told."
    )


def _given(lines: list[calendar_file.Line], name: str, visit: Visit, text: str) -> Outgoing:
    data = calendar_file.written(lines, calendar_feed.NAME, visit.now)
    return Outgoing(text, file=File(name, data, calendar_file.MEDIA_TYPE))


async def make(visit: Visit) -> Reply:
    if not visit.services.public_url:
        return Outgoing("This bot has no address on the web, so please take the file.")
    link = await visit.write(_make, visit)
    return Outgoing(
        "In your calendar program, choose to add a calendar from the web, and give it this address.",
        quotes=(Quote(link, title="My calendar", source_url=link),),
        note="Only you see this, and only now: I keep no copy of it. Take it away at any time under My calendar.",
        options=(Option("Take the address away", "calendar.revoke", style="danger"),),
    )


def _make(tx: Connection, visit: Visit) -> str:
    at = visit.services.store.machine_now(tx)
    return calendar_feed.issue(tx, visit.who, visit.services.public_url, at, downloads.fresh_token)


async def revoke(visit: Visit) -> Reply:
    if await visit.write(calendar_feed.revoke, visit.who):
        return Outgoing("The address has stopped working. What your calendar has read stays there until you remove it.")
    return Outgoing("There was no address to take away. Nothing was changed.")


feature = Feature(
    "calendar",
    presses={"page": page, "all": everything, "event": event, "make": make, "revoke": revoke},
)
