"""What a member made comes back to them, and at the end a certificate that says that they took part."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path

import pytest
from pypdf import PdfReader

from bot import own_papers
from bot.certificate import certificate
from bot.messages import Form, Outgoing, Press, Reply
from bot.programs import load
from bot.schedule import CohortPlan
from bot.vault.private import Words
from tests.programs.test_three_years import LJS
from tests.town import Town, text_of
from tests.ways import answers, at, delivered, first_week, labels, stranger

LEEP = load(Path(__file__).parent.parent / "prompts" / "leep.yaml")


async def made(town: Town, who: str) -> Outgoing:
    page = await town.press(who, await town.command(who, "/cohort"), "What I made")
    assert isinstance(page, Outgoing)
    return page


async def answer(town: Town, who: str, text: str) -> None:
    form = await town.command(who, "/reflect")
    assert isinstance(form, Form)
    await town.submit(who, form, answers(form) | {one.name: text for one in form.fields if one.kind == "text"})


def words_of(file: Reply) -> str:
    assert isinstance(file, Outgoing)
    assert file.file is not None
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(file.file.data)).pages).split())


async def test_what_was_made_is_there_for_its_maker_alone_and_the_certificate_comes_at_the_end(town: Town) -> None:
    """Seven weeks: a values statement from the first, a strategy from the last ones, and its version."""
    await first_week(town)
    cohort = (await made(town, "renata")).options[-1].value
    assert "Nothing is here yet." in text_of(await made(town, "renata"))
    early = await town.act("renata", Press("making.certificate", cohort))
    assert "You can make it when the last prompt of the program has come." in text_of(early)
    for week in range(8):
        await answer(town, "renata", f"What I wrote in week {week}.")
        await at(town, town.clock.now() + timedelta(days=7))
    page = await made(town, "renata")
    assert "My one-page strategy" in labels(page)
    strategy = await town.press("renata", page, "My one-page strategy")
    assert "What I wrote in week 6." in text_of(strategy)
    kept = await town.press("renata", strategy, "After seven weeks")
    assert "What I wrote in week 6." in text_of(kept)
    for who in ("kwame", "imani"):
        assert "What I wrote" not in text_of(await town.act(who, Press("making.open", f"{cohort}:strategy")))
    assert "othing was" in text_of(await stranger(town, Press("making.open", f"{cohort}:strategy")))
    said = words_of(await town.press("renata", page, "Make my certificate"))
    assert "Renata Aguilar took part in" in said
    assert LEEP.title in said
    assert "What I wrote" not in said + delivered(town)
    silent = words_of(await town.press("kwame", await made(town, "kwame"), "Make my certificate"))
    assert silent.replace("Kwame Osei-Tutu", "") == said.replace("Renata Aguilar", "")  # nothing of how much


def test_a_log_keeps_every_answer_and_a_version_stops_at_its_unit() -> None:
    """Three notes on sharing are three lines; the plan at the end of year 1 has nothing of year 2."""
    entries = {
        unit.number: Words({one.id: f"month {unit.number}" for one in unit.questions if one.kind == "text"})
        for unit in LJS.units
    }
    log, plan = (next(one for one in LJS.artifacts if one.id == name) for name in ("sharing-log", "plan"))
    (notes,) = own_papers.written(LJS, entries, log)
    assert len(notes.lines) >= 3
    assert own_papers.so_far(LJS, entries, "sharing-log").count("month ") == len(notes.lines)
    calendar = CohortPlan(date(2027, 1, 4), "UTC")
    names = [one.name for one in own_papers.versions(LJS, calendar, entries, "plan", date(2029, 3, 1))]
    assert names == ["End of year 1", "First full plan", "End of year 2"]
    first = own_papers.written(LJS, entries, plan, LJS.unit(12))
    assert first
    assert max(int(line.split()[-1]) for one in first for line in one.lines) <= 12


@pytest.mark.parametrize("name", ["Nguyễn Thị Minh Khai", "Kahurangi Te Whāiti", "$x^2$ & <b>", "Ünal " * 12])
def test_a_certificate_is_one_page_with_the_name_as_it_is_written(name: str) -> None:
    """Whatever signs it has, and however long it is; nothing in it is taken for a formula."""
    file = certificate(name.strip(), "A year", "Alder", date(2026, 11, 30), date(2027, 1, 11), "A sample.")
    reader = PdfReader(io.BytesIO(file.data))
    assert len(reader.pages) == 1
    assert " ".join(name.split()) in " ".join(reader.pages[0].extract_text().split())
    assert "30 November 2026 to 11 January 2027" in reader.pages[0].extract_text()
