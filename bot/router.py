"""Who answers what: the features in their order, and the one place where a visit begins and ends."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from bot import audit, completions, gate, hearing, outbox, retention, waiting
from bot.audit import Deed
from bot.errors import Locked, NoProgram, NotAllowed, Unreadable
from bot.features import ROUTE
from bot.gate import Foreign
from bot.messages import (
    Address,
    Audience,
    Command,
    Errors,
    Form,
    Incoming,
    Option,
    Outgoing,
    Press,
    Reply,
    Submission,
    Text,
)
from bot.news import News
from bot.outbox import Intent, NothingToSay, Row
from bot.store import cohorts, doors, people
from bot.store.people import Somebody
from bot.visit import AlreadyDone, Compose, Feature, Handler, Replacement, Services, Visit

log = logging.getLogger(__name__)
_UNREAD = "I did not read what you typed after the command, and kept none of it."
_GUEST = (
    "As a guest here you can look things up with /resources. For a cohort of your own, please ask whoever invited "
    "you. Nothing was changed."
)

_NOT_KEPT = "I can't keep this private right now, so I saved nothing. Your text is still in the box."
_NOT_OPENED = (
    "I can't open or keep private words right now, so I saved and changed nothing. What you wrote earlier is not lost. "
    "Please try again later."
)
_DAMAGED = (
    "This cannot be opened: it was changed or damaged where it is stored, so I show nothing of it. Nothing else was "
    "changed. Whoever runs this bot can look for it in a backup."
)


class FrontDesk:
    """The house as the platforms see it."""

    def __init__(self, services: Services, route: Sequence[Feature] = ROUTE) -> None:
        self._services = services
        self.guarded = True
        """Only a test that looks at the features' own locks opens the gate before them."""
        self._route = route
        self._by_name = {feature.name: feature for feature in route}
        self._commands = {
            name: (handler, about) for feature in route for name, (handler, about) in feature.commands.items()
        }
        self._for_guests = {feature.name for feature in route if feature.for_guests}
        self._for_guests |= {f"/{name}" for feature in route if feature.for_guests for name in feature.commands}
        self._after = {
            f"/{name}": {"", *feature.suggest.get(name, ())}
            for feature in route
            if not feature.takes_words
            for name in feature.commands
        }
        self._missed = {kind: instead for feature in route for kind, instead in feature.missed.items()}
        self._composers = {kind: compose for feature in route for kind, compose in feature.compose.items()}

    async def answer(self, incoming: Incoming) -> Reply:
        """Raises only on a fault of our own; the platform then says that nothing was lost."""
        who = incoming.who
        profile = await self._services.directory.person(who)
        somebody, door, away = await self._services.store.read(_arrival, who)
        if away:  # whoever acts shows that the bot is there again
            await self._services.store.write(retention.after_putting_back, who.platform, who.workspace)
        if somebody is None and self._leaves_unmet(incoming):
            somebody = people.unmet(profile)
        elif somebody is None or somebody.name != profile.name:
            somebody = await self._services.store.write(
                people.meet, who, profile, self._services.now(), self._services.ids
            )
        if somebody.leaving:
            await self._services.store.write(people.stays, somebody)
        visit = Visit(incoming, somebody, self._services, self._words)
        handler, action = self._handler(visit)
        waits = action.partition(".")[0] != "doors" and await self._try_door_again(visit, door, profile.guest)
        if handler is None:
            return _unknown(incoming)
        if profile.guest and action.partition(".")[0] not in self._for_guests:
            return await self._refused(visit, action, _GUEST)
        if self.guarded and (not_theirs := await self._foreign(visit)) is not None:
            return await self._refused(visit, action, not_theirs.text, not_theirs)
        try:
            reply = await handler(visit)
        except AlreadyDone as done:
            return Outgoing(str(done))
        except Locked as problem:
            log.warning("locked", extra={"action": action}, exc_info=problem)
            return _refusal(incoming, _NOT_KEPT if isinstance(incoming.what, Submission) else _NOT_OPENED)
        except Unreadable:  # the row is in the log by its id
            return _refusal(incoming, _DAMAGED)
        except NoProgram as problem:
            return _refusal(incoming, str(problem))
        except NotAllowed as refusal:
            return await self._refused(visit, action, str(refusal))
        if visit.deeds and not isinstance(reply, Errors):  # on record before it is seen
            await self._services.store.write(visit.record)
        log.info("answered", extra={"action": action})
        after = self._after.get(action)
        if after is not None and visit.text.casefold() not in after:
            meant = await completions.of(self._services, who, action.removeprefix("/"))
            if visit.text.casefold() not in map(str.casefold, meant):
                reply = _unread(reply)
        return _with_what_waits(reply) if waits else reply

    async def _try_door_again(self, visit: Visit, door: str, guest: bool) -> bool:
        """Whoever acts is there: the private messages that failed are tried again. Returns whether to offer them here.

        Where the person's settings had turned them away, they may do so again; where nothing but a first press was
        missing, they will not.
        """
        if guest:
            if door != doors.GUEST:
                await self._services.store.write(doors.note, [(visit.incoming.who, doors.GUEST)])
            return False
        if door not in doors.TOLD:
            return False
        found = await self._services.store.write(_tried_again, visit)
        return found and door == doors.CLOSED

    def _words(self, tx: Connection, row: Row) -> Outgoing | Replacement | None:
        return self.composer(row)(tx, self._services, row)

    async def _foreign(self, visit: Visit) -> Foreign | None:
        if not visit.value:
            return None
        held = self._services.held.owner(visit.value)
        if held not in (None, visit.who.person):
            return Foreign("", "", "")
        return await visit.read(gate.foreign, visit.who, visit.action, visit.value)

    async def _refused(self, visit: Visit, action: str, text: str, what: Foreign | None = None) -> Reply:
        """Nothing of what the handler meant to record happened; that it was tried did."""
        log.info("refused", extra={"action": action})
        what = what or Foreign("", await visit.read(_cohort_named, visit), "")
        visit.deeds[:] = [Deed(visit.who.person, action, audit.REFUSED, what.cohort, what.owner, what.subject)]
        await self._services.store.write(visit.record)
        return _refusal(visit.incoming, text)

    def _leaves_unmet(self, incoming: Incoming) -> bool:
        """Opening the bot's page does not make somebody known, and who was erased does not become known by it again."""
        if not isinstance(incoming.what, Press):
            return incoming.event == _page(incoming.who)
        name, _, action = incoming.what.action.partition(".")
        known = self._by_name.get(name)
        return known is not None and action in known.unmet

    def _handler(self, visit: Visit) -> tuple[Handler | None, str]:
        what = visit.incoming.what
        if isinstance(what, Command | Text):
            for feature in self._route:
                if feature.comes_first and feature.takes_text is not None and feature.takes_text(visit):
                    return feature.text, f"{feature.name}.text"
        if isinstance(what, Command):
            handler, _ = self._commands.get(what.name, (None, ""))
            return handler, f"/{what.name}" if handler else "unknown command"
        if isinstance(what, Text):
            for feature in self._route:
                if feature.takes_text is not None and feature.takes_text(visit):
                    return feature.text, f"{feature.name}.text"
            return None, "text"
        name, _, action = what.action.partition(".")
        known = self._by_name.get(name)
        if known is None:
            return None, "unknown action"
        table = known.presses if isinstance(what, Press) else known.submissions
        return table.get(action), what.action

    async def hear(self, news: News) -> None:
        """Raises a DeliveryError when the platform cannot say what is true now."""
        await hearing.hear(self._services, news)
        log.info("heard", extra={"action": type(news.what).__name__})

    async def suggest(self, who: Address, command: str, partial: str) -> Sequence[str]:
        found = [word for feature in self._route for word in feature.suggest.get(command, ())]
        return completions.matching([*found, *await completions.of(self._services, who, command)], partial)

    async def home(self, who: Address) -> Outgoing:
        somebody = await self._services.store.read(people.known, who)
        leads = somebody is not None and await self._services.store.read(_only_leads, somebody)
        reply = await self.answer(Incoming(_page(who), who, who, Command("facilitate" if leads else "cohort")))
        return reply if isinstance(reply, Outgoing) else Outgoing("")

    def commands(self) -> Sequence[tuple[str, str]]:
        return [(name, about) for name, (_, about) in self._commands.items()]

    def composer(self, row: Row) -> Compose:
        """Who makes the words of an outbox row; raises NothingToSay for a kind of another release."""
        found = self._composers.get(row.intent.kind)
        if found is None:
            raise NothingToSay
        return found

    def next_due(self, tx: Connection) -> datetime | None:
        """When the clock next has something to do, written or still to be planned."""
        now = self._services.now()
        found = [outbox.next_due(tx, now)]
        for feature in self._route:
            if feature.next_due is not None:
                found.append(feature.next_due(tx, self._services, now))
        return min((due for due in found if due is not None), default=None)

    def missed(self, tx: Connection, row: Row) -> list[Intent]:
        """What is to be sent instead of a message whose time has passed."""
        instead = self._missed.get(row.intent.kind)
        return [] if instead is None else instead(tx, self._services, row)

    def held(self, tx: Connection, row: Row) -> list[Intent]:
        """What is sent beside a message that waits at a shut door."""
        return [intent for each in self._route if each.held for intent in each.held(tx, self._services, row)]

    @property
    def plans(self) -> Sequence[Feature]:
        return [feature for feature in self._route if feature.plan is not None]


def _arrival(tx: Connection, who: Address) -> tuple[Somebody | None, str, bool]:
    """Who it is, what is known of their door, and whether the bot was taken out of their workspace."""
    return people.known(tx, who), doors.at(tx, who), retention.removed(tx, who.platform, who.workspace)


def _tried_again(tx: Connection, visit: Visit) -> bool:
    """True when something had waited."""
    found = waiting.of(tx, visit.who, visit.now)
    doors.try_again(tx, visit.who, visit.incoming.who, visit.now)
    return bool(found)


def _with_what_waits(reply: Reply) -> Reply:
    if not isinstance(reply, Outgoing) or reply.audience is not Audience.ONLY_YOU:
        return reply
    return replace(reply, options=(*reply.options, Option("Open what waits for you", "doors.open")))


def _cohort_named(tx: Connection, visit: Visit) -> str:
    """The cohort that a button's value begins with; empty when it names none of this tenant's."""
    which = visit.value.partition(":")[0]
    return which if which and cohorts.find(tx, visit.who.tenant, which) else ""


def _page(who: Address) -> str:
    """The event of opening the bot's page. No platform's own events are called so."""
    return f"home:{who}"


def _only_leads(tx: Connection, who: Somebody) -> bool:
    """A facilitator who is in no cohort as a member."""
    if cohorts.of_person(tx, who):
        return False
    starts = people.has_role(tx, who.tenant, people.WHOLE_TENANT, who.person, people.FACILITATOR)
    return starts or bool(cohorts.led_by(tx, who))


def _unknown(incoming: Incoming) -> Reply:
    if isinstance(incoming.what, Submission):
        return Errors({"": "This form is from another version of me, so nothing was saved. Please copy your text."})
    if isinstance(incoming.what, Text):
        return None
    return Outgoing("I do not know that one. Write help to see what I can do. Nothing was changed.")


def _unread(reply: Reply) -> Reply:
    """Words after a command that takes none: perhaps a reflection in the wrong place. They are not repeated."""
    if isinstance(reply, Form):
        return replace(reply, intro=f"{_UNREAD}\n\n{reply.intro}".strip())
    return replace(reply, note=f"{reply.note} {_UNREAD}".strip()) if isinstance(reply, Outgoing) else reply


def _refusal(incoming: Incoming, text: str) -> Reply:
    return Errors({"": text}) if isinstance(incoming.what, Submission) else Outgoing(text)
