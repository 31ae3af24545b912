"""Processes that are begun and killed by the hundred: each is forked off one that has loaded everything."""

from __future__ import annotations

import multiprocessing
import os
import time

forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload(
    ["tests.delivery.victim", "tests.delivery.events", "psycopg", "slack_sdk.web.async_client", "sqlite_utils"]
)


def end_with(parent: int) -> None:
    """A test that was stopped leaves nobody behind."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)
