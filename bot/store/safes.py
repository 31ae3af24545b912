"""The table of what chat platforms keep secret: the tokens of the workspaces that installed the bot."""

from __future__ import annotations

from sqlalchemy import Column, LargeBinary, PrimaryKeyConstraint, Table
from sqlalchemy.types import String

from bot.store.columns import metadata

token = Table(
    "token",
    metadata,
    Column("platform", String(32), nullable=False),
    Column("name", String(64), nullable=False),  # the workspace; a token is there before anybody of it was met
    Column("body", LargeBinary, nullable=False),  # sealed
    PrimaryKeyConstraint("platform", "name"),
)
