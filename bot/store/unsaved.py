"""The table of what somebody sent in and could not be saved as it was."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.types import Integer, LargeBinary, String

from bot.store.columns import Instant, metadata

draft = Table(
    "draft",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("draft", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),  # '' for a note
    Column("person", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("entry", String(32), nullable=False),  # the entry that the form was to change; '' for a new one
    Column("until", Instant, nullable=False),  # of the machine's clock
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "draft"),
    UniqueConstraint("tenant", "person", "cohort", "number", "entry"),
    Index("draft_until", "until"),
)
