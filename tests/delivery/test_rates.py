"""Rate limits and fairness between workspaces, with a real worker and a platform that counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.errands import Terms
from bot.store import Store
from tests import databases
from tests.databases import BOTH
from tests.delivery.door import Door
from tests.delivery.running import deliver, people, queue
from tests.fakes.post_office import Running, Ways, open_office
from tests.prove import Proof


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    yield store
    store.close()


@dataclass(frozen=True)
class Broadcast:
    messages: int
    of_ceiling: float
    """What the platform would have allowed in the same time, of what went out."""
    pushed_back: float
    copies: int


async def broadcast(store: Store, rooms: int, each: int, rate: float, told: bool, rounds: int = 1) -> Broadcast:
    """To so many people in each of so many workspaces that take `rate` messages a second, eight at once.

    `told`: whether the platform says its rate. The last of the rounds counts, with the rates of those before.
    """
    names = {f"room{number}": each for number in range(rooms)}
    people(store, names)
    for number in range(rounds):
        queue(store, names, number=number)
        with open_office(Ways(rate=rate, burst=8)) as office:
            await deliver(store, Door(office.port, rate=rate if told else None), list(names))
            result = _measure(office, each, rate)
    return result


def _measure(office: Running, each: int, rate: float) -> Broadcast:
    posts, asked = office.book()
    times = defaultdict(list)
    for when, room, _ in posts:
        times[room].append(when)
    allowed = [(each - 8) / rate / (max(some) - min(some)) for some in times.values()]
    requests = asked["/send"]
    copies = len(posts) - len({key for _, _, key in posts})
    return Broadcast(len(posts), sum(allowed) / len(allowed), asked["429"] / requests, copies)


@pytest.mark.slow
async def test_a_broadcast_uses_what_the_platform_allows(store: Store) -> None:
    """Ten workspaces at once, each as fast as it may; nobody is pushed back for another's messages."""
    done = await broadcast(store, 10, 48, 8, told=True)
    assert (done.messages, done.copies) == (480, 0)
    # One after the other would be a tenth, and heedless of the rate most would be pushed back. How near to all and
    # to none is the long draw's to say, on a machine with nothing else to do.
    assert done.of_ceiling > 0.5
    assert done.pushed_back < 0.2


async def test_a_workspace_that_never_answers_holds_up_no_other(store: Store) -> None:
    """Its messages wait for their time to be over; those of the others are long sent."""
    rooms = {"silent": 20, **{f"room{number}": 20 for number in range(5)}}
    people(store, rooms)
    queue(store, rooms)
    with open_office(Ways(hangs=("silent",))) as office:
        took = await deliver(
            store, Door(office.port), [room for room in rooms if room != "silent"], Terms(timeout=6, lease=30)
        )
        assert len(office.book()[0]) == 100
    assert took < 6


@pytest.mark.slow
async def test_a_fifth_of_all_doors_closed_delays_nobody_else(database: str, tmp_path: Path) -> None:
    """A refusal is an answer, and nobody waits for the rest that follows it, which is far longer than this."""
    rooms = {f"room{number}": 40 for number in range(5)}
    closed = tuple(f"{room}-{number}" for room in rooms for number in range(0, 40, 5))
    kind = database.partition(":")[0].partition("+")[0]
    took = {}
    for refuses in ((), closed):
        url = databases.fresh(kind, tmp_path)
        store = Store(url)
        people(store, rooms)
        queue(store, rooms)
        with open_office(Ways(closed=refuses, rate=20)) as office:
            took[bool(refuses)] = await deliver(store, Door(office.port, rate=20), list(rooms))
            posts = office.book()[0]
            assert len(posts) == len({key for _, _, key in posts}) == 200 - len(refuses)
        store.close()
        databases.drop(url)
    assert took[True] < took[False] + 5


async def delay_of_small(url: str, small: int, each: int, big: int, rate: float) -> float:
    """Seconds until the small workspaces have everything, beside one with so many messages."""
    store = Store(url)
    rooms = {f"room{number}": each for number in range(small)}
    people(store, rooms | ({"big": big} if big else {}))
    if big:
        queue(store, {"big": big})
    queue(store, rooms)
    with open_office(Ways(rate=rate, burst=8)) as office:
        took = await deliver(store, Door(office.port, rate=rate), list(rooms))
    store.close()
    return took


@pytest.mark.slow
async def test_a_workspace_with_much_to_say_hardly_delays_the_small_ones(database: str, tmp_path: Path) -> None:
    """Its queue is its own."""
    kind = database.partition(":")[0].partition("+")[0]
    alone = await delay_of_small(database, 19, 16, 0, 4)
    url = databases.fresh(kind, tmp_path)
    beside = await delay_of_small(url, 19, 16, 5_000, 4)
    databases.drop(url)
    assert beside < 2 * alone  # behind the five thousand it would be a hundred times


@pytest.mark.prove(7)
@pytest.mark.parametrize("told", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("kind", BOTH)
async def test_broadcasts_to_a_hundred_workspaces(kind: str, told: bool, tmp_path: Path, proof: Proof) -> None:
    """A broadcast to 100 workspaces uses what they allow, and is hardly ever pushed back."""
    url = databases.fresh(kind, tmp_path, durable=True)
    store = Store(url)
    done = await broadcast(store, 100, 240 if told else 600, 2, told)
    store.close()
    databases.drop(url)
    assert done.copies == 0
    most = 0.01 if told else 0.03
    proof(
        f"{kind}, rate {'known' if told else 'unknown'}",
        f"{done.of_ceiling:.1%} of the ceiling, {done.pushed_back:.2%} 429s",
        f"95%, {most:.0%}",
        done.of_ceiling >= 0.95 and done.pushed_back < most,
    )


@pytest.mark.prove(8)
@pytest.mark.parametrize("kind", BOTH)
async def test_a_hundred_thousand_messages_of_one_hardly_delay_ninety_nine(
    kind: str, tmp_path: Path, proof: Proof
) -> None:
    """One workspace with 100,000 queued messages delays 99 small ones by less than a fifth."""
    took = []
    for big in (0, 100_000):
        url = databases.fresh(kind, tmp_path, durable=True)
        took.append(await delay_of_small(url, 99, 48, big, 2))
        databases.drop(url)
    more = took[1] / took[0] - 1
    proof(kind, f"{more:+.1%} ({took[0]:.1f} s alone, {took[1]:.1f} s beside)", "< 20%", more < 0.2)
