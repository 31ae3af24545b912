"""The texts of programs as cohorts began with them."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from bot.store.tables import program


def pin(tx: Connection, home: str, name: str, version: str, text: str) -> None:
    """Keep the program's text, so that a running cohort never changes under its members."""
    known = tx.execute(
        select(program.c.version).where(
            program.c.tenant == home, program.c.program == name, program.c.version == version
        )
    ).first()
    if known is None:
        tx.execute(insert(program).values(tenant=home, program=name, version=version, text=text))


def text_of(tx: Connection, home: str, name: str, version: str) -> str:
    return str(
        tx.execute(
            select(program.c.text).where(
                program.c.tenant == home, program.c.program == name, program.c.version == version
            )
        ).scalar_one()
    )
