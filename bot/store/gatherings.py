"""The tables of teams: who sits together."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table
from sqlalchemy.types import String, Text

from bot.store.columns import Instant, metadata

team = Table(
    "team",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("kind", String(40), nullable=False),  # as the program calls it
    Column("inside", String(32), nullable=False),  # the team that it is part of; '' for the cohort itself
    Column("name", Text, nullable=False),
    Column("made_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "team"),
    ForeignKeyConstraint(["tenant", "cohort"], ["cohort.tenant", "cohort.cohort"]),
    Index("team_of_cohort", "tenant", "cohort"),
)

seat = Table(
    "seat",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # offered, taken
    Column("role", String(40), nullable=False),  # that comes with it; '' leaves theirs as it is
    Column("offer", String(32), nullable=False),  # which message it is answered by; '' once it is taken
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "team", "person"),
    ForeignKeyConstraint(["tenant", "team"], ["team.tenant", "team.team"]),
    Index("seat_of_person", "tenant", "person"),
)
