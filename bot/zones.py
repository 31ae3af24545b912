"""Time zones as people type them."""

from __future__ import annotations

from zoneinfo import available_timezones


def zone_named(typed: str) -> str | None:
    """The IANA zone meant by what somebody typed; None when there is none."""
    wanted = typed.strip().replace(" ", "_").casefold()
    return next((name for name in available_timezones() if name.casefold() == wanted), None)
