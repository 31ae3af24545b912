"""A cohort that runs moves to a newer version of its program: shown first, and nothing of the past comes again."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from bot.config import CHECKOUT
from bot.edition import difference
from bot.messages import Outgoing, Press
from bot.programs import load
from bot.schedule import CohortPlan
from bot.store.tables import outbox
from tests.town import Town, open_town, text_of
from tests.ways import FIRST_WEEK, jump, labels, write

MEMBERS = ("renata", "kwame")
WEEK = timedelta(weeks=1)
Edit = Callable[[list[dict[str, Any]]], None]


class Years:
    """A town whose bot is stopped and started again with an edited program, on the same database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._next = 1
        self.prompts = folder / "prompts"
        self.prompts.mkdir()
        self.edit(lambda units: None)

    def edit(self, change: Edit) -> None:
        """Of the shipped program's units."""
        program = yaml.safe_load((CHECKOUT / "prompts" / "leep.yaml").read_text("utf-8"))
        change(program["units"])
        (self.prompts / "leep.yaml").write_text(yaml.safe_dump(program, allow_unicode=True, sort_keys=False), "utf-8")

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Town]:
        async with open_town(self._folder, self._folder / "index", prompts=self.prompts, first_id=self._next) as town:
            self._next += 100_000
            yield town


@pytest.fixture
async def years(tmp_path: Path) -> Years:
    """Two weeks of the program have been lived: the arrival and week 1 were sent."""
    made = Years(tmp_path)
    async with made.open() as town:
        await town.found_cohort(MEMBERS)
        await jump(town, FIRST_WEEK - timedelta(days=3))
        await town.start(*MEMBERS)
        await jump(town, FIRST_WEEK)
        await write(town, "renata")
        await jump(town, FIRST_WEEK + WEEK)
    return made


def unit(units: list[dict[str, Any]], number: int) -> dict[str, Any]:
    return next(one for one in units if one["number"] == number)


async def newer(town: Town) -> Outgoing:
    """What Imani is shown before anything changes."""
    home = await town.command("imani", "/facilitate")
    shown = await town.press("imani", home, "See the newer version")
    assert isinstance(shown, Outgoing)
    return shown


def sent(town: Town) -> Counter[tuple[str, int]]:
    """How often each person was sent each prompt."""
    with town.house.store.begin() as tx:
        found = tx.execute(select(outbox).where(outbox.c.kind == "prompt", outbox.c.state == "sent")).all()
    return Counter((row.recipient, row.number) for row in found)


def prompts(town: Town, who: str) -> list[str]:
    return [m.title for m in town.private(who) if m.title and any(o.action == "weekly.skip" for o in m.options)]


async def test_with_the_same_version_nothing_is_offered(years: Years) -> None:
    """A comment in the file is no new version."""
    async with years.open() as town:
        assert "See the newer version" not in labels(await town.command("imani", "/facilitate"))


async def test_the_difference_is_shown_and_what_comes_changes_while_what_was_sent_does_not(years: Years) -> None:
    """Renamed, reworded, moved, taken out and added; each member is sent each number once."""

    def change(units: list[dict[str, Any]]) -> None:
        unit(units, 1)["prompt"] = "Other words for what was sent."
        unit(units, 2)["title"] = "Values in a storm"
        unit(units, 3)["prompt"] = "Which story did you not hear this week?"
        unit(units, 4)["after"] = 5
        units.remove(unit(units, 8))
        added = deepcopy(unit(units, 7))
        units.append(added | {"number": 9, "id": "late-look", "title": "A late look"})

    years.edit(change)
    async with years.open() as town:
        shown = await newer(town)
        for line in (
            "Renamed: “Values under pressure” is called “Values in a storm”.",
            "New words in More than one story: the prompt.",
            "Another day: My first impression moves from Monday 28 December to Monday 4 January.",
            "Taken out: Six weeks later.",
            "New: Week 9 · A late look, on Monday 1 February.",
            "New words in My values at work: the prompt. It was sent already and is not sent again",
        ):
            assert line in text_of(shown)
        before = sent(town)
        done = await town.press("imani", shown, "Use it from now on")
        assert "Done" in text_of(done)
        await town.house.tick()
        assert sent(town) == before
        assert prompts(town, "renata") == []
        assert "Values in a storm" in text_of(await town.command("renata", "/cohort"))
        for week in range(2, 14):
            await jump(town, FIRST_WEEK + week * WEEK)
        assert set(sent(town).values()) == {1}
        assert [title.partition(" · ")[2] for title in prompts(town, "renata")] == [
            "Values in a storm",
            "More than one story",
            "My first impression",
            "What keeps a gap in place",
            "From barrier to strategy",
            "A request and a date",
            "A late look",
        ]


async def test_nothing_changes_before_the_yes(years: Years) -> None:
    """Looking is free, and the button of an older look does nothing."""
    years.edit(lambda units: unit(units, 2).update(title="Values in a storm"))
    async with years.open() as town:
        stale = await newer(town)
        await town.press("imani", stale, "Leave it as it is")
        assert "Values under pressure" in text_of(await town.command("renata", "/cohort"))
    years.edit(lambda units: unit(units, 2).update(title="Values in the sun"))
    async with years.open() as town:
        assert "Nothing was changed" in text_of(await town.press("imani", stale, "Use it from now on"))
        assert "Values under pressure" in text_of(await town.command("renata", "/cohort"))


async def test_what_was_sent_stays_on_its_day(years: Years) -> None:
    """In the newer file it would come in a week from now; nobody gets it again, and the current unit is no other."""

    def change(units: list[dict[str, Any]]) -> None:
        for number in range(1, 8):
            unit(units, number)["after"] = number + 2

    years.edit(change)
    async with years.open() as town:
        await jump(town, FIRST_WEEK + timedelta(days=11))  # week 2 is in the outbox already
        shown = await newer(town)
        assert "My values at work moves" not in text_of(shown)
        assert "Values under pressure moves from Monday 14 December to Monday 28 December." in text_of(shown)
        await town.press("imani", shown, "Use it from now on")
        assert "My values at work" in text_of(await town.command("renata", "/reflect"))
        await jump(town, FIRST_WEEK + 2 * WEEK)
        assert prompts(town, "renata") == []
        for week in range(2, 6):
            await jump(town, FIRST_WEEK + week * WEEK + timedelta(days=1))
        assert set(sent(town).values()) == {1}
        assert [title.partition(" · ")[2] for title in prompts(town, "renata")] == [
            "Values under pressure",
            "More than one story",
        ]


async def test_a_new_unit_whose_day_is_over_is_not_sent(years: Years) -> None:
    """The program had ended; what is added behind its end comes only from today on."""

    def change(units: list[dict[str, Any]]) -> None:
        for number, after in ((9, 14), (10, 30)):
            added = deepcopy(unit(units, 8)) | {"number": number, "id": f"more-{number}", "title": f"More {number}"}
            units.append(added | {"after": after, "follow_up": False})

    years.edit(change)
    async with years.open() as town:
        await jump(town, FIRST_WEEK + 14 * WEEK)
        shown = await newer(town)
        assert "New: Week 9 · More 9. Its day is over, so it is not sent." in text_of(shown)
        await town.press("imani", shown, "Use it from now on")
        for week in range(14, 31):
            await jump(town, FIRST_WEEK + week * WEEK)
        assert [title for title in prompts(town, "renata") if "More" in title] == ["Week 10 · More 10"]


LOSSES: tuple[tuple[Edit, str], ...] = (
    (lambda units: units.remove(unit(units, 1)), "My values at work was sent already, and is missing"),
    (lambda units: unit(units, 1).update(id="other"), "under which another was sent already"),
    (lambda units: unit(units, 8).update(number=11), "Six weeks later has the number 8 here and 11 there"),
    (lambda units: unit(units, 0)["questions"].pop(), "a question of it is missing there"),
)


async def test_a_version_that_loses_or_renumbers_what_people_have_is_not_used(years: Years) -> None:
    """It says what is in the way; nothing was changed."""
    for change, why in LOSSES:
        years.edit(change)
        async with years.open() as town:
            shown = await newer(town)
            assert why in text_of(shown)
            assert "Use it from now on" not in labels(shown)


async def test_only_a_facilitator_of_the_cohort_may(years: Years) -> None:
    """A button's value is no key."""
    years.edit(lambda units: unit(units, 2).update(title="Values in a storm"))
    async with years.open() as town:
        (use,) = [one for one in (await newer(town)).options if one.action == "edition.use"]
        assert "Only a facilitator" in text_of(await town.act("renata", Press(use.action, use.value)))
        assert "Values under pressure" in text_of(await town.command("renata", "/cohort"))


def test_an_event_that_has_a_date_stays_in_the_program_with_its_questions() -> None:
    """Else nobody could read any more what they were asked."""
    old = load(CHECKOUT / "prompts" / "leep.yaml")
    (event,) = old.events
    assert event.pre_work is not None
    fewer = replace(event, pre_work=replace(event.pre_work, questions=()))
    plan, today = CohortPlan(date(2026, 11, 30), "UTC"), date(2026, 12, 1)
    for new, said in (((), "is missing from it"), ((fewer,), "is missing there")):
        assert said in str(difference(old, replace(old, events=new), plan, frozenset(), today, {"session"}).obstacles)
        assert difference(old, replace(old, events=new), plan, frozenset(), today).obstacles == ()
