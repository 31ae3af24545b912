"""Short codes by which a person who is known in one chat comes in by another: once, within fifteen minutes."""

from __future__ import annotations

import hashlib
import hmac
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from bot.ids import Ids
from bot.store import people
from bot.store.people import Somebody
from bot.store.tables import door_code

VALID = timedelta(minutes=15)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""None that is easily taken for another."""
_LOOKS_LIKE = str.maketrans("OIL", "011")
_LENGTH = 8


def make(tx: Connection, key: bytes, who: Somebody, at: datetime, ids: Ids) -> str:
    """A new one; an older one of the same person is good no more. `at` is the machine's clock."""
    mine = (door_code.c.tenant == who.tenant, door_code.c.person == who.person)
    tx.execute(delete(door_code).where((door_code.c.until <= at) | (mine[0] & mine[1])))
    drawn = hmac.new(key, f"door code {ids()}".encode(), hashlib.sha256).digest()
    code = "".join(_LETTERS[byte % len(_LETTERS)] for byte in drawn[:_LENGTH])
    tx.execute(insert(door_code).values(tenant=who.tenant, mark=mark(key, code), person=who.person, until=at + VALID))
    return f"{code[:4]}-{code[4:]}"


def mark(key: bytes, typed: str) -> str:
    """What is kept of a code; the same however it was typed."""
    code = "".join(one for one in typed.upper() if one.isalnum()).translate(_LOOKS_LIKE)
    return hmac.new(key, f"door {code}".encode(), hashlib.sha256).hexdigest()[:32]


def owner(tx: Connection, which: str, at: datetime) -> Somebody | None:
    """Whose code it is, by its mark; None for one that is unknown, used or too old."""
    row = tx.execute(select(door_code).where(door_code.c.mark == which, door_code.c.until > at)).one_or_none()
    return None if row is None else people.somebody(tx, row.tenant, row.person)


def use_up(tx: Connection, which: str) -> None:
    tx.execute(delete(door_code).where(door_code.c.mark == which))
