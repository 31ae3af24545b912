"""A program that a new release cannot read: its cohorts rest, are told so, and hold up nobody else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import insert, select, update

from bot import daily_round, health
from bot.messages import Outgoing
from bot.store import cohorts, plans
from bot.store.tables import cohort, membership, paper, program, team
from tests.test_two_cohorts import found
from tests.town import START, Town, text_of
from tests.ways import FIRST_WEEK, at


async def two_programs(town: Town) -> str:
    """Renata is in one of each kind, and the second cannot be read any more; returns its text."""
    await found(town, "North", town.chat.channel.id, "renata")
    await found(town, "South", "south-cohort", "kwame", program="lee")
    for who in ("renata", "kwame"):
        await town.press(who, next(one for one in town.private(who) if one.title.startswith("Welcome")), "Start")
    with town.house.store.begin() as tx:
        text = tx.execute(program.select().where(program.c.program == "lee")).one().text
    rewrite(town, "units: [1, 2, 3]")
    return str(text)


def rewrite(town: Town, text: str) -> None:
    with town.house.store.begin() as tx:
        tx.execute(update(program).where(program.c.program == "lee").values(text=text))


def prompts(town: Town, who: str) -> list[Outgoing]:
    """Reminders are quiet."""
    found = [one for one in town.private(who) if not one.quiet]
    return [one for one in found if any(each.action == "reflections.open" for each in one.options)]


async def test_another_cohort_goes_on_and_its_own_comes_once_it_can_be_read(town: Town) -> None:
    """South's prompt was due the day before; within its week it still comes, once."""
    text = await two_programs(town)
    await at(town, FIRST_WEEK + timedelta(days=3))
    assert len(prompts(town, "renata")) == 1
    assert prompts(town, "kwame") == []
    rewrite(town, text)
    await town.house.tick()
    await town.house.tick()
    assert len(prompts(town, "kwame")) == 1


async def test_what_was_planned_before_waits_for_a_release_that_can_read_it(town: Town) -> None:
    """However often it is tried meanwhile: it is no error over the message."""
    text = await two_programs(town)
    rewrite(town, text)
    await at(town, FIRST_WEEK)  # Wednesday's prompt is planned
    rewrite(town, "units: [1, 2, 4]")
    await at(town, FIRST_WEEK + timedelta(days=2))
    for _ in range(12):
        town.machine.go_on(3600)
        await town.house.tick()
    assert prompts(town, "kwame") == []
    rewrite(town, text)
    await at(town, FIRST_WEEK + timedelta(days=3))  # it is night where Kwame is, and then morning
    assert len(prompts(town, "kwame")) == 1


async def test_a_member_whose_hours_changed_waits_for_it_too(town: Town) -> None:
    """What marks them for the planner is still there, and others marked after them are planned."""
    text = await two_programs(town)
    with town.house.store.begin() as tx:
        who = tx.execute(select(membership.c.tenant, membership.c.person)).all()
        for one in who:
            plans.mark_person(tx, one.tenant, one.person)
    await town.house.tick()
    assert marked(town) == ["South"]
    rewrite(town, text)
    await town.house.tick()
    assert marked(town) == []


def marked(town: Town) -> list[str]:
    """The cohorts in which somebody is still to be planned."""
    with town.house.store.begin() as tx:
        here = (cohort.c.tenant == membership.c.tenant) & (cohort.c.cohort == membership.c.cohort)
        found = tx.execute(select(cohort.c.name).join_from(membership, cohort, here).where(membership.c.replan))
        return list(found.scalars())


async def test_whoever_asks_is_told_and_so_is_whoever_watches(town: Town) -> None:
    """In plain words, and by the program's name."""
    await two_programs(town)
    assert "cannot read the program" in text_of(await town.command("kwame", "/reflect"))
    house = town.house
    seen = await health.look(house.services, house.metrics, house.search)
    assert seen.programs.startswith("Cannot be read: lee.")
    assert not seen.well


async def test_the_daily_round_goes_on(town: Town) -> None:
    """And what a team wrote stays, though nobody is left who could say for how long."""
    await two_programs(town)
    with town.house.store.begin() as tx:
        south = tx.execute(select(cohort).where(cohort.c.name == "South")).one()
        here = {"tenant": south.tenant, "cohort": south.cohort, "team": "t1"}
        tx.execute(update(membership).where(membership.c.cohort == south.cohort).values(state=cohorts.LEFT))
        tx.execute(insert(team).values(**here, kind="district", inside="", name="Ours", made_at=START))
        body = {"part": "p1", "artifact": "plan", "number": 1, "section": "why", "kind": "text", "body": b"sealed"}
        tx.execute(insert(paper).values(**here, **body, at=START))
    assert await daily_round.once(town.house.services, town.house.settings.backups) == 0
    with town.house.store.begin() as tx:
        assert tx.execute(select(paper.c.part)).scalars().all() == ["p1"]
