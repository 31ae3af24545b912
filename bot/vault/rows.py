"""Which rows hold sealed words, by purpose: who owns them, and what they are bound to."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, Table, func, select

from bot.store.tables import draft, entry, paper, request, share, token, unsigned
from bot.vault import envelope
from bot.vault.kek import Purpose
from bot.vault.keyring import Owner

SEALED: dict[Purpose, tuple[Table, ...]] = {
    Purpose.PRIVATE: (entry, draft),
    Purpose.SHARED: (share, request, unsigned, paper),
}
PURPOSE = {table: purpose for purpose, tables in SEALED.items() for table in tables}
_BOUND: dict[Table, tuple[Column[Any], ...]] = {
    entry: (entry.c.entry, entry.c.number, entry.c.form, entry.c.saved_at),
    draft: (draft.c.draft, draft.c.number, draft.c.entry, draft.c.until),
    share: (share.c.share, share.c.entry, share.c.state, share.c.audience, share.c.at),
    request: (request.c.request, request.c.helper, request.c.at),
    paper: tuple(paper.c[name] for name in ("part", "team", "artifact", "number", "section", "kind", "at")),
    unsigned: (unsigned.c.note, unsigned.c.number, unsigned.c.audience, unsigned.c.day, unsigned.c.batch),
}
"""Columns that say what, when and for whom. Every one of them is refused when it was edited."""


def owner(row: Any) -> Owner:
    """Of what was released without a name, the cohort; of what a team wrote, the team: nothing of it goes when one of
    its writers does."""
    return Owner(row.tenant, row.cohort, getattr(row, "team", None) or row.person or "")


def owned_by(table: Table) -> Column[Any]:
    """Where the last part of a row's owner stands."""
    return table.c.team if table is paper else table.c.person


def bound(table: Table, row: Any, revision: int = 1) -> list[str]:
    """`row`: anything with the table's columns as attributes."""
    visibility = {Purpose.PRIVATE: "private", Purpose.SHARED: "shared"}[PURPOSE[table]]
    return [
        table.name,
        visibility,
        row.tenant,
        row.cohort,
        owner(row).person,
        str(revision),
        *(_said(getattr(row, column.name)) for column in _BOUND[table]),
    ]


def item(table: Table, which: str) -> str:
    """The name of a row among the floors."""
    return f"{table.name}:{which}"


def first_sealed(tx: Connection, table: Table) -> bool:
    return tx.execute(select(table.c.tenant).where(sealed(table)).limit(1)).first() is not None


def any_sealed(tx: Connection, purpose: Purpose, whose: Owner) -> bool:
    if purpose is Purpose.TOKENS:  # the house's own: they have neither writer nor cohort
        return tx.execute(select(token.c.name).limit(1)).first() is not None
    return any(
        tx.execute(
            select(table.c.tenant)
            .where(
                table.c.tenant == whose.tenant,
                func.coalesce(owned_by(table), "") == whose.person,
                table.c.cohort == whose.cohort,
                sealed(table),
            )
            .limit(1)
        ).first()
        for table in SEALED[purpose]
    )


def owners(tx: Connection, purpose: Purpose) -> set[Owner]:
    """Everybody who has sealed rows."""
    return {
        Owner(row.tenant, row.cohort, row.owner or "")
        for table in SEALED[purpose]
        for row in tx.execute(
            select(table.c.tenant, table.c.cohort, owned_by(table).label("owner")).where(sealed(table)).distinct()
        )
    }


def plain(tx: Connection, table: Table, at_most: int) -> Iterator[Row[Any]]:
    """Rows from before there was a vault."""
    yield from tx.execute(select(table).where(~sealed(table)).limit(at_most)).all()


def sealed(table: Table) -> Any:
    return func.substr(table.c.body, 1, len(envelope.MAGIC)) == envelope.MAGIC


def _said(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return str(value)
