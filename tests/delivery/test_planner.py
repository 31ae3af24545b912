"""What the clock sends is written two days ahead, for everybody with the same clock at once. On both databases."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random
from threading import Barrier

import pytest
from sqlalchemy import Connection, event, func, insert, select, update

from bot import horizon, outbox, planner, schedule
from bot.outbox import Intent
from bot.schedule import Change, CohortPlan, MemberPlan
from bot.store import Store, calendars, cohorts, people, tables, turns
from bot.store.people import QUIET_FROM, QUIET_TO
from tests.delivery import crowds
from tests.delivery.crowds import MONDAY, NOW, Soul
from tests.test_schedule import ZONES, program

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TOY = program(reminder=30)


@pytest.fixture
def store(database: str) -> Iterator[Store]:
    store = Store(database)
    with store.begin() as tx:
        crowds.tenant(tx)
        crowds.cohort(tx)
    yield store
    store.close()


def plan(store: Store, now: datetime = NOW) -> None:
    while True:
        with store.begin() as tx:
            if not planner.plan(tx, crowds.services(TOY), now):
                return


def rows(store: Store, *kinds: str) -> dict[str, tuple[datetime, str]]:
    """Key to due time and state."""
    with store.begin() as tx:
        found = tx.execute(select(tables.outbox)).all()
    return {row.key: (row.due_at, row.state) for row in found if not kinds or row.kind in kinds}


def due(store: Store, who: str, kind: str = "prompt", number: int = 0) -> datetime | None:
    found = rows(store).get(outbox.key("c", kind, number, who))
    return found and found[0]


def member(store: Store, who: str) -> cohorts.Member:
    with store.begin() as tx:
        found = cohorts.member(tx, "t", "c", who)
    assert found is not None
    return found


def test_two_days_are_planned_and_no_more(store: Store) -> None:
    """The week after is not in the outbox yet; it comes when its time is near."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
    plan(store)
    assert {key.split(":")[1] for key in rows(store)} == {"announcement", "prompt", "reminder"}
    assert due(store, "renata", number=1) is None
    plan(store, NOW + 6 * DAY)
    assert due(store, "renata", number=1) == schedule.instant(MONDAY + 7 * DAY, TOY.time, "America/New_York")


def test_everybody_gets_what_their_own_clock_says(store: Store) -> None:
    """Two hundred members with clocks of all kinds: the rows are those that the pure functions give each of them."""
    chance = Random(7)  # noqa: S311 - a crowd, not a secret
    souls = [
        Soul(
            f"p{number}",
            chance.choice(ZONES),
            chance.choice([None, time(18, 0), time(7, 30)]),
            chance.choice([None, time(9, 30)]),
            chance.choice([None, 0, 1, 2]),
            chance.choice([None, time(6, 0), time(21, 45)]),
            chance.choice([crowds.LONG_AGO, NOW - 3 * HOUR, NOW - 12 * HOUR, NOW - 2 * DAY]),
            chance.choice([None, None, None, date(2027, 1, 5), date(2027, 2, 1)]),
        )
        for number in range(200)
    ]
    with store.begin() as tx:
        crowds.join(tx, souls)
    plan(store)
    plan(store, NOW + DAY + HOUR)
    wanted = {}
    for one in souls:
        clock = MemberPlan(
            one.zone, one.quiet_from or QUIET_FROM, one.quiet_to or QUIET_TO, one.day, one.time, one.started,
            one.paused_until,
        )  # fmt: skip
        for send in schedule.member_sends(TOY, CohortPlan(MONDAY, "America/New_York"), clock):
            if send.kind in ("prompt", "reminder") and send.due <= NOW + DAY + HOUR + horizon.AHEAD:
                wanted[outbox.key("c", send.kind, send.number, one.name)] = send.due
    assert {key: at for key, (at, _) in rows(store, "prompt", "reminder").items()} == wanted
    assert len(wanted) > 200


def test_planning_again_adds_nothing(store: Store) -> None:
    """Also for somebody who thinks that nothing is planned."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata"), Soul("kwame", "Pacific/Honolulu")])
    plan(store)
    before = rows(store)
    with store.begin() as tx:
        tx.execute(update(tables.cohort).values(planned_to=None))
        tx.execute(update(tables.membership).values(replan=True))
    plan(store)
    assert rows(store) == before


def test_a_changed_hour_moves_what_is_still_ready(store: Store) -> None:
    """Until it is planned anew the change's own transaction holds it back; the new row has the same key."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata"), Soul("kwame")])
    plan(store)
    with store.begin() as tx:
        cohorts.set_member(tx, cohorts.member(tx, "t", "c", "renata"), time=time(12, 0))  # type: ignore[arg-type]
    assert member(store, "renata").changed
    plan(store)
    assert not member(store, "renata").changed
    assert due(store, "renata") == schedule.instant(MONDAY, time(12, 0), "America/New_York")
    assert due(store, "kwame") == schedule.instant(MONDAY, TOY.time, "America/New_York")


def test_a_changed_zone_moves_what_is_still_ready_in_every_cohort(store: Store) -> None:
    """The clock belongs to the person."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
    plan(store)
    with store.begin() as tx:
        who = people.somebody(tx, "t", "renata")
        people.set_clock(tx, who, "Pacific/Honolulu", who.quiet_from, who.quiet_to)
    plan(store)
    assert due(store, "renata") == schedule.instant(MONDAY, TOY.time, "Pacific/Honolulu")


@pytest.mark.parametrize("state", [outbox.SENT, outbox.SENDING, outbox.UNKNOWN, outbox.MISSED, outbox.REFUSED])
def test_what_is_not_ready_any_more_is_never_touched(store: Store, state: str) -> None:
    """A change of the hour after the prompt went out brings no second one."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
    plan(store)
    first = due(store, "renata")
    with store.begin() as tx:
        tx.execute(update(tables.outbox).values(state=state))
        cohorts.set_member(tx, cohorts.member(tx, "t", "c", "renata"), time=time(12, 0))  # type: ignore[arg-type]
        calendars.set_change(tx, cohorts.find(tx, "t", "c"), 0, Change(MONDAY + DAY))  # type: ignore[arg-type]
    plan(store)
    assert due(store, "renata") == first
    assert {at for _, at in rows(store).values()} == {state}


def test_a_moved_unit_moves_for_everybody(store: Store) -> None:
    """In the channel and in private."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata"), Soul("kwame", "Europe/London")])
    plan(store)
    with store.begin() as tx:
        calendars.set_change(tx, cohorts.find(tx, "t", "c"), 0, Change(MONDAY + DAY))  # type: ignore[arg-type]
    plan(store)
    tuesday = MONDAY + DAY
    assert due(store, "renata") == schedule.instant(tuesday, TOY.time, "America/New_York")
    assert due(store, "kwame") == schedule.instant(tuesday, TOY.time, "Europe/London")
    assert due(store, "square", "announcement") == schedule.instant(tuesday, TOY.time, "America/New_York")


def test_a_pause_takes_the_planned_messages_away_and_its_end_brings_the_current_one(store: Store) -> None:
    """Nothing comes while it lasts, and nothing of before comes afterwards."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
    plan(store)
    with store.begin() as tx:
        cohorts.set_member(tx, cohorts.member(tx, "t", "c", "renata"), paused_until=date(2027, 2, 1))  # type: ignore[arg-type]
    plan(store, NOW + 8 * DAY)
    assert rows(store, "prompt") == {}
    with store.begin() as tx:
        cohorts.set_member(tx, cohorts.member(tx, "t", "c", "renata"), paused_until=None)  # type: ignore[arg-type]
    plan(store, NOW + 8 * DAY)
    assert list(rows(store, "prompt")) == [outbox.key("c", "prompt", 1, "renata")]


def test_whoever_starts_in_mid_week_gets_the_prompt_then(store: Store) -> None:
    """Also when their mark was lost with a process: the plan for the whole cohort finds them."""
    at = NOW + DAY + 15 * HOUR
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata"), replace(Soul("kwame"), started=at)])
    plan(store, at + HOUR)
    assert due(store, "kwame") == at


def test_what_came_due_while_nobody_planned_is_shown_as_missed(store: Store) -> None:
    """The bot was away for three weeks: the facilitator sees which prompts nobody got."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
    plan(store, NOW - 5 * DAY)
    plan(store, NOW + 22 * DAY)
    with store.begin() as tx:
        tx.execute(
            update(tables.outbox).where(tables.outbox.c.expires_at <= NOW + 22 * DAY).values(state=outbox.MISSED)
        )
    assert [state for _, (_, state) in sorted(rows(store, "prompt").items())] == ["missed"] * 3 + ["ready"]


def test_only_those_with_a_reason_are_planned_for_what_needs_one(store: Store) -> None:
    """A reminder for who has not answered, a step for who set one, a question for who was silent twice."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata"), Soul("kwame"), Soul("yusuf")])
        turns.mark(tx, "t", "c", "renata", 2, turns.ANSWERED)
        turns.set_step(tx, "t", "c", "renata", 2, turns.OPEN)
        turns.mark(tx, "t", "c", "kwame", 2, turns.SKIPPED)
        for number in range(3):
            outbox.put(tx, [Intent("t", "c", "prompt", number, who, NOW) for who in ("renata", "kwame", "yusuf")])
        tx.execute(update(tables.outbox).values(state=outbox.SENT))
    plan(store, NOW + 21 * DAY - HOUR)
    third = [key for key, (_, state) in rows(store).items() if state == "ready"]
    assert sorted(third) == sorted(
        [
            *(outbox.key("c", "prompt", 3, who) for who in ("renata", "kwame", "yusuf")),
            *(outbox.key("c", "reminder", 3, who) for who in ("renata", "kwame", "yusuf")),
            outbox.key("c", "announcement", 3, "square"),
            outbox.key("c", "step", 3, "renata"),
            outbox.key("c", "silence", 3, "yusuf"),
        ]
    )


def test_a_step_set_shortly_before_the_next_prompt_is_taken_up_with_it(store: Store) -> None:
    """The reason came after the plan."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
    plan(store, NOW + 6 * DAY)
    assert due(store, "renata", "step", 1) is None
    with store.begin() as tx:
        turns.set_step(tx, "t", "c", "renata", 0, turns.OPEN)
    plan(store, NOW + 6 * DAY + HOUR)
    assert due(store, "renata", "step", 1) == due(store, "renata", "prompt", 1)


def test_rows_of_before_a_restore_are_looked_for_also_when_they_are_planned_again(store: Store) -> None:
    """The life that the backup does not remember may have sent them."""
    with store.begin() as tx:
        crowds.join(tx, [Soul("renata")])
        tx.execute(insert(tables.milestone).values(what="restore", at=NOW + DAY))
    plan(store)
    found = rows(store)
    assert found[outbox.key("c", "prompt", 0, "renata")][1] == outbox.UNKNOWN
    assert found[outbox.key("c", "reminder", 0, "renata")][1] == outbox.READY


# --- many planners, many members -------------------------------------------------------------------


def race(url: str, planners: int, keys: int) -> tuple[int, int]:
    """So many planners write the same keys at once; returns (rows, new ones of a further round)."""
    stores = [Store(url) for _ in range(planners)]
    together = Barrier(planners, timeout=60)
    chance = Random(1)  # noqa: S311
    orders = [chance.sample(range(0, keys, 100), keys // 100) for _ in stores]

    def work(store: Store, order: list[int]) -> int:
        together.wait()
        new = 0
        for start in order:
            with store.begin() as tx:
                new += outbox.put(tx, [Intent("t", "c", "prompt", 1, f"p{n}", NOW) for n in range(start, start + 100)])
        return new

    with ThreadPoolExecutor(planners) as threads:
        assert sum(threads.map(work, stores, orders)) == keys
    with stores[0].begin() as tx:
        again = outbox.put(tx, [Intent("t", "c", "prompt", 1, f"p{n}", NOW) for n in range(keys)])
        there = tx.execute(select(func.count()).select_from(tables.outbox)).scalar_one()
    for store in stores:
        store.close()
    return there, again


def test_four_planners_write_each_key_once(database: str) -> None:
    """In different orders, so that they wait for each other crosswise; planning again adds nothing."""
    assert race(database, 4, 2_000) == (2_000, 0)


@contextmanager
def counted(tx: Connection) -> Iterator[list[str]]:
    """The statements that are put to the database meanwhile."""
    asked: list[str] = []

    def ask(connection: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(tx, "before_cursor_execute", ask)
    yield asked
    event.remove(tx, "before_cursor_execute", ask)


def test_the_plan_of_a_cohort_is_one_statement_for_each_clock(store: Store) -> None:
    """Ten times the members take no more statements."""
    counts = []
    for people_ in (range(20), range(20, 220)):
        with store.begin() as tx:
            crowds.join(tx, [Soul(f"p{n}", crowds.ZONES[n % 2]) for n in people_])
            tx.execute(update(tables.cohort).values(planned_to=None))
        with store.begin() as tx, counted(tx) as asked:
            planner.plan(tx, crowds.services(TOY), NOW)
        counts.append(len(asked))
    assert counts[0] == counts[1]
