"""Bringing back what a member had taken along: their reflections as they were, word for word.

Only reflections come back. What had been shared is not shared again: that takes a new yes.
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.errors import CohortbookError
from bot.ids import Ids
from bot.own_data import CHART, JSON, READABLE, SCHEMA
from bot.store import cohorts
from bot.store.people import Somebody
from bot.vault import private
from bot.vault.private import Entry, Words
from bot.vault.vault import Vault

_LARGEST = 200_000_000
"""Bytes, unpacked."""
_OURS = frozenset((JSON, READABLE, CHART))


class NotOwnData(CohortbookError):
    """The file is not one that this bot made; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Back:
    came: int
    there: int
    """They were kept already."""
    homeless: int
    """Their cohort is not known here."""


def read(data: bytes) -> list[Entry]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if not _OURS.issuperset(names) or len(set(names)) < len(names):
                raise NotOwnData("There is something else in this file than somebody's own data. Nothing was changed.")
            if archive.getinfo(JSON).file_size > _LARGEST:
                raise NotOwnData("This file is larger than anybody's own data can be. Nothing was changed.")
            held = json.loads(archive.read(JSON))
        if held["schema"] != SCHEMA:
            raise NotOwnData(
                f"This file says {held['schema']!r}, and this release reads {SCHEMA!r}. Nothing was changed."
            )
        return [_entry(one) for one in held["reflections"] if one["readable"]]
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError, AttributeError) as problem:
        raise NotOwnData(
            f"This is not a file of somebody's own data ({type(problem).__name__}). Nothing was changed. Use the zip "
            "as it was downloaded; a file that ends in .age must be opened with its key first."
        ) from None


def bring_back(tx: Connection, vault: Vault, who: Somebody, entries: list[Entry], ids: Ids) -> Back:
    came = there = homeless = 0
    for one in entries:
        if one.cohort and cohorts.find(tx, who.tenant, one.cohort) is None:
            homeless += 1
        elif private.put_back(tx, vault, who, one, ids):
            came += 1
        else:
            there += 1
    return Back(came, there, homeless)


def _entry(held: dict[str, Any]) -> Entry:
    at = datetime.fromisoformat(held["saved"])
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    words = Words(dict(held["answers"]), str(held["step"]))
    return Entry(
        str(held["entry"])[:32],
        str(held["cohort"])[:32],
        int(held["unit"]),
        max(1, int(held["revision"])),
        at,
        words,
        str(held["form"])[:64],
    )
