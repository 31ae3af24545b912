"""A process that dies at any point loses nothing and doubles nothing; what arrived is counted at the platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.delivery.crashes import kill, stop
from tests.delivery.doors import DISCORD, SLACK
from tests.prove import Proof

on_both_databases = pytest.mark.parametrize("kind", BOTH)
on_both_platforms = pytest.mark.parametrize("platform", [SLACK, DISCORD])
crosswise = pytest.mark.parametrize(("kind", "platform"), [(BOTH[0], SLACK), (BOTH[1], DISCORD)])
"""The short draw: each database and each platform once."""


@pytest.mark.slow
@crosswise
def test_a_sudden_death_at_each_point_loses_and_doubles_nothing(kind: str, platform: str, tmp_path: Path) -> None:
    """With a platform that loses answers and lets posts land late."""
    result = kill(kind, tmp_path, platform, 8)
    assert (result.lost, result.doubled) == (0, 0), result


@pytest.mark.prove(1)
@on_both_databases
@on_both_platforms
def test_hundreds_of_sudden_deaths_lose_and_double_nothing(
    kind: str, platform: str, tmp_path: Path, proof: Proof
) -> None:
    """250 sudden deaths at eight points lose and double nothing."""
    result = kill(kind, tmp_path, platform, 250)
    where = f"{kind}, {platform}, {result.kills} kills"
    proof(where, result.told, "0 and 0", (result.lost, result.doubled) == (0, 0))


@pytest.mark.prove(1)
@on_both_databases
@on_both_platforms
def test_the_control_of_the_deaths_doubles_many(kind: str, platform: str, tmp_path: Path, proof: Proof) -> None:
    """The same deaths double many messages where nobody looks before the second try."""
    result = kill(kind, tmp_path, platform, 250, asks=False)
    proof(f"control: {kind}, {platform}, {result.kills} kills", result.told, "> 100 doubled", result.doubled > 100)


@pytest.mark.slow
@crosswise
def test_a_process_that_was_stopped_past_its_lease_sends_nothing_late(kind: str, platform: str, tmp_path: Path) -> None:
    """Others take over meanwhile; when it wakes up it finds its lanes gone."""
    result = stop(kind, tmp_path, platform, 3)
    assert (result.lost, result.doubled) == (0, 0), result


@pytest.mark.prove(2)
@on_both_databases
@on_both_platforms
def test_two_hundred_stops_lose_and_double_nothing(kind: str, platform: str, tmp_path: Path, proof: Proof) -> None:
    """200 stops of up to three leases lose and double nothing."""
    result = stop(kind, tmp_path, platform, 200)
    where = f"{kind}, {platform}, {result.kills} stops"
    proof(where, result.told, "0 and 0", (result.lost, result.doubled) == (0, 0))
