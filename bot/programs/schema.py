"""The shape of a program file: which keys there are, and what each may hold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping
from typing import Annotated, Literal, TypeAlias

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MINUTES = {"weekly": 5, "monthly": 10, "self-paced": 15}
READER = "Only you, unless you choose to share it."


def _clock(given: object) -> object:
    match = isinstance(given, str) and re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])", given)
    if not match:
        raise ValueError('must be a time of day such as "08:10" or "17:30"')
    return dt.time(int(match[1]), int(match[2]))


def _none(given: object) -> object:
    return None if given == "none" else given


def _labels(labels: object) -> object:
    """Lets {1: ..., 3: ..., 5: ...} stand for five labels, of which 2 and 4 lie between."""
    if not isinstance(labels, Mapping):
        return labels
    if not all(str(key).isascii() and str(key).isdecimal() and 1 <= int(str(key)) <= 10 for key in labels):
        raise ValueError("must be a list of texts, or numbered texts such as {1: ..., 3: ..., 5: ...}")
    given = {int(str(key)): label for key, label in labels.items()}
    if 1 not in given:
        raise ValueError("must name step 1")
    steps = range(1, max(given) + 1)
    return [given[step] if step in given else _between(step, given) for step in steps]


def _between(step: int, given: Collection[int]) -> str:
    return f"between {max(g for g in given if g < step)} and {min(g for g in given if g > step)}"


def _most(characters: int) -> StringConstraints:
    return StringConstraints(strip_whitespace=True, min_length=1, max_length=characters)


# What may stand where comes from the shortest menu, title or label among the platforms.
Id: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
Place: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$")]
Title: TypeAlias = Annotated[str, _most(60)]
Label: TypeAlias = Annotated[str, _most(70)]
Hint: TypeAlias = Annotated[str, _most(100)]
Line: TypeAlias = Annotated[str, _most(200)]
Words: TypeAlias = Annotated[str, _most(1500)]
Offset: TypeAlias = Annotated[int, Field(ge=0, le=600)]
Minutes: TypeAlias = Annotated[int, Field(ge=1, le=600)]


class Keys(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class QuestionKeys(Keys):
    # Whatever else stands in a question belongs to its kind, which checks it.
    model_config = ConfigDict(extra="allow", strict=True)
    id: Id
    kind: str | None = None
    ask: Line | None = None
    required: bool = False
    hint: Hint | None = None
    rating: Id | None = None
    keeps: Place | None = None
    shows: Id | None = None


class StepKeys(Keys):
    ask: Line
    example: Line


class WhomKeys(Keys):
    team: Id | None = None
    roles: list[Id] = []


class VariantKeys(Keys):
    role: Id
    prompt: Words | None = None
    alternative: Words | None = None
    asks: dict[str, Line] = {}
    leaves_out: list[Id] = []
    step: StepKeys | None = None


class FreezeKeys(Keys):
    artifact: Id
    name: Title


class UnitKeys(Keys):
    number: Annotated[int, Field(ge=0, le=999)]
    id: Id
    title: Title
    phase: Title | None = None
    aim: Line
    prompt: Words
    alternative: Words | None = None
    minutes: Minutes | None = None
    reader: Line | None = None
    questions: Annotated[list[QuestionKeys], Field(min_length=1)]
    rate: list[Id] = []
    step: StepKeys | None = None
    read: list[Id] = []
    after: Offset | None = None
    follow_up: bool = False
    whom: Annotated[WhomKeys | None, Field(alias="for")] = None
    variants: list[VariantKeys] = []
    freeze: list[FreezeKeys] = []
    tags: list[Title] = []


class RoleKeys(Keys):
    id: Id
    title: Title
    about: Line | None = None
    acts_as: Literal["member", "coach", "facilitator", "director"] = "member"
    answers: bool | None = None
    minor: bool = False


class TeamKeys(Keys):
    id: Id
    title: Title
    about: Line | None = None
    at_least: Annotated[int, Field(ge=1, le=1000)] = 1
    at_most: Annotated[int, Field(ge=1, le=1000)] | None = None
    inside: Id | None = None
    roles: list[Id] = []


class MomentKeys(Keys):
    days: Annotated[int, Field(ge=-60, le=120)] | None = None
    prompt: Words
    minutes: Minutes | None = None
    questions: Annotated[list[QuestionKeys], Field(min_length=1)]
    step: StepKeys | None = None
    anonymous: bool | None = None


class EventKeys(Keys):
    id: Id
    title: Title
    about: Line
    after: Offset
    minutes: Minutes
    whom: Annotated[WhomKeys | None, Field(alias="for")] = None
    open: bool = False
    alone: bool = False
    pre_work: MomentKeys | None = None
    exit_note: MomentKeys | None = None
    follow_up: MomentKeys | None = None


class SectionKeys(Keys):
    id: Id
    title: Title
    hint: Line | None = None
    collects: Literal["latest", "all"] = "latest"


class ArtifactKeys(Keys):
    id: Id
    title: Title
    about: Line | None = None
    team: Id | None = None
    comments: bool = False
    shared_with: Literal["cohort"] | None = None
    sections: Annotated[list[SectionKeys], Field(min_length=1)]


class RatingKeys(Keys):
    id: Id
    title: Title
    ask: Line
    labels: Annotated[Annotated[list[Label], Field(min_length=2, max_length=10)] | None, BeforeValidator(_labels)] = (
        None
    )
    evidence: Line | None = None


class BreakKeys(Keys):
    after_unit: Annotated[int, Field(ge=0, le=999)]
    periods: Annotated[int, Field(ge=1, le=52)]
    title: Title


class RequestKeys(Keys):
    id: Id
    title: Title
    about: Line | None = None
    to: Id
    answered_within: Annotated[int, Field(ge=1, le=60)]
    questions: Annotated[list[QuestionKeys], Field(min_length=1)]


class ProgramKeys(Keys):
    id: Id
    title: Title
    about: Words
    host_note: Words
    draft: bool = False
    clock: Literal["weekly", "monthly", "self-paced"]
    day: Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] = "monday"
    time: Annotated[dt.time, BeforeValidator(_clock)] = dt.time(8, 10)
    reminder_hours: Annotated[Annotated[int, Field(ge=1, le=336)] | None, BeforeValidator(_none)] = 48
    minutes: Minutes | None = None
    reader: Line = READER
    renew_after: Annotated[int, Field(ge=1, le=600)] | None = None
    sources: list[Line] = []
    roles: list[RoleKeys] = []
    teams: list[TeamKeys] = []
    artifacts: list[ArtifactKeys] = []
    ratings: list[RatingKeys] = []
    breaks: list[BreakKeys] = []
    requests: list[RequestKeys] = []
    events: list[EventKeys] = []
    units: Annotated[list[UnitKeys], Field(min_length=1)]
