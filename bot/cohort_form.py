"""The form that a new cohort begins with, and what is wrong with one that was filled in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from bot import days_off, words
from bot.messages import Errors, Field, Form
from bot.programs import Program
from bot.visit import Visit
from bot.zones import zone_named

_LONGEST_NAME = 60
UNKNOWN_COUNTRY = "This country is not known. Use its two letters, such as US or US-CA, or leave it empty."
_FARTHEST = timedelta(days=731)


@dataclass(frozen=True, slots=True)
class Wanted:
    program: Program
    name: str
    start: date
    zone: str
    country: str
    """Whose public holidays hold; empty for none."""


def form(visit: Visit) -> Form:
    shipped = _offered(visit)
    return Form(
        visit.services.ids(),
        "New cohort",
        "setup.create",
        (
            Field(
                "program",
                "Program",
                "choice",
                True,
                choices=tuple((name, program.title) for name, program in sorted(shipped.items())),
                # Several are for her to choose from: one that is filled in is easily left standing.
                initial=next(iter(shipped)) if len(shipped) == 1 else "",
            ),
            Field("name", "Name of the cohort", required=True, limit=_LONGEST_NAME, hint="Members see it."),
            Field("start", "First day", "date", True, hint="The first prompt comes on or after this day."),
            Field(
                "zone",
                "Time zone of the cohort",
                required=True,
                initial=visit.who.zone,
                hint="For the channel. Each member gets prompts in their own zone.",
            ),
            country_field(),
        ),
        intro="This makes a draft. Nobody hears of it until you say so.",
        submit="Make a draft",
    )


def country_field(now: str = "") -> Field:
    hint = "A country such as US, or a state such as US-CA. Empty: none."
    return Field("country", "Public holidays to leave out", initial=now, hint=hint)


def country_in(visit: Visit) -> str | None:
    """As it is kept; None for one that is not known."""
    typed = visit.field("country")
    return days_off.known(typed) if typed else ""


def _offered(visit: Visit) -> Mapping[str, Program]:
    """What is still being written is not begun with."""
    return {name: program for name, program in visit.services.library.shipped().items() if not program.draft}


def read(visit: Visit) -> Wanted | Errors:
    program = _offered(visit).get(visit.field("program"))
    name, zone = " ".join(visit.field("name").split()), zone_named(visit.field("zone"))
    country = country_in(visit)
    wrong = {}
    if program is None:
        wrong["program"] = "Please choose a program."
    if not name or words.length(name) > _LONGEST_NAME:
        wrong["name"] = f"Please give a name of at most {_LONGEST_NAME} characters. An emoji can count as two or more."
    if zone is None:
        wrong["zone"] = "This zone is not known. Use a name such as America/New_York."
    if country is None:
        wrong["country"] = UNKNOWN_COUNTRY
    start = date.min
    try:
        start = date.fromisoformat(visit.field("start"))
    except ValueError:
        wrong["start"] = "Please give the first day."
    else:
        if zone is not None and start < visit.now.astimezone(ZoneInfo(zone)).date():
            wrong["start"] = "This day has passed. Please choose today or later."
        elif start > visit.now.date() + _FARTHEST:
            wrong["start"] = "This day is more than two years away. Please choose an earlier one."
    if wrong or program is None or zone is None or country is None:
        return Errors(wrong)
    return Wanted(program, name, start, zone, country)
