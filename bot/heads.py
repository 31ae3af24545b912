"""The audit's heads outside of the database: a line a day and tenant, in a file that is only ever appended to.

Copy it to where whoever runs the database cannot write, and a cut end is noticed there too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from bot.audit import Head
from bot.errors import CohortbookError

FILE = "audit-heads.jsonl"


def keep(folder: Path, today: date, heads: Sequence[Head]) -> int:
    """Append those that have no line of today; returns how many."""
    known = {(line["day"], line["tenant"]) for line in _lines(folder / FILE)}
    new = [one for one in heads if (today.isoformat(), one.tenant) not in known]
    if new:
        with (folder / FILE).open("a", encoding="utf-8") as file:
            for one in new:
                line = {"day": today.isoformat(), "tenant": one.tenant, "number": one.number, "code": one.code}
                file.write(json.dumps(line) + "\n")
            file.flush()
            os.fsync(file.fileno())
    return len(new)


def kept(folder: Path) -> list[Head]:
    return read(folder / FILE)


def read(path: Path) -> list[Head]:
    """Those of a file, which may be a copy from elsewhere; none where there is no file yet."""
    return [Head(line["tenant"], line["number"], line["code"]) for line in _lines(path)]


def _lines(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    try:
        return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    except ValueError:
        raise CohortbookError(f"{path} holds a line that was not written by this bot. Nothing was changed.") from None
