"""An event that is told several times has one effect, whoever dies in between."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import BOTH
from tests.delivery.events import tell
from tests.prove import Proof


@pytest.mark.slow
@pytest.mark.parametrize("kind", BOTH)
def test_what_is_told_several_times_happens_once(kind: str, tmp_path: Path) -> None:
    """Out of order, to two processes on a server, of which some die in the middle."""
    effects = tell(kind, tmp_path, 80, 2)
    assert effects.told > 160
    assert effects.deaths >= 2
    assert effects.wrong == 0


@pytest.mark.prove(10)
@pytest.mark.parametrize("kind", BOTH)
def test_ten_thousand_events_told_up_to_four_times_happen_once(kind: str, tmp_path: Path, proof: Proof) -> None:
    """10,000 events, told one to four times, shuffled, over restarts, have one effect each."""
    effects = tell(kind, tmp_path, 10_000, 40)
    proof(
        f"{kind}, {effects.deaths} deaths",
        f"{effects.wrong} wrong, told {effects.told:,} times",
        "0 wrong",
        effects.wrong == 0 and effects.deaths >= 40,
    )
