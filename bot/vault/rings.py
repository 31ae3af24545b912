"""The keyring's tables. They are a database of their own, so that a copy of the rows holds no key to them."""

from __future__ import annotations

from sqlalchemy import Column, Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.types import Boolean, Integer, LargeBinary, String

from bot.store.columns import Instant

VERSION = 1
"""Raised with a step of its own when these tables change."""

metadata = MetaData()

about = Table(
    "keyring",
    metadata,
    Column("keyring", String(32), primary_key=True),  # its name, which the data it belongs to knows
    Column("version", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("sealed", Boolean, nullable=False),  # no plain row is left in the data, and none is taken for ours
)

generation = Table(
    "keyring_generation",
    metadata,
    Column("number", Integer, primary_key=True),  # the highest wraps what is new
    Column("fingerprint", String(16), nullable=False),
    Column("made_at", Instant, nullable=False),
    UniqueConstraint("fingerprint"),
)

data_key = Table(
    "keyring_key",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("key", String(16), nullable=False),  # its id, as it stands in sealed bytes
    Column("fingerprint", String(16), nullable=False),  # of the generation that wraps it
    Column("wrapped", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "cohort", "person", "purpose"),
    Index("keyring_key_of", "fingerprint"),
)

mark = Table(
    "keyring_mark",
    metadata,
    Column("purpose", String(16), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
)
"""Not wrapped: see `Keyring.ledger_key`."""

floor = Table(
    "keyring_floor",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("item", String(64), nullable=False),
    Column("person", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "item"),
    Index("keyring_floor_of", "tenant", "person"),
)
