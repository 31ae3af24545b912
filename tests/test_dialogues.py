"""The written dialogues, played at the seam."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dialogue import dialogues, load, play
from tests.seam_driver import SeamDriver
from tests.town import open_town

pytestmark = pytest.mark.model


@pytest.fixture
def driver(tmp_path: Path, index_folder: Path) -> Iterator[SeamDriver]:
    """A town with its sample cohort set running, as the playground has it after its first start."""
    with asyncio.Runner() as runner:
        opening = open_town(tmp_path, index_folder)
        town = runner.run(opening.__aenter__())
        runner.run(town.found_cohort())
        yield SeamDriver(town, runner.run)
        runner.run(opening.__aexit__(None, None, None))


@pytest.mark.parametrize("name", dialogues())
def test_what_people_do_brings_what_they_should_see(name: str, driver: SeamDriver) -> None:
    """The same file is played in a real browser."""
    play(load(name), driver)
