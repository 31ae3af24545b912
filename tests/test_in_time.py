"""A call that outlived its time takes no further step, whichever of its answer and the timer is seen first."""

from __future__ import annotations

import asyncio
import socket
import time

import pytest

from bot.in_time import in_time


async def test_a_call_in_time_gives_its_answer() -> None:
    """Through as many steps as it has."""

    async def steps() -> str:
        await asyncio.sleep(0)
        await asyncio.to_thread(int)
        return "sent"

    assert await in_time(steps(), 60) == "sent"


async def test_a_process_that_was_stopped_takes_no_further_step() -> None:
    """The answer of the first step came while it stood still, and is read before the timer rings."""
    here, there = socket.socketpair()
    reader, writer = await asyncio.open_connection(sock=here)
    sent = []

    async def look_then_send() -> None:
        asyncio.get_running_loop().call_soon(stand_still)
        await reader.read(1)
        sent.append("a message")

    def stand_still() -> None:
        there.send(b"1")
        time.sleep(0.2)  # the whole process stands still, as it does under SIGSTOP

    with pytest.raises(TimeoutError):
        await in_time(look_then_send(), 0.1)
    assert sent == []
    writer.close()
    await writer.wait_closed()
    there.close()


async def test_a_process_that_was_stopped_before_the_first_step_does_not_take_it() -> None:
    """The time runs from when the call was asked for, not from when the loop comes to it."""
    sent = []

    async def send() -> None:
        sent.append("a message")

    asyncio.get_running_loop().call_soon(time.sleep, 0.2)
    with pytest.raises(TimeoutError):
        await in_time(send(), 0.1)
    assert sent == []


async def test_a_fault_of_the_call_is_the_callers() -> None:
    """Raised in the call or thrown at it, it goes through."""

    async def breaks() -> None:
        await asyncio.sleep(0)
        raise LookupError("nobody")

    with pytest.raises(LookupError):
        await in_time(breaks(), 60)


async def test_who_cancels_a_call_stops_it() -> None:
    """And what it has to put away, it puts away."""
    put_away = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            put_away.append(True)

    task = asyncio.create_task(in_time(waits(), 60))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert put_away == [True]


async def test_a_call_that_is_given_up_may_put_things_away() -> None:
    """In several steps, and after its time: a client library keeps its own books straight there."""
    put_away = []

    async def waits() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            put_away.append(True)

    with pytest.raises(TimeoutError):
        await in_time(waits(), 0.01)
    assert put_away == [True]
