"""Fresh ids. A callable is handed in wherever one is needed, so that tests can count instead."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeAlias

Ids: TypeAlias = Callable[[], str]


def random_id() -> str:
    """64 random bits: unguessable enough for a key that every use re-checks against its caller."""
    return secrets.token_hex(8)
