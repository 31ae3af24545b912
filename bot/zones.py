"""Time zones as people type them."""

from __future__ import annotations

from zoneinfo import available_timezones

UNTOLD = "UTC"
"""What somebody lives by whose zone no chat has told, until they join a cohort."""
COMMON = (
    *("America/New_York", "America/Chicago", "America/Denver", "America/Phoenix", "America/Los_Angeles"),
    *("America/Anchorage", "Pacific/Honolulu", "America/Puerto_Rico", "America/Toronto", "America/Vancouver"),
    *("America/Mexico_City", "America/Sao_Paulo", "Europe/London", "Europe/Berlin", "Africa/Lagos"),
    *("Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata", "Asia/Singapore", "Asia/Tokyo"),
    *("Australia/Perth", "Australia/Sydney", "Pacific/Auckland", UNTOLD),
)
"""As many as every chat can list; any other can be typed."""


def zone_named(typed: str) -> str | None:
    """The IANA zone meant by what somebody typed; None when there is none."""
    wanted = typed.strip().replace(" ", "_").casefold()
    return next((name for name in available_timezones() if name.casefold() == wanted), None)
