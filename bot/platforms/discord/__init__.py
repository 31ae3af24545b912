"""Discord. One bot token and one server id are enough; no privileged intent is asked for."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.platforms import Clock

    from .door import Door

__all__ = ["create"]


def create(settings: Mapping[str, object], folder: Path, clock: Clock) -> Door:
    """`settings` hold `server` (its id) and perhaps `token_file`; ids that must last go to `folder`.

    Raises SettingsError. Pauses and tokens are counted on the machine's own clock, not on `clock`, which a
    demo may move.
    """
    from .door import Door
    from .notebook import Notebook
    from .settings import read

    known = read(settings, os.environ)
    notebook = Notebook(folder / "discord.db")
    return Door(known, notebook, seconds=time.time, token=lambda: secrets.token_urlsafe(12))
