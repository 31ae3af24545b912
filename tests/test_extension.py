"""Adding a question kind, a program and a platform takes a file each, and no line of what is there already."""

from __future__ import annotations

import itertools
import sys
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

import bot.kinds
import bot.platforms
from bot.app import build
from bot.clock import DemoClock
from bot.config import Settings, load
from bot.errors import SettingsError
from bot.messages import Errors, Form, Outgoing
from bot.programs import check
from tests.fakes.recorder import Recorder
from tests.town import Town, text_of

KIND = '''
"""Weather as an answer. Key: `skies`, the words to choose from."""

from bot.kinds import Invalid
from bot.messages import Field


def check(spec):
    return [f'{key}: "{key}" is not a key of a weather question' for key in spec if key != "skies"]


def field(question, initial=""):
    skies = question.spec["skies"]
    hint = "One of: " + ", ".join(skies)
    return Field(question.id, question.ask, required=question.required, hint=hint, initial=initial)


def read(raw, question):
    if raw not in question.spec["skies"]:
        raise Invalid("There is no such weather. Please write one of: " + ", ".join(question.spec["skies"]) + ".")
    return raw


def show(value, question):
    return f"The sky was {value}."


def point(value, question):
    return float(question.spec["skies"].index(value))
'''

PROGRAM = """
id: skies
title: A week of skies
about: A program that exists in a test only.
host_note: A sample. Nobody has endorsed it.
clock: weekly
day: monday
time: "08:10"
units:
  - number: 1
    id: first
    title: Look up
    aim: Notice the sky.
    prompt: Look out of a window for a minute.
    alternative: Remember the sky of this morning.
    questions:
      - id: sky
        kind: weather
        ask: How was the sky?
        required: true
        skies: [grey, bright]
    step:
      ask: When will you look again?
      example: When I lock the door, I will look up.
"""

PLATFORM = """
from tests.fakes.recorder import Recorder


def create(settings, folder, clock):
    return Recorder("pigeon")
"""

START = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)


@pytest.fixture
def added(tmp_path: Path) -> Iterator[Path]:
    """The three files, where the recipes say they belong: in folders that are searched by name."""
    kinds, platforms, prompts = (tmp_path / name for name in ("kinds", "platforms", "prompts"))
    for folder in (kinds, platforms, prompts):
        folder.mkdir()
    (kinds / "weather.py").write_text(KIND, "utf-8")
    (platforms / "pigeon.py").write_text(PLATFORM, "utf-8")
    (prompts / "skies.yaml").write_text(PROGRAM, "utf-8")
    bot.kinds.__path__.append(str(kinds))
    bot.platforms.__path__.append(str(platforms))
    yield prompts
    bot.kinds.__path__.remove(str(kinds))
    bot.platforms.__path__.remove(str(platforms))
    bot.kinds._found.pop("weather", None)
    for module in ("bot.kinds.weather", "bot.platforms.pigeon"):
        sys.modules.pop(module, None)


@pytest.fixture
async def town(added: Path, tmp_path: Path) -> AsyncIterator[Town]:
    """A house on the new platform, with the new program in its folder."""
    count = itertools.count(1)
    clock = DemoClock(tmp_path / "clock.json", machine=lambda: START)
    settings = Settings(
        data=tmp_path / "data",
        prompts=added,
        platforms={"pigeon": {}},
        facilitators=["pigeon/room/imani"],
    )
    house = build(settings, clock, ids=lambda: f"id{next(count):06d}")
    clock.deliver = house
    await house.welcome_facilitators()
    yield Town(house, clock, cast(Recorder, house.platforms["pigeon"]))
    house.close()


async def begin(town: Town) -> None:
    """Imani starts the new program with Renata, through the same forms as any other."""
    form = await town.press("imani", await town.command("imani", "/facilitate"), "New cohort")
    assert isinstance(form, Form)
    assert next(one for one in form.fields if one.name == "program").choices == (("skies", "A week of skies"),)
    made = await town.submit(
        "imani", form, {"program": "skies", "name": "Sky cohort", "start": "2026-11-30", "zone": "America/New_York"}
    )
    people = {"channel": str(town.chat.channel), "members": [str(town.chat.who("renata"))]}
    ready = await town.submit("imani", await town.press("imani", made, "Next"), people)
    await town.press("imani", ready, "Set it running")
    await town.start("renata")
    for _ in range(4):  # from Thursday to Monday evening
        await town.until("day")


async def test_a_week_on_a_new_platform_with_a_new_program_and_a_new_kind_of_question(town: Town) -> None:
    """The prompt comes, the form asks in the new kind's way, and the journal shows the answer in its words."""
    await begin(town)
    prompt = town.prompt("renata")
    assert prompt.text == "Look out of a window for a minute."
    form = await town.press("renata", prompt, "Reflect privately")
    assert isinstance(form, Form)
    asked = form.fields[0]
    assert (asked.name, asked.label, asked.hint) == ("sky", "How was the sky?", "One of: grey, bright")
    saved = await town.submit("renata", form, {"sky": "bright"})
    entry = await town.press("renata", saved, "Read it again")
    assert isinstance(entry, Outgoing)
    assert [(quote.title, quote.text) for quote in entry.quotes] == [("How was the sky?", "The sky was bright.")]
    again = await town.press("renata", entry, "Edit")
    assert isinstance(again, Form)
    assert again.fields[0].initial == "bright"


async def test_the_new_kinds_own_refusal_stands_under_its_field(town: Town) -> None:
    """The form stays open, and nothing is in the journal."""
    await begin(town)
    form = await town.press("renata", town.prompt("renata"), "Reflect privately")
    reply = await town.submit("renata", form, {"sky": "purple"})
    assert reply == Errors({"sky": "There is no such weather. Please write one of: grey, bright."})
    assert "empty" in text_of(await town.command("renata", "/journal"))


async def test_the_new_kinds_answers_are_drawn_on_their_writers_own_chart(town: Town) -> None:
    """A kind that has points has a chart, without a word about charts in it."""
    await begin(town)
    await town.submit("renata", await town.press("renata", town.prompt("renata"), "Reflect"), {"sky": "grey"})
    chart = await town.press("renata", await town.command("renata", "/journal"), "My own chart")
    assert isinstance(chart, Outgoing)
    assert chart.picture is not None
    assert "The sky was grey." in chart.picture.description


def test_the_new_kinds_keys_are_checked_with_the_others(added: Path) -> None:
    """`check` reads the program, and a slip in the new kind's keys is named with its line."""
    assert check(added) == []
    file = added / "skies.yaml"
    file.write_text(file.read_text("utf-8").replace("skies: [", "skeis: ["), "utf-8")
    assert check(added) == [
        'prompts/skies.yaml:21: units[0].questions[0].skeis: "skeis" is not a key of a weather question'
    ]


def test_the_settings_know_the_new_platform(added: Path, tmp_path: Path) -> None:
    """It can be named, and it stands in the list of what can be named."""
    file = tmp_path / "cohortbook.yaml"
    file.write_text("platforms: [pigeon]\n", "utf-8")
    assert load(file, {}).platforms == {"pigeon": {}}
    file.write_text("platforms: [dove]\n", "utf-8")
    with pytest.raises(SettingsError, match=r"no platform is called dove; allowed: .*pigeon"):
        load(file, {})
