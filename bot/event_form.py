"""The form of an event's date: how it is shown, and how what comes back is read."""

from __future__ import annotations

from datetime import date, time, timedelta

from bot import words
from bot.event_times import When
from bot.kinds.text import clean
from bot.messages import Field, Form
from bot.visit import Visit
from bot.zones import zone_named

_PLACE = 300
_FARTHEST = timedelta(days=3 * 366)
_LONGEST = 600


def show(visit: Visit, title: str, value: str, at: When, place: str = "") -> Form:
    day = at.day.isoformat() if at.starts > visit.now else ""
    return Form(
        visit.services.ids(),
        words.cut(title, 45),
        "planning.preview",
        (
            Field("day", "Day", "date", True, initial=day),
            Field("hour", "Hour", "time", True, initial=f"{at.hour:%H:%M}"),
            Field("zone", "Time zone of the event", required=True, initial=at.zone, hint="Such as America/New_York"),
            Field("minutes", "How many minutes?", required=True, initial=str(at.minutes), limit=3),
            Field("place", "A room or a link", initial=place, limit=_PLACE, hint="Those invited can read it."),
        ),
        value,
        intro="Everybody is told the time in their own zone. You see it all before anybody is told.",
        submit="Preview",
    )


def read(visit: Visit) -> tuple[When | None, str, dict[str, str]]:
    """(when, where, what is wrong by field)."""
    wrong: dict[str, str] = {}
    zone, minutes = zone_named(visit.field("zone")), words.whole_number(visit.field("minutes"))
    day, hour, place = _day(visit.field("day")), _hour(visit.field("hour")), clean(visit.field("place"))
    if day is None:
        wrong["day"] = "Please choose the day."
    if hour is None:
        wrong["hour"] = "Please give the hour, such as 16:00."
    if zone is None:
        wrong["zone"] = "This zone is not known. Use a name such as America/New_York or Europe/London."
    if minutes is None or not 1 <= minutes <= _LONGEST:
        wrong["minutes"] = f"Please give a number from 1 to {_LONGEST}."
    if words.length(place) > _PLACE:
        wrong["place"] = f"Please use at most {_PLACE} characters. Nothing is lost."
    if wrong or day is None or hour is None or zone is None or minutes is None:
        return None, place, wrong
    if not timedelta(days=-2) < day - visit.now.date() < _FARTHEST:
        return None, place, {"day": "Please choose a day after now, within three years."}
    at = When(day, hour, zone, minutes)
    return at, place, {} if at.starts > visit.now else {"day": "This is in the past. Please choose a later time."}


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _hour(typed: str) -> time | None:
    try:
        at = time.fromisoformat(typed)
    except ValueError:
        return None
    return None if at.tzinfo else at.replace(second=0, microsecond=0)
