"""The table of the long proofs says what was found, also of a proof that breaks off."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_PROOFS = '''
import pytest

@pytest.mark.prove(7)
def test_fast(proof):
    """Everything is fast.

    More words.
    """
    proof("sqlite", "3 s", "< 5 s", True)
    proof("postgresql", "6 s", "< 5 s", False)

@pytest.mark.prove(2)
def test_breaks(proof):
    """Nothing breaks."""
    raise OSError("it broke")

@pytest.mark.prove(9)
def test_after(proof):
    """Others go on."""
    proof("both", "0 lost", "0", True)
'''


def test_one_table_holds_what_every_proof_found(tmp_path: Path) -> None:
    """In the order of the figures; one that failed or broke off stops no other, and the run fails."""
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = prove: a long proof\n")
    (tmp_path / "conftest.py").write_text(
        "from tests.prove import proof, pytest_runtest_makereport, pytest_terminal_summary\n"
    )
    (tmp_path / "test_some.py").write_text(_PROOFS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    kept = (tmp_path / "test-results" / "prove.md").read_text()
    assert kept in done.stdout
    rows = [[cell.strip() for cell in line.split("|")[1:-2]] for line in kept.splitlines()]
    assert rows[2:] == [
        ["2", "Nothing breaks", "-", "broke off", "a measurement", "NOT HELD"],
        ["7", "Everything is fast", "sqlite", "3 s", "< 5 s", "held"],
        ["7", "Everything is fast", "postgresql", "6 s", "< 5 s", "NOT HELD"],
        ["9", "Others go on", "both", "0 lost", "0", "held"],
    ]
    assert len({len(line) for line in kept.splitlines()}) == 1
