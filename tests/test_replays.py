"""Every button, form and id that anybody is given in the dialogues, used at once by everybody else."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Coroutine, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from bot import audit
from bot.messages import Address, Command, Form, Incoming, Outgoing, Press, Reply, Submission, Text
from bot.store import cohorts, people
from bot.store.tables import audit as record
from bot.store.tables import broadcast, cohort, entry, request, share, unsigned
from tests.dialogue import dialogues, load, play
from tests.prove import Proof
from tests.seam_driver import SeamDriver
from tests.town import Town, open_town, text_of
from tests.ways import kept

pytestmark = pytest.mark.model

FOR_LEADERS = ("setup.", "facilitation.", "broadcasts.", "curating.", "entries.", "entry-files.")
PERSONAL = {"entry": entry, "share": share, "request": request, "broadcast": broadcast, "note": unsigned}
ROLES = {
    # who they are to the sample cohort, and what of its own their workspace's others may use
    "aroha": "another member",
    "ola": "the facilitator of another cohort",
    "gus": "a guest",
    "nora": "somebody of another workspace",
    "farid": "a former facilitator",
}
SHORTER_DRAW = ("privacy", "week")
"""Those that touch the most; the others are for the long proofs."""
OWN_VISIT = ("inbox", "account")
"""What anybody's visit writes about themselves: that it came, and that their door is open."""
VISITORS = {name: (name.title(), "UTC") for name in ("ola", "gus", "nora", "farid")}


class Replayer(SeamDriver):
    """Plays a dialogue; whatever somebody is shown or sends, five others try as well before it goes on."""

    def __init__(self, town: Town, run: Callable[[Coroutine[Any, Any, Any]], Any]) -> None:
        super().__init__(town, run)
        self._event = itertools.count(1)
        self._tried: set[tuple[str, str, str]] = set()
        self._given: set[tuple[str, str, str]] = set()
        """(person, action, value) of what was put in front of them."""
        self._private: list[str] = []
        self._seen = 0
        self.refused = 0
        self.passed: list[str] = []
        run(self._settle_in())

    async def _settle_in(self) -> None:
        services, name = self._town.house.services, self._town.chat.name
        self._town.chat.people |= VISITORS
        for who in ("ola", "gus", "farid", "nora"):
            address = self._address(who)
            profile = await self._town.chat.person(address)
            await services.store.write(people.meet, address, profile, services.now(), services.ids)
        assert name

        def grant(tx: Connection) -> None:
            ola, farid = (people.known(tx, self._address(who)) for who in ("ola", "farid"))
            sample = tx.execute(select(cohort)).one()
            assert ola and farid
            cohorts.create(
                tx, ola, "Other", sample.program, sample.version, date(2027, 1, 4), "UTC", services.now(), services.ids
            )
            people.grant(tx, farid.tenant, sample.cohort, farid.person, people.FACILITATOR)
            people.revoke(tx, farid.tenant, sample.cohort, farid.person, people.FACILITATOR)

        await services.store.write(grant)
        for who in VISITORS:
            del self._town.chat.people[who]

    def _address(self, who: str) -> Address:
        if who == "nora":
            return Address(self._town.chat.name, "elsewhere", "person", "nora")
        return self._town.chat.who(who)

    def _act(self, what: Command | Text | Press | Submission, where: str = "") -> Reply:
        if isinstance(what, Submission):
            self._private += [v for v in what.values.values() if isinstance(v, str) and len(v) > 15 and " " in v]
            self._try(self._who, what)
        reply = super()._act(what, where)
        self._offered(self._who, reply)
        for one in self._town.chat.delivered[self._seen :]:
            if one.address.kind == "person":
                self._offered(one.address.id, one.outgoing)
        self._seen = len(self._town.chat.delivered)
        return reply

    def _offered(self, who: str, reply: Reply) -> None:
        if isinstance(reply, Form):
            self._given.add((who, reply.action, reply.value))
            values = {one.name: one.initial for one in reply.fields}
            self._try(who, Submission(reply.id, reply.action, reply.value, values))
        elif isinstance(reply, Outgoing):
            self._given |= {(who, option.action, option.value) for option in reply.options}
            for option in reply.options:
                self._try(who, Press(option.action, option.value))

    def _try(self, owner: str, what: Press | Submission) -> None:
        keys = {who: (who, what.action, what.value) for who in ROLES}
        new = [who for who, key in keys.items() if who != owner and key not in self._tried | self._given]
        self._tried |= {keys[who] for who in new}
        if not new:
            return
        self._town.chat.people |= VISITORS
        self._town.chat.guests.add("gus")
        before = kept(self._town)
        for who in new:
            if self._is_foreign(who, what, before):
                self._run(self._replay(who, what))
        after = kept(self._town)
        changed = [name for name in before if after[name] != before[name] and name not in OWN_VISIT]
        assert changed == [], f"{what.action} {what.value} changed {changed}"
        for who in VISITORS:
            del self._town.chat.people[who]

    def _is_foreign(self, who: str, what: Press | Submission, tables: Mapping[str, list[tuple[Any, ...]]]) -> bool:
        """Told from the tables and the roles, and not from what the bot itself thinks of it."""
        ids = set(what.value.split(":"))
        personal = {
            str(row[list(table.c).index(table.c[name])])
            for name, table in PERSONAL.items()
            for row in tables[table.name]
        }
        if ids & personal or self._town.house.services.held.owner(what.value):
            return True
        if what.action.startswith(FOR_LEADERS):
            own = what.action in ("facilitation.home",) and not what.value
            return not own
        return who != "aroha" and bool(ids & {str(row[1]) for row in tables["cohort"]})

    async def _replay(self, who: str, what: Press | Submission) -> None:
        entries = self._entries()
        sent = len(self._town.chat.delivered)
        address = self._address(who)
        reply = await self._town.house.desk.answer(Incoming(f"r{next(self._event)}", address, address, what))
        where = f"{what.action} {what.value} by {ROLES[who]}"
        assert not any(words in text_of(reply) for words in self._private), where
        assert len(self._town.chat.delivered) == sent, where
        new = [row for row in self._entries() if row not in entries]
        if [(row.action, row.outcome) for row in new] != [(what.action, audit.REFUSED)]:
            self.passed.append(where)
        elif who == "nora":  # the ids of one workspace are not written into another's record
            assert {(row.cohort, row.touched, row.subject) for row in new} == {("", "", "")}, where
        self.refused += 1

    def _entries(self) -> list[Any]:
        with self._town.house.store.engine.connect().execution_options(read_only=True) as tx:
            return list(tx.execute(select(record)).all())


@pytest.fixture
def driver(tmp_path: Path, index_folder: Path) -> Iterator[Replayer]:
    with asyncio.Runner() as runner:
        opening = open_town(tmp_path, index_folder)
        town = runner.run(opening.__aenter__())
        runner.run(town.found_cohort())
        yield Replayer(town, runner.run)
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize(
    "name", [one if one in SHORTER_DRAW else pytest.param(one, marks=pytest.mark.prove(29)) for one in dialogues()]
)
def test_everybody_else_is_refused_and_it_is_recorded(
    name: str, driver: Replayer, proof: Proof, request: pytest.FixtureRequest
) -> None:
    """A member, a facilitator of another cohort, a guest, another workspace, and who once led this one."""
    play(load(name), driver)
    if request.node.get_closest_marker("prove"):
        done = f"{driver.refused - len(driver.passed)} of {driver.refused} refused and recorded"
        proof(name, done, "all", driver.passed == [])
    assert driver.passed == []
    assert driver.refused > 20


@pytest.mark.parametrize("name", ["privacy", pytest.param("questions", marks=pytest.mark.prove(29))])
def test_the_features_own_locks_hold_without_the_gate(
    name: str, driver: Replayer, proof: Proof, request: pytest.FixtureRequest
) -> None:
    """Nothing is shown and nothing changes, should the gate before them ever be open."""
    driver._town.house.desk.guarded = False
    play(load(name), driver)
    if request.node.get_closest_marker("prove"):
        proof(f"{name}, without the gate", f"{driver.refused} refused", "all", driver.refused > 20)
    assert driver.refused > 20
