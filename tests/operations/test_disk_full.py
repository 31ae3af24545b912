"""A full disk: nobody reads "Saved" for what was not, and the bot goes on when there is room again."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.prove import Proof

WORKLOAD = "tests.operations.full_disk"


def run(folder: Path, *words: str, before: tuple[str, ...] = ()) -> dict[str, Any]:
    """What happened in a process of its own, since a limit on files holds for a whole process."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [*before, sys.executable, "-m", WORKLOAD, str(folder), *words],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_a_disk_that_fills_up_at_any_write_loses_nothing_that_was_said(tmp_path: Path) -> None:
    """The room ends before, in and after each write of a reflection and of a tick, and comes back each time."""
    seen = run(tmp_path / "town", "12")
    assert seen["full"] >= 12
    assert seen["false_saved"] == 0
    assert seen["recovered"] == seen["full"]
    assert seen["ticks_failed"] > 0
    assert seen["doubled"] == seen["lost"] == 0
    # The second where it was the keyring that found no room: the form then stays open with its text.
    assert set(seen["told"]) <= {
        "an error",
        "I can't keep this private right now, so I saved nothing. Your text is still in the box.",
    }


def report(proof: Proof, on: str, seen: dict[str, Any], least: int) -> None:
    proof(
        f"{on}, full {seen['full']} times",
        f"{seen['false_saved']} false, {seen['lost']} lost, {seen['doubled']} doubled, {seen['recovered']} recovered",
        f"0, 0, 0, {seen['full']}",
        (seen["false_saved"], seen["lost"], seen["doubled"]) == (0, 0, 0)
        and seen["recovered"] == seen["full"] >= least,
    )


@pytest.mark.prove(11)
def test_every_write_meets_a_full_disk(tmp_path: Path, proof: Proof) -> None:
    """The disk is full at each write of a save and a tick: nobody reads a false "Saved", and it goes on after."""
    report(proof, "limit on files", run(tmp_path / "town", "400"), 400)


@pytest.mark.prove(11)
def test_a_small_file_system_runs_full_for_real(tmp_path: Path, proof: Proof) -> None:
    """A file system of its own, three megabytes large, is filled up and made free again."""
    small = ("unshare", "--map-root-user", "--mount", "--fork")
    if shutil.which("unshare") is None or subprocess.run([*small, "true"], check=False).returncode:
        pytest.skip("this machine does not let a process have a file system of its own")
    folder = tmp_path / "small"
    folder.mkdir()
    mount = f'mount -t tmpfs -o size=3m none {folder} && exec "$0" "$@"'
    seen = run(folder, "20", "ballast", before=(*small, "sh", "-c", mount))
    report(proof, "small file system", seen, 10)
