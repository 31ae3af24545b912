"""Small shared wordings: dates, counts, names. Times are always in the reader's own zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.messages import Instant
from bot.programs import Program, Unit
from bot.programs.seats import calendar

_PERIOD = {"weekly": "Week", "monthly": "Month", "self-paced": "Unit"}
_MONTHS = 12
CROWD = 5
"""The smallest group whose numbers are shown to anybody else."""


def day(value: date) -> str:
    return f"{value:%A} {value.day} {value:%B}"


def moment(value: datetime, zone: str) -> str:
    local = value.astimezone(ZoneInfo(zone))
    return f"{day(local.date())} at {local:%H:%M}"


def instant(value: datetime, zone: str) -> Instant:
    """The same, for readers who may be somewhere else."""
    return Instant(moment(value, zone), value)


def local_day(value: datetime, zone: str) -> str:
    return day(value.astimezone(ZoneInfo(zone)).date())


def whole_number(typed: str) -> int | None:
    """The number in a button's value, which anybody may have altered; None for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 9 else None


def zone_name(zone: str) -> str:
    return zone.replace("_", " ")


def unit_name(program: Program, unit: Unit) -> str:
    """How a unit is called towards people, e.g. "Week 3 · More than one story"."""
    if unit.number == 0 or unit.follow_up:
        return unit.title
    return f"{_period(program, unit)} · {unit.title}"


def _period(program: Program, unit: Unit) -> str:
    """Each calendar of a program counts from one, whatever numbers its units have."""
    counted = [one.number for one in calendar(program, unit) if one.number and not one.follow_up]
    at = unit.number - counted[0] + 1
    if program.clock == "monthly" and counted[-1] - counted[0] >= _MONTHS:
        return f"Year {(at - 1) // _MONTHS + 1}, month {(at - 1) % _MONTHS + 1}"
    return f"{_PERIOD[program.clock]} {at}"


def how_many(answered: int, of: int) -> str:
    """A participation count, or the reason why there is none."""
    if of < CROWD:
        return "Too few people to show a count."
    return f"{answered} of {of} answered or skipped."


def listed(names: Sequence[str]) -> str:
    """A, B and C."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def length(text: str) -> int:
    """Characters as the strictest platform counts them: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with a mark where something was left out."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
