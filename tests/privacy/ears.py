"""All that a process says: its log as the product writes it, with every logger of every library wide open."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from bot import logs


@contextmanager
def wide_open() -> Iterator[io.StringIO]:
    """Each logger that exists at DEBUG, also those that a platform holds back; put back afterwards."""
    root = logging.getLogger()
    named = [one for one in logging.Logger.manager.loggerDict.values() if isinstance(one, logging.Logger)]
    before = [(one, one.level, list(one.handlers)) for one in (root, *named)]
    hooks = sys.excepthook, threading.excepthook, sys.unraisablehook
    root.handlers = []  # else starting our log would close the ones of the test runner
    out = io.StringIO()
    try:
        logs.start("text", logging.DEBUG, out)
        for one in (root, *named):
            one.setLevel(logging.DEBUG)
        yield out
    finally:
        for one, level, handlers in before:
            one.setLevel(level)
            one.handlers = handlers
        sys.excepthook, threading.excepthook, sys.unraisablehook = hooks
