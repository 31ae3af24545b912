"""A backup of the data and the keyring in place are seldom of one age. What that means is told, and made right."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from bot.errors import CohortbookError
from bot.vault import envelope, floors, rows
from bot.vault.keyring import Keyring, Owner

_GONE_BY = {"entry": "entry", "draft": "draft", "share": "share", "paper": "part"}
"""Tables of which single rows are taken away for good, and the columns of their ids."""


def fit(data: Path, keyring: Keyring) -> Iterator[str]:
    """Changes the copy in `data` only. Lines for the operator; raises when the two do not belong together."""
    with closing(sqlite3.connect(data)) as db, db:
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if "vault" not in tables:
            keyring.mark_sealed(False)
            yield (
                "The backup is from a release that kept people's words as they are. They are sealed at the next "
                "start; the backup itself still holds them readably, so guard it or destroy it."
            )
            return
        belongs = [name for (name,) in db.execute("SELECT keyring FROM vault")]
        if belongs and belongs != [keyring.name()]:
            raise CohortbookError(
                "This backup belongs to another keyring than the one in place. Nothing was changed. Bring that "
                "keyring back first."
            )
        gone = _take_away(db, keyring)
        if gone:
            yield f"{gone} entries and copies that people had deleted or taken back since stay away."
        missing = _without_key(db, tables, keyring)
        if missing:
            yield (
                f"The keyring is older than this backup: {missing} of its keys are missing, and what was sealed with "
                "them cannot be opened. Put the newest copy of the keyring in its place before the next start."
            )


def _take_away(db: sqlite3.Connection, keyring: Keyring) -> int:
    count = 0
    for tenant, item in floors.gone(keyring):
        name, _, which = item.partition(":")
        if name == "share":
            db.execute("DELETE FROM share_reader WHERE tenant = ? AND share = ?", (tenant, which))
        if name in _GONE_BY:
            found = db.execute(f"DELETE FROM {name} WHERE tenant = ? AND {_GONE_BY[name]} = ?", (tenant, which))  # noqa: S608
            count += found.rowcount
    return count


def _without_key(db: sqlite3.Connection, there: set[str], keyring: Keyring) -> int:
    """`there`: the backup's tables; an earlier release had fewer."""
    missing = 0
    for purpose, tables in rows.SEALED.items():
        owners = {
            Owner(tenant, cohort, owner or "")
            for table in tables
            if table.name in there
            for tenant, cohort, owner in db.execute(
                f"SELECT DISTINCT tenant, cohort, {rows.owned_by(table).name} "  # noqa: S608 - our own names
                f"FROM {table.name} WHERE substr(body, 1, 4) = ?",
                (envelope.MAGIC,),
            )
        }
        missing += keyring.without_key(owners, purpose)
    return missing
