"""What is to happen once a transaction is on disk, and not at all when it is rolled back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy import Connection

Act: TypeAlias = Callable[[], None]
_KEY = "cohortbook.after"


def after(tx: Connection, act: Act) -> None:
    """`act` must not raise: what its caller did is done by then."""
    tx.info.setdefault(_KEY, []).append(act)


def take(tx: Connection) -> list[Act]:
    found: list[Act] = tx.info.pop(_KEY, [])
    return found
