"""Ways to plan an event, for the tests that are about what follows from one."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.messages import Outgoing, Press, Reply
from tests.town import Town, text_of

DAY, STARTS = "2026-12-09", datetime(2026, 12, 9, 20, 0, tzinfo=UTC)
"""A Wednesday, at 15:00 in New York."""
MORNING = datetime(2026, 11, 27, 19, 0, tzinfo=UTC)
"""Twelve days before, at an hour that is quiet for nobody from Auckland to Honolulu."""


async def all_events(town: Town) -> Reply:
    return await town.press("imani", await town.command("imani", "/facilitate"), "Events")


async def preview(town: Town, kind: str = "Convening 1", team: str = "", **more: str) -> Reply:
    kinds = await town.press("imani", await all_events(town), "Plan an event")
    form = await town.press("imani", kinds, kind)
    if isinstance(form, Outgoing):
        form = await town.press("imani", form, f"Only {team}" if team else "For ")
    wanted = {"day": DAY, "hour": "15:00", "zone": "America/New_York", "place": "https://meet.example/room", **more}
    return await town.submit("imani", form, wanted)


async def planned(town: Town, kind: str = "Convening 1", team: str = "", **more: str) -> str:
    """Planned and told; returns its id."""
    shown = await preview(town, kind, team, **more)
    done = await town.press("imani", shown, "Plan it")
    assert isinstance(done, Outgoing), text_of(done)
    return done.options[0].value


async def change(town: Town, event: str, **values: str) -> Outgoing:
    """Up to the preview."""
    form = await town.act("imani", Press("planning.change", event))
    shown = await town.submit("imani", form, values)
    assert isinstance(shown, Outgoing), text_of(shown)
    return shown


def got(town: Town, who: str, part: str) -> list[Outgoing]:
    """Private messages with these words in their title."""
    return [one for one in town.private(who) if part in one.title]
