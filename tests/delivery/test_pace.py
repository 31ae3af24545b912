"""How fast a lane goes, against a platform's bucket in simulated time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from bot.pace import CEILING, FLOOR, Pace

NOW = datetime(2027, 1, 4, tzinfo=UTC)


@dataclass(frozen=True)
class Run:
    of_ceiling: float
    """The shortest time that the platform allows, by the time it took."""
    pushed_back: float
    """The share of requests that were."""
    rate: float


def run(pace: Pace, rate: float, burst: int, messages: int, pause: float = 1.0, tick: float = 0.1) -> Run:
    """A lane with much to say, looked at every tick, and a platform with a bucket."""
    left, last, at, blocked, sent, back = float(burst), 0.0, 0.0, 0.0, 0, 0
    waiting: list[tuple[float, bool]] = []
    while sent < messages:
        now = NOW + timedelta(seconds=at)
        if at >= blocked:
            room = pace.room(now, 1.0)
            assert room is not None
            pace, starts = pace.take(now, min(room, 8 - len(waiting)))
            waiting += [(at + start, start > 0) for start in starts]
        while waiting and waiting[0][0] <= at + tick:
            when, held = waiting.pop(0)
            left, last = min(burst, left + (when - last) * rate), when
            if left >= 1:
                left, sent = left - 1, sent + 1
                pace = pace.went_well(int(held))
            else:
                back, blocked = back + 1, at + tick + pause
                pace = pace.give_back(len(waiting)).pushed_back(NOW + timedelta(seconds=blocked))
                waiting = []
        at += tick
    return Run((messages - burst) / rate / at, back / (sent + back), pace.rate)


@pytest.mark.parametrize(("rate", "burst"), [(4, 8), (2, 5), (1, 3), (8.75, 20)])
def test_a_known_rate_is_used_to_the_full_and_hardly_ever_pushed_back(rate: float, burst: int) -> None:
    """At least 95 of 100, and less than one request in a hundred."""
    done = run(Pace.of(rate, None, False, None), rate, burst, 500)
    assert done.of_ceiling >= 0.95
    assert done.pushed_back < 0.01
    assert done.rate == rate


@pytest.mark.parametrize(("rate", "burst"), [(4, 8), (2, 5), (1, 3), (8.75, 20)])
def test_an_unknown_rate_is_found_and_kept_to(rate: float, burst: int) -> None:
    """From the floor to the platform's own rate in seconds; then less than three requests in a hundred are too many."""
    done = run(Pace.of(None, None, False, None), rate, burst, 1000)
    assert done.of_ceiling >= 0.95
    assert done.pushed_back < 0.03
    assert 0.8 * rate < done.rate < 1.3 * rate


def test_what_was_learned_is_where_the_next_broadcast_begins() -> None:
    """The rate is kept with the lane; nothing is searched for again."""
    first = run(Pace.of(None, None, False, None), 4, 8, 500)
    again = run(Pace.of(None, first.rate, True, None), 4, 8, 250)
    assert again.of_ceiling >= 0.95
    assert again.pushed_back < 0.02


def test_after_a_rest_a_burst_goes_at_once_and_then_one_by_one() -> None:
    """Half a second's worth; the others are laid behind each other."""
    pace, starts = Pace(rate=4).take(NOW, 6)
    assert starts == [0, 0, 0.25, 0.5, 0.75, 1.0]
    assert pace.room(NOW, 1.0) == 0
    assert pace.room(NOW + timedelta(seconds=1), 1.0) == 4


def test_a_slow_lane_still_looks_as_far_as_its_next_message() -> None:
    """One in ten seconds is allowed, though a turn looks ahead for one second."""
    pace, starts = Pace(rate=0.1).take(NOW, 1)
    assert starts == [0]
    assert pace.room(NOW, 1.0) == 1


def test_what_never_went_to_the_platform_does_not_count() -> None:
    """A message that lost its reason makes room for another."""
    pace, _ = Pace(rate=4).take(NOW, 6)
    assert pace.give_back(3).room(NOW, 1.0) == 3


def test_after_a_push_back_nothing_goes_in_a_burst() -> None:
    """The platform's bucket is empty then."""
    until = NOW + timedelta(seconds=30)
    pace = Pace(rate=4).pushed_back(until)
    _, starts = pace.take(until, 3)
    assert starts == [0.25, 0.5, 0.75]


def test_a_learned_rate_stays_between_floor_and_ceiling() -> None:
    """However often it is pushed back, and however long it is not."""
    low = high = Pace.of(None, None, False, None)
    for _ in range(50):
        low = low.pushed_back(NOW)
    assert low.rate == FLOOR
    assert high.went_well(10_000).rate == CEILING


def test_without_a_limit_everything_may_go() -> None:
    """A platform that tells of none has none."""
    assert Pace().room(NOW, 1.0) is None
    assert Pace().take(NOW, 3)[1] == [0, 0, 0]
