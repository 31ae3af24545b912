"""What a program is once its file has been read: plain facts that nobody can change by accident."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

Clock: TypeAlias = Literal["weekly", "monthly", "self-paced"]


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    kind: str
    ask: str
    required: bool = False
    hint: str = ""
    spec: Mapping[str, object] = field(default_factory=dict, hash=False)
    """What the kind needs to know: choices, labels. A re-rated scale's labels are already in it."""
    rating: str = ""
    """The id of the re-rated scale that this answer belongs to; empty for none."""
    keeps: str = ""
    """The artifact section that this answer becomes, as "artifact.section"; empty for none."""
    shows: str = ""
    """The artifact whose current words stand above the question, in the form only; empty for none."""


@dataclass(frozen=True, slots=True)
class Step:
    """The if-then next step, asked as the last field of the form and taken up again in the next unit."""

    ask: str
    example: str


@dataclass(frozen=True, slots=True)
class Whom:
    """Who receives something. Both empty: everybody in the cohort who answers prompts."""

    team: str = ""
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variant:
    """Other words of the same unit for one role. Empty fields keep the words of the unit."""

    role: str
    prompt: str = ""
    alternative: str = ""
    asks: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Question id to its wording for this role."""
    leaves_out: tuple[str, ...] = ()
    """Optional questions that this role is not asked."""
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class Freeze:
    """At this unit the artifact's present words are kept under a name, as a version that stays."""

    artifact: str
    name: str


@dataclass(frozen=True, slots=True)
class Unit:
    number: int
    """The occurrence number: never reused, 0 for arrival."""
    id: str
    title: str
    phase: str
    aim: str
    prompt: str
    alternative: str
    minutes: int
    reader: str
    """Who can read the answers, in the words a member sees before writing."""
    questions: tuple[Question, ...]
    step: Step | None
    read: tuple[str, ...]
    """Knowledge entries by file stem."""
    after: int
    """Offset from the cohort's start, in weeks or months; in a self-paced program, the order."""
    follow_up: bool = False
    more: tuple[Question, ...] = ()
    """Ratings with their evidence, on a page of their own after `questions`; all optional."""
    whom: Whom = Whom()
    variants: tuple[Variant, ...] = ()
    freezes: tuple[Freeze, ...] = ()
    tags: tuple[str, ...] = ()
    """Labels that a member can sort and export their own notes by, e.g. a standard's code."""

    def for_role(self, role: str) -> Unit:
        """This unit in the words meant for `role`."""
        for variant in self.variants:
            if variant.role == role:
                return replace(
                    self,
                    prompt=variant.prompt or self.prompt,
                    alternative=variant.alternative or self.alternative,
                    step=variant.step or self.step,
                    questions=tuple(
                        replace(question, ask=variant.asks.get(question.id, question.ask))
                        for question in self.questions
                        if question.id not in variant.leaves_out
                    ),
                )
        return self


@dataclass(frozen=True, slots=True)
class Role:
    id: str
    title: str
    about: str = ""
    acts_as: Literal["member", "coach", "facilitator", "director"] = "member"
    """What the role may do in the house; the title is only its name in this program."""
    answers: bool = True
    minor: bool = False
    """Under age: needs a guardian's consent, and is never alone with one adult."""


@dataclass(frozen=True, slots=True)
class Team:
    """A group inside the cohort, or inside another team. A cohort may hold several of each."""

    id: str
    title: str
    about: str = ""
    at_least: int = 1
    at_most: int | None = None
    inside: str = ""
    """The id of the team that this one is part of; empty for the cohort itself."""
    roles: tuple[str, ...] = ()
    """Empty: anybody may sit on it."""


@dataclass(frozen=True, slots=True)
class Moment:
    """One message around an event: pre-work, exit note or follow-up."""

    days: int
    """From the day of the event: negative before it, 0 right after it ends."""
    prompt: str
    minutes: int
    questions: tuple[Question, ...]
    step: Step | None = None
    anonymous: bool = False
    """Answers are kept without the person; only what five or more wrote is ever shown."""


@dataclass(frozen=True, slots=True)
class Event:
    """A gathering. The program says when it is expected; the cohort sets the date."""

    id: str
    title: str
    about: str
    after: int
    """Expected offset from the start, in the clock's periods."""
    minutes: int
    whom: Whom = Whom()
    open: bool = False
    """People from outside of the cohort may come; they get what is before it and the exit note."""
    alone: bool = False
    """Held for one member at a time, such as coaching."""
    pre_work: Moment | None = None
    exit_note: Moment | None = None
    follow_up: Moment | None = None


@dataclass(frozen=True, slots=True)
class Section:
    id: str
    title: str
    hint: str = ""
    collects: Literal["latest", "all"] = "latest"
    """latest: a new answer takes the place of the one before. all: a log, answers are added."""


@dataclass(frozen=True, slots=True)
class Artifact:
    """Something that grows over the program, section by section."""

    id: str
    title: str
    about: str = ""
    team: str = ""
    """The id of the team that writes it together; empty when each member has one of their own."""
    comments: bool = False
    """Teammates may comment once it is shared with them."""
    sections: tuple[Section, ...] = ()
    shared_with: str = ""
    """"cohort": a copy may go to everybody in the cohort, once the whole team agrees."""


@dataclass(frozen=True, slots=True)
class Rating:
    """A scale that people come back to, with its own words for the steps."""

    id: str
    title: str
    ask: str
    labels: tuple[str, ...]
    evidence: str = ""
    """A question for a sentence of evidence; empty for none."""


@dataclass(frozen=True, slots=True)
class Break:
    """Periods without a prompt after a unit, such as a summer."""

    after_unit: int
    periods: int
    title: str


@dataclass(frozen=True, slots=True)
class RequestKind:
    """Something that members can ask for, and that a person answers."""

    id: str
    title: str
    about: str
    to: str
    """The id of the role whose holders answer it."""
    days: int
    """Within how many an answer is promised."""
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Program:
    id: str
    title: str
    about: str
    host_note: str
    """Who wrote this, and that a named organization has not endorsed it."""
    version: str
    """Sixteen hex characters that change when the content does, and not for comments or spacing."""
    clock: Clock
    day: int
    """0 is Monday. A monthly program takes the first such day of the month."""
    time: dt.time
    """Wall clock, in the member's zone."""
    reminder_hours: int | None
    """How long after the prompt its only reminder goes out; None for no reminder."""
    minutes: int
    units: tuple[Unit, ...]
    roles: tuple[Role, ...] = ()
    teams: tuple[Team, ...] = ()
    events: tuple[Event, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    ratings: tuple[Rating, ...] = ()
    breaks: tuple[Break, ...] = ()
    requests: tuple[RequestKind, ...] = ()
    renew_after: int | None = None
    """After how many periods each member is asked again whether to go on; None for never."""
    sources: tuple[str, ...] = ()
    draft: bool = False
    """Read, checked and rehearsed like any other, and not offered for a new cohort yet."""
    text: str = ""
    """The file as it was read, so that a cohort can keep the version it started with."""

    def unit(self, number: int) -> Unit:
        """The unit with this occurrence number; raises KeyError."""
        for unit in self.units:
            if unit.number == number:
                return unit
        raise KeyError(number)
