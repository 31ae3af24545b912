"""Whatever moment the power goes at: what somebody was told is saved or sent is there at the next start."""

from __future__ import annotations

import random
import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.store import Store
from tests.operations.power import Disk, Op, trace
from tests.prove import Proof

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed here")

WORKLOAD = "tests.operations.workload"


@dataclass(frozen=True)
class Toll:
    cuts: int
    lost: Counter[str]
    damaged: int
    told: int


def lost_after(files: dict[Path, bytes], told: list[str], place: Path) -> tuple[list[str], bool]:
    """Which of the things that people were told are not in the database, and whether it is damaged."""
    for path, data in files.items():
        (place / path.name).write_bytes(data)
    database = place / "cohortbook.sqlite"
    if not database.exists():
        return told, False
    try:
        with closing(sqlite3.connect(database)) as db:
            sound = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'entry'").fetchone():
                return told, not sound
            forms = {row[0] for row in db.execute("SELECT form FROM entry WHERE length(body) > 0")}
            states = dict(db.execute("SELECT key, state FROM outbox"))
    except sqlite3.DatabaseError:
        return told, True
    kept = {
        # What was posted must be known as begun, or it would be sent again without being looked for.
        "posted": {key for key, state in states.items() if state in ("sending", "unknown", "sent")},
        "settled": {key for key, state in states.items() if state == "sent"},
        "saved": forms,
    }
    return [line for line in told if line.partition(" ")[2] not in kept[line.partition(" ")[0]]], not sound


def cut_power(operations: list[Op], draws: int, every: int, place: Path, seed: int = 1) -> Toll:
    """After every so many writes and syncs: what was synced alone, and `draws` times any part of the rest."""
    chance = random.Random(seed)  # noqa: S311 - the same cuts every time
    disk, lost, cuts, damaged = Disk(), Counter[str](), 0, 0
    for number, op in enumerate(operations):
        disk.do(op)
        if number % every:
            continue
        for draw in (None, *[chance] * draws):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            missing, broken = lost_after(disk.after_a_cut(draw), disk.told, place)
            lost.update({line.partition(" ")[0] for line in missing})
            damaged += broken
            cuts += 1
    return Toll(cuts, lost, damaged, len(disk.told))


@pytest.fixture
def place() -> Iterator[Path]:
    """In memory where the machine has that, since each cut writes a whole database."""
    memory = Path("/dev/shm")
    folder = (memory if memory.is_dir() else Path("/tmp")) / f"cohortbook-power-{random.SystemRandom().getrandbits(48)}"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def worked(folder: Path, weeks: int, forms: int, how: str = "full") -> list[Op]:
    folder.mkdir()
    return trace(folder, "-m", WORKLOAD, str(folder), str(weeks), str(forms), how)


@pytest.mark.slow
def test_a_power_cut_loses_nothing_that_people_were_told(tmp_path: Path, place: Path) -> None:
    """A week of a cohort, cut off at some hundred moments between its writes and syncs."""
    operations = worked(tmp_path / "town", 1, 1)
    toll = cut_power(operations, draws=1, every=max(1, len(operations) // 150), place=place)
    assert toll.cuts >= 300
    assert toll.told >= 15
    assert (toll.lost, toll.damaged) == (Counter(), 0)


@pytest.mark.slow
def test_commits_that_do_not_wait_for_the_disk_would_lose_some(tmp_path: Path, place: Path) -> None:
    """The control: with `synchronous=NORMAL` the same cuts take back what was told, so the model can see it."""
    operations = worked(tmp_path / "town", 1, 1, "normal")
    toll = cut_power(operations, draws=0, every=max(1, len(operations) // 100), place=place)
    assert toll.lost["saved"] > 0
    assert toll.lost["posted"] > 0


def test_a_database_after_a_cut_opens_and_goes_on(tmp_path: Path, place: Path) -> None:
    """Not only the tables: the store itself starts on what is left, at any of some moments."""
    script = tmp_path / "script.py"
    script.write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from sqlalchemy import insert\n"
        "from bot.store import Store, tables\n"
        "store = Store.in_folder(Path(sys.argv[1]))\n"
        "for n in range(20):\n"
        "    with store.begin() as tx:\n"
        "        tx.execute(insert(tables.verdict).values(tenant='t', entry=f'e{n}', verdict='helpful', count=n))\n"
    )
    folder = tmp_path / "data"
    folder.mkdir()
    operations = trace(folder, str(script), str(folder))
    disk = Disk()
    chance = random.Random(2)  # noqa: S311
    for number, op in enumerate(operations):
        disk.do(op)
        if number % 25 == 0:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir()
            for path, data in disk.after_a_cut(chance).items():
                (place / path.name).write_bytes(data)
            Store.in_folder(place).close()


@pytest.mark.prove(3)
def test_ten_thousand_power_cuts_lose_nothing(tmp_path: Path, place: Path, proof: Proof) -> None:
    """Power cuts at every write and sync of two weeks of work take back nothing that people were told."""
    operations = worked(tmp_path / "town", 2, 3)
    draws = max(1, 10_000 // len(operations) + 1)
    toll = cut_power(operations, draws=draws, every=1, place=place)
    missing = sum(toll.lost.values())
    proof(
        f"sqlite, {toll.cuts:,} cuts",
        f"{missing} of {toll.told} told lost, {toll.damaged} damaged",
        "0 and 0 of 10,000 cuts",
        (missing, toll.damaged) == (0, 0) and toll.cuts >= 10_000,
    )
    control = cut_power(worked(tmp_path / "control", 2, 3, "normal"), draws=1, every=1, place=place)
    lost = control.lost["saved"]
    proof(f"control: NORMAL, {control.cuts:,} cuts", f"{lost} told lost", "some", lost > 0)
