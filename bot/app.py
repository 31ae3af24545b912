"""The composition root: the only module that names concrete classes and joins them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot import (
    audit,
    first_facilitators,
    heads,
    house_keys,
    lanes,
    platforms,
    tombstones,
)
from bot.bookshelf import Bookshelf
from bot.clock import machine_now
from bot.config import Settings
from bot.consent import Facts
from bot.directory import Directory
from bot.disk import open_to_others
from bot.errands import Terms
from bot.forgetting import Forgetting, catch_up
from bot.held import Held
from bot.ids import Ids, random_id
from bot.library import Library
from bot.messages import Address, Incoming, Reply
from bot.metrics import Metrics
from bot.news import News
from bot.platforms import Clock
from bot.router import FrontDesk
from bot.seam import Platform
from bot.search import Search
from bot.store import Store, milestones, ownership
from bot.store.ownership import Ownership
from bot.tombstones import Ledger
from bot.vault.opening import open_vault
from bot.vault.safe import Safe
from bot.visit import Services
from bot.worker import Worker

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from starlette.applications import Starlette

log = logging.getLogger(__name__)


class WakefulDesk(FrontDesk):
    """After each visit the worker looks at the outbox at once, so that a broadcast goes out now."""

    worker: Worker

    async def answer(self, incoming: Incoming) -> Reply:
        reply = await super().answer(incoming)
        self.worker.wake()
        return reply

    async def hear(self, news: News) -> None:
        await super().hear(news)
        self.worker.wake()


@dataclass(frozen=True, slots=True)
class House:
    """Everything that runs, joined."""

    settings: Settings
    store: Store
    search: Search
    services: Services
    desk: WakefulDesk
    worker: Worker
    platforms: dict[str, Platform]
    metrics: Metrics
    owned: Ownership | None
    """Of the SQLite file; a database server takes any number of processes."""

    async def tick(self) -> int:
        return await self.worker.tick()

    async def next_due(self) -> datetime | None:
        return await self.store.read(self.desk.next_due)

    async def welcome_facilitators(self) -> list[Address]:
        """Those who are left."""
        named = [one for one in self.settings.first_facilitators if one.platform in self.platforms]
        return await first_facilitators.welcome(named, self.services)

    async def keep_record(self) -> None:
        """What operators did goes into the audit, and the audit's head out of the database, once a day."""
        await self.store.write(self._operators_deeds)
        today = (await self.store.read(self.store.machine_now)).date()
        newest = await self.store.read(audit.heads)
        await asyncio.to_thread(heads.keep, self.settings.data, today, newest)

    def _operators_deeds(self, tx: Connection) -> None:
        for what in milestones.BY_OPERATORS:
            for done in milestones.after(tx, what, audit.last_operator_deed(tx, what)):
                audit.operator(tx, self.services.keys.audit, done, what)

    def web(self) -> Starlette:
        """One server for every platform's routes, and for whoever watches over the bot."""
        from starlette.applications import Starlette
        from starlette.routing import BaseRoute

        from bot import calendar_feed, downloads, health

        anyone = self.settings.metrics == "anyone"
        routes: list[BaseRoute] = [*health.routes(self.services, self.metrics, self.search, anyone)]
        if self.settings.public_url:
            routes += [*downloads.routes(self.services), *calendar_feed.routes(self.services)]
        for platform in self.platforms.values():
            offered = getattr(platform, "routes", None)
            if offered is not None:
                routes += offered(self.desk)
        return Starlette(routes=routes)

    def news(self) -> Sequence[str]:
        """What whoever starts the bot should read now: where a new key is, or why people's words stay locked."""
        vault, told = self.services.vault, list[str]()
        if vault.cause:
            told.append(f"What people write can be neither kept nor opened now. {vault.cause}")
        told += [] if vault.cause else vault.news
        told += [warning for warning in (open_to_others(self.settings.data),) if warning]
        return told

    def hang_up(self) -> None:
        """End what would go on for as long as a page is open; what is being sent is finished first."""
        for platform in self.platforms.values():
            ending = getattr(platform, "hang_up", None)
            if ending is not None:
                ending()

    def close(self) -> None:
        for platform in self.platforms.values():
            closing = getattr(platform, "close", None)
            if closing is not None:
                closing()
        self.search.close()
        self.services.vault.close()
        self.store.close()
        if self.owned is not None:
            self.owned.release()


def build(
    settings: Settings,
    clock: Clock,
    ids: Ids = random_id,
    doing: str = "run",
    *,
    machine: Callable[[], datetime] | None = None,
    terms: Terms | None = None,
) -> House:
    """Raises Owned when another process has the database. `machine`: see `Store`."""
    owned = None if settings.database_url else ownership.take(settings.data, doing)
    try:
        return _build(settings, clock, ids, owned, machine, terms)
    except BaseException:
        if owned is not None:
            owned.release()
        raise


def _build(
    settings: Settings,
    clock: Clock,
    ids: Ids,
    owned: Ownership | None,
    machine: Callable[[], datetime] | None,
    terms: Terms | None,
) -> House:
    url = settings.database_url
    store = Store(url, machine) if url else Store.in_folder(settings.data, machine)
    if store.embedded:  # its one owner is this process, so no lease of another can be alive
        with store.begin() as tx:
            lanes.forget(tx)
    vault = open_vault(settings.key_places, store)
    running = {
        name: platforms.create(name, own, settings.data / name, clock) for name, own in settings.platforms.items()
    }
    for name, platform in running.items():
        using = getattr(platform, "use", None)
        if using is not None:
            using(Safe(store, vault, name))
    search = Search(settings.index_folder, model=settings.model)
    held, reasons, asked = Held(), Held(), Held()
    try:
        keys = house_keys.opened(vault, store, settings.data)
        ledger = Ledger(settings.data / tombstones.FILE, keys.erasures, keys.cause)
        catch_up(store, vault, keys, ledger, settings.keyring_copies, machine_now(), ids)
    except BaseException:
        vault.close()
        store.close()
        raise
    keeping = settings.keeping
    forgetting = Forgetting(
        store, vault, keys, ledger, settings.keyring_copies, (held, reasons, asked), running, keeping, ids, clock.now
    )
    services = Services(
        store,
        search,
        Directory(running),
        Library(settings.prompts),
        vault,
        forgetting,
        clock.now,
        ids,
        Facts(settings.runs_it, tuple(settings.platforms), bool(settings.database_url), settings.kept_days),
        keys,
        Bookshelf(settings.knowledge, settings.added, search),
        tuple(settings.contacts),
        tuple(settings.countries),
        held=held,
        reasons=reasons,
        asked=asked,
        keeping=keeping,
        public_url=settings.public_url,
    )
    desk = WakefulDesk(services)
    metrics = Metrics()
    terms = terms or Terms(again_when_unknown=frozenset(settings.when_unknown))
    desk.worker = Worker(services, desk, running, terms)
    desk.worker.metrics = metrics
    return House(settings, store, search, services, desk, desk.worker, running, metrics, owned)
