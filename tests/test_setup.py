"""Making a cohort from chat, choosing its people, and who leads it."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.messages import Address, Errors, Form, Outgoing, Press, Reply
from tests.town import FIRST_DAY, Town, open_town, text_of
from tests.ways import FIRST_WEEK, at, first_week, jump, kept, labels, running

PROMPTS = Path(__file__).parent.parent / "prompts"
DRAFT = {"program": "leep", "name": "Spring cohort", "start": FIRST_DAY, "zone": "America/New_York"}


async def create(town: Town, **values: str) -> Reply:
    form = await town.act("imani", Press("setup.new"))
    return await town.submit("imani", form, DRAFT | values)


async def draft(town: Town) -> str:
    made = await create(town)
    assert isinstance(made, Outgoing)
    return made.options[0].value


def addresses(town: Town, *people: str) -> list[str]:
    return [str(town.chat.who(one)) for one in people]


async def roster(town: Town, cohort: str, members: Sequence[str], channel: str | None = None) -> Reply:
    form = await town.act("imani", Press("setup.roster", cohort))
    where = str(town.chat.channel) if channel is None else channel
    return await town.submit("imani", form, {"channel": where, "members": members})


# --- the first form --------------------------------------------------------------------------------


async def test_the_form_offers_every_program_that_is_ready(town: Town) -> None:
    """She chooses the program herself, the zone is filled in, and the draft is nobody's news."""
    form = await town.act("imani", Press("setup.new"))
    assert isinstance(form, Form)
    assert {name for name, _ in form.fields[0].choices} == {
        path.stem for path in PROMPTS.glob("*.yaml") if "\ndraft: true\n" not in path.read_text("utf-8")
    }
    assert {one.name: one.initial for one in form.fields} == {
        "program": "",
        "name": "",
        "start": "",
        "zone": "America/New_York",
        "country": "",
    }
    assert "Nobody hears of it until you say so" in form.intro


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("program", ""),
        ("program", "../leep"),
        ("name", ""),
        ("name", " \u200b "),
        ("name", "n" * 61),
        ("name", "👩‍👩‍👧‍👦" * 6),
        ("start", ""),
        ("start", "30.11.2026"),
        ("start", "2026-11-25"),
        ("start", "9999-12-31"),
        ("start", "1970-01-01"),
        ("zone", "Somewhere"),
        ("zone", ""),
        ("country", "Atlantis"),
    ],
)
async def test_each_mistake_stands_beside_its_field(town: Town, field: str, typed: str) -> None:
    """Nothing is made."""
    await town.house.tick()
    before = kept(town)
    reply = await create(town, **{field: typed})
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]
    assert kept(town) == before


async def test_a_program_that_is_not_ready_is_not_offered(tmp_path: Path, index_folder: Path) -> None:
    """Nor taken from somebody who knows its name."""
    folder = tmp_path / "prompts"
    shutil.copytree(PROMPTS, folder)
    text = (folder / "lee.yaml").read_text("utf-8")
    (folder / "lee.yaml").write_text(f"{text}\ndraft: true\n", "utf-8")
    async with open_town(tmp_path / "town", index_folder, prompts=folder) as town:
        form = await town.act("imani", Press("setup.new"))
        assert isinstance(form, Form)
        assert {name for name, _ in form.fields[0].choices} == {"leep", "ib", "ljs", "lern"}
        reply = await create(town, program="lee")
        assert isinstance(reply, Errors)
        assert list(reply.fields) == ["program"]


async def test_all_mistakes_are_told_at_once(town: Town) -> None:
    """One round, not four."""
    reply = await create(town, program="", name="", start="", zone="")
    assert isinstance(reply, Errors)
    assert set(reply.fields) == {"program", "name", "start", "zone"}


async def test_no_prompt_comes_on_a_public_holiday_where_the_cohort_keeps_them(town: Town) -> None:
    """Week 7 falls on Martin Luther King Day; the member and the facilitator see its other day."""
    made = await create(town, country="us-ny")
    assert "public holidays (US-NY)" in text_of(made)
    values = {"channel": str(town.chat.channel), "members": [str(town.chat.who("kwame"))]}
    ready = await town.submit("imani", await town.press("imani", made, "Next"), values)
    await town.press("imani", ready, "Set it running")
    await town.start("kwame")
    await jump(town, FIRST_WEEK + timedelta(weeks=4))
    for told in (await town.command("kwame", "/cohort"), await town.command("imani", "/facilitate")):
        assert "Tuesday 19 January at 08:10: Week 7" in text_of(told)
        assert "Monday 11 January at 08:10: Week 6" in text_of(told)


async def test_a_corrected_form_is_taken(town: Town) -> None:
    """A form that came back with errors was not used up."""
    form = await town.act("imani", Press("setup.new"))
    assert isinstance(await town.submit("imani", form, DRAFT | {"name": ""}), Errors)
    made = await town.submit("imani", form, DRAFT)
    assert "A draft of Spring cohort is made" in text_of(made)
    assert "first prompt on Monday 30 November" in text_of(made)


async def test_the_same_form_makes_one_cohort(town: Town) -> None:
    """A second submission is recognised."""
    form = await town.act("imani", Press("setup.new"))
    await town.submit("imani", form, DRAFT)
    assert "already done" in text_of(await town.submit("imani", form, DRAFT))
    assert len(kept(town)["cohort"]) == 1


async def test_a_name_stays_on_one_line(town: Town) -> None:
    """It stands in titles and logs."""
    made = await create(town, name="Spring\n  cohort\x00")
    assert "A draft of Spring cohort is made" in text_of(made)


async def test_a_zone_may_be_typed_sloppily(town: Town) -> None:
    """It is kept under its proper name."""
    await create(town, zone="america/new york")
    assert any("America/New_York" in row for row in kept(town)["cohort"])


# --- the second form -------------------------------------------------------------------------------


async def test_the_preview_says_program_day_and_number_of_people(town: Town) -> None:
    """And nobody has heard anything yet."""
    ready = await roster(town, await draft(town), addresses(town, "renata", "kwame"))
    assert "first prompt on Monday 30 November, 2 people" in text_of(ready)
    assert labels(ready) == ["Set it running", "Change channel or people"]
    assert town.chat.delivered == []


async def test_who_is_taken_out_of_a_draft_is_out(town: Town) -> None:
    """The list that was sent is the list that holds, and a person named twice is one."""
    cohort = await draft(town)
    await roster(town, cohort, addresses(town, "renata", "kwame"))
    ready = await roster(town, cohort, addresses(town, "kwame", "kwame"))
    assert "1 person." in text_of(ready)
    await town.press("imani", ready, "Set it running")
    assert len(town.private("kwame")) == 1
    assert town.private("renata") == []


async def test_a_running_cohort_takes_nobody_out(town: Town) -> None:
    """Leaving is the member's own; the answer says so."""
    cohort = await running(town, ["renata", "kwame"])
    reply = text_of(await roster(town, cohort, addresses(town, "kwame", "yusuf")))
    assert "Nobody was taken out" in reply
    assert len(town.private("yusuf")) == 1
    await at(town, FIRST_WEEK)
    assert "Arrive and settle in" in town.titles("renata")


@pytest.mark.parametrize(
    ("channel", "members", "field"),
    [
        ("", ["renata"], "channel"),
        ("nonsense", ["renata"], "channel"),
        ("1|recorder|room|person|renata", ["renata"], "channel"),
        ("1|recorder|elsewhere|channel|x", ["renata"], "channel"),
        (None, [], "members"),
        (None, ["nobody-of-that-name"], "members"),
        (None, ["1|recorder|elsewhere|person|renata"], "members"),
        (None, ["1|slack|room|person|renata"], "members"),
        (None, ["1|recorder|room|channel|sample-cohort"], "members"),
    ],
)
async def test_unusable_channels_and_people_are_refused_by_field(
    town: Town, channel: str | None, members: list[str], field: str
) -> None:
    """Also those of another workspace; nothing is saved."""
    cohort = await draft(town)
    before = kept(town)
    named = [one if "|" in one else str(town.chat.who(one)) for one in members]
    reply = await roster(town, cohort, named, channel)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == [field]
    assert kept(town) == before


async def test_set_running_twice_welcomes_once(town: Town) -> None:
    """The second press says that it is running already."""
    cohort = await draft(town)
    ready = await roster(town, cohort, addresses(town, "renata"))
    await town.press("imani", ready, "Set it running")
    assert "running already" in text_of(await town.press("imani", ready, "Set it running"))
    assert len(town.private("renata")) == 1


async def test_without_channel_and_people_it_does_not_run(town: Town) -> None:
    """The answer says what is missing."""
    cohort = await draft(town)
    assert "choose the channel" in text_of(await town.act("imani", Press("setup.run", cohort)))


async def test_a_draft_can_be_picked_up_later(town: Town) -> None:
    """/facilitate leads back to the second form."""
    await draft(town)
    shown = await town.command("imani", "/facilitate")
    assert "Nobody has heard of it yet" in text_of(shown)
    assert isinstance(await town.press("imani", shown, "Go on"), Form)


# --- who leads -------------------------------------------------------------------------------------


async def lead(town: Town, cohort: str, action: str, *whom: str) -> Reply:
    form = await town.act("imani", Press(f"setup.{action}", cohort))
    return await town.submit("imani", form, {"whom": addresses(town, *whom)})


async def test_people_lists_facilitators_and_members(town: Town) -> None:
    """Names only, in no order of merit."""
    cohort = await running(town, ["renata", "kwame"])
    text = text_of(await town.act("imani", Press("setup.people", cohort)))
    assert "Facilitators: Imani Brooks." in text
    assert "Members: Kwame Osei-Tutu and Renata Aguilar." in text


async def test_an_added_facilitator_leads_this_cohort_and_makes_none(town: Town) -> None:
    """The right to make cohorts stays with those whom the settings name."""
    cohort = await first_week(town)
    assert "Renata Aguilar is a facilitator" in text_of(await lead(town, cohort, "add-leader", "renata"))
    shown = await town.command("renata", "/facilitate")
    assert "Write to the cohort" in labels(shown)
    assert "New cohort" not in labels(shown)
    assert "Nothing was made" in text_of(await town.act("renata", Press("setup.new")))


async def test_handing_over_moves_the_cohort_and_its_buttons(town: Town) -> None:
    """The old facilitator's buttons end with it."""
    cohort = await first_week(town)
    reply = text_of(await lead(town, cohort, "hand-over", "kwame"))
    assert "Kwame Osei-Tutu leads Sample cohort now, and you no longer do." in reply
    assert "Write to the cohort" in labels(await town.command("kwame", "/facilitate"))
    assert "of its cohort and its facilitators" in text_of(await town.act("imani", Press("broadcasts.write", cohort)))


@pytest.mark.parametrize("action", ["add-leader", "hand-over"])
@pytest.mark.parametrize("whom", [[], ["renata", "kwame"], ["nobody-of-that-name"]])
async def test_a_cohort_is_never_left_without_a_facilitator(town: Town, action: str, whom: list[str]) -> None:
    """None, two, or an unknown person: nothing changes."""
    cohort = await running(town)
    before = kept(town)
    reply = await lead(town, cohort, action, *whom)
    assert isinstance(reply, Errors)
    assert list(reply.fields) == ["whom"]
    assert kept(town) == before


async def test_handing_over_to_oneself_or_elsewhere_is_refused(town: Town) -> None:
    """Both would leave the cohort alone."""
    cohort = await running(town)
    assert "That is you" in text_of(await lead(town, cohort, "hand-over", "imani"))
    form = await town.act("imani", Press("setup.hand-over", cohort))
    away = Address("recorder", "elsewhere", "person", "renata")
    assert "not known here" in text_of(await town.submit("imani", form, {"whom": [str(away)]}))
    assert "Write to the cohort" in labels(await town.command("imani", "/facilitate"))
