"""The newer steps of `bot.store.migrations`, which says how one is written."""

from __future__ import annotations

from sqlalchemy import Connection


def eleven(tx: Connection) -> None:
    tx.exec_driver_sql(
        "CREATE TABLE awaited (tenant VARCHAR(32) NOT NULL, note VARCHAR(32) NOT NULL, mark VARCHAR(32) NOT NULL, "
        "entry VARCHAR(32) DEFAULT '' NOT NULL, PRIMARY KEY (tenant, note), "
        "FOREIGN KEY(tenant, note) REFERENCES unsigned (tenant, note))"
    )
    tx.exec_driver_sql(
        "CREATE TABLE unanswered (tenant VARCHAR(32) NOT NULL, week DATE NOT NULL, outcome VARCHAR(16) NOT NULL, "
        "count INTEGER NOT NULL, PRIMARY KEY (tenant, week, outcome))"
    )


def twelve(tx: Connection) -> None:
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
