"""The words that cross the seam between a chat platform and the features.

A platform turns what happened into an `Incoming`, awaits a `Reply` and shows it; and it delivers an
`Outgoing` to an `Address` when the worker asks. It knows no program, no question kind and no table.
Features are written once against these types. Standard library only.

All text is plain: no markup is interpreted, and a platform escapes whatever its own client would
interpret. A blank line separates paragraphs; a line that starts with "• " is a list item.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Literal, TypeAlias

# --- who and where -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Address:
    """A person or a channel as one platform names it. Only the platform that made it reads its parts."""

    platform: str
    """The platform's folder name under `bot/platforms`."""
    workspace: str
    """The Slack workspace, the Discord server, or the playground's one room."""
    kind: Literal["person", "channel"]
    id: str

    def __str__(self) -> str:
        return f"1|{self.platform}|{self.workspace}|{self.kind}|{self.id}"

    @classmethod
    def parse(cls, text: str) -> Address:
        """The inverse of `str(address)`; raises ValueError for anything else."""
        version, platform, workspace, kind, id_ = text.split("|", 4)
        if version != "1" or kind not in ("person", "channel"):
            raise ValueError("not an address")
        return cls(platform, workspace, "person" if kind == "person" else "channel", id_)


@dataclass(frozen=True, slots=True)
class Person:
    """What a platform can tell about somebody."""

    name: str
    zone: str | None = None
    """IANA zone name, where the platform knows it."""
    language: str = "en"
    active: bool = True
    guest: bool = False


# --- what came in ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Command:
    """`/name text`."""

    name: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """Words typed to the bot: a private message, or a mention in a channel with the mention removed."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """A button. `action` and `value` are those of the `Option` that was pressed."""

    action: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file in a form that was sent in. It stays with the platform until somebody reads it."""

    name: str
    size: int
    """In bytes, as the platform says."""
    read: Callable[[int], Awaitable[bytes]]
    """At most so many bytes: the rest is never fetched. Raises `DeliveryError`."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A form sent in. `form`, `action` and `value` are those of the `Form` that was filled."""

    form: str
    action: str
    value: str
    values: Mapping[str, str | Sequence[str]]
    """One entry a field: a string, or a list of strings for the kinds that take several."""
    files: Mapping[str, Upload] = field(default_factory=dict)
    """By field, beside its name in `values`."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """One thing that happened. The same `event` may be delivered more than once."""

    event: str
    who: Address
    where: Address
    """A channel, or `who` itself when it happened in the person's private messages."""
    what: Command | Text | Press | Submission

    @property
    def private(self) -> bool:
        return self.where.kind == "person"


# --- what goes out -----------------------------------------------------------------------------


class Audience(Enum):
    """Who may see a message."""

    ONLY_YOU = "only you"
    """Shown to the one who acted, where they acted, and kept nowhere (an ephemeral answer)."""
    DM = "dm"
    """In the person's private messages with the bot."""
    CHANNEL = "channel"


@dataclass(frozen=True, slots=True)
class Quote:
    """Words from a source, with what a reader needs to check them."""

    text: str
    title: str = ""
    heading: str = ""
    """The path of headings inside the source, joined by " › "."""
    source_url: str = ""
    as_of: str = ""
    """A date as the reader should see it, e.g. "checked 2026-11-21"."""


@dataclass(frozen=True, slots=True)
class Option:
    """A button."""

    label: str
    action: str
    value: str = ""
    """An opaque id, at most 100 characters. Never anybody's words."""
    style: Literal["plain", "primary", "danger"] = "plain"
    confirm: str = ""
    """A question to put before the press counts; empty for none."""


@dataclass(frozen=True, slots=True)
class Picture:
    data: bytes
    """PNG."""
    description: str
    """What it shows, for readers who cannot see it."""


@dataclass(frozen=True, slots=True)
class File:
    name: str
    data: bytes
    media_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment that a text names. A platform that can shows it in each reader's own zone."""

    words: str
    """As they stand in the text, with the zone that they were made for."""
    at: datetime


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to show."""

    text: str
    title: str = ""
    quotes: tuple[Quote, ...] = ()
    note: str = ""
    """Small print under everything: minutes, who can read it."""
    options: tuple[Option, ...] = ()
    picture: Picture | None = None
    file: File | None = None
    audience: Audience = Audience.ONLY_YOU
    replaces: bool = False
    """As a reply to a press: it takes the place of the message that carried the button."""
    quiet: bool = False
    """Delivered without a push notification where the platform can."""
    instants: tuple[Instant, ...] = ()


FieldKind: TypeAlias = Literal["text", "choice", "choices", "people", "channel", "date", "time", "file"]


@dataclass(frozen=True, slots=True)
class Field:
    """One input of a form.

    text: one string. choice: one of `choices`. choices: several of them. people: several person
    addresses. channel: one channel address. date: YYYY-MM-DD. time: HH:MM. file: its name, and an `Upload`.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    required: bool = False
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs."""
    initial: str | tuple[str, ...] = ""
    limit: int = 3000
    """The longest text, in characters as the platform counts them (UTF-16 units are the strictest)."""
    endings: tuple[str, ...] = ()
    """Of the files that may be chosen, such as ".pdf"; empty for all. Not every client holds to it."""
    lines: int = 1
    """How tall a text box to show; 1 is a single line."""


@dataclass(frozen=True, slots=True)
class Form:
    """At most five fields, since one of the platforms shows no more."""

    id: str
    """Made when the form opens and kept through retries, so that a second submission is recognised."""
    title: str
    action: str
    fields: tuple[Field, ...]
    value: str = ""
    intro: str = ""
    """Shown above the fields: the prompt, and who can read what is written."""
    submit: str = "Save"


@dataclass(frozen=True, slots=True)
class Errors:
    """A form was not taken; it stays open with every word in it. Keys are field names, "" for the form."""

    fields: Mapping[str, str] = field(default_factory=dict)


Reply: TypeAlias = Outgoing | Form | Errors | None
"""What a feature answers. None: nothing to show (for example an event already handled)."""
