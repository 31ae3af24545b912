"""How an event is told: when, where, for whom, and what changed. Times are in the reader's own zone."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot import words
from bot.event_times import When
from bot.programs import Event, Moment
from bot.store.occasions import Occasion

FEW = (
    "Fewer than five people are invited to this event. Notes are shown once five have written, so what you write now "
    "may never be read. You can leave it."
)


def when(of: When, zone: str) -> str:
    """ "Tuesday 5 January at 16:00, 90 minutes"."""
    return f"{words.moment(of.starts, zone)}, {_length(of.minutes)}"


def where(which: Occasion) -> str:
    return f"Where: {which.place}" if which.place else ""


def lines(which: Occasion, zone: str) -> str:
    return "\n".join(line for line in (when(which.when, zone), where(which)) if line)


def around(event: Event) -> list[str]:
    """What comes by itself, for whoever plans it."""
    found = []
    if event.pre_work:
        found.append(f"• Pre-work, {_days(-event.pre_work.days)} before. It can be sent until the event starts.")
    if event.exit_note:
        found.append("• An exit note without names, when it ends. It can be sent for two days.")
    if event.follow_up:
        found.append(f"• A follow-up, {_days(event.follow_up.days)} after. It can be sent for a week.")
    return found or ["• Nothing: this kind of event has no messages around it."]


def difference(before: Occasion, after: Occasion) -> list[str]:
    """In the event's own zone, for whoever changes it."""
    found = []
    if before.title != after.title:
        found.append(f"• Its name: “{before.title}” becomes “{after.title}”.")
    if before.when != after.when:
        found.append(f"• When: {own_time(before.when)} becomes {own_time(after.when)}.")
    if before.place != after.place:
        found.append(f"• Where: {before.place or 'no place'} becomes {after.place or 'no place'}.")
    return found


def own_time(of: When) -> str:
    return f"{when(of, of.zone)} ({words.zone_name(of.zone)})"


def minutes(moment: Moment) -> str:
    return f"About {moment.minutes} minutes."


def label(which: Occasion, zone: str) -> str:
    """On a button."""
    local = which.when.starts.astimezone(ZoneInfo(zone))
    return words.cut(f"{local:%b} {local.day}: {which.title}", 75)


def _length(minutes: int) -> str:
    hours = timedelta(minutes=minutes) / timedelta(hours=1)
    if hours >= 1 and hours == int(hours):
        return "1 hour" if hours == 1 else f"{int(hours)} hours"
    return f"{minutes} minutes"


def _days(count: int) -> str:
    if count % 7 == 0:
        return "one week" if count == 7 else f"{count // 7} weeks"
    return "one day" if count == 1 else f"{count} days"
