"""The tables of what facilitators are shown of a cohort, and the record of what they and operators did."""

from __future__ import annotations

from sqlalchemy import DDL, Column, ForeignKeyConstraint, Index, PrimaryKeyConstraint, Table, event
from sqlalchemy import text as sql
from sqlalchemy.types import Date, Integer, LargeBinary, String, Text

from bot.store.columns import Instant, metadata

tally = Table(
    "tally",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question", String(64), nullable=False),
    Column("member", String(32), nullable=False),  # a keyed pseudonym, another in each cohort
    Column("series", String(100), nullable=False),  # what may be compared: a rating, or this one question
    Column("value", Text),  # NULL once it is counted in a release: who took part stays, what they said goes
    Column("due", Date, nullable=False),
    Column("waits", Integer, nullable=False, server_default="0"),  # how often its release had to wait
    Column("batch", Integer, nullable=False, server_default="0"),  # the release that counts it; 0: none yet
    PrimaryKeyConstraint("tenant", "cohort", "number", "question", "member"),
    Index("tally_waiting", "due", sqlite_where=sql("batch = 0"), postgresql_where=sql("batch = 0")),
)

release = Table(
    "release",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("question", String(64), nullable=False),
    Column("batch", Integer, nullable=False),
    Column("series", String(100), nullable=False),
    Column("at", Date, nullable=False),
    Column("answered", Integer, nullable=False),
    Column("shown", Text, nullable=False),  # JSON: value to count
    Column("others", Integer, nullable=False),
    PrimaryKeyConstraint("tenant", "cohort", "number", "question", "batch"),
)

unsigned = Table(
    "unsigned",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("note", String(32), nullable=False),
    Column("cohort", String(32), nullable=False),
    Column("number", Integer, nullable=False),
    Column("audience", String(16), nullable=False),  # facilitators, cohort
    Column("person", String(32)),  # NULL once it is released: nothing leads from the note to its writer
    Column("day", Date, nullable=False),
    Column("batch", String(32)),  # NULL: it waits for four other writers
    Column("body", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "note"),
    Index("unsigned_waiting", "day", sqlite_where=sql("batch IS NULL"), postgresql_where=sql("batch IS NULL")),
)

unsigned_reader = Table(
    "unsigned_reader",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("note", String(32), nullable=False),
    Column("person", String(32), nullable=False),
    PrimaryKeyConstraint("tenant", "note", "person"),
    ForeignKeyConstraint(["tenant", "note"], ["unsigned.tenant", "unsigned.note"]),
)

audit = Table(
    "audit",
    metadata,
    Column("tenant", String(32), nullable=False),
    Column("number", Integer, nullable=False),  # 1, 2, 3 … without a gap
    Column("at", Instant, nullable=False),
    Column("actor", String(32), nullable=False),  # a person, or operator
    Column("action", String(100), nullable=False),
    Column("outcome", String(16), nullable=False),  # done, refused
    Column("cohort", String(32), nullable=False),  # '' where it is about none
    Column("touched", String(32), nullable=False),  # the person it was about; '' for everybody in the cohort
    Column("subject", String(64), nullable=False),
    Column("mac", LargeBinary, nullable=False),
    PrimaryKeyConstraint("tenant", "number"),
)

APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$",
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()",
    ),
}

for _dialect, _statements in APPEND_ONLY.items():
    for _statement in _statements:
        event.listen(audit, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
