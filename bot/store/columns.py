"""What all tables share: where they are listed, and how an instant is stored."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import MetaData
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import DateTime, String, TypeDecorator

metadata = MetaData()


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; stored without zone because SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class ByteByByte(FunctionElement[str]):
    """A text to compare with a key. PostgreSQL uses an index only for texts that are sorted as it is."""

    type = String()
    inherit_cache = True


@compiles(ByteByByte)
def _plain(element: ByteByByte, compiler: SQLCompiler, **how: Any) -> str:
    return str(compiler.process(element.clauses, **how))


@compiles(ByteByByte, "postgresql")
def _collated(element: ByteByByte, compiler: SQLCompiler, **how: Any) -> str:
    return f'({compiler.process(element.clauses, **how)}) COLLATE "C"'
