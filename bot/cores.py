"""No picture of memory on the disk: what somebody is about to save stands in it, open."""

from __future__ import annotations

import contextlib


def leave_no_core() -> None:
    """For this process and those it starts. Where the system has no such limit, it writes no such file by itself."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with contextlib.suppress(ValueError, OSError):  # lower already, and not ours to change
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
