"""A year for two district teams, lived at the speed of the clock: what everybody is sent, and what the teams have at
the end."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot import outbox
from bot.messages import Form, Outgoing
from bot.store import tables
from tests.events import planned
from tests.test_papers import paper, write
from tests.test_teams import LERN, looking, make, seat, year
from tests.town import Town, text_of
from tests.ways import answers, at, labels

__all__ = ["year"]


def numbers(team: str, months: int) -> set[int]:
    """The units for a kind of team in the first months."""
    return {unit.number for unit in LERN.units if unit.whom.team == team and unit.after < months}


def sent(town: Town, kind: str) -> Counter[tuple[str, int]]:
    """(name, unit) of every message of a kind that was sent, and how often."""
    query = (
        select(tables.person.c.name, tables.outbox.c.number)
        .join(tables.outbox, tables.outbox.c.recipient == tables.person.c.person)
        .where(tables.outbox.c.kind == kind, tables.outbox.c.state == outbox.SENT)
    )
    with looking(town) as tx:
        return Counter((row.name, row.number) for row in tx.execute(query))


async def answer(town: Town, who: str) -> None:
    """The newest prompt."""
    form = await town.press(who, town.prompt(who), "Reflect privately")
    assert isinstance(form, Form)
    saved = await town.submit(who, form, answers(form))
    assert isinstance(saved, Outgoing), text_of(saved)


@pytest.mark.parametrize("months", [5, pytest.param(12, marks=pytest.mark.prove)])
async def test_a_year_for_two_teams_with_an_absence_and_a_late_joiner(year: Town, months: int) -> None:
    """Each prompt comes once to each whom it is for, and to nobody else; the paper ends whole."""
    await make(year, "District team", "Alder County")
    await make(year, "District team", "Birch City")
    await seat(year, "Alder County", ["renata"])
    await seat(year, "Alder County", ["kwame"], "designer")
    await seat(year, "Birch City", ["thanh-mai"])
    await seat(year, "Birch City", ["yusuf"], "student", consent="yes")
    await make(year, "Equity Design Team, inside Alder County", "Alder Designers")
    await seat(year, "Alder Designers", ["kwame"], "designer")
    await write(year, "renata", "What we agreed", "We begin on time.")
    await planned(year, "Strategy session", day="2026-12-09")
    await planned(year, "Open session 1", team="Alder County", day="2026-12-16")
    await planned(year, "Convening 1", day="2027-01-13")
    for month in range(months):
        await at(year, datetime(2026 if month == 0 else 2027, month or 12, 8, 0, 30, tzinfo=UTC))
        if month == 2:  # Thanh-Mai is away for a while
            pause = await year.press("thanh-mai", await year.command("thanh-mai", "/cohort"), "Pause")
            await year.press("thanh-mai", pause, "Four weeks")
        if month == 6:  # half a year is over, and everybody is asked whether to go on
            for who in ("renata", "kwame", "thanh-mai", "yusuf", "leilani"):
                question = next(one for one in reversed(year.private(who)) if "Go on" in labels(one))
                await year.press(who, question, "Go on")
        if month == 4:
            await seat(year, "Birch City", ["leilani"])
        await answer(year, "renata")
    await at(year, datetime(2027, months - 1, 20, 18, 0, tzinfo=UTC))
    prompts = sent(year, "prompt")
    assert set(prompts.values()) == {1}
    got = {name: {number for who, number in prompts if who == name} for name, _ in prompts}
    assert got["Renata Aguilar"] == got["Yusuf Demirci"] == (district := numbers("district", months))
    assert got["Kwame Osei-Tutu"] == district | numbers("design", months)
    assert district - got["Thanh-Mai Pham"] == {4}
    assert got["Leilani Kealoha"] == {number for number in district if number >= 5}
    assert "Aroha Ngata" not in got
    for kind, of_kwame in (("pre-work", 2), ("exit-note", 2), ("follow-up", 3)):
        around = sent(year, kind)
        assert set(around.values()) == {1}
        assert Counter(name for name, _ in around) == {
            "Renata Aguilar": 2,
            "Kwame Osei-Tutu": of_kwame,  # he sits on the small team, too, whose session has a follow-up alone
            "Thanh-Mai Pham": 1,
            "Yusuf Demirci": 1,
        }
    assert sent(year, "reminder").keys() <= prompts.keys()
    assert not [one for one in sent(year, "reminder") if one[0] == "Renata Aguilar"]
    kept = await year.press("kwame", await paper(year, "kwame"), "Versions that were kept")
    ended = [unit for unit in LERN.units if unit.number < months]
    names = [freeze.name for unit in ended for freeze in unit.freezes]
    assert [label.partition(",")[0] for label in labels(kept)[:-1]] == names[::-1]
    last = await year.press("kwame", kept, labels(kept)[0])
    assert isinstance(last, Outgoing)
    assert [one.text for one in last.quotes] == ["We begin on time."]
