"""A backup that comes back while Slack or Discord remember more than it: nothing is posted twice."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot import backup
from bot.restore import restore
from bot.store import ownership
from tests.delivery.crashes import Result, count, finish, scene
from tests.delivery.doors import DISCORD, SLACK
from tests.prove import Proof

on_both_platforms = pytest.mark.parametrize("platform", [SLACK, DISCORD])


def go_back(folder: Path, platform: str, messages: int) -> Result:
    """Half of the messages are sent, a backup is made, the rest is sent, and the backup comes back to a new machine."""
    began, data = time.monotonic(), folder / "data"
    data.mkdir()
    place = data / ownership.DATABASE
    with scene(f"sqlite:///{place}", folder, platform, seed=1) as (there, (life,)):
        fresh = life.notebook.with_name("fresh.db")
        if life.notebook.exists():
            fresh.write_bytes(life.notebook.read_bytes())
        finish(replace(life, messages=messages // 2))
        made = backup.make(place, folder / "copy.sqlite", datetime.now(UTC))
        finish(replace(life, messages=messages))
        restore(made.file, data, datetime.now(UTC))
        finish(replace(life, messages=messages, notebook=fresh))
        return count(life.url, there, 0, began)


@pytest.mark.slow
@on_both_platforms
def test_what_was_posted_after_the_backup_is_not_posted_again(platform: str, tmp_path: Path) -> None:
    """It is planned again and found in the history, also by a Discord door whose notes are gone."""
    result = go_back(tmp_path, platform, 80)
    assert (result.messages, result.lost, result.doubled) == (80, 0, 0)


@pytest.mark.prove(12)
@on_both_platforms
def test_a_restored_backup_doubles_nothing(platform: str, tmp_path: Path, proof: Proof) -> None:
    """A backup comes back after as many messages again were sent: none of them is doubled."""
    result = go_back(tmp_path, platform, 2_000)
    proof(f"sqlite, {platform}", result.told, "0 and 0", (result.lost, result.doubled) == (0, 0))
