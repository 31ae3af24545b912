"""A small house behind the playground: enough features to try every part of the page."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

from bot.errors import NotAllowed
from bot.messages import (
    Address,
    Audience,
    Command,
    Errors,
    Field,
    File,
    Form,
    Incoming,
    Option,
    Outgoing,
    Picture,
    Press,
    Quote,
    Reply,
    Submission,
    Text,
)
from bot.news import News

MONDAY = datetime(2027, 1, 11, 14, 0, tzinfo=UTC)
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
PROMPT = Outgoing(
    title="Week 1: Your values at the table",
    text=(
        "Think of one meeting in the last days where you felt most like yourself.\n\n"
        "What were you standing for, and how could the others tell?"
    ),
    note="About 5 minutes. Only you can read what you write; facilitators see counts.",
    options=(
        Option("Write", "reflect", "week-1", "primary"),
        Option("Not this week", "skip", "week-1"),
        Option("Who can read what?", "privacy"),
    ),
    audience=Audience.DM,
)
WELCOME = Outgoing(
    title="Welcome to the sample cohort",
    text=(
        "I am Cohortbook. Each Monday I bring one short question.\n\n"
        "• About five minutes a week\n• The form is private to you\n• You can skip, pause or stop at any time"
    ),
    note="Nothing more is sent before you press Start.",
    options=(Option("Start", "start", style="primary"), Option("Not now", "later")),
    audience=Audience.DM,
)
QUOTE = Quote(
    text="Disproportionality means that a group's share in a program differs from its share in the school.",
    title="Disproportionality",
    heading="Data words › What it tells you",
    source_url="https://example.org/disproportionality",
    as_of="checked 2026-11-21",
)
ONE_TO_FIVE = tuple((str(number), str(number)) for number in range(1, 6))
WORDS = "A few words are enough."
REFLECTION = (
    Field("what", "What were you standing for?", required=True, lines=4, limit=200, hint=WORDS),
    Field("sure", "I noticed it in time", "choice", choices=ONE_TO_FIVE),
    Field("next", "What will you do when it happens again?", lines=2),
)
EVERY_KIND = (
    Field("level", "I can state my values", "choice", True, choices=ONE_TO_FIVE),
    Field("lever", "Which lever?", "choice", choices=(("rule", "A rule"), ("budget", "A budget"))),
    Field("heard", "Who was heard?", "choices", choices=(("s", "Students"), ("f", "Families"))),
    Field("day", "From which day?", "date"),
    Field("hour", "At what time?", "time", initial="08:30"),
)
PAPERS = (Field("file", "A paper", "file", True, limit=10_000_000, endings=(".pdf",)),)
PLACES = (Field("who", "Members", "people", True), Field("room", "Channel", "channel", True))


class ToyClock:
    movable = True

    def __init__(self) -> None:
        self.at = MONDAY
        self.due: Callable[[], Awaitable[None]] | None = None
        """What the house sends at each step."""

    def now(self) -> datetime:
        return self.at

    async def advance(self, by: Literal["next", "day", "week"], after_step: Callable[[], Awaitable[None]]) -> None:
        for _ in range({"next": 1, "day": 1, "week": 7}[by]):
            self.at += timedelta(days=1)
            if self.due is not None:
                await self.due()
            await after_step()


class ToyHouse:
    def __init__(self) -> None:
        self.heard: list[Incoming] = []
        self.saved: dict[str, Submission] = {}
        self._events: set[str] = set()
        self._forms = 0

    async def answer(self, incoming: Incoming) -> Reply:
        self.heard.append(incoming)
        if incoming.event in self._events:
            return None
        self._events.add(incoming.event)
        match incoming.what:
            case Command(name, text):
                return self._command(name, text)
            case Text(text):
                return self._card(text)
            case Press(action, value):
                return self._press(action, value)
            case Submission() as sent:
                return self._take(sent)

    async def hear(self, news: News) -> None:
        raise AssertionError("the playground has no news")

    async def suggest(self, who: Address, command: str, partial: str) -> Sequence[str]:
        known = ("disproportionality", "data equity walk", "targeted universalism")
        return [one for one in known if command == "resources" and one.startswith(partial)]

    async def home(self, who: Address) -> Outgoing:
        return Outgoing(
            "Your next question comes on Monday at 09:00.",
            title="Your cohort",
            options=(Option("Pause for a week", "skip", "home"),),
        )

    def commands(self) -> Sequence[tuple[str, str]]:
        return (
            ("reflect", "Write this week's reflection"),
            ("resources", "Ask for something to read, in your own words"),
            ("cohort", "Your next dates, your time zone, pause or leave"),
            ("journal", "What you wrote, for your eyes only"),
            ("kinds", "Every kind of field"),
            ("paper", "Bring a file along"),
            ("growth", "Your own ratings over time"),
            ("download", "Take your own words with you"),
            ("tell", "Say something to the channel"),
            ("manage", "For facilitators"),
            ("break", "Something goes wrong"),
        )

    # --- replies --------------------------------------------------------------------------------

    def _command(self, name: str, text: str) -> Reply:
        match name:
            case "reflect":
                return self._form()
            case "resources":
                return self._card(text)
            case "journal":
                erase = Option("Delete", "erase", confirm="Delete this entry for good?", style="danger")
                return Outgoing("• Week 1, saved on Monday", title="Your journal", options=(erase,))
            case "kinds":
                return self._form("kinds", EVERY_KIND)
            case "cohort":
                return self._form("places", PLACES)
            case "paper":
                return self._form("papers", PAPERS)
            case "growth":
                return Outgoing("Your own answers.", picture=Picture(PIXEL, "A line that rises from 2 to 4."))
            case "download":
                return Outgoing("Here it is.", file=File("my words.txt", b"mine alone"))
            case "tell":
                return Outgoing(text, audience=Audience.CHANNEL, options=(Option("I was there", "seen"),))
            case "manage":
                raise NotAllowed("This is for facilitators of the cohort. Nothing was changed.")
            case _:
                raise RuntimeError("a secret that somebody typed")

    def _press(self, action: str, value: str) -> Reply:
        match action:
            case "reflect":
                return self._form()
            case "fail":
                raise RuntimeError("a secret that somebody typed")
            case "start":
                return Outgoing("You are in. The first question comes on Monday.", replaces=True)
            case "skip":
                return Outgoing("Skipped. That is fine.", replaces=True, options=(Option("Undo", "undo"),))
            case "seen":
                return Outgoing("One person was there.", replaces=True, audience=Audience.CHANNEL)
            case _:
                return Outgoing(f"You pressed {action}.")

    def _card(self, question: str) -> Outgoing:
        more = Option("Show more", "more", style="primary")
        return Outgoing(
            f"Closest to “{question}”:",
            quotes=(QUOTE,),
            options=(more, Option("Helpful", "yes"), Option("Not helpful", "no")),
            note="Only you see this.",
        )

    def _form(self, action: str = "reflect", fields: tuple[Field, ...] | None = None) -> Form:
        self._forms += 1
        return Form(
            id=f"form-{self._forms}",
            title="Week 1: Your values at the table",
            action=action,
            intro="Think of one meeting where you felt most like yourself.\n\nOnly you can read what you write.",
            fields=fields or REFLECTION,
        )

    def _take(self, sent: Submission) -> Reply:
        if sent.action == "reflect" and not str(sent.values["what"]).strip():
            return Errors({"what": "There are only spaces here. Please write a few words."})
        if sent.values.get("what") == "break":
            raise RuntimeError("a secret that somebody typed")
        self.saved.setdefault(sent.form, sent)
        return Outgoing("Saved. Only you can read it.", note="To see it again: /journal")
