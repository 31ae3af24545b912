"""Clocks and what is due by each, as a table inside a statement.

All of it is one parameter, a list in JSON, so that the statement's own words are the same for every cohort: put
together from values, building those words took longer than the database took to run them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import CTE, Date, Integer, String, Time, bindparam, cast, func, literal_column, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB

from bot.store.columns import Instant

Line: TypeAlias = tuple[Any, ...]
"""As `_COLUMNS` names its parts."""

_COLUMNS: tuple[tuple[str, Any], ...] = (
    ("zone", String()),
    ("quiet_from", Time()),
    ("quiet_to", Time()),
    ("day", Integer()),
    ("hour", Time()),
    ("paused", Date()),
    ("started_by", Instant()),
    ("kind", String()),
    ("number", Integer()),
    ("first", String()),
    ("due", Instant()),
    ("expires", Instant()),
    ("state", String()),
    ("tried_at", Instant()),
    ("why", String()),
)


@cache
def table(dialect: str) -> CTE:
    """Read once, and not for every member again. Whoever runs the statement gives it `filled`."""
    given = bindparam("timetable", type_=String)
    if dialect == "postgresql":
        line: Any = func.jsonb_array_elements(cast(given, JSONB)).table_valued("value", name="given")
        parts: list[Any] = [
            cast(line.c.value.op("->>")(literal_column(str(n))), kind) for n, (_, kind) in enumerate(_COLUMNS)
        ]
    else:
        line = func.json_each(given).table_valued("value", name="given")
        parts = [type_coerce(func.json_extract(line.c.value, f"$[{n}]"), kind) for n, (_, kind) in enumerate(_COLUMNS)]
    named = [part.label(name) for part, (name, _) in zip(parts, _COLUMNS, strict=True)]
    return select(*named).select_from(line).cte("line").prefix_with("MATERIALIZED")


def filled(lines: Sequence[Line]) -> dict[str, str]:
    return {"timetable": json.dumps([[_plain(value) for value in line] for line in lines])}


def _plain(value: object) -> object:
    """As the columns of either database hold it."""
    match value:
        case datetime():
            return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")
        case time():
            return value.isoformat("microseconds")
        case date():
            return value.isoformat()
        case _:
            return value
