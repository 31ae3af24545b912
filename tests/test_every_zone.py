"""Every zone, every day of a third of a century: the law of time against a second way to the same instant.

The second way never turns a wall clock into an instant. It reads each zone's clock from UTC until it knows all its
jumps to the second, and then counts in whole seconds.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest

from bot import schedule
from tests.prove import Proof

FIRST, LAST = date(2005, 1, 1), date(2037, 12, 31)
AT = time(2, 30)
"""In most zones' skipped and repeated hour."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = 86_400
_QUARTERS = [time(minutes // 60, minutes % 60) for minutes in range(0, 24 * 60, 15) if minutes != 150]


@dataclass(frozen=True)
class Clock:
    """A zone as the moments at which its distance from UTC changed, and the distances after them, in seconds."""

    jumps: list[int]
    offsets: list[int]

    def instant(self, wall: int) -> int:
        """The first moment that shows this time; of a skipped one, as long after the jump as it is past it."""
        for number, offset in enumerate(self.offsets[self._near(wall) :], self._near(wall)):
            moment = wall - offset
            begins, ends = self.jumps[number], self.jumps[number + 1] if number + 1 < len(self.jumps) else moment + 1
            if begins <= moment < ends:
                return moment
            if moment < begins:  # it was skipped by the jump with which this stretch begins
                return wall - self.offsets[number - 1]
        raise AssertionError("every time comes")

    def _near(self, wall: int) -> int:
        """A stretch before the wanted one: no clock is further than two days from UTC."""
        return max(0, bisect_right(self.jumps, wall - 2 * _DAY) - 1)


def clock_of(zone: str) -> Clock:
    place = ZoneInfo(zone)

    def offset(moment: int) -> int:
        away = (_EPOCH + timedelta(seconds=moment)).astimezone(place).utcoffset()
        assert away is not None
        return round(away.total_seconds())

    start = round((datetime(FIRST.year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) - 3 * _DAY
    end = round((datetime(LAST.year + 1, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds()) + 3 * _DAY
    jumps, offsets = [start], [offset(start)]
    for before, after in pairwise(range(start, end, _DAY // 2)):
        new = offset(after)
        if new == offsets[-1]:
            continue
        while after - before > 1:
            middle = (before + after) // 2
            before, after = (before, middle) if offset(middle) == new else (middle, after)
        jumps.append(after)
        offsets.append(new)
    return Clock(jumps, offsets)


@dataclass(frozen=True)
class Found:
    times: int
    wrong: int
    twice: int
    """Days whose instant is not after the one of the day before, of those that the zone's calendar has."""


def look(zone: str) -> Found:
    clock, times, wrong, twice, before = clock_of(zone), 0, 0, 0, 0
    changing = {(_EPOCH + timedelta(seconds=jump)).date() + timedelta(days=near) for jump in clock.jumps[1:]
                for near in (-1, 0, 1)}  # fmt: skip
    for number in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        for at in (AT, *(_QUARTERS if day in changing else ())):
            wall = round((datetime.combine(day, at, UTC) - _EPOCH).total_seconds())
            found = schedule.instant(day, at, zone)
            moment = round((found - _EPOCH).total_seconds())
            times, wrong = times + 1, wrong + (moment != clock.instant(wall))
            if at == AT and found.astimezone(ZoneInfo(zone)).date() == day:  # twice a zone has left a day out
                twice += moment <= before
                before = moment
    return Found(times, wrong, twice)


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
def test_each_day_has_its_own_instant_by_either_way(zone: str) -> None:
    """Over a third of a century, with half-hour jumps and a missing day; the long proof takes every zone."""
    found = look(zone)
    assert found.times > 12_053
    assert (found.wrong, found.twice) == (0, 0)


@pytest.mark.prove(6)
def test_every_zone_keeps_the_law_every_day(proof: Proof) -> None:
    """Every zone, every day 2005 to 2037: one instant per occurrence, and the law is kept."""
    zones = sorted(available_timezones() - {"localtime"})
    found = [look(zone) for zone in zones]
    times, wrong, twice = (sum(getattr(one, name) for one in found) for name in ("times", "wrong", "twice"))
    proof(f"{len(zones)} zones", f"{wrong} wrong, {twice} twice of {times:,}", "0 and 0", (wrong, twice) == (0, 0))
