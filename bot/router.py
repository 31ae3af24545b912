"""Who answers what: the features in their order, and the one place where a visit begins and ends."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot import outbox
from bot.errors import NotAllowed
from bot.features import ROUTE
from bot.messages import (
    Address,
    Command,
    Errors,
    Incoming,
    Outgoing,
    Press,
    Reply,
    Submission,
    Text,
)
from bot.outbox import Intent, NothingToSay, Row
from bot.store import cohorts, people
from bot.store.people import Somebody
from bot.visit import AlreadyDone, Compose, Feature, Handler, Services, Visit

log = logging.getLogger(__name__)
_GUEST = (
    "As a guest here you can look things up with /resources. For a cohort of your own, please ask whoever invited "
    "you. Nothing was changed."
)


class FrontDesk:
    """The house as the platforms see it."""

    def __init__(self, services: Services, route: Sequence[Feature] = ROUTE) -> None:
        self._services = services
        self._route = route
        self._by_name = {feature.name: feature for feature in route}
        self._commands = {
            name: (handler, about) for feature in route for name, (handler, about) in feature.commands.items()
        }
        self._for_guests = {feature.name for feature in route if feature.for_guests}
        self._for_guests |= {f"/{name}" for feature in route if feature.for_guests for name in feature.commands}
        self._missed = {kind: instead for feature in route for kind, instead in feature.missed.items()}
        self._composers = {kind: compose for feature in route for kind, compose in feature.compose.items()}

    async def answer(self, incoming: Incoming) -> Reply:
        """Raises only on a fault of our own; the platform then says that nothing was lost."""
        who = incoming.who
        profile = await self._services.directory.person(who)
        somebody = await self._services.store.read(people.known, who)
        if somebody is None or somebody.name != profile.name:
            somebody = await self._services.store.write(
                people.meet, who, profile, self._services.now(), self._services.ids
            )
        visit = Visit(incoming, somebody, self._services)
        handler, action = self._handler(visit)
        if handler is None:
            return _unknown(incoming)
        if profile.guest and action.partition(".")[0] not in self._for_guests:
            return _refusal(incoming, _GUEST)
        try:
            reply = await handler(visit)
        except AlreadyDone as done:
            return Outgoing(str(done))
        except NotAllowed as refusal:
            log.info("refused", extra={"action": action})
            return _refusal(incoming, str(refusal))
        log.info("answered", extra={"action": action})
        return reply

    def _handler(self, visit: Visit) -> tuple[Handler | None, str]:
        what = visit.incoming.what
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

    async def suggest(self, who: Address, command: str, partial: str) -> Sequence[str]:
        found = [word for feature in self._route for word in feature.suggest.get(command, ())]
        return [word for word in found if word.startswith(partial.casefold())]

    async def home(self, who: Address) -> Outgoing:
        somebody = await self._services.store.read(people.known, who)
        leads = somebody is not None and await self._services.store.read(_only_leads, somebody)
        reply = await self.answer(Incoming(f"home:{who}", who, who, Command("facilitate" if leads else "cohort")))
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

    @property
    def plans(self) -> Sequence[Feature]:
        return [feature for feature in self._route if feature.plan is not None]


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


def _refusal(incoming: Incoming, text: str) -> Reply:
    return Errors({"": text}) if isinstance(incoming.what, Submission) else Outgoing(text)
