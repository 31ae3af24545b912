"""The tables of events: when they are, who comes to them from outside of the cohort, and people's calendars."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.types import Date, Integer, String, Text, Time

from bot.store.columns import Instant, metadata

occasion = Table(
    "occasion",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("occasion", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … in its cohort; 0 while it is a draft
    Column("kind", String(40), nullable=False),  # the event, as the program calls it
    Column("team", String(32), nullable=False),  # for this team alone; '' for all whom the program names
    Column("person", String(32), nullable=False),  # for this member alone; '' for more than one
    Column("title", Text, nullable=False),
    Column("day", Date, nullable=False),
    Column("hour", Time, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("place", Text, nullable=False),  # a room or a link, or ''
    Column("state", String(16), nullable=False),  # draft, planned, cancelled
    Column("sequence", Integer, nullable=False),  # one more with every change
    Column("changes", String(32), nullable=False),  # of a draft: what it would change; '' for a new one
    Column("first_at", Instant, nullable=False),  # nothing about it is due before
    Column("last_at", Instant, nullable=False),  # nor after
    Column("looked_at", Instant),  # when its messages were last planned; NULL: not since it changed
    PrimaryKeyConstraint("tenant", "occasion"),
    ForeignKeyConstraint(["tenant", "cohort"], ["cohort.tenant", "cohort.cohort"]),
    Index("occasion_of_cohort", "tenant", "cohort"),
    Index(
        "occasion_planned",
        "last_at",
        sqlite_where=sql("state = 'planned'"),
        postgresql_where=sql("state = 'planned'"),
    ),
)

guest = Table(
    "guest",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("occasion", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "occasion", "person"),
    ForeignKeyConstraint(["tenant", "occasion"], ["occasion.tenant", "occasion.occasion"]),
    Index("guest_by_person", "tenant", "person"),
)

feed = Table(
    "feed",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("link", String(64), nullable=False),  # a hash of the address that opens it
    Column("person", String(32), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "link"),
    UniqueConstraint("link"),
)
