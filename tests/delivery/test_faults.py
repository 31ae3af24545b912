"""Errors that nobody foresaw: they stay with the one message that ran into them, and are given up and told."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from bot.errands import Terms
from bot.features import ROUTE
from bot.messages import Audience, Outgoing
from bot.outbox import READY, REFUSED, SENT, Intent, Row, put
from bot.router import FrontDesk
from bot.settling import OUR_ERROR
from bot.store.tables import membership, outbox
from bot.visit import Feature, Services
from bot.worker import Worker
from tests.town import Town, open_town, text_of

TERMS = Terms()


def broken(tx: Connection, services: Services, row: Row) -> Outgoing:
    raise KeyError("renata's own words")


def whole(tx: Connection, services: Services, row: Row) -> Outgoing:
    return Outgoing("Good morning.", audience=Audience.DM)


@pytest.fixture
async def town(tmp_path: Path, database: str) -> AsyncIterator[Town]:
    """Two people who are in one cohort."""
    async with open_town(tmp_path, tmp_path / "index", database=database) as made:
        await made.found_cohort(("renata", "kwame"))
        yield made


def worker(town: Town) -> Worker:
    """One whose desk has a feature with an error, beside all the others."""
    extra = Feature("extra", compose={"broken": broken, "whole": whole})
    return Worker(town.house.services, FrontDesk(town.house.services, (*ROUTE, extra)), town.house.platforms)


def plan(town: Town, *kinds: str) -> None:
    """One message of each kind to each of both, due now."""
    with town.house.store.begin() as tx:
        for row in tx.execute(select(membership)).all():
            for number, kind in enumerate(kinds):
                put(tx, [Intent(row.tenant, row.cohort, kind, number, row.person, town.clock.now())])


def rows(town: Town, kind: str) -> list[tuple[str, str | None]]:
    with town.house.store.begin() as tx:
        found = tx.execute(select(outbox).where(outbox.c.kind == kind).order_by(outbox.c.key)).all()
        return [(row.state, row.reason) for row in found]


async def test_words_that_cannot_be_made_hold_up_nobody(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """The same people's other messages go out in the same moment, and the log tells what failed but not why."""
    plan(town, "broken", "whole")
    with caplog.at_level(logging.INFO, "bot"):
        await worker(town).tick()
    assert rows(town, "whole") == [(SENT, None)] * 2
    assert rows(town, "broken") == [(READY, None)] * 2
    failed = [one for one in caplog.records if one.exc_info]
    assert {getattr(one, "action", "") for one in failed} == {"broken"}
    assert all(getattr(one, "key", "") and "own words" not in one.getMessage() for one in failed)


async def test_each_try_rests_longer_and_the_last_one_is_told(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    """After some hours it is refused as an error of the bot, which the facilitator sees as a count."""
    plan(town, "broken")
    hands, rests = worker(town), []
    for _ in range(TERMS.faults):
        caplog.clear()
        rest = 0
        while True:
            await hands.tick()
            if any(one.exc_info for one in caplog.records):
                break
            town.machine.go_on(30)
            rest += 30
        rests.append(rest)
    assert rests[1:] == sorted(rests[1:])
    assert rests[1] < rests[-1] <= 3600
    assert rows(town, "broken") == [(REFUSED, OUR_ERROR)] * 2
    caplog.clear()
    town.machine.go_on(7200)
    await hands.tick()
    assert not any(one.exc_info for one in caplog.records)
    assert f"2: {OUR_ERROR}" in text_of(await town.command("imani", "/facilitate"))


async def test_an_error_inside_a_platform_is_looked_up_before_any_second_try(town: Town) -> None:
    """It may have come after the message was posted; when it never is, the message is given up too."""
    plan(town, "whole")
    town.chat.closed = {"renata": RuntimeError("a fault of our own")}
    hands, before = worker(town), len(town.chat.knocks)
    for _ in range(6 * 60):
        await hands.tick()
        town.machine.go_on(60)
    assert town.chat.knocks[before:].count("renata") == TERMS.faults
    assert sorted(rows(town, "whole"), key=str) == [(REFUSED, OUR_ERROR), (SENT, None)]
