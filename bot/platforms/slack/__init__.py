"""Slack: the same house behind slash commands, modals, private messages and App Home."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bot.platforms import Clock

if TYPE_CHECKING:
    from .slack import Slack


def create(settings: Mapping[str, object], folder: Path, clock: Clock) -> Slack:
    """`settings`: see `cohortbook.example.yaml` and docs/slack.md. Raises SettingsError with the fix."""
    from .settings import read
    from .slack import Slack

    return Slack(read(settings, os.environ))
