"""The written dialogues, played in a real browser with the whole demo behind the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_driver import BrowserDriver
from browsing import Visit
from real_house import RealHouse

from tests.dialogue import dialogues, load, play

pytestmark = [pytest.mark.browser, pytest.mark.model]

PHONE = {"viewport": {"width": 375, "height": 812}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def running(tmp_path: Path, index_folder: Path) -> Iterator[RealHouse]:
    house = RealHouse(tmp_path, index_folder)
    yield house
    house.stop()


@pytest.mark.parametrize("name", [one for one in dialogues() if one != "bad_input"])
def test_what_people_do_brings_what_they_should_see(name: str, visit: Visit, running: RealHouse) -> None:
    """The same file is played at the seam."""
    play(load(name), BrowserDriver(visit(), running.settle))


def test_bad_input_on_a_phone(visit: Visit, running: RealHouse) -> None:
    """On 375 pixels, with a finger; and nothing grows wider than the screen."""
    page = visit(**PHONE)
    play(load("bad_input"), BrowserDriver(page, running.settle))
    assert page.evaluate("document.documentElement.scrollWidth") <= 375
