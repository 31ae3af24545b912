"""Writes down the schema of today, with one row in each table: `python -m tests.schemas.dump`.

A dump that has landed is never written again: it is what somebody's database looks like.
"""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.types import TypeDecorator

HERE = Path(__file__).parent
DIALECTS: dict[str, Dialect] = {"sqlite": sqlite.dialect(), "postgresql": postgresql.dialect()}


def text(metadata: MetaData, version: int, dialect: Dialect) -> str:
    """Statements that make the schema, and then a row for each table; one statement a paragraph."""
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        statements += [
            str(CreateIndex(one).compile(dialect=dialect)) for one in sorted(table.indexes, key=lambda i: str(i.name))
        ]
    statements += [_row(table, version, dialect) for table in metadata.sorted_tables]
    return "".join(
        "\n".join(line.rstrip() for line in one.replace("\t", "  ").strip().split("\n")) + ";\n\n" for one in statements
    )


def statements(version: int, dialect: str) -> list[str]:
    """What a dump says, ready to be run."""
    return [one for one in _file(version, dialect).read_text("utf-8").split(";\n\n") if one.strip()]


def versions() -> list[int]:
    return sorted({int(path.name[:4]) for path in HERE.glob("[0-9]*.sql")})


def _file(version: int, dialect: str) -> Path:
    return HERE / f"{version:04d}.{dialect}.sql"


def _row(table: Table, version: int, dialect: Dialect) -> str:
    values = {column.name: _literal(column, version, dialect) for column in table.columns}
    return f"INSERT INTO {table.name} ({', '.join(values)}) VALUES ({', '.join(values.values())})"  # noqa: S608 - our own names


def _literal(column: Column[Any], version: int, dialect: Dialect) -> str:
    shape = column.type
    kind = (shape.impl_instance if isinstance(shape, TypeDecorator) else shape).python_type
    if column.table.name == "schema":
        return str(version)
    if kind is bool:
        return {"sqlite": "0", "postgresql": "false"}[dialect.name]
    if kind is bytes:
        return {"sqlite": "X'7b7d'", "postgresql": "'\\x7b7d'"}[dialect.name]
    if kind in (int, float):
        return "1"
    if issubclass(kind, datetime):
        return "'2027-01-04 13:10:00.000000'"
    if kind is date:
        return "'2027-01-04'"
    if kind is time:
        return "'07:00:00.000000'"
    # The words that other columns refer to, so that foreign keys hold.
    return {"address": "'1|web|playground|person|renata'", "state": "'sent'"}.get(column.name, f"'{column.name}'")


def write() -> None:
    from bot.store import tables

    for name, dialect in DIALECTS.items():
        _file(tables.SCHEMA_VERSION, name).write_text(text(tables.metadata, tables.SCHEMA_VERSION, dialect), "utf-8")


if __name__ == "__main__":
    write()
