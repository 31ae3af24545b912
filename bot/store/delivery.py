"""The tables of delivery: what is to be sent, through which lane, and what came in already."""

from __future__ import annotations

from sqlalchemy import Column, Index, PrimaryKeyConstraint, Table
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import Boolean, Float, Integer, String, Text

from bot.store.columns import Instant, metadata

_OPEN = "state = 'ready' OR state = 'sending' OR state = 'unknown'"

outbox = Table(
    "outbox",
    metadata,
    Column("tenant", String(32), nullable=False),
    # Compared byte by byte, so that the keys of one cohort, kind and number are a range of the index.
    Column("key", String(200).with_variant(postgresql.VARCHAR(200, collation="C"), "postgresql"), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("recipient", String(32), nullable=False),
    Column("channel", Boolean, nullable=False),  # the recipient is a place, not a person
    Column("subject", String(32), nullable=False),  # what it is about (a broadcast, a share), or ''
    Column("due_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("state", String(16), nullable=False),
    Column("lane", String(100), nullable=False, server_default=""),  # '' for a recipient without an address
    Column("fence", Integer, nullable=False, server_default="0"),  # of the lane's lease under which it was tried
    Column("attempts", Integer, nullable=False, server_default="0"),  # without a clear answer, in a row
    Column("faults", Integer, nullable=False, server_default="0"),  # errors of our own over it
    Column("address", String(200)),  # where it was tried, so that it is looked for there
    Column("tried_at", Instant),  # this and the next two are moments of the machine's clock
    Column("again_at", Instant),  # not touched before
    Column("safe_until", Instant),  # until then the platform takes a repeat for the same message
    Column("sent_at", Instant),
    Column("ref", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("tenant", "key"),
)

# It holds open rows alone, and stays small however many were sent; and it holds them in the order in which they
# are taken, so that the first of many is found without sorting them all.
Index(
    "outbox_open",
    outbox.c.tenant,
    outbox.c.lane,
    outbox.c.state,
    outbox.c.due_at,
    outbox.c.kind.desc(),
    sqlite_where=sql(_OPEN),
    postgresql_where=sql(_OPEN),
)

Index(
    "outbox_unknown",
    outbox.c.tenant,
    outbox.c.lane,
    sqlite_where=sql("state = 'unknown'"),
    postgresql_where=sql("state = 'unknown'"),
)

Index(
    "outbox_held",
    outbox.c.tenant,
    outbox.c.recipient,
    sqlite_where=sql("state = 'held'"),
    postgresql_where=sql("state = 'held'"),
)

lane = Table(
    "lane",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("lane", String(100), nullable=False),
    Column("owner", String(64)),
    Column("lease_until", Instant),
    Column("fence", Integer, nullable=False, server_default="0"),  # one more with every new owner
    Column("served_at", Instant),
    Column("blocked_until", Instant),  # the platform asked for a pause; not NULL: it once did
    Column("rate", Float),  # messages a second, as learned; NULL: not yet
    Column("paced_to", Instant),  # the pace allows the next message then, less the burst
    PrimaryKeyConstraint("tenant", "lane"),
)

inbox = Table(
    "inbox",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("event", String(200), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "event"),
)
