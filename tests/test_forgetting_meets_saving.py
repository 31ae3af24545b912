"""Somebody is erased while something of theirs is being saved: whoever comes first, nothing of them is left."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import Connection, func, select

from bot import disclosure
from bot.ids import random_id
from bot.store import people
from bot.store.people import Somebody
from bot.store.tables import entry
from bot.vault import private
from bot.vault.kek import Purpose
from bot.vault.keyring import Owner
from bot.vault.rings import data_key
from tests.databases import ON_BOTH
from tests.test_own_data import somebody
from tests.test_privacy import CANARY, everything
from tests.town import START, Town
from tests.ways import first_week


def left(town: Town, me: Somebody) -> tuple[int, int]:
    """(rows, keys) of a person."""
    keyring = town.house.services.vault.keyring
    assert keyring is not None
    with town.house.store.begin() as tx, keyring.begin(reading=True) as keys:
        return (
            tx.execute(select(func.count()).select_from(entry).where(entry.c.person == me.person)).scalar_one(),
            keys.execute(select(func.count()).select_from(data_key).where(data_key.c.person == me.person)).scalar_one(),
        )


async def waits_for_a_row(town: Town) -> None:
    """Until somebody waits in the server for what another transaction holds."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    async with asyncio.timeout(20):
        while not await town.house.store.read(lambda tx: tx.exec_driver_sql(waiting).scalar_one()):
            pass


async def saved_meanwhile(town: Town, me: Somebody, cohort: str, erase: Coroutine[Any, Any, object]) -> None:
    """A save that holds its transaction open until the erasure has destroyed the keys and comes to the rows."""
    store, keyring = town.house.store, town.house.services.vault.keyring
    assert keyring is not None
    keyring.find_or_make(Owner(me.tenant, cohort, me.person), Purpose.PRIVATE)
    begun, go_on = threading.Event(), threading.Event()

    def late(tx: Connection) -> None:
        assert people.hold(tx, me)
        begun.set()
        assert go_on.wait(20)
        words = private.Words({"note": "late"}, "")
        private.save(tx, town.house.services.vault, me, cohort, -1, random_id(), words, START, random_id)

    saving = asyncio.create_task(store.write(late))
    assert await asyncio.to_thread(begun.wait, 20)
    erasing = asyncio.create_task(erase)
    async with asyncio.timeout(20):
        while await asyncio.to_thread(keyring.find, Owner(me.tenant, cohort, me.person), Purpose.PRIVATE):
            pass
    if not store.embedded:
        await waits_for_a_row(town)
    go_on.set()
    await asyncio.gather(saving, erasing)


@ON_BOTH
async def test_a_save_that_is_not_committed_yet_is_waited_for(town: Town) -> None:
    """Its row goes, and the key that it made after the old one was destroyed."""
    await first_week(town)
    me = somebody(town, "renata")
    await saved_meanwhile(town, me, "", town.house.services.forgetting.forget(me.tenant, me.person))
    assert left(town, me) == (0, 0)


@ON_BOTH
async def test_words_of_one_cohort_that_are_let_go_wait_for_a_save_too(town: Town) -> None:
    """Keep nothing, pressed in one window while another saves."""
    cohort = await first_week(town)
    me = somebody(town, "renata")
    await saved_meanwhile(town, me, cohort, town.house.services.forgetting.let_go(me.tenant, me.person, cohort))
    assert left(town, me) == (0, 0)


@ON_BOTH
async def test_what_could_be_handed_over_is_told_and_holds_no_word(town: Town) -> None:
    """The operator's list of what is known about one member, on either database."""
    await everything(town)
    me = somebody(town, "renata")
    told = await town.house.store.read(lambda tx: "\n".join(disclosure.report(tx, me)))
    assert "Private words: sealed, 2 entries" in told
    assert "Shared copies: sealed, 1" in told
    assert CANARY not in told
    assert "Renata Aguilar" in told
