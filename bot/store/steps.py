"""The numbered steps from one schema to the next.

Each is written in plain SQL, since `tables` moves on while a step must for ever mean what it meant when it landed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection, text


@dataclass(frozen=True, slots=True)
class Step:
    """From the schema before `number` to `number`."""

    number: int
    what: str
    run: Callable[[Connection], None]


def _instant(tx: Connection) -> str:
    return "DATETIME" if tx.dialect.name == "sqlite" else "TIMESTAMP WITHOUT TIME ZONE"


def _two(tx: Connection) -> None:
    tx.exec_driver_sql(
        f"CREATE TABLE milestone (what VARCHAR(16) NOT NULL, at {_instant(tx)} NOT NULL, PRIMARY KEY (what, at))"
    )


def _three(tx: Connection) -> None:
    moment = _instant(tx)
    boolean = "BOOLEAN DEFAULT false NOT NULL"
    for table, column in (
        ("account", "lane VARCHAR(100) DEFAULT '' NOT NULL"),
        ("place", "lane VARCHAR(100) DEFAULT '' NOT NULL"),
        ("cohort", f"planned_to {moment}"),
        ("cohort", f"replan {boolean}"),
        ("membership", f"replan {boolean}"),
        ("outbox", "lane VARCHAR(100) DEFAULT '' NOT NULL"),
        ("outbox", "fence INTEGER DEFAULT '0' NOT NULL"),
        ("outbox", "attempts INTEGER DEFAULT '0' NOT NULL"),
        ("outbox", "address VARCHAR(200)"),
        ("outbox", f"again_at {moment}"),
        ("outbox", f"safe_until {moment}"),
    ):
        tx.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    tx.exec_driver_sql(
        "CREATE TABLE lane (tenant VARCHAR(32) NOT NULL, lane VARCHAR(100) NOT NULL, owner VARCHAR(64), "
        f"lease_until {moment}, fence INTEGER DEFAULT '0' NOT NULL, served_at {moment}, blocked_until {moment}, "
        f"rate FLOAT, paced_to {moment}, PRIMARY KEY (tenant, lane))"
    )
    for table in ("account", "place"):
        for (address,) in tx.exec_driver_sql(f"SELECT address FROM {table}").all():  # noqa: S608 - our own names
            _, platform, workspace, _ = address.split("|", 3)
            tx.execute(
                text(f"UPDATE {table} SET lane = :lane WHERE address = :address"),  # noqa: S608
                {"lane": f"{platform}:{workspace}", "address": address},
            )
    tx.exec_driver_sql(
        "UPDATE outbox SET lane = coalesce((SELECT min(lane) FROM account WHERE account.tenant = outbox.tenant "
        "AND account.person = outbox.recipient), (SELECT lane FROM place WHERE place.tenant = outbox.tenant "
        "AND place.place = outbox.recipient), '')"
    )
    tx.exec_driver_sql("INSERT INTO lane (tenant, lane) SELECT DISTINCT tenant, lane FROM outbox")
    # Whether those were sent is not known; they are looked for.
    tx.exec_driver_sql("UPDATE outbox SET state = 'unknown' WHERE state = 'sending'")
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql('ALTER TABLE outbox ALTER COLUMN key TYPE VARCHAR(200) COLLATE "C"')
    tx.exec_driver_sql("DROP INDEX outbox_due")
    opened = "state = 'ready' OR state = 'sending' OR state = 'unknown'"
    for index in (
        f"outbox_open ON outbox (tenant, lane, state, due_at) WHERE {opened}",
        "outbox_late ON outbox (expires_at) WHERE state = 'ready'",
        "outbox_for ON outbox (tenant, recipient) WHERE state = 'ready'",
        "membership_replan ON membership (tenant, cohort) WHERE replan",
        "account_of_person ON account (tenant, person)",
    ):
        tx.exec_driver_sql(f"CREATE INDEX {index}")


def _four(tx: Connection) -> None:
    for index in ("outbox_late", "outbox_for", "outbox_open"):
        tx.exec_driver_sql(f"DROP INDEX {index}")
    opened = "state = 'ready' OR state = 'sending' OR state = 'unknown'"
    tx.exec_driver_sql(f"CREATE INDEX outbox_open ON outbox (tenant, lane, state, due_at, kind DESC) WHERE {opened}")
    tx.exec_driver_sql("CREATE INDEX outbox_unknown ON outbox (tenant, lane) WHERE state = 'unknown'")
    tx.exec_driver_sql("ALTER TABLE broadcast ADD COLUMN private BOOLEAN DEFAULT false NOT NULL")


def _five(tx: Connection) -> None:
    for table, column in (
        ("account", "door VARCHAR(16) DEFAULT '' NOT NULL"),
        ("cohort", "country VARCHAR(16) DEFAULT '' NOT NULL"),
        ("outbox", "faults INTEGER DEFAULT '0' NOT NULL"),
    ):
        tx.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    tx.exec_driver_sql("CREATE INDEX outbox_held ON outbox (tenant, recipient) WHERE state = 'held'")


def _six(tx: Connection) -> None:
    tx.exec_driver_sql("CREATE TABLE vault (keyring VARCHAR(32) NOT NULL, PRIMARY KEY (keyring))")
    # As bytes, which the first start with a key then seals (bot/vault/upgrade.py).
    sqlite = tx.dialect.name == "sqlite"
    tx.exec_driver_sql(f"ALTER TABLE request ADD COLUMN body {'BLOB' if sqlite else 'BYTEA'} DEFAULT '' NOT NULL")
    as_bytes = "CAST(text AS BLOB)" if sqlite else "convert_to(text, 'UTF8')"
    tx.exec_driver_sql(f"UPDATE request SET body = {as_bytes}")  # noqa: S608 - our own names
    tx.exec_driver_sql("ALTER TABLE request DROP COLUMN text")


def _seven(tx: Connection) -> None:
    ids, moment = "tenant VARCHAR(32) NOT NULL, cohort VARCHAR(32) NOT NULL", _instant(tx)
    blob = "BLOB" if tx.dialect.name == "sqlite" else "BYTEA"
    for statement in (
        f"CREATE TABLE tally ({ids}, number INTEGER NOT NULL, question VARCHAR(64) NOT NULL, "
        "member VARCHAR(32) NOT NULL, series VARCHAR(100) NOT NULL, value TEXT, due DATE NOT NULL, "
        "waits INTEGER DEFAULT '0' NOT NULL, batch INTEGER DEFAULT '0' NOT NULL, "
        "PRIMARY KEY (tenant, cohort, number, question, member))",
        "CREATE INDEX tally_waiting ON tally (due) WHERE batch = 0",
        f"CREATE TABLE release ({ids}, number INTEGER NOT NULL, question VARCHAR(64) NOT NULL, "
        "batch INTEGER NOT NULL, series VARCHAR(100) NOT NULL, at DATE NOT NULL, answered INTEGER NOT NULL, "
        "shown TEXT NOT NULL, others INTEGER NOT NULL, PRIMARY KEY (tenant, cohort, number, question, batch))",
        "CREATE TABLE unsigned (tenant VARCHAR(32) NOT NULL, note VARCHAR(32) NOT NULL, "
        "cohort VARCHAR(32) NOT NULL, number INTEGER NOT NULL, audience VARCHAR(16) NOT NULL, "
        f"person VARCHAR(32), day DATE NOT NULL, batch VARCHAR(32), body {blob} NOT NULL, "
        "PRIMARY KEY (tenant, note))",
        "CREATE INDEX unsigned_waiting ON unsigned (day) WHERE batch IS NULL",
        "CREATE TABLE unsigned_reader (tenant VARCHAR(32) NOT NULL, note VARCHAR(32) NOT NULL, "
        "person VARCHAR(32) NOT NULL, PRIMARY KEY (tenant, note, person), "
        "FOREIGN KEY(tenant, note) REFERENCES unsigned (tenant, note))",
        f"CREATE TABLE audit (tenant VARCHAR(32) NOT NULL, number INTEGER NOT NULL, at {moment} NOT NULL, "
        "actor VARCHAR(32) NOT NULL, action VARCHAR(100) NOT NULL, outcome VARCHAR(16) NOT NULL, "
        "cohort VARCHAR(32) NOT NULL, touched VARCHAR(32) NOT NULL, subject VARCHAR(64) NOT NULL, "
        f"mac {blob} NOT NULL, PRIMARY KEY (tenant, number))",
    ):
        tx.exec_driver_sql(statement)
    if tx.dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            tx.exec_driver_sql(
                f"CREATE TRIGGER audit_no_{verb} BEFORE {verb} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
            )
        return
    tx.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit is append-only'; END $$"
    )
    tx.exec_driver_sql(
        "CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()"
    )


def _eight(tx: Connection) -> None:
    moment = _instant(tx)
    tx.exec_driver_sql(f"ALTER TABLE person ADD COLUMN erase_after {moment}")
    tx.exec_driver_sql("ALTER TABLE membership ADD COLUMN keep_until DATE")
    tx.exec_driver_sql(
        "CREATE TABLE erasure (tenant VARCHAR(32) NOT NULL, tombstone VARCHAR(64) NOT NULL, "
        f"at {moment} NOT NULL, PRIMARY KEY (tenant, tombstone))"
    )
    tx.exec_driver_sql(
        "CREATE TABLE download (tenant VARCHAR(32) NOT NULL, link VARCHAR(64) NOT NULL, person VARCHAR(32) NOT NULL, "
        f"until {moment} NOT NULL, PRIMARY KEY (tenant, link), UNIQUE (link))"
    )


def _nine(tx: Connection) -> None:
    moment = _instant(tx)
    tx.exec_driver_sql(f"ALTER TABLE workspace ADD COLUMN removed_at {moment}")
    tx.exec_driver_sql(f"ALTER TABLE place ADD COLUMN shut_at {moment}")
    tx.exec_driver_sql("ALTER TABLE cohort ADD COLUMN follows BOOLEAN DEFAULT false NOT NULL")


def _ten(tx: Connection) -> None:
    sealed = {"sqlite": "BLOB", "postgresql": "BYTEA"}[tx.dialect.name]
    tx.exec_driver_sql(
        "CREATE TABLE token (platform VARCHAR(32) NOT NULL, name VARCHAR(64) NOT NULL, "
        f"body {sealed} NOT NULL, PRIMARY KEY (platform, name))"
    )


def _eleven(tx: Connection) -> None:
    tx.exec_driver_sql(
        "CREATE TABLE awaited (tenant VARCHAR(32) NOT NULL, note VARCHAR(32) NOT NULL, mark VARCHAR(32) NOT NULL, "
        "entry VARCHAR(32) DEFAULT '' NOT NULL, PRIMARY KEY (tenant, note), "
        "FOREIGN KEY(tenant, note) REFERENCES unsigned (tenant, note))"
    )
    tx.exec_driver_sql(
        "CREATE TABLE unanswered (tenant VARCHAR(32) NOT NULL, week DATE NOT NULL, outcome VARCHAR(16) NOT NULL, "
        "count INTEGER NOT NULL, PRIMARY KEY (tenant, week, outcome))"
    )


def _twelve(tx: Connection) -> None:
    sqlite = tx.dialect.name == "sqlite"
    moment, blob = ("DATETIME", "BLOB") if sqlite else ("TIMESTAMP WITHOUT TIME ZONE", "BYTEA")
    for statement in (
        "ALTER TABLE membership ADD COLUMN role VARCHAR(40) DEFAULT '' NOT NULL",
        "ALTER TABLE membership ADD COLUMN sits_on TEXT DEFAULT '' NOT NULL",
        "CREATE TABLE team (tenant VARCHAR(32) NOT NULL, team VARCHAR(32) NOT NULL, cohort VARCHAR(32) NOT NULL, "
        f"kind VARCHAR(40) NOT NULL, inside VARCHAR(32) NOT NULL, name TEXT NOT NULL, made_at {moment} NOT NULL, "
        "PRIMARY KEY (tenant, team), FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort))",
        "CREATE INDEX team_of_cohort ON team (tenant, cohort)",
        "CREATE TABLE seat (tenant VARCHAR(32) NOT NULL, team VARCHAR(32) NOT NULL, person VARCHAR(32) NOT NULL, "
        "state VARCHAR(16) NOT NULL, role VARCHAR(40) NOT NULL, offer VARCHAR(32) NOT NULL, "
        f"at {moment} NOT NULL, PRIMARY KEY (tenant, team, person), "
        "FOREIGN KEY(tenant, team) REFERENCES team (tenant, team))",
        "CREATE INDEX seat_of_person ON seat (tenant, person)",
        "CREATE TABLE paper (tenant VARCHAR(32) NOT NULL, part VARCHAR(32) NOT NULL, cohort VARCHAR(32) NOT NULL, "
        "team VARCHAR(32) NOT NULL, artifact VARCHAR(40) NOT NULL, number INTEGER NOT NULL, "
        "section VARCHAR(40) NOT NULL, kind VARCHAR(16) NOT NULL, person VARCHAR(32), "
        f"at {moment} NOT NULL, body {blob} NOT NULL, PRIMARY KEY (tenant, part), "
        "UNIQUE (tenant, team, artifact, number), FOREIGN KEY(tenant, team) REFERENCES team (tenant, team))",
        "CREATE TABLE kept_paper (tenant VARCHAR(32) NOT NULL, team VARCHAR(32) NOT NULL, "
        "artifact VARCHAR(40) NOT NULL, unit INTEGER NOT NULL, name TEXT NOT NULL, number INTEGER NOT NULL, "
        f"at {moment} NOT NULL, PRIMARY KEY (tenant, team, artifact, unit), "
        "FOREIGN KEY(tenant, team) REFERENCES team (tenant, team))",
    ):
        tx.exec_driver_sql(statement)


def _thirteen(tx: Connection) -> None:
    moment = _instant(tx)
    for statement in (
        "CREATE TABLE occasion (tenant VARCHAR(32) NOT NULL, occasion VARCHAR(32) NOT NULL, "
        "cohort VARCHAR(32) NOT NULL, number INTEGER NOT NULL, kind VARCHAR(40) NOT NULL, "
        "team VARCHAR(32) NOT NULL, person VARCHAR(32) NOT NULL, title TEXT NOT NULL, day DATE NOT NULL, "
        "hour TIME NOT NULL, zone VARCHAR(64) NOT NULL, minutes INTEGER NOT NULL, place TEXT NOT NULL, "
        "state VARCHAR(16) NOT NULL, sequence INTEGER NOT NULL, changes VARCHAR(32) NOT NULL, "
        f"first_at {moment} NOT NULL, last_at {moment} NOT NULL, looked_at {moment}, "
        "PRIMARY KEY (tenant, occasion), FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort))",
        "CREATE INDEX occasion_of_cohort ON occasion (tenant, cohort)",
        "CREATE INDEX occasion_planned ON occasion (last_at) WHERE state = 'planned'",
        "CREATE TABLE guest (tenant VARCHAR(32) NOT NULL, occasion VARCHAR(32) NOT NULL, person VARCHAR(32) NOT NULL, "
        f"at {moment} NOT NULL, PRIMARY KEY (tenant, occasion, person), "
        "FOREIGN KEY(tenant, occasion) REFERENCES occasion (tenant, occasion))",
        "CREATE INDEX guest_by_person ON guest (tenant, person)",
        "CREATE TABLE feed (tenant VARCHAR(32) NOT NULL, link VARCHAR(64) NOT NULL, person VARCHAR(32) NOT NULL, "
        f"at {moment} NOT NULL, PRIMARY KEY (tenant, link), UNIQUE (link))",
    ):
        tx.exec_driver_sql(statement)


def _fourteen(tx: Connection) -> None:
    moment = _instant(tx)
    for statement in (
        "CREATE TABLE other_door (tenant VARCHAR(32) NOT NULL, address VARCHAR(200) NOT NULL, "
        "person VARCHAR(32) NOT NULL, PRIMARY KEY (tenant, address), UNIQUE (address), "
        "FOREIGN KEY(tenant, person) REFERENCES person (tenant, person))",
        "CREATE INDEX other_door_of_person ON other_door (tenant, person)",
        "CREATE TABLE door_code (tenant VARCHAR(32) NOT NULL, mark VARCHAR(32) NOT NULL, "
        f"person VARCHAR(32) NOT NULL, until {moment} NOT NULL, PRIMARY KEY (tenant, mark), UNIQUE (mark))",
        "CREATE TABLE other_place (tenant VARCHAR(32) NOT NULL, cohort VARCHAR(32) NOT NULL, "
        f"place VARCHAR(32) NOT NULL, since {moment} NOT NULL, PRIMARY KEY (tenant, cohort, place), "
        "FOREIGN KEY(tenant, cohort) REFERENCES cohort (tenant, cohort), "
        "FOREIGN KEY(tenant, place) REFERENCES place (tenant, place))",
    ):
        tx.exec_driver_sql(statement)


def _fifteen(tx: Connection) -> None:
    tx.exec_driver_sql(f"ALTER TABLE team ADD COLUMN closed_at {_instant(tx)}")


def _sixteen(tx: Connection) -> None:
    sqlite = tx.dialect.name == "sqlite"
    moment, blob = ("DATETIME", "BLOB") if sqlite else ("TIMESTAMP WITHOUT TIME ZONE", "BYTEA")
    for statement in (
        "CREATE TABLE draft (tenant VARCHAR(32) NOT NULL, draft VARCHAR(32) NOT NULL, cohort VARCHAR(32) NOT NULL, "
        "person VARCHAR(32) NOT NULL, number INTEGER NOT NULL, entry VARCHAR(32) NOT NULL, "
        f"until {moment} NOT NULL, body {blob} NOT NULL, PRIMARY KEY (tenant, draft), "
        "UNIQUE (tenant, person, cohort, number, entry))",
        "CREATE INDEX draft_until ON draft (until)",
    ):
        tx.exec_driver_sql(statement)


STEPS: tuple[Step, ...] = (
    Step(2, "when the database was copied and restored", _two),
    Step(3, "lanes, and what is planned ahead", _three),
    Step(4, "the outbox in the order in which it is emptied, and broadcasts to each member", _four),
    Step(5, "whose door is open, errors over a message, and public holidays", _five),
    Step(6, "the keyring that the data belongs to, and requests as bytes that can be sealed", _six),
    Step(7, "what was counted and shown, notes without a name, and the audit", _seven),
    Step(8, "who was erased, links to one's own data, and until when words are kept", _eight),
    Step(9, "channels and workspaces that the bot was taken out of, and cohorts that follow their channel", _nine),
    Step(10, "the tokens of workspaces that installed the bot, sealed", _ten),
    Step(11, "who waits for an answer, and how many questions found none", _eleven),
    Step(12, "teams, whose calendar is whose, and what a team writes together", _twelve),
    Step(13, "events, who comes to them from outside, and people's calendars", _thirteen),
    Step(14, "people and cohorts that are in two chats", _fourteen),
    Step(15, "teams that were closed", _fifteen),
    Step(16, "what was sent in and could not be saved, for a day", _sixteen),
)
