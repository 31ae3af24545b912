"""Intents as rows: written once whoever plans them, taken once, settled for good. On both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from bot import outbox, schedule
from bot.outbox import Intent
from bot.schedule import CohortPlan
from bot.store import Store
from bot.store.tables import outbox as table
from tests.delivery.hands import NOW, Hands, back, intent, keys, people, sent, states
from tests.test_schedule import member, program


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    with store.begin() as tx:
        people(tx, "renata", "kwame", "yusuf")
    yield store
    store.close()


def test_an_intent_that_is_planned_twice_is_one_row(store: Store) -> None:
    """Repeating a plan is harmless, and what is new is counted."""
    with store.begin() as tx:
        assert outbox.put(tx, [intent("renata"), intent("kwame")]) == 2
    with store.begin() as tx:
        assert outbox.put(tx, [intent("kwame"), intent("yusuf"), intent("yusuf")]) == 1
        assert len(states(tx)) == 3


def test_a_second_plan_does_not_wake_what_is_settled(store: Store) -> None:
    """A message that was sent is not ready again because somebody planned it again."""
    with store.begin() as tx:
        outbox.put(tx, [intent()])
    hands = Hands(store)
    (errand,) = hands.turn()
    hands.turn(sent(errand))
    with store.begin() as tx:
        assert outbox.put(tx, [intent()]) == 0
        assert states(tx) == {"renata prompt": outbox.SENT}


def test_two_planners_at_the_same_moment_write_each_intent_once(database: str) -> None:
    """Two processes with the same database: together they write every row, and none twice."""
    planners = [Store(database), Store(database)]
    together = Barrier(len(planners))

    def plan(store: Store) -> int:
        new = 0
        for number in range(20):
            together.wait()
            with store.begin() as tx:
                new += outbox.put(tx, [intent(f"person {number}"), intent(f"person {number}", "reminder")])
        return new

    with ThreadPoolExecutor(len(planners)) as threads:
        written = sum(threads.map(plan, planners))
    with planners[0].begin() as tx:
        assert written == 40 == tx.execute(select(func.count()).select_from(table)).scalar_one()
    for store in planners:
        store.close()


def test_two_workers_at_the_same_moment_take_each_row_once(database: str) -> None:
    """What one has taken, the other does not get."""
    workers = [Store(database), Store(database)]
    with workers[0].begin() as tx:
        for room in range(30):
            people(tx, *(f"{room} {number}" for number in range(4)), workspace=f"room{room}")
            outbox.put(tx, [intent(f"{room} {number}") for number in range(4)])
    together = Barrier(len(workers))

    def take(store: Store) -> list[str]:
        hands = Hands(store, str(id(store)))
        taken: list[str] = []
        together.wait()
        while errands := hands.turn():
            taken += [one.row.key for one in errands]
        return taken

    with ThreadPoolExecutor(len(workers)) as threads:
        taken = [key for keys in threads.map(take, workers) for key in keys]
    assert len(taken) == len(set(taken)) == 120
    for store in workers:
        store.close()


def test_a_member_who_changes_zone_in_mid_week_gets_each_message_once(store: Store) -> None:
    """From Auckland to Honolulu and back, the rows stay those of the first plan."""
    toy, plan = program(), CohortPlan(date(2027, 1, 4), "UTC")

    def rows(zone: str) -> Sequence[Intent]:
        return [
            Intent("t", "c", one.kind, one.number, "aroha", one.due, expires=one.expires)
            for one in schedule.member_sends(toy, plan, member(zone))
        ]

    with store.begin() as tx:
        first = outbox.put(tx, rows("Pacific/Auckland"))
        assert outbox.put(tx, rows("Pacific/Honolulu")) == 0
        assert outbox.put(tx, rows("Pacific/Auckland")) == 0
        assert first == len(states(tx)) * 4


def test_only_what_is_due_is_taken_and_in_order(store: Store) -> None:
    """Earlier comes first; at one moment a step comes before its prompt."""
    with store.begin() as tx:
        outbox.put(
            tx,
            [
                intent("yusuf", due=NOW + timedelta(seconds=1)),
                intent("renata", "prompt"),
                intent("renata", "step"),
                intent("kwame", due=NOW - timedelta(minutes=1)),
            ],
        )
    assert keys(Hands(store).turn()) == [("kwame", "prompt"), ("renata", "step"), ("renata", "prompt")]


def test_what_is_past_its_time_is_missed_and_not_taken(store: Store) -> None:
    """A week's prompt is not sent a week late; what has no end still goes out."""
    with store.begin() as tx:
        outbox.put(
            tx,
            [
                intent("renata", due=NOW - timedelta(days=7), expires=NOW),
                intent("kwame", due=NOW - timedelta(days=7), expires=NOW + timedelta(seconds=1)),
                intent("yusuf", due=NOW - timedelta(days=300)),
            ],
        )
    hands = Hands(store)
    assert {one.row.intent.recipient for one in hands.turn()} == {"kwame", "yusuf"}
    assert hands.missed == [intent("renata").key]
    with store.begin() as tx:
        assert states(tx)["renata prompt"] == outbox.MISSED


@pytest.mark.parametrize(
    ("kind", "late", "state"),
    [
        ("reminder", timedelta(hours=5), outbox.SENDING),
        ("reminder", timedelta(hours=7), outbox.MISSED),
        ("announcement", timedelta(days=1), outbox.SENDING),
        ("announcement", timedelta(days=3), outbox.MISSED),
        ("broadcast", timedelta(minutes=50), outbox.SENDING),
        ("broadcast", timedelta(minutes=70), outbox.MISSED),
        ("request-notice", timedelta(hours=23), outbox.SENDING),
        ("request-notice", timedelta(hours=25), outbox.MISSED),
        ("prompt", timedelta(days=6), outbox.SENDING),
    ],
)
def test_after_downtime_each_kind_has_its_own_grace(store: Store, kind: str, late: timedelta, state: str) -> None:
    """A prompt belongs to its week; a reminder that is hours late is no longer kind."""
    with store.begin() as tx:
        outbox.put(tx, [intent(kind=kind, expires=NOW + timedelta(days=7) if kind == "prompt" else None)])
    Hands(store).turn(now=NOW + late)
    with store.begin() as tx:
        assert states(tx) == {f"renata {kind}": state}


@pytest.mark.parametrize("settled", [outbox.SENT, outbox.REFUSED, outbox.MISSED, outbox.CANCELLED])
def test_a_settled_row_is_neither_taken_nor_looked_up_nor_cancelled(store: Store, settled: str) -> None:
    """Each of the four ends is final."""
    with store.begin() as tx:
        outbox.put(tx, [intent()])
    hands = Hands(store)
    (errand,) = hands.turn()
    hands.turn(sent(errand) if settled == outbox.SENT else back(errand, settled))
    with store.begin() as tx:
        outbox.cancel(tx, "t", "c", "renata", "prompt", 1)
    assert hands.turn(now=NOW + timedelta(days=1), later=86_400) == []
    with store.begin() as tx:
        assert states(tx) == {"renata prompt": settled}


def test_cancelling_takes_one_persons_one_message_only(store: Store) -> None:
    """Somebody else's reminder, and the same person's other messages, stay."""
    with store.begin() as tx:
        outbox.put(tx, [intent("renata", "reminder"), intent("kwame", "reminder"), intent("renata", "step")])
        outbox.cancel(tx, "t", "c", "renata", "reminder", 1)
        assert states(tx) == {
            "renata reminder": outbox.CANCELLED,
            "kwame reminder": outbox.READY,
            "renata step": outbox.READY,
        }


def test_a_row_that_asks_for_another_moment_is_due_then(store: Store) -> None:
    """It is nobody's until then, and then it is taken once more."""
    later = NOW + timedelta(minutes=2)
    with store.begin() as tx:
        outbox.put(tx, [intent()])
    hands = Hands(store)
    (errand,) = hands.turn()
    assert hands.turn(back(errand, due=later)) == []
    with store.begin() as tx:
        assert outbox.next_due(tx, NOW) == later
    assert len(hands.turn(now=later)) == 1
    with store.begin() as tx:
        assert outbox.next_due(tx, later) is None


@pytest.mark.parametrize(
    ("state", "out"),
    [
        (outbox.READY, False),
        (outbox.CANCELLED, False),
        (outbox.REFUSED, False),
        (outbox.MISSED, False),
        (outbox.SENDING, True),
        (outbox.UNKNOWN, True),
        (outbox.SENT, True),
    ],
)
def test_a_unit_counts_as_out_when_somebody_has_it_or_may_have_it(store: Store, state: str, out: bool) -> None:
    """A facilitator may still change what certainly nobody has seen."""
    with store.begin() as tx:
        outbox.put(tx, [intent()])
        tx.execute(update(table).values(state=state))
        assert outbox.out(tx, "t", "c", 1) is out
        assert not outbox.out(tx, "t", "c", 2)


def test_keys_of_one_cohort_are_not_taken_for_those_of_another(store: Store) -> None:
    """Unit 1 is not unit 10, and cohort c is not cohort c2."""
    with store.begin() as tx:
        outbox.put(tx, [intent(number=10), Intent("t", "c2", "prompt", 1, "kwame", NOW)])
        tx.execute(update(table).values(state=outbox.SENT))
        assert not outbox.out(tx, "t", "c", 1)
        assert outbox.out(tx, "t", "c", 10)
        assert outbox.written(tx, "t", "c") == {intent(number=10).key}
