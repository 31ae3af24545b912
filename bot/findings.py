"""What the tries to send have shown about people and channels: who is gone, which channel takes nothing any more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot import retention, settling, shut_channels
from bot.errands import Outcome
from bot.keeping import Keeping
from bot.messages import Address
from bot.outbox import HELD, SENT
from bot.store import doors


def learn(tx: Connection, outcomes: Sequence[Outcome], now: datetime, at: datetime, keeping: Keeping) -> None:
    """`now` is the calendar's and `at` the machine's. To be called before the outcomes are settled: what a channel
    holds is let go when another message has arrived there, and not together with it."""
    for who, door in settling.shown(outcomes):
        if door == doors.GONE:
            retention.after_leaving(tx, who, at, keeping)
    shut_channels.opened(tx, _channels(outcomes, SENT), now)
    for where in _channels(outcomes, HELD):
        shut_channels.shut(tx, where, now, at)


def _channels(outcomes: Sequence[Outcome], state: str) -> set[Address]:
    asked = ((one.errand.address, one) for one in outcomes if one.asked and one.state == state)
    return {where for where, one in asked if where is not None and where.kind == "channel"}
