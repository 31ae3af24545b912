"""Clocks and what is due by each, as a table inside a statement."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import Date, Integer, String, Time

from bot.store.columns import Instant
from bot.store.lines import Lines

Line: TypeAlias = tuple[Any, ...]
"""As `TIMETABLE` names its parts."""

TIMETABLE = Lines(
    "timetable",
    (
        ("zone", String()),
        ("quiet_from", Time()),
        ("quiet_to", Time()),
        ("day", Integer()),
        ("hour", Time()),
        ("paused", Date()),
        ("role", String()),
        ("sits_on", String()),
        ("started_by", Instant()),
        ("kind", String()),
        ("number", Integer()),
        ("first", String()),
        ("due", Instant()),
        ("expires", Instant()),
        ("state", String()),
        ("tried_at", Instant()),
        ("why", String()),
    ),
)
