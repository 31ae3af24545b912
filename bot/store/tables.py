"""Every table, in one place. Primary keys begin with our own tenant, so that data can be split by it.

Texts that people write privately live in `entry` and `share` only, and only `bot.vault` reads their
`body`. The outbox holds intents, never words.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Column, ForeignKeyConstraint, Index, MetaData, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.types import Boolean, Date, DateTime, Float, Integer, LargeBinary, String, Text, Time, TypeDecorator

from bot.messages import Address

SCHEMA_VERSION = 3


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime; stored without zone because SQLite has none."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a zone")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


def lane_name(address: str) -> str:
    """The rate domain of an address: its workspace."""
    where = Address.parse(address)
    return f"{where.platform}:{where.workspace}"


def _lane(row: DefaultExecutionContext) -> str:
    return lane_name(row.get_current_parameters()["address"])  # type: ignore[no-untyped-call]


metadata = MetaData()

schema = Table("schema", metadata, Column("version", Integer, primary_key=True))

tenant = Table(
    "tenant",
    metadata,
    Column("tenant", String(32), primary_key=True),
    Column("created_at", Instant, nullable=False),
)

workspace = Table(
    "workspace",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("platform", String(32), nullable=False),
    Column("workspace", String(64), nullable=False),
    PrimaryKeyConstraint("tenant", "platform", "workspace"),
    UniqueConstraint("platform", "workspace"),
    ForeignKeyConstraint(["tenant"], ["tenant.tenant"]),
)

person = Table(
    "person",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("quiet_from", Time),
    Column("quiet_to", Time),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "person"),
    ForeignKeyConstraint(["tenant"], ["tenant.tenant"]),
)

account = Table(
    "account",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("address", String(200), nullable=False),
    Column("person", String(32), nullable=False),
    Column("lane", String(100), nullable=False, default=_lane, server_default=""),
    PrimaryKeyConstraint("tenant", "address"),
    UniqueConstraint("address"),
    ForeignKeyConstraint(["tenant", "person"], ["person.tenant", "person.person"]),
    Index("account_of_person", "tenant", "person"),
)

place = Table(
    "place",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("place", String(32), nullable=False),
    Column("address", String(200), nullable=False),
    Column("lane", String(100), nullable=False, default=_lane, server_default=""),
    PrimaryKeyConstraint("tenant", "place"),
    UniqueConstraint("address"),
    ForeignKeyConstraint(["tenant"], ["tenant.tenant"]),
)

program = Table(
    "program",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("program", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("text", Text, nullable=False),
    PrimaryKeyConstraint("tenant", "program", "version"),
)

cohort = Table(
    "cohort",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("program", String(64), nullable=False),
    Column("version", String(64), nullable=False),
    Column("place", String(32)),
    Column("start", Date, nullable=False),
    Column("zone", String(64), nullable=False),
    Column("state", String(16), nullable=False),  # draft, running, closed
    Column("created_by", String(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("planned_to", Instant),  # what the clock makes due before this is in the outbox
    Column("replan", Boolean, nullable=False, server_default=sql("false")),  # its calendar changed since
    PrimaryKeyConstraint("tenant", "cohort"),
    ForeignKeyConstraint(["tenant", "program", "version"], ["program.tenant", "program.program", "program.version"]),
)

membership = Table(
    "membership",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("state", String(16), nullable=False),  # invited, later, started, left
    Column("joined_at", Instant, nullable=False),
    Column("started_at", Instant),
    Column("day", Integer),  # 0 is Monday; NULL: the cohort's own
    Column("time", Time),  # NULL: the program's own
    Column("paused_until", Date),
    Column("replan", Boolean, nullable=False, server_default=sql("false")),  # this member's clock changed
    PrimaryKeyConstraint("tenant", "cohort", "person"),
    ForeignKeyConstraint(["tenant", "cohort"], ["cohort.tenant", "cohort.cohort"]),
    ForeignKeyConstraint(["tenant", "person"], ["person.tenant", "person.person"]),
    Index("membership_replan", "tenant", "cohort", sqlite_where=sql("replan"), postgresql_where=sql("replan")),
)

role = Table(
    "role",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),  # '' for a right that holds in the whole tenant
    Column("person", String(32), nullable=False),
    Column("role", String(64), nullable=False),
    PrimaryKeyConstraint("tenant", "cohort", "person", "role"),
)

change = Table(
    "change",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("moved_to", Date),
    Column("skipped", Boolean, nullable=False),
    Column("swapped", Boolean, nullable=False),
    PrimaryKeyConstraint("tenant", "cohort", "number"),
    ForeignKeyConstraint(["tenant", "cohort"], ["cohort.tenant", "cohort.cohort"]),
)

turn = Table(
    "turn",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("state", String(16), nullable=False),  # answered, skipped
    PrimaryKeyConstraint("tenant", "cohort", "person", "number"),
)

entry = Table(
    "entry",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("entry", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("form", String(64), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("saved_at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "entry"),
    UniqueConstraint("tenant", "person", "form"),
    Index("entry_of_person", "tenant", "person", "cohort", "number"),
)

step = Table(
    "step",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("outcome", String(16), nullable=False),  # open, done, partly, not-yet, changed
    PrimaryKeyConstraint("tenant", "cohort", "person", "number"),
)

share = Table(
    "share",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("share", String(32), nullable=False),
    Column("entry", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("audience", String(16), nullable=False),  # facilitators, cohort
    Column("state", String(16), nullable=False),  # proposed, shared
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "share"),
)

share_reader = Table(
    "share_reader",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("share", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    PrimaryKeyConstraint("tenant", "share", "person"),
    ForeignKeyConstraint(["tenant", "share"], ["share.tenant", "share.share"]),
)

_OPEN = "state = 'ready' OR state = 'sending' OR state = 'unknown'"
_READY = "state = 'ready'"

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
    Column("address", String(200)),  # where it was tried, so that it is looked for there
    Column("tried_at", Instant),  # this and the next two are moments of the machine's clock
    Column("again_at", Instant),  # not touched before
    Column("safe_until", Instant),  # until then the platform takes a repeat for the same message
    Column("sent_at", Instant),
    Column("ref", Text),
    Column("reason", Text),
    PrimaryKeyConstraint("tenant", "key"),
    # Both hold open rows alone, and stay small however many were sent.
    Index("outbox_open", "tenant", "lane", "state", "due_at", sqlite_where=sql(_OPEN), postgresql_where=sql(_OPEN)),
    Index("outbox_late", "expires_at", sqlite_where=sql(_READY), postgresql_where=sql(_READY)),
    Index("outbox_for", "tenant", "recipient", sqlite_where=sql(_READY), postgresql_where=sql(_READY)),
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

broadcast = Table(
    "broadcast",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("broadcast", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),  # draft, sent, withdrawn
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "broadcast"),
)

request = Table(
    "request",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("request", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("helper", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("state", String(16), nullable=False),  # open, done
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("tenant", "request"),
)

verdict = Table(
    "verdict",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("entry", String(100), nullable=False),  # of the knowledge base
    Column("verdict", String(16), nullable=False),
    Column("count", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "entry", "verdict"),
)

milestone = Table(
    "milestone",
    metadata,
    Column("what", String(16), nullable=False),  # backup, restore
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("what", "at"),
)
