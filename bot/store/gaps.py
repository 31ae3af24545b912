"""The tables of what the entries do not answer: who waits for an answer, under a mark, and plain counts."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, PrimaryKeyConstraint, Table
from sqlalchemy.types import Date, Integer, String

from bot.store.columns import metadata

awaited = Table(
    "awaited",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("note", String(32), nullable=False),
    Column("mark", String(32), nullable=False),  # a keyed pseudonym of who waits, another for each note
    Column("entry", String(32), nullable=False, server_default=""),  # the draft that answers it
    PrimaryKeyConstraint("tenant", "note"),
    ForeignKeyConstraint(["tenant", "note"], ["unsigned.tenant", "unsigned.note"]),
)

unanswered = Table(
    "unanswered",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("week", Date, nullable=False),  # its Monday
    Column("outcome", String(16), nullable=False),  # none, not helpful
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "week", "outcome"),
)

NONE, NOT_HELPFUL = "none", "not helpful"
