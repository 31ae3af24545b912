"""The tables of leaving: who was erased, and the links under which members fetch their own data."""

from __future__ import annotations

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.types import String

from bot.store.columns import Instant, metadata

erasure = Table(
    "erasure",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("tombstone", String(64), nullable=False),  # a keyed mark of a person who is gone, not their id
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "tombstone"),
)

download = Table(
    "download",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("link", String(64), nullable=False),  # a hash: whoever reads the table cannot open the link
    Column("person", String(32), nullable=False),
    Column("until", Instant, nullable=False),  # of the machine's clock
    PrimaryKeyConstraint("tenant", "link"),
    UniqueConstraint("link"),
)
