"""Public holidays of a country, or of a part of one, as a set of dates: no prompt comes on them."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

_SHAPE = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,6})?")
_YEARS = 3
"""How long a cohort may run, counted from the year in which it starts."""


def known(typed: str) -> str | None:
    """A country such as US, or a part of it such as US-CA, as it is kept; None for one that is not known."""
    import holidays

    name = typed.strip().upper().replace("_", "-")
    country, _, part = name.partition("-")
    parts = holidays.list_supported_countries(include_aliases=False).get(country)
    if not _SHAPE.fullmatch(name) or parts is None or (part and part not in parts):
        return None
    return name


@lru_cache(maxsize=256)
def of(place: str, start: int) -> frozenset[date]:
    """`place` as `known` gives it, or empty for no holidays; `start`: the first year."""
    if not place:
        return frozenset()
    import holidays

    country, _, part = place.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=part or None, years=range(start, start + _YEARS + 1))
    except NotImplementedError:  # a release that knows this place no more
        return frozenset()
    return frozenset(found)
