"""The tables of whoever and whatever is in two chats at once: a person's second account, a cohort's second channel."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy.types import String

from bot.store.columns import Instant, metadata

other_door = Table(
    "other_door",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("address", String(200), nullable=False),  # nothing is sent there; what is sent goes to `account`
    Column("person", String(32), nullable=False),
    PrimaryKeyConstraint("tenant", "address"),
    UniqueConstraint("address"),
    ForeignKeyConstraint(["tenant", "person"], ["person.tenant", "person.person"]),
    Index("other_door_of_person", "tenant", "person"),
)

door_code = Table(
    "door_code",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("mark", String(32), nullable=False),  # keyed: whoever reads the table cannot type the code
    Column("person", String(32), nullable=False),
    Column("until", Instant, nullable=False),  # of the machine's clock
    PrimaryKeyConstraint("tenant", "mark"),
    UniqueConstraint("mark"),
)

other_place = Table(
    "other_place",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("place", String(32), nullable=False),
    Column("since", Instant, nullable=False),  # what is due from then on goes there too; of the calendar
    PrimaryKeyConstraint("tenant", "cohort", "place"),
    ForeignKeyConstraint(["tenant", "cohort"], ["cohort.tenant", "cohort.cohort"]),
    ForeignKeyConstraint(["tenant", "place"], ["place.tenant", "place.place"]),
)
