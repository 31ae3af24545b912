"""The lowest revision of a row that may still be opened, kept beside the keys.

A row that was put back from an older copy of the data was sealed rightly once; only this tells that it was
replaced or taken away since.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.vault.keyring import Keyring
from bot.vault.rings import floor

GONE = 2**31 - 1
"""No revision of this row opens again."""
_AT_ONCE = 500


def of(keyring: Keyring, tenant: str, items: Sequence[str]) -> Mapping[str, int]:
    """Those that have a floor; the others may be opened at any revision."""
    found: dict[str, int] = {}
    with keyring.begin(reading=True) as tx:
        for at in range(0, len(items), _AT_ONCE):
            some = floor.c.item.in_(items[at : at + _AT_ONCE])
            rows = tx.execute(select(floor.c.item, floor.c.revision).where(floor.c.tenant == tenant, some))
            found |= {row.item: row.revision for row in rows}
    return found


def lift(keyring: Keyring, tenant: str, person: str, items: Mapping[str, int]) -> None:
    """Never lowers one."""
    if not items:
        return
    with keyring.begin() as tx:
        dialect = sqlite if tx.dialect.name == "sqlite" else postgresql
        statement = dialect.insert(floor)
        tx.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant", "item"],
                set_={"revision": statement.excluded.revision},
                where=floor.c.revision < statement.excluded.revision,
            ),
            [
                {"tenant": tenant, "person": person, "item": item, "revision": revision}
                for item, revision in items.items()
            ],
        )


def forget_lowered(keyring: Keyring) -> None:
    """After a restore, which is somebody's decision: older revisions open again, what was taken away does not."""
    with keyring.begin() as tx:
        tx.execute(delete(floor).where(floor.c.revision < GONE))


def gone(keyring: Keyring) -> list[tuple[str, str]]:
    """(tenant, item) of everything that was taken away."""
    with keyring.begin(reading=True) as tx:
        rows = tx.execute(select(floor.c.tenant, floor.c.item).where(floor.c.revision == GONE))
        return [(row.tenant, row.item) for row in rows]
