"""A process that dies at any point loses nothing and doubles nothing; what arrived is counted at the platform."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.delivery.crashes import HEAD, kill, stop

_SLACK, _DISCORD = False, True


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("nonce", [_SLACK, _DISCORD], ids=["look-up", "nonce"])
def test_a_sudden_death_at_each_point_loses_and_doubles_nothing(kind: str, nonce: bool, tmp_path: Path) -> None:
    """With a platform that loses answers and lets posts land late."""
    result = kill(kind, tmp_path, 8, nonce=nonce)
    assert (result.lost, result.doubled) == (0, 0), result


@pytest.mark.prove
def test_a_thousand_sudden_deaths_lose_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """250 on each database with each kind of platform; without looking first, many would be doubled."""
    results = {}
    with capsys.disabled():
        print(f"\n{HEAD}")
        for kind in BOTH:
            for nonce, asks, what in (
                (_SLACK, True, "looked up"),
                (_DISCORD, True, "nonce"),
                (_SLACK, False, "control: sent again unasked"),
            ):
                results[kind, what] = result = kill(kind, tmp_path, 250, nonce=nonce, asks=asks)
                print(result.line(f"{kind}, {what}"), flush=True)
    for (_, what), result in results.items():
        if what.startswith("control"):
            assert result.doubled > 100
        else:
            assert (result.lost, result.doubled) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_a_process_that_was_stopped_past_its_lease_sends_nothing_late(kind: str, tmp_path: Path) -> None:
    """Others take over meanwhile; when it wakes up it finds its lanes gone."""
    result = stop(kind, tmp_path, 6)
    assert (result.lost, result.doubled) == (0, 0), result


@pytest.mark.prove
def test_two_hundred_stops_lose_and_double_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Up to three leases long, on each database with each kind of platform."""
    results = []
    with capsys.disabled():
        print(f"\n{HEAD.replace('kills', 'stops')}")
        for kind in BOTH:
            for nonce in (_SLACK, _DISCORD):
                results.append(stop(kind, tmp_path, 200, nonce=nonce))
                print(results[-1].line(f"{kind}, stopped, {'nonce' if nonce else 'looked up'}"), flush=True)
    assert [(one.lost, one.doubled) for one in results] == [(0, 0)] * 4
