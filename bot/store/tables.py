"""Every table, in one place. Primary keys begin with our own tenant, so that data can be split by it.

Texts that people write for few eyes live in `entry`, `draft`, `share`, `request`, `unsigned` and `paper` only,
sealed, and only `bot.vault` reads their `body`. The outbox holds intents, never words.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.types import Boolean, Date, Integer, LargeBinary, String, Text, Time

from bot.messages import Address
from bot.store.columns import Instant, metadata
from bot.store.crossing import door_code, other_door, other_place
from bot.store.dates import feed, guest, occasion
from bot.store.delivery import inbox, lane, outbox
from bot.store.departures import download, erasure
from bot.store.gaps import awaited, unanswered
from bot.store.gatherings import kept_paper, paper, seat, team
from bot.store.oversight import audit, release, tally, unsigned, unsigned_reader
from bot.store.safes import token
from bot.store.unsaved import draft

__all__ = ["Instant", "inbox", "lane", "metadata", "outbox"]
__all__ += ["audit", "release", "tally", "unsigned", "unsigned_reader"]
__all__ += ["door_code", "other_door", "other_place"]
__all__ += ["download", "erasure"]
__all__ += ["feed", "guest", "occasion"]
__all__ += ["awaited", "unanswered"]
__all__ += ["token"]
__all__ += ["draft"]
__all__ += ["kept_paper", "paper", "seat", "team"]

SCHEMA_VERSION = 16


def lane_name(address: str) -> str:
    """The rate domain of an address: its workspace."""
    where = Address.parse(address)
    return f"{where.platform}:{where.workspace}"


def _lane(row: DefaultExecutionContext) -> str:
    return lane_name(row.get_current_parameters()["address"])  # type: ignore[no-untyped-call]


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
    Column("removed_at", Instant),  # the bot was taken out of it; of the machine's clock
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
    Column("erase_after", Instant),  # they have left the platform, and what is theirs follows then
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
    Column("door", String(16), nullable=False, server_default=""),  # open, or why private messages fail; '' not tried
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
    Column("shut_at", Instant),  # since then nothing could be written there; of the machine's clock
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
    Column("country", String(16), nullable=False, server_default=""),  # whose public holidays hold, as US or US-CA
    Column("state", String(16), nullable=False),  # draft, running, closed
    Column("created_by", String(32), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("planned_to", Instant),  # what the clock makes due before this is in the outbox
    Column("replan", Boolean, nullable=False, server_default=sql("false")),  # its calendar changed since
    Column("follows", Boolean, nullable=False, server_default=sql("false")),  # whoever joins its channel is asked
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
    Column("keep_until", Date),  # what they wrote goes then; NULL: as the settings say
    Column("role", String(40), nullable=False, server_default=""),  # as the program calls it; '' its first
    Column("sits_on", Text, nullable=False, server_default=""),  # the kinds of their teams, in order, with spaces
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

broadcast = Table(
    "broadcast",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("broadcast", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("private", Boolean, nullable=False, server_default=sql("false")),  # to each member, not to the channel
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
    Column("state", String(16), nullable=False),  # open, done
    Column("at", Instant, nullable=False),
    Column("body", LargeBinary, nullable=False, server_default=sql("''")),
    PrimaryKeyConstraint("tenant", "request"),
)

vault = Table("vault", metadata, Column("keyring", String(32), primary_key=True))
"""The name of the keyring that the sealed rows belong to; none before the first start with a key."""

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
