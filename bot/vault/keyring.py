"""Random keys, one for each member, cohort and purpose, each wrapped under the key-encryption key.

Destroying one makes everything unreadable that was sealed with it, in every copy of the data. A key is on disk
here before the first row is sealed with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from types import ModuleType
from typing import NamedTuple

from sqlalchemy import Connection, delete, insert, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

from bot.errors import Locked
from bot.store import sweeping
from bot.store.engine import open_engine
from bot.vault import envelope, rings
from bot.vault.kek import Kek, Purpose
from bot.vault.rings import about, data_key, generation


class Owner(NamedTuple):
    tenant: str
    cohort: str
    person: str


HOUSE = Owner("", "", "")
"""Whose keys are nobody's in particular: for tokens, pseudonyms, the audit."""


class DataKey(NamedTuple):
    id: bytes
    secret: bytes


class Keyring:
    """Blocks: call it in a thread. Whatever its database refuses is raised as Locked."""

    def __init__(self, url: str, random: Callable[[int], bytes]) -> None:
        self._engine = open_engine(url)
        self._random = random
        self._keks: dict[str, Kek] = {}

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def begin(self, *, reading: bool = False) -> Iterator[Connection]:
        try:
            if reading:
                with self._engine.connect().execution_options(read_only=True) as tx:
                    yield tx
            else:
                with self._engine.begin() as tx:
                    yield tx
        except DBAPIError as problem:
            raise Locked(
                f"The keyring does not answer ({type(problem.orig).__name__}: {problem.orig}). Nothing was lost. "
                "It is tried again with the next request."
            ) from problem

    # --- what it is --------------------------------------------------------------------------------------

    def name(self) -> str | None:
        """None for a database that is no keyring yet."""
        with self.begin(reading=True) as tx:
            if not inspect(tx).has_table(about.name):
                return None
            found = tx.execute(select(about.c.keyring, about.c.version)).one_or_none()
        if found is not None and found.version != rings.VERSION:
            raise Locked(
                f"The keyring has version {found.version}, and this release knows {rings.VERSION}. Nothing was "
                "changed. Start the release that made it."
            )
        return None if found is None else str(found.keyring)

    def make(self, name: str, kek: Kek, now: datetime) -> str:
        """A new keyring, unless another process was faster; its name either way."""
        with self.begin() as tx:
            rings.metadata.create_all(tx)
            if tx.execute(select(about.c.keyring)).first() is None:
                tx.execute(insert(about).values(keyring=name, version=rings.VERSION, made_at=now, sealed=False))
                tx.execute(insert(generation).values(number=1, fingerprint=kek.fingerprint.hex(), made_at=now))
            return str(tx.execute(select(about.c.keyring)).scalar_one())

    def everything_sealed(self) -> bool:
        with self.begin(reading=True) as tx:
            return bool(tx.execute(select(about.c.sealed)).scalar_one())

    def mark_sealed(self, done: bool = True) -> None:
        with self.begin() as tx:
            tx.execute(update(about).values(sealed=done))

    # --- generations -------------------------------------------------------------------------------------

    def take(self, keks: Sequence[Kek]) -> None:
        """The keys that this process was given, once they are known to open everything that is kept here."""
        given = {one.fingerprint.hex(): one for one in keks}
        with self.begin(reading=True) as tx:
            current = self._current(tx)
            used = set(tx.execute(select(data_key.c.fingerprint).distinct()).scalars())
        missing = sorted(({current} | used) - set(given))
        if missing:
            raise Locked(
                f"The key that was given is another one ({', '.join(sorted(given))}) than the one that people's "
                f"words were sealed with ({', '.join(missing)}). Nothing was lost or changed. Put the right key in "
                "its place and start again."
            )
        self._keks = given

    def hold(self, keks: Sequence[Kek]) -> None:
        """Keys to try, whether or not they open everything that is kept here."""
        self._keks = {one.fingerprint.hex(): one for one in keks}

    def current(self) -> str:
        """The fingerprint of the generation that wraps what is new."""
        with self.begin(reading=True) as tx:
            return self._current(tx)

    @staticmethod
    def _current(tx: Connection) -> str:
        newest = select(generation.c.fingerprint).order_by(generation.c.number.desc()).limit(1)
        return str(tx.execute(newest).scalar_one())

    # --- keys --------------------------------------------------------------------------------------------

    def find(self, owner: Owner, purpose: Purpose) -> DataKey | None:
        """Read anew each time: a key that was destroyed a moment ago must seal and open nothing more."""
        with self.begin(reading=True) as tx:
            return self._find(tx, owner, purpose)

    def find_or_make(self, owner: Owner, purpose: Purpose) -> DataKey:
        """On disk when this returns."""
        found = self.find(owner, purpose)
        if found is not None:
            return found
        self.put(owner, {purpose: self._random(envelope.KEY_BYTES)})
        found = self.find(owner, purpose)
        if found is None:
            raise LookupError("a key that was just written is there")
        return found

    def put(self, owner: Owner, secrets: Mapping[Purpose, bytes]) -> None:
        """All of them or none; a key that is there already stays. On disk when this returns."""
        with self.begin() as tx:
            fingerprint = self._current(tx)
            for purpose, secret in secrets.items():
                made = DataKey(self._random(envelope.ID_BYTES), secret)
                tx.execute(
                    _dialect(tx)
                    .insert(data_key)
                    .values(
                        **owner._asdict(),
                        purpose=purpose.value,
                        key=made.id.hex(),
                        fingerprint=fingerprint,
                        wrapped=self.wrap(fingerprint, owner, purpose, made),
                    )
                    .on_conflict_do_nothing()
                )

    def ledger_key(self) -> bytes | None:
        """Under which the erased are marked. Not wrapped, so that people can be erased while the vault is locked."""
        with self.begin(reading=True) as tx:
            if not inspect(tx).has_table(rings.mark.name):
                return None
            found: bytes | None = tx.execute(select(rings.mark.c.secret)).scalar()
            return found

    def put_ledger_key(self, secret: bytes) -> None:
        """Unless there is one. On disk when this returns."""
        with self.begin() as tx:
            rings.mark.create(tx, checkfirst=True)
            made = _dialect(tx).insert(rings.mark).values(purpose="erasures", secret=secret)
            tx.execute(made.on_conflict_do_nothing())

    def destroy(self, tenant: str, person: str) -> int:
        """Every key of a person, and what is remembered of their rows. Needs no key-encryption key."""
        with self.begin() as tx:
            tx.execute(delete(rings.floor).where(rings.floor.c.tenant == tenant, rings.floor.c.person == person))
            return tx.execute(delete(data_key).where(data_key.c.tenant == tenant, data_key.c.person == person)).rowcount

    def destroy_in(self, tenant: str, person: str, cohort: str) -> int:
        """Their keys in one cohort; what they wrote elsewhere stays readable to them."""
        with self.begin() as tx:
            return tx.execute(
                delete(data_key).where(
                    data_key.c.tenant == tenant, data_key.c.person == person, data_key.c.cohort == cohort
                )
            ).rowcount

    def sweep(self) -> bool:
        """Destroyed keys leave the file. False while somebody still reads what was."""
        sweeping.vacuum(self._engine)
        return sweeping.fold(self._engine)

    def without_key(self, owners: set[Owner], purpose: Purpose) -> int:
        """How many of these have no key here."""
        columns = (data_key.c.tenant, data_key.c.cohort, data_key.c.person)
        with self.begin(reading=True) as tx:
            known = {Owner(*row) for row in tx.execute(select(*columns).where(data_key.c.purpose == purpose.value))}
        return len(owners - known)

    def _find(self, tx: Connection, owner: Owner, purpose: Purpose) -> DataKey | None:
        row = tx.execute(
            select(data_key.c.key, data_key.c.fingerprint, data_key.c.wrapped).where(
                data_key.c.tenant == owner.tenant,
                data_key.c.cohort == owner.cohort,
                data_key.c.person == owner.person,
                data_key.c.purpose == purpose.value,
            )
        ).one_or_none()
        if row is None:
            return None
        key_id = bytes.fromhex(row.key)
        return DataKey(key_id, self.unwrap(row.fingerprint, owner, purpose, key_id, row.wrapped))

    def wrap(self, fingerprint: str, owner: Owner, purpose: Purpose, key: DataKey) -> bytes:
        kek = self._kek(fingerprint)
        nonce = self._random(envelope.NONCE_BYTES)
        return envelope.seal(kek.key(purpose), kek.fingerprint, key.secret, _bound(owner, purpose, key.id), nonce)

    def unwrap(self, fingerprint: str, owner: Owner, purpose: Purpose, key_id: bytes, wrapped: bytes) -> bytes:
        return envelope.unseal(self._kek(fingerprint).key(purpose), wrapped, _bound(owner, purpose, key_id))

    def _kek(self, fingerprint: str) -> Kek:
        found = self._keks.get(fingerprint)
        if found is None:
            raise Locked(
                f"The key {fingerprint} is not among those that this process was given. Nothing was lost. Give it "
                "that key and start it again."
            )
        return found


def _dialect(tx: Connection) -> ModuleType:
    return sqlite if tx.dialect.name == "sqlite" else postgresql


def _bound(owner: Owner, purpose: Purpose, key_id: bytes) -> list[str]:
    return ["key", *owner, purpose.value, key_id.hex()]
