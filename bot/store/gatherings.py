"""The tables of teams: who sits together, and what they write together."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.types import Integer, LargeBinary, String, Text

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
    Column("closed_at", Instant),  # it takes nobody in and writes no more; who sat on it can read
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

paper = Table(
    "paper",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("part", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("artifact", String(40), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … for each artifact of a team
    Column("section", String(40), nullable=False),
    Column("kind", String(16), nullable=False),  # text, comment
    Column("person", String(32)),  # NULL once its writer was erased: the text stays with the team
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "part"),
    UniqueConstraint("tenant", "team", "artifact", "number"),
    ForeignKeyConstraint(["tenant", "team"], ["team.tenant", "team.team"]),
)

kept_paper = Table(
    "kept_paper",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("team", String(32), nullable=False),
    Column("artifact", String(40), nullable=False),
    Column("unit", Integer, nullable=False),  # with whose end it was kept
    Column("name", Text, nullable=False),
    Column("number", Integer, nullable=False),  # the last part that belongs to it
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "team", "artifact", "unit"),
    ForeignKeyConstraint(["tenant", "team"], ["team.tenant", "team.team"]),
)
