"""`make audit` says yes only when every pinned package was looked up."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.supply.audit import PINS, pinned, verdict

TWO = {"pyyaml": "6.0.3", "zope-interface": "7"}
WELL: list[dict[str, Any]] = [
    {"name": "PyYAML", "version": "6.0.3", "vulns": []},
    {"name": "zope.interface", "version": "7", "vulns": []},
]


def told(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_every_pin_looked_up_and_well_is_a_yes() -> None:
    """However each side writes the names."""
    assert verdict(0, told(*WELL), TWO) == []


def test_a_known_weakness_is_a_no() -> None:
    """With the package and the number of the advisory."""
    weak = WELL[0] | {"version": "5.1", "vulns": [{"id": "PYSEC-2020-96"}]}
    assert verdict(1, told(weak, WELL[1]), TWO) == ["PyYAML 5.1: PYSEC-2020-96"]


def test_what_was_skipped_or_left_out_is_a_no() -> None:
    """Also when the tool itself ended well."""
    skipped = {"name": "pyyaml", "skip_reason": "not found on the index"}
    assert verdict(0, told(skipped, WELL[1]), TWO) == ["pyyaml: not checked (not found on the index)"]
    assert verdict(0, told(WELL[0]), TWO) == ["zope-interface: not checked (left out of the answer)"]
    assert verdict(0, told(), {}) == ["Nothing was checked."]
    assert verdict(3, told(*WELL), TWO) != []


def test_without_advisory_data_it_is_a_no() -> None:
    """An answer that is none."""
    for answer in ("", "No known vulnerabilities found", "[]", "{}"):
        assert verdict(0, answer, TWO)[0].startswith("No answer")


def test_a_tool_that_fails_ends_the_command_with_a_no(tmp_path: Path) -> None:
    """As it does where the advisory data cannot be reached."""
    tool = tmp_path / "pip-audit"
    tool.write_text("#!/bin/sh\necho 'could not connect' >&2\nexit 1\n", "utf-8")
    tool.chmod(0o755)
    command = [sys.executable, "-m", "tests.supply.audit", str(tool)]
    ended = subprocess.run(command, cwd=PINS.parent, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "nothing was checked" in ended.stdout


def test_every_line_of_the_constraints_is_read() -> None:
    """One that is not would never be looked up."""
    lines = [line for line in PINS.read_text("utf-8").splitlines() if line and not line.startswith("#")]
    assert len(pinned("\n".join(lines))) == len(lines)
