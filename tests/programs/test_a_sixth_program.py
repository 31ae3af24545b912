"""A program that nobody has run before, written from the reference page alone: it passes, and runs to its close."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.messages import Form, Outgoing
from bot.programs import load, report
from bot.programs.schema import ProgramKeys
from tests.programs.test_all_programs import KNOWLEDGE
from tests.programs.test_living_lern import sent
from tests.test_making import made, words_of
from tests.test_teams import accept, make, mine, offer
from tests.test_tending import news
from tests.town import Town, open_town, text_of
from tests.ways import answers, at, labels

FILE = Path(__file__).parent / "a-bridge-year.yaml"
BRIDGE = load(FILE)
PEOPLE = ("renata", "kwame", "yusuf", "leilani")


@pytest.fixture
async def bridge(tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    (tmp_path / "prompts").mkdir()
    shutil.copy(FILE, tmp_path / "prompts")
    async with open_town(tmp_path, index_folder, prompts=tmp_path / "prompts") as town:
        await town.found_cohort(PEOPLE, program=BRIDGE.id)
        await town.until("day")
        await town.start(*PEOPLE)
        yield town


def test_an_editor_sends_nothing_back_and_every_notion_of_the_page_is_in_it(tmp_path: Path) -> None:
    """Each key at the top of a file is used, but for the ones about where it came from."""
    shutil.copy(FILE, tmp_path)
    (one,) = report(tmp_path, {path.stem for path in KNOWLEDGE.glob("*.md")})
    assert one.problems == []
    written = {line.partition(":")[0] for line in FILE.read_text("utf-8").splitlines() if line[:1].isalpha()}
    assert set(ProgramKeys.model_fields) - written == {"sources", "draft"}


def prompts_of(town: Town, who: str) -> list[Outgoing]:
    return [one for one in town.private(who) if "Skip this one" in labels(one) and "A different prompt" in labels(one)]


async def answer(town: Town, who: str, prompt: Outgoing, text: str) -> None:
    form = await town.press(who, prompt, "Reflect privately")
    assert isinstance(form, Form)
    saved = await town.submit(who, form, answers(form) | {one.name: text for one in form.fields if one.kind == "text"})
    assert isinstance(saved, Outgoing), text_of(saved)


def test_two_units_of_the_same_people_on_one_day_are_sent_back(tmp_path: Path) -> None:
    """Also where the first of them gives no offset: it would never be sent."""
    text = FILE.read_text("utf-8")
    (tmp_path / FILE.name).write_text(text.replace("tags: [welcome]\n    after: 2", "tags: [welcome]\n    after: 1"))
    (one,) = report(tmp_path)
    assert ["is 1 after 1; for the same people it goes up" in problem for problem in one.problems] == [True]


async def test_it_runs_from_arrival_to_close(bridge: Town) -> None:
    """Teachers, a student and a walker at one table: everybody gets their own weeks in their own words, once; the
    table writes together; a request is answered; after four weeks each is asked; what was made comes back."""
    town = bridge
    await make(town, "School table", "North")
    for who, role in (("renata", "teacher"), ("kwame", "walker")):
        await offer(town, "North", [who], role)
        await accept(town, who)
    await offer(town, "North", ["yusuf"], "pupil", consent="yes")
    await accept(town, "yusuf")
    await make(town, "Walkers, inside North", "First walkers")
    await offer(town, "First walkers", ["kwame"], "walker")
    await accept(town, "kwame")
    assert "A walk with a companion" in labels(
        await town.press("renata", await town.command("renata", "/cohort"), "Ask for something")
    )
    nothing = await town.press("yusuf", await town.command("yusuf", "/cohort"), "Ask for something")
    assert "A walk with a companion" not in labels(nothing)  # nobody under age is brought together with one adult
    for day in (3, 10, 17):
        before = len(prompts_of(town, "renata"))
        await at(town, datetime(2026, 12, day, 8, 0, tzinfo=UTC))
        for prompt in prompts_of(town, "renata")[before:]:
            await answer(town, "renata", prompt, f"Week of the {day}th.")
    own = BRIDGE.unit(1).for_role("pupil").prompt
    assert [own in [one.text for one in prompts_of(town, who)] for who in ("yusuf", "renata")] == [True, False]
    page = await town.press("renata", await mine(town, "renata"), "What North wrote")
    form = await town.press("renata", await town.press("renata", page, "Our questions"), "Add a note")
    await town.submit("renata", form, {"text": "Who opens the door?"})
    await at(town, datetime(2026, 12, 30, 18, 0, tzinfo=UTC))
    assert len(news(town, "kwame")) == 1
    for who in ("renata", "kwame", "yusuf"):
        asked = [one for one in town.private(who) if "Go on" in labels(one)]
        assert len(asked) == 1
        await town.press(who, asked[0], "Go on")
    await at(town, datetime(2027, 1, 14, 18, 0, tzinfo=UTC))  # two weeks before the end
    await at(town, datetime(2027, 1, 21, 18, 0, tzinfo=UTC))
    prompts = sent(town, "prompt")
    assert set(prompts.values()) == {1}
    got = {name: {number for who, number in prompts if who == name} for name, _ in prompts}
    whole = {0, 1, 2, 3, 5, 6}
    assert got == {
        "Renata Aguilar": whole,
        "Yusuf Demirci": whole,
        "Kwame Osei-Tutu": whole | {4},
        "Leilani Kealoha": {0, 1, 3},  # on no team, and she did not answer whether to go on
    }
    back = await made(town, "renata")
    keepsake = await town.press("renata", back, "What I want to keep")
    assert "Week of the" in text_of(keepsake)
    assert "Halfway" in labels(keepsake)
    kept = await town.press(
        "kwame", await town.press("kwame", await mine(town, "kwame"), "What North"), "Versions that"
    )
    assert labels(kept)[0].startswith("First promise")
    said = words_of(await town.press("renata", back, "Make my certificate"))
    assert "A bridge between two schools" in said
    assert [one.title for one in town.private("renata")].count("Your program is coming to its end") == 1
