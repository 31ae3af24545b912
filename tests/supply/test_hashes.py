"""Every pinned package has its hash, and nothing else is listed."""

from __future__ import annotations

import re

from tests.supply.audit import PINS, pinned, plain
from tests.supply.hashes import lines

LISTED = PINS.parent / "requirements.hashes.txt"
_LINE = re.compile(r"^([A-Za-z0-9._-]+)==(\S+) --hash=sha256:([0-9a-f]{64})$")


def test_the_hashes_are_those_of_the_pinned_versions() -> None:
    """A raised pin without its hash would be installed unseen. PyTorch's file differs by machine."""
    found = [line for line in LISTED.read_text("utf-8").splitlines() if not line.startswith("#")]
    matched = [_LINE.match(line) for line in found]
    assert all(matched)
    listed = {plain(one[1]): one[2] for one in matched if one}
    pins = pinned(PINS.read_text("utf-8"))
    assert pins.pop("torch")
    assert listed == pins
    assert len({one[3] for one in matched if one}) == len(found)


def test_a_report_becomes_lines() -> None:
    """As pip writes it."""
    one = {
        "metadata": {"name": "Six", "version": "1.17.0"},
        "download_info": {"url": "anywhere", "archive_info": {"hashes": {"sha256": "a" * 64}}},
    }
    assert lines({"install": [one]}) == [f"Six==1.17.0 --hash=sha256:{'a' * 64}"]
