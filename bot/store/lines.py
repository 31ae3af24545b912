"""Lines of values as a table inside a statement.

All of them are one parameter, a list in JSON, so that the statement's own words are always the same: put together
from values, building those words took longer than the database took to run them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any

from sqlalchemy import CTE, String, bindparam, cast, func, literal_column, select, type_coerce
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeEngine


@dataclass(frozen=True, slots=True)
class Lines:
    name: str
    columns: tuple[tuple[str, TypeEngine[Any]], ...]

    def table(self, dialect: str) -> CTE:
        """Read once, and not again for every row beside it. Whoever runs the statement gives it `filled`."""
        return _table(self, dialect)

    def filled(self, lines: Iterable[Sequence[object]]) -> dict[str, str]:
        """Each as `columns` names its parts."""
        return {self.name: json.dumps([[_plain(value) for value in line] for line in lines])}


@cache
def _table(lines: Lines, dialect: str) -> CTE:
    given = bindparam(lines.name, type_=String)
    if dialect == "postgresql":
        line: Any = func.jsonb_array_elements(cast(given, JSONB)).table_valued("value", name="given")
        parts: list[Any] = [
            cast(line.c.value.op("->>")(literal_column(str(n))), kind) for n, (_, kind) in enumerate(lines.columns)
        ]
    else:
        line = func.json_each(given).table_valued("value", name="given")
        parts = [
            type_coerce(func.json_extract(line.c.value, f"$[{n}]"), kind) for n, (_, kind) in enumerate(lines.columns)
        ]
    named = [part.label(name) for part, (name, _) in zip(parts, lines.columns, strict=True)]
    return select(*named).select_from(line).cte(f"{lines.name}_line").prefix_with("MATERIALIZED")


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
