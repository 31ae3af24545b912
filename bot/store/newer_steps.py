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
