"""What our own way of taking and settling costs, beside a bare loop that makes the same commits."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, update

from bot import lanes, outbox
from bot.errands import Held, LaneKey, Manners, Outcome, Terms
from bot.store import Store
from bot.store.tables import account
from bot.store.tables import outbox as rows
from tests import databases
from tests.databases import BOTH
from tests.delivery.hands import sent
from tests.delivery.running import people, queue
from tests.prove import Proof

_ROOMS = 20
_MANNERS = {"office": Manners()}


def ground(url: str, messages: int) -> Store:
    store = Store(url)
    rooms = {f"room{number}": messages // _ROOMS for number in range(_ROOMS)}
    people(store, rooms)
    queue(store, rooms)
    return store


def ours(store: Store) -> tuple[float, int, int]:
    """Take and settle everything, the platform left out; returns the seconds, the commits, and rows a commit."""
    held: Mapping[LaneKey, Held] = {}
    outcomes: list[Outcome] = []
    commits, most, began = 0, 0, time.monotonic()
    while True:
        with store.begin() as tx:
            now = datetime.now(UTC)
            turn = lanes.turn(tx, "one", held, outcomes, _MANNERS, now, now, Terms())
        held, outcomes = turn.held, [sent(one) for one in turn.errands]
        commits, most = commits + 1, max(most, len(outcomes))
        if not outcomes:
            return time.monotonic() - began, commits, most


def bare(store: Store, at_once: int) -> float:
    """As many rows in as many commits through the same states, without lanes, leases, fences, pace or second looks."""
    this = (rows.c.tenant == bindparam("b_tenant"), rows.c.key == bindparam("b_key"))
    names = ("state", "fence", "address", "tried_at", "again_at", "safe_until")
    take = update(rows).where(*this).values({name: bindparam(f"b_{name}") for name in names})
    settle = update(rows).where(*this).values(state="sent", reason=None, ref=bindparam("r"), sent_at=bindparam("s"))
    ready = (
        select(rows, account.c.address.label("found_address"))
        .join_from(rows, account, (account.c.tenant == rows.c.tenant) & (account.c.person == rows.c.recipient))
        .where(outbox.is_("ready"))
        .limit(at_once)
    )
    waiting: list[Any] = []
    began = time.monotonic()
    while True:
        with store.begin() as tx:
            now = datetime.now(UTC)
            if waiting:
                tx.execute(
                    settle, [{"b_tenant": one.tenant, "b_key": one.key, "r": "1|toy|1", "s": now} for one in waiting]
                )
            waiting = list(tx.execute(ready).all())
            if not waiting:
                return time.monotonic() - began
            blank = {"b_state": "sending", "b_fence": 1, "b_tried_at": now, "b_again_at": None, "b_safe_until": None}
            tx.execute(
                take,
                [
                    {**blank, "b_tenant": one.tenant, "b_key": one.key, "b_address": one.found_address}
                    for one in waiting
                ],
            )


def measure(kind: str, folder: Path, messages: int) -> tuple[float, float, str]:
    """(seconds of ours, seconds of the bare loop, a line about both)."""
    times, commits, at_once = [], 0, 0
    for which in ("ours", "bare"):
        url = databases.fresh(kind, folder, durable=True)
        store = ground(url, messages)
        if which == "ours":
            seconds, commits, at_once = ours(store)
        else:
            seconds = bare(store, at_once)
        times.append(seconds)
        with store.begin() as tx:
            assert tx.execute(select(func.count()).where(rows.c.state == "sent")).scalar_one() == messages
        store.close()
        databases.drop(url)
    mine, plain = times
    line = (
        f"{messages / mine:>8.0f} messages/s ours, {messages / plain:>8.0f} bare, {plain / mine:.2f} of it, "
        f"{commits} commits of {at_once}"
    )
    return mine, plain, line


@pytest.mark.parametrize("kind", BOTH)
def test_taking_and_settling_keeps_up_with_any_platform(kind: str, tmp_path: Path) -> None:
    """Five hundred a second is more than a hundred workspaces together take."""
    mine, _, line = measure(kind, tmp_path, 2_000)
    assert 2_000 / mine > 500, line


@pytest.mark.prove(9)
@pytest.mark.parametrize("kind", BOTH)
def test_the_store_alone_keeps_up_with_a_bare_loop(kind: str, tmp_path: Path, proof: Proof) -> None:
    """Taking and settling makes at least 0.7 of the messages a second of a bare loop with the same commits."""
    runs = []
    for number in range(5):
        folder = tmp_path / str(number)
        folder.mkdir()
        mine, plain, line = measure(kind, folder, 20_000)
        runs.append((plain / mine, line))
    ratio, line = sorted(runs)[2]
    proof(kind, f"median of five: {line}", "0.70 of it", ratio >= 0.7)
