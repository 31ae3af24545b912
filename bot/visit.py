"""What a feature gets to work with: who came, with what, and the services of the house."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from random import SystemRandom
from typing import Any, Concatenate, ParamSpec, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection

from bot import audit
from bot.audit import Deed
from bot.bookshelf import Bookshelf
from bot.consent import Facts
from bot.directory import Directory
from bot.errors import CohortbookError, NoProgram, NotAllowed
from bot.forgetting import Forgetting
from bot.held import Held
from bot.house_keys import HouseKeys
from bot.ids import Ids
from bot.keeping import Keeping
from bot.kinds.text import clean
from bot.messages import Command, Errors, Incoming, Outgoing, Press, Reply, Submission, Text
from bot.outbox import Intent, Row
from bot.programs import Program
from bot.store import Store, inbox, people
from bot.store.cohorts import Cohort
from bot.store.people import Somebody
from bot.store.pinned import text_of
from bot.vault.vault import Vault
from index.documents import Entry
from index.search import Answer, Hit

T = TypeVar("T")
P = ParamSpec("P")


class Searcher(Protocol):
    """`groups`: those that whoever will read it belongs to (`bot.readership`); without any, what everybody may see."""

    async def ask(self, question: str, groups: Collection[str] = (), k: int = 3) -> Answer: ...

    async def entry(self, which: str, groups: Collection[str] = ()) -> Hit | None:
        """The beginning of an entry, by its id."""
        ...

    async def grouped(self, texts: Sequence[str]) -> list[list[int]]:
        """The places of texts that are about one thing, together."""
        ...

    def overdue(self, today: date) -> list[Entry]:
        """What somebody should read again, the longest overdue first; nothing while no index is open."""
        ...

    def standing(self, beginning: str) -> Entry | None:
        """The entry whose id begins so. Blocks like `passage`."""
        ...

    def passage(self, which: str, groups: Collection[str] = ()) -> Hit | None:
        """Blocks until the index is open: call it from a thread."""
        ...


class Library(Protocol):
    """The programs: those that can be started, and the version that a cohort keeps."""

    def shipped(self) -> Mapping[str, Program]: ...

    def parse(self, text: str, name: str) -> Program: ...


@dataclass(frozen=True, slots=True)
class Services:
    store: Store
    search: Searcher
    directory: Directory
    library: Library
    vault: Vault
    """Seals and opens people's words; only `bot.vault` knows which."""
    forgetting: Forgetting
    now: Callable[[], datetime]
    ids: Ids
    facts: Facts
    keys: HouseKeys
    bookshelf: Bookshelf
    contacts: tuple[str, ...] = ()
    """Lines of the help card: the organization's own people to turn to."""
    countries: tuple[str, ...] = ("us",)
    """Where members live, for the numbers of the help card."""
    shuffle: Callable[[list[Any]], None] = SystemRandom().shuffle
    """Puts what must not tell by its order into another."""
    held: Held = field(default_factory=Held)
    """Words that wait in memory for their writer's decision."""
    reasons: Held = field(default_factory=Held)
    """Why an answer was given, for its asker; apart, so that many questions push nobody's words out."""
    asked: Held = field(default_factory=Held)
    """Questions just asked, should their asker want to pass one on."""
    lacking: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """What each platform said at the start that it has not got, by platform and workspace."""
    keeping: Keeping = Keeping()  # noqa: RUF009 - it is frozen
    public_url: str = ""
    """Where members' browsers reach this bot's own pages; empty where they cannot."""

    def program(self, tx: Connection, cohort: Cohort) -> Program:
        """The version of the program that the cohort started with."""
        text = text_of(tx, cohort.tenant, cohort.program, cohort.version)
        return self.library.parse(text, cohort.program)

    def readable(self, tx: Connection, cohort: Cohort) -> Program | None:
        """For whoever goes through all cohorts: one that cannot be read holds up no other."""
        try:
            return self.program(tx, cohort)
        except NoProgram:
            return None


class AlreadyDone(CohortbookError):
    """The same event came before, and what it asked for was done then."""


@dataclass(frozen=True, slots=True)
class Replacement:
    """For a message that was sent before: other words, or None to take it away. Doing it twice is harmless."""

    ref: str
    outgoing: Outgoing | None


@dataclass(frozen=True, slots=True)
class Visit:
    incoming: Incoming
    who: Somebody
    services: Services
    words: Callable[[Connection, Row], Outgoing | Replacement | None]
    """Of a message that was put to this person; see `Compose`."""
    deeds: list[Deed] = field(default_factory=list)
    """What is to be recorded of this visit and is not yet."""

    @property
    def action(self) -> str:
        """What the caller pressed, sent or called, by the name that buttons have for it."""
        what = self.incoming.what
        if isinstance(what, Press | Submission):
            return what.action
        return f"/{what.name}" if isinstance(what, Command) else "text"

    def note(self, cohort: str, touched: str = "", subject: str = "") -> None:
        """This is a facilitator's act, and goes on record. `touched`: whom it was about; empty for the cohort."""
        deed = Deed(self.who.person, self.action, audit.DONE, cohort, touched, subject)
        if deed not in self.deeds:
            self.deeds.append(deed)

    def record(self, tx: Connection) -> None:
        audit.append(tx, self.services.keys.audit, self.who.tenant, self.services.store.machine_now(tx), self.deeds)

    @property
    def now(self) -> datetime:
        return self.services.now()

    @property
    def vault(self) -> Vault:
        return self.services.vault

    @property
    def text(self) -> str:
        what = self.incoming.what
        return clean(what.text) if isinstance(what, Command | Text) else ""

    @property
    def value(self) -> str:
        what = self.incoming.what
        return clean(what.value) if isinstance(what, Press | Submission) else ""

    @property
    def form(self) -> str:
        what = self.incoming.what
        return clean(what.form) if isinstance(what, Submission) else ""

    @property
    def values(self) -> Mapping[str, str | Sequence[str]]:
        what = self.incoming.what
        return what.values if isinstance(what, Submission) else {}

    def field(self, name: str) -> str:
        """One string of a form; of a field that takes several, the first. Empty when nothing is visible."""
        return next(iter(self.fields(name)), "")

    def fields(self, name: str) -> list[str]:
        found = self.values.get(name, ())
        return [clean(one) for one in ([found] if isinstance(found, str) else found)]

    async def read(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return await self.services.store.read(fn, *args, **kwargs)

    async def write(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """For what may safely run twice: saving a form under its own id, setting a setting.

        What is to be recorded is recorded in the same transaction, and not at all for a form that is sent back.
        """
        noted = len(self.deeds)

        def and_record(tx: Connection) -> T:
            self._must_be_known(tx)
            del self.deeds[noted:]  # of an attempt that the database took back
            result = fn(tx, *args, **kwargs)
            if not isinstance(result, Errors):
                self.record(tx)
            return result

        result = await self.services.store.write(and_record)
        self.deeds.clear()
        return result

    def _must_be_known(self, tx: Connection) -> None:
        """Whoever was erased while this was under way would else begin to be kept again, unasked."""
        if not people.hold(tx, self.who):
            raise NotAllowed(
                "Everything of yours was erased while this was open, so nothing was saved. To begin anew, send it "
                "again."
            )

    async def once(self, fn: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """For what must not run twice: raises AlreadyDone when this event or form was handled before.

        A form that was sent back with errors counts as not handled.
        """
        key = (
            f"form:{self.who.person}:{self.form}" if isinstance(self.incoming.what, Submission) else self.incoming.event
        )

        def first_time_only(tx: Connection) -> T:
            if not inbox.first_time(tx, self.who.tenant, key, self.now):
                raise AlreadyDone("That was already done, and it was done once.")
            result = fn(tx, *args, **kwargs)
            if isinstance(result, Errors):
                inbox.forget(tx, self.who.tenant, key)
            return result

        return await self.write(first_time_only)


Handler: TypeAlias = Callable[[Visit], Awaitable[Reply]]
Compose: TypeAlias = Callable[[Connection, Services, Row], Outgoing | Replacement | None]
"""The words of an intent, made when it is sent. None: it has lost its reason and is cancelled.

Raises `NothingToSay` when what it was about is gone, `Wait` when there is nothing to say yet, and `NotYet` when a
later hour is better.
"""
Plan: TypeAlias = Callable[[Connection, Services, datetime], bool]
"""Writes a part of what comes into the outbox; False when nothing is left to write."""
Instead: TypeAlias = Callable[[Connection, Services, Row], list[Intent]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing that the bot does. The name is the first part of its actions: "journal.open"."""

    name: str
    commands: Mapping[str, tuple[Handler, str]] = field(default_factory=dict)
    """Slash command to its handler and its one-line description."""
    takes_words: bool = False
    """Its commands read what is typed after them. All others open a form or a page, and leave such words unread."""
    comes_first: bool = False
    """Its words come before anything else, also when they are typed after a command."""
    for_guests: bool = False
    """Also for guests and strangers from other workspaces, who can only look things up."""
    presses: Mapping[str, Handler] = field(default_factory=dict)
    unmet: frozenset[str] = frozenset()
    """Those of the presses by which nobody becomes known who was not."""
    submissions: Mapping[str, Handler] = field(default_factory=dict)
    takes_text: Callable[[Visit], bool] | None = None
    """Whether a typed message is this feature's; the first in the route that says yes gets it."""
    text: Handler | None = None
    compose: Mapping[str, Compose] = field(default_factory=dict)
    missed: Mapping[str, Instead] = field(default_factory=dict)
    """What is sent instead of a message whose time has passed."""
    held: Instead | None = None
    """What is sent beside a message of any kind that waits at a shut door."""
    plan: Plan | None = None
    next_due: Callable[[Connection, Services, datetime], datetime | None] | None = None
    """The next moment after now at which `plan` has something new."""
    suggest: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Completions after a command."""
