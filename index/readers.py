"""Whom an entry is for, where it is not for everybody: `audience: cohort:…` or `audience: tenant:…` in its file.

Any other words under `audience` say whom it was written for, and close it to nobody.
"""

from __future__ import annotations

from collections.abc import Collection

_CLOSED = ("cohort:", "tenant:")


def closed(audience: str) -> bool:
    return audience.startswith(_CLOSED)


def may_read(audience: str, groups: Collection[str]) -> bool:
    """`groups`: those that the reader belongs to, in the words of the file."""
    return not closed(audience) or audience in groups
