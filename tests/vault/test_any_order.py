"""Writing, editing, giving, forgetting, rotating and starting again, in any order, with an attacker at the database."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Table, delete, insert, select

from bot.errors import Unreadable
from bot.store import Store
from bot.store.tables import entry, share, share_reader
from bot.vault import private, rotation, shared
from bot.vault.private import Words
from tests.prove import Proof
from tests.vault.people import NOW, give, meet, somebody, write
from tests.vault.places import opened, places

PEOPLE = ("renata", "kwame", "thanh-mai")
READER = somebody("imani")
writers = some.sampled_from(PEOPLE)


class AnyOrder(RuleBasedStateMachine):
    """`words` and `given` are what must open; everything else that was ever written must not."""

    steps = 0
    """In all orders that were tried."""
    kept: Bundle[dict[str, Any]] = Bundle("rows as they were")

    @initialize()
    def move_in(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="cohortbook-")
        self.path = Path(self.folder.name)
        self.words: dict[str, tuple[str, str]] = {}
        self.given: dict[str, tuple[str, str]] = {}
        self.count = 0
        self.open()
        with self.store.begin() as tx:
            meet(tx, READER, *(somebody(one) for one in PEOPLE))

    def open(self) -> None:
        self.store = Store.in_folder(self.path)
        self.vault = opened(self.store, self.path)
        assert self.vault.state() == "ok"

    def close(self) -> None:
        self.vault.close()
        self.store.close()

    def teardown(self) -> None:
        self.close()
        self.folder.cleanup()

    def next(self, first: str) -> str:
        self.count += 1
        return f"{first}{self.count}"

    @rule(who=writers, text=some.text(max_size=300))
    def write(self, who: str, text: str) -> None:
        which = self.next("e")
        with self.store.begin() as tx:
            write(tx, self.vault, somebody(who), text, which)
        self.words[which] = (who, text)

    @rule(text=some.text(max_size=300), pick=some.integers(0, 1000))
    def edit(self, text: str, pick: int) -> None:
        if not self.words:
            return
        which = sorted(self.words)[pick % len(self.words)]
        who, _ = self.words[which]
        with self.store.begin() as tx:
            found = private.find(tx, self.vault, somebody(who), which)
            assert found is not None
            private.revise(tx, self.vault, somebody(who), found, Words({"seen": text}))
        self.words[which] = (who, text)

    @rule(who=writers, text=some.text(max_size=300))
    def give(self, who: str, text: str) -> None:
        which = self.next("s")
        with self.store.begin() as tx:
            give(tx, self.vault, somebody(who), text, which, "imani")
        self.given[which] = (who, text)

    @rule(pick=some.integers(0, 1000))
    def take_away(self, pick: int) -> None:
        everything = sorted([*self.words, *self.given])
        if not everything:
            return
        which = everything[pick % len(everything)]
        with self.store.begin() as tx:
            if which in self.words:
                private.remove(tx, self.vault, somebody(self.words.pop(which)[0]), which)
            else:
                assert shared.take_back(tx, self.vault, somebody(self.given.pop(which)[0]), which)

    @rule(who=writers)
    def forget(self, who: str) -> None:
        self.vault.forget("t", who)
        with self.store.begin() as tx:
            mine = select(share.c.share).where(share.c.person == who)
            tx.execute(delete(share_reader).where(share_reader.c.share.in_(mine)))
            for table in (entry, share):
                tx.execute(delete(table).where(table.c.person == who))
        for held in (self.words, self.given):
            for which in [which for which, (whose, _) in held.items() if whose == who]:
                del held[which]

    @rule()
    def start_again(self) -> None:
        self.close()
        self.open()

    @rule(retire=some.booleans())
    def rotate(self, retire: bool) -> None:
        assert self.vault.keyring is not None
        rotation.rotate(self.vault.keyring, places(self.path), NOW, secrets.token_bytes, batch=2)
        if retire or len(rotation.status(self.vault.keyring)) > 5:
            rotation.retire(self.vault.keyring, places(self.path))

    @rule(target=kept, table=some.sampled_from([entry, share]))
    def copy_rows(self, table: Table) -> Any:
        with self.store.begin() as tx:
            return multiple(*({"table": table, **row._mapping} for row in tx.execute(select(table)).all()[:3]))

    @rule(old=kept)
    def put_a_row_back(self, old: dict[str, Any]) -> None:
        """By somebody who can write to the database; what they replaced is put in its place again after a look."""
        table, values = old["table"], {name: value for name, value in old.items() if name != "table"}
        which = values[table.name]
        key = table.c[table.name] == which
        with self.store.begin() as tx:
            before = tx.execute(select(table).where(key)).one_or_none()
            if before is not None and bytes(before.body) == bytes(values["body"]):
                return
            if before is None:
                tx.execute(insert(table).values(values))
                if table is share:
                    tx.execute(insert(share_reader).values(tenant="t", share=which, person="imani"))
            else:
                tx.execute(table.update().where(key).values(values))
        with self.store.begin() as tx:
            with pytest.raises(Unreadable):
                if table is entry:
                    private.find(tx, self.vault, somebody(values["person"]), which)
                else:
                    shared.read(tx, self.vault, READER, which)
            if before is None:
                tx.execute(delete(share_reader).where(share_reader.c.share == which))
                tx.execute(delete(table).where(key))
            else:
                tx.execute(table.update().where(key).values(dict(before._mapping)))

    @invariant()
    def what_was_kept_opens_and_nothing_else(self) -> None:
        type(self).steps += 1
        with self.store.begin() as tx:
            for who in PEOPLE:
                found = {
                    one.entry: one.words.answers["seen"]
                    for one in private.everything(tx, self.vault, somebody(who))
                    if one.readable
                }
                assert found == {which: text for which, (whose, text) in self.words.items() if whose == who}
            given = {one.share: one.parts[0][1] for one in shared.given_to(tx, self.vault, READER, "c")}
            assert given == {which: text for which, (_, text) in self.given.items()}


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=8, stateful_step_count=25, deadline=None)


@pytest.mark.prove(28)
def test_what_was_kept_opens_and_nothing_else_at_length(proof: Proof) -> None:
    """Writing, giving, forgetting, rotating and tampering in any order: what was kept opens, and nothing else."""

    class AtLength(AnyOrder):
        pass

    run_state_machine_as_test(AtLength, settings=settings(max_examples=250, stateful_step_count=50, deadline=None))
    proof(f"{AtLength.steps:,} steps", "0 wrong", "0 in 10,000 steps", AtLength.steps >= 10_000)
