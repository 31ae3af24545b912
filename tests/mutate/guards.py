"""The list in guards.yaml: where a guard stands, how it is broken, and which test must turn red."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, slots=True)
class Guard:
    name: str
    file: str
    text: str
    """Exactly as it stands there, once."""
    broken: str
    test: str
    """What pytest is given."""


def guards() -> list[Guard]:
    return [Guard(**one) for one in yaml.safe_load((Path(__file__).parent / "guards.yaml").read_text("utf-8"))]
