"""The playground: one page in a browser, on this machine, that stands beside Slack and Discord."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from .clock import Clock, Stride
from .people import PersonCard, load_people, load_sentences

if TYPE_CHECKING:
    from .playground import Playground

__all__ = ["Clock", "PersonCard", "Stride", "create"]

HERE = Path(__file__).parent


def create(settings: Mapping[str, object], folder: Path, clock: Clock) -> Playground:
    """`settings` may hold `channel` (its name) and `seed` (what residents write); messages go to `folder`."""
    from .history import History
    from .playground import Playground

    folder.mkdir(parents=True, exist_ok=True)
    return Playground(
        people=load_people(HERE / "people.yaml"),
        sentences=load_sentences(HERE / "sentences.yaml"),
        channel=str(settings.get("channel") or "sample-cohort"),
        history=History(folder / "playground.db"),
        clock=clock,
        token=secrets.token_urlsafe(32),
        seed=int(str(settings.get("seed") or 1)),
    )
