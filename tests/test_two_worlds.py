"""Two worlds that differ in private words alone: whatever a facilitator can get is the same in both, to the byte."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Callable, Coroutine, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bot.messages import Command, Form, Incoming, Outgoing, Press, Reply, Submission
from tests.prove import Proof
from tests.town import Town, open_town
from tests.ways import MEMBERS, answers, first_week

pytestmark = pytest.mark.model

PLACES = (
    "facilitation.home",
    "facilitation.ratings",
    "facilitation.upcoming",
    "broadcasts.list",
    "setup.people",
    "setup.roster",
    "shared-with-me.list",
    "requests.list",
)
HISTORIES = 10_000
TOGETHER = 100
"""Histories of one pair of worlds, each going on from where the one before ended; then a fresh pair begins."""
WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60)
STEPS = st.tuples(
    st.sampled_from(
        ["write", "write", "note", "think", "edit", "delete", "skip", "propose", "close", "refused", "hour"]
    ),
    st.sampled_from(MEMBERS),
    st.tuples(WORDS, WORDS),
)


@dataclass
class World:
    """One town, and which of two words is said in it."""

    town: Town
    cohort: str
    which: int
    _looks: int = 0

    async def live(self, step: tuple[str, str, tuple[str, str]]) -> None:
        action, who, words = step
        said = words[self.which]
        if action in ("write", "think", "close", "refused"):
            opening = Press("reflections.current", self.cohort)
            if action == "think":
                opening = Press("thinking.open", f"{self.cohort}:0")
            form = await self.town.act(who, opening)
            assert isinstance(form, Form)
            if action == "close":  # without sending it in
                return
            texts = {one.name: said for one in form.fields if one.kind == "text"}
            if action == "refused":  # it is too long, and waits as a draft
                texts = dict.fromkeys(texts, f"{said}{'x' * 3000}")
            await self.town.submit(who, form, answers(form) | texts)
        elif action == "note":
            asked = await self.town.say(who, f"What I saw: {said}.")  # with a question mark it would be another act
            if isinstance(asked, Outgoing) and any(one.label == "Save privately" for one in asked.options):
                await self.town.press(who, asked, "Save privately")
        elif action == "skip":
            await self.town.act(who, Press("weekly.skip", f"{self.cohort}:0"))
        elif action == "hour":
            await self.town.until("next")
        else:
            await self._with_newest(who, action, said)

    async def _with_newest(self, who: str, action: str, said: str) -> None:
        journal = await self.town.command(who, "/journal")
        assert isinstance(journal, Outgoing)
        entry = next((one.value for one in journal.options if one.action == "journal.read"), None)
        if entry is None:
            return
        reply = await self.town.act(who, Press(f"journal.{action}" if action != "propose" else "sharing.choose", entry))
        if isinstance(reply, Form):
            texts: dict[str, Any] = {one.name: said for one in reply.fields if one.kind == "text"}
            if action == "propose":  # looked at, and never given
                texts = {"audience": "cohort"}
            await self.town.submit(who, reply, texts)

    async def seen(self) -> bytes:
        """Every page that opens for a facilitator, and all that was ever sent to her or to the channel."""
        found: list[Reply] = [await self._look(Command("facilitate"))]
        for place in PLACES:
            found.append(await self._look(Press(place, self.cohort)))
        form = await self._look(Press("broadcasts.write", self.cohort))
        assert isinstance(form, Form)
        found.append(await self._look(Submission(form.id, form.action, form.value, {"text": " "})))
        await self.town.house.tick()  # whatever the looking itself may send
        sent = self.town.private("imani") + self.town.public()
        pages = [f"{page.text}|{page.title}|{page.note}" for page in sent]
        others = [(one.address.id, one.key, len(one.outgoing.options)) for one in self.town.chat.delivered]
        return repr((found, pages, [one for one in others if one[0] in ("imani", "sample-cohort")])).encode()

    async def _look(self, what: Command | Press | Submission) -> Reply:
        """As `Town.act`, without a look at what is due after each page: the lives before have made it go out."""
        self._looks += 1
        imani = self.town.chat.who("imani")
        return await self.town.house.desk.answer(Incoming(f"look{self._looks}", imani, imani, what))


Worlds: TypeAlias = tuple[World, World, Callable[[Coroutine[Any, Any, Any]], Any]]


@contextmanager
def two_worlds(folder: Path, index: Path) -> Iterator[Worlds]:
    """Both in their first week, with every id and hour the same."""
    with asyncio.Runner() as runner, ExitStack() as closing:
        made = []
        for which in range(2):
            place = folder / str(which)
            place.mkdir(parents=True)
            opening = open_town(place, index)
            town = runner.run(opening.__aenter__())
            closing.callback(lambda opening=opening: runner.run(opening.__aexit__(None, None, None)))
            made.append(World(town, runner.run(first_week(town)), which))
        yield made[0], made[1], runner.run


@pytest.fixture
def worlds(tmp_path: Path, index_folder: Path) -> Iterator[Worlds]:
    with two_worlds(tmp_path, index_folder) as made:
        yield made


def compare(both: Worlds, histories: int, chance: int = 0) -> int:
    """How many histories were lived and compared. Each goes on from where the one before ended."""
    one, other, run = both
    lived = 0

    @seed(chance)
    @settings(
        max_examples=histories,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(STEPS, min_size=1, max_size=3))
    def live(history: list[tuple[str, str, tuple[str, str]]]) -> None:
        nonlocal lived
        for step in history:
            run(one.live(step))
            run(other.live(step))
        assert run(one.seen()) == run(other.seen())
        lived += 1

    live()
    return lived


def test_a_few_histories_look_the_same_to_a_facilitator(worlds: Worlds) -> None:
    """Reflections, notes, edits, drafts of what was refused, and proposals that were never given."""
    assert compare(worlds, 10) >= 10


def test_what_is_shared_does_differ(worlds: Worlds) -> None:
    """So that the comparison can see: a title alone would do."""
    one, other, run = worlds
    run(one.town.command("imani", "/facilitate"))
    run(other.town.command("imani", "/facilitate"))
    run(one.town.act("kwame", Press("weekly.skip", f"{one.cohort}:0")))
    assert run(one.seen()) != run(other.seen())


@pytest.mark.prove(22)
def test_ten_thousand_histories_look_the_same_to_a_facilitator(
    tmp_path: Path, index_folder: Path, proof: Proof
) -> None:
    """Two worlds that differ in private words alone look the same to a facilitator."""
    lived = chance = 0
    while lived < HISTORIES:
        chance += 1
        with two_worlds(tmp_path / str(chance), index_folder) as both:
            lived += compare(both, min(TOGETHER, HISTORIES - lived), chance)
        shutil.rmtree(tmp_path / str(chance))
    proof(f"{lived:,} histories in {chance} pairs of worlds", "0 bytes differ", "0 of 10,000", lived >= HISTORIES)
