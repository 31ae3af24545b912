"""A call that goes on only while its time lasts, also in a process that was stopped meanwhile.

When a stopped process wakes up, what a platform answered long ago is read before any timer rings. A timeout
alone would then let a call of several steps take its next one, under a lease that somebody else may have by now.
The clock is looked at before each step, and by `still_in_time` where the step is a write that cannot be taken back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Generator
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_UNTIL: ContextVar[float] = ContextVar("until")


def elapsed() -> float:
    """Seconds that went by, also while the machine slept: a lease goes on running then."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if clock is None else time.clock_gettime(clock)


async def in_time(asked: Awaitable[T], seconds: float) -> T:
    """Raises TimeoutError when it takes longer. The time runs from here, and not from the first step, which may come
    long after."""
    until = elapsed() + seconds

    async def call() -> T:
        before = _UNTIL.set(until)
        try:
            return await _Steps(asked, until)
        finally:
            _UNTIL.reset(before)

    return await asyncio.wait_for(call(), seconds)


def still_in_time() -> None:
    """Raises TimeoutError when the time of the call that this is a part of is over. Outside of any, nothing."""
    until = _UNTIL.get(None)
    if until is not None and elapsed() >= until:
        raise TimeoutError


class _Steps(Generic[T]):
    """Looks at the clock before each step of a call."""

    def __init__(self, asked: Awaitable[T], until: float) -> None:
        self._asked = asked
        self._until = until

    def __await__(self) -> Generator[Any, Any, T]:
        steps: Any = self._asked.__await__()
        go_on: Any = steps.__next__
        given: tuple[Any, ...] = ()
        given_up = False
        while True:
            # Once it is given up, a call may take what time it needs to put things away.
            if not given_up and elapsed() >= self._until:
                go_on, given, given_up = steps.throw, (TimeoutError(),), True
            try:
                waits_for = go_on(*given)
            except StopIteration as done:
                return done.value  # type: ignore[no-any-return]
            go_on, given = steps.__next__, ()
            try:
                yield waits_for
            except BaseException as fault:  # noqa: BLE001 - a cancellation, on its way to the call
                go_on, given, given_up = steps.throw, (fault,), True
