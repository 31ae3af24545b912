"""What every test may ask for."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.databases import POSTGRESQL, SQLITE, database, drop, fresh
from tests.prove import proof, pytest_runtest_makereport, pytest_terminal_summary
from tests.town import Town, open_town

__all__ = ["database", "proof", "pytest_runtest_makereport", "pytest_terminal_summary"]

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def index_folder() -> Path:
    """The real knowledge base, indexed with the real model: built once and kept beside the checkout's tools."""
    import fcntl

    from index.build import build
    from index.encoder import MiniLM

    folder = ROOT / "build" / "test-index"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder.parent / "test-index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # two test processes: the second waits and finds it done
        build(ROOT / "knowledge", folder, MiniLM())
    return folder


@pytest.fixture
async def town(request: pytest.FixtureRequest, tmp_path: Path, index_folder: Path) -> AsyncIterator[Town]:
    """On SQLite, or on what `tests.databases.ON_BOTH` asks for."""
    url = "" if getattr(request, "param", SQLITE) == SQLITE else fresh(POSTGRESQL, tmp_path)
    async with open_town(tmp_path, index_folder, database=url) as made:
        yield made
    drop(url or "sqlite")


def find_chromium() -> str | None:
    known = [
        os.environ.get("CHROMIUM", ""),
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ]
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        known.append(shutil.which(name) or "")
    return next((path for path in known if path and Path(path).exists()), None)
