"""A new key-encryption key in place of the old one, while people go on writing.

Only the wrapping is renewed, never a row. Each batch is committed, and a key that somebody else wrapped or
destroyed meanwhile is left as it is; so it can stop anywhere and go on later, in any process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, select, update

from bot.errors import CohortbookError, Locked
from bot.vault import key_file
from bot.vault.kek import MOST_KEYS, Kek, Purpose
from bot.vault.keyring import DataKey, Keyring, Owner
from bot.vault.places import Places, read_keys
from bot.vault.rings import data_key, generation

BATCH = 500
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Generation:
    fingerprint: str
    made_at: datetime
    keys: int
    """Wrapped under it."""
    current: bool


def status(keyring: Keyring) -> list[Generation]:
    """Newest first."""
    with keyring.begin(reading=True) as tx:
        grouped = select(data_key.c.fingerprint, func.count()).group_by(data_key.c.fingerprint)
        counted: dict[str, int] = {row[0]: row[1] for row in tx.execute(grouped)}
        found = tx.execute(select(generation).order_by(generation.c.number.desc())).all()
    return [
        Generation(row.fingerprint, row.made_at, counted.get(row.fingerprint, 0), at == 0)
        for at, row in enumerate(found)
    ]


def remainder(keyring: Keyring) -> int:
    return sum(one.keys for one in status(keyring) if not one.current)


def rotate(
    keyring: Keyring,
    places: Places,
    now: datetime,
    random: Callable[[int], bytes],
    *,
    batch: int = BATCH,
    after_batch: Callable[[int], None] = lambda done: None,
) -> int:
    """How many keys were wrapped anew. One that was cut short before is finished, and no further key is made."""
    with _one_at_a_time:
        keks = read_keys(places)
        if not remainder(keyring):
            keks = _next(keyring, places, keks, now, random)
        keyring.take(keks)
        return _rewrap(keyring, batch, after_batch)


def _next(
    keyring: Keyring, places: Places, keks: list[Kek], now: datetime, random: Callable[[int], bytes]
) -> list[Kek]:
    """The keys, with a new current one that the keyring knows."""
    if keks[0].fingerprint.hex() == keyring.current():
        if places.key:
            raise CohortbookError(
                "The key comes from a variable, which cannot be written here. Nothing was changed. Put a new key "
                "before the old one in it, with a space between, start the bot again, and rotate then. "
                "`cohortbook keys new` prints one."
            )
        if len(keks) == MOST_KEYS:
            raise CohortbookError(
                f"The key file holds {MOST_KEYS} keys already. Nothing was changed. `cohortbook keys retire` destroys "
                "the old ones."
            )
        try:
            key_file.add(places.key_file, random)
        except OSError as problem:
            raise CohortbookError(
                f"The key file {places.key_file} cannot be written ({problem.strerror}). Nothing was changed. Put a "
                "new key on a line before the old one by your own means, and rotate then. `cohortbook keys new` "
                "prints one."
            ) from problem
        keks = read_keys(places)
    keyring.take(keks)
    with keyring.begin() as tx:
        newest = keks[0].fingerprint.hex()
        known = set(tx.execute(select(generation.c.fingerprint)).scalars())
        if newest in known:
            raise Locked(
                "The first of the keys given is one that was replaced before. Nothing was changed. Put the newest "
                "key first."
            )
        number = tx.execute(select(func.max(generation.c.number))).scalar_one() + 1
        tx.execute(insert(generation).values(number=number, fingerprint=newest, made_at=now))
    return keks


def _rewrap(keyring: Keyring, at_once: int, after_batch: Callable[[int], None]) -> int:
    done = 0
    current = keyring.current()
    while True:
        with keyring.begin() as tx:
            batch = tx.execute(select(data_key).where(data_key.c.fingerprint != current).limit(at_once)).all()
            if not batch:
                return done
            changed = []
            for row in batch:
                owner, purpose, key_id = (
                    Owner(row.tenant, row.cohort, row.person),
                    Purpose(row.purpose),
                    bytes.fromhex(row.key),
                )
                key = DataKey(key_id, keyring.unwrap(row.fingerprint, owner, purpose, key_id, row.wrapped))
                changed.append(
                    {"_key": row.key, "_before": row.wrapped, "_after": keyring.wrap(current, owner, purpose, key)}
                    | {f"_{name}": value for name, value in {**owner._asdict(), "purpose": row.purpose}.items()}
                )
            tx.execute(
                update(data_key)
                .where(
                    *(data_key.c[name] == bindparam(f"_{name}") for name in ("tenant", "cohort", "person", "purpose")),
                    data_key.c.key == bindparam("_key"),
                    data_key.c.wrapped == bindparam("_before"),
                )
                .values(fingerprint=current, wrapped=bindparam("_after")),
                changed,
            )
        done += len(batch)
        after_batch(done)


def retire(keyring: Keyring, places: Places) -> list[str]:
    """Destroy the keys that wrap nothing any more; older copies of the keyring open nothing after this."""
    with _one_at_a_time:
        left = remainder(keyring)
        if left:
            raise CohortbookError(
                f"{left} keys are still wrapped under an older key. Nothing was changed. Run `cohortbook keys rotate` "
                "until `cohortbook keys status` says that none are left."
            )
        keks = read_keys(places)
        keyring.take(keks)
        current = keyring.current()
        if keks[0].fingerprint.hex() != current:
            raise CohortbookError(
                "The first of the keys given is not in use yet. Nothing was changed. Run `cohortbook keys rotate`."
            )
        old = [one for one in keks if one.fingerprint.hex() != current]
        with keyring.begin() as tx:
            used = select(data_key.c.fingerprint)
            idle = generation.c.fingerprint.not_in(used)
            tx.execute(delete(generation).where(generation.c.fingerprint != current, idle))
        if old and not places.key:
            key_file.drop(places.key_file, [one.fingerprint for one in old])
        keyring.take([one for one in keks if one.fingerprint.hex() == current])
        return [one.fingerprint.hex() for one in old]
