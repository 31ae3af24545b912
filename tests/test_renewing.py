"""A yes holds for the time that a program names: each member is asked once whether to go on, and rests until then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.messages import Outgoing
from tests.programs.test_living_lern import sent
from tests.test_papers import AGREED, part, team, write
from tests.test_teams import year
from tests.town import Town, open_town, text_of
from tests.ways import at, labels

__all__ = ["year"]

THREE = ("renata", "kwame", "yusuf")


@pytest.fixture
async def three_years(tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    async with open_town(tmp_path, index_folder) as town:
        await town.found_cohort(THREE, program="ljs")
        await town.until("day")
        await town.start(*THREE)
        yield town


def asked(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if "renewing.go-on" in [option.action for option in one.options]]


def prompts(town: Town, name: str) -> set[int]:
    return {number for who, number in sent(town, "prompt") if who == name}


@pytest.mark.prove
async def test_three_years_are_lived_a_year_at_a_time(three_years: Town) -> None:
    """Who says yes each year gets every month, each once; who does not answer gets 12 and one question; who comes back
    after five months goes on with the month that it is, and nothing of what came between."""
    town = three_years
    await at(town, datetime(2027, 12, 15, 18, 0, tzinfo=UTC))
    for who in THREE:
        (question,) = asked(town, who)
        assert "On Friday 27 November 2026 you said yes to Sample cohort. That yes was for 12 months" in question.text
    await town.press("renata", asked(town, "renata")[0], "Go on")
    said = await town.press("kwame", asked(town, "kwame")[0], "Not now")
    assert "no reason is needed" in text_of(said)
    assert prompts(town, "Kwame Osei-Tutu") == prompts(town, "Yusuf Demirci") == set(range(1, 13))
    await at(town, datetime(2028, 5, 15, 18, 0, tzinfo=UTC))
    before = prompts(town, "Renata Aguilar")
    home = await town.command("kwame", "/cohort")
    assert "Nothing is sent to you until you press Go on." in text_of(home)
    assert "you were asked whether to go on" in text_of(await town.command("kwame", "/reflect"))
    back = await town.press("kwame", home, "Go on")
    assert "The next prompt comes on" in text_of(back)
    await at(town, datetime(2028, 6, 20, 18, 0, tzinfo=UTC))
    for who, *day in (("renata", 2028, 12, 16), ("kwame", 2029, 5, 16), ("renata", 2029, 12, 16)):
        await at(town, datetime(*day, 18, 0, tzinfo=UTC))
        await town.press(who, asked(town, who)[-1], "Go on")
    await at(town, datetime(2030, 3, 1, 18, 0, tzinfo=UTC))
    now = prompts(town, "Renata Aguilar")
    assert prompts(town, "Kwame Osei-Tutu") - set(range(1, 13)) == {number for number in now if number >= max(before)}
    assert prompts(town, "Yusuf Demirci") == set(range(1, 13))
    assert len(asked(town, "yusuf")) == 1
    assert set(sent(town, "prompt").values()) == {1}
    assert now == set(range(1, 37))


async def test_what_teammates_write_meanwhile_is_not_open_to_who_has_not_said_yes_again(year: Town) -> None:
    """The form names only who can read it; she still reads what was there, and after her yes what is new."""
    await team(year, "renata", "kwame")
    await write(year, "renata", "What we agreed", AGREED)
    await at(year, datetime(2027, 6, 2, 18, 0, tzinfo=UTC))
    await year.press("renata", asked(year, "renata")[0], "Go on")
    assert "no reason is needed" in text_of(await year.press("kwame", asked(year, "kwame")[0], "Not now"))
    assert "Nothing is sent to you until you press Go on." in text_of(await year.command("kwame", "/cohort"))
    form = await year.press("renata", await part(year, "renata", "What we agreed"), "Add a note")
    assert "You and your team: nobody else yet." in text_of(form)
    await year.submit("renata", form, {"text": "One question each."})
    seen = text_of(await part(year, "kwame", "What we agreed"))
    assert AGREED in seen
    assert "One question each." not in seen
    await year.press("kwame", asked(year, "kwame")[0], "Go on")
    form = await year.press("renata", await part(year, "renata", "What we agreed"), "Add a note")
    assert "You and your team: Kwame Osei-Tutu." in text_of(form)
    await year.submit("renata", form, {"text": "Students speak first."})
    seen = text_of(await part(year, "kwame", "What we agreed"))
    assert "Students speak first." in seen
    assert "One question each." not in seen


async def test_a_program_without_such_a_time_never_asks(town: Town) -> None:
    """Seven weeks, and the follow-up weeks later."""
    await town.found_cohort(["renata"])
    await town.until("day")
    await town.start("renata")
    await at(town, datetime(2027, 6, 1, 18, 0, tzinfo=UTC))
    assert asked(town, "renata") == []
    assert "Go on" not in labels(await town.command("renata", "/cohort"))
