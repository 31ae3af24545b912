"""Foreign files and pages -> entries. Nothing foreign is parsed in the bot's own process."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

from index.documents import KINDS, Entry, lenient
from index.intake.confined import Unreadable, read
from index.shelf import id_for


def entry_of(
    content: bytes,
    name: str,
    *,
    title: str,
    kind: str,
    origin: str,
    source_url: str,
    license_note: str,
    today: date,
) -> Entry:
    """`origin`: what to name as the source where the file itself names none. Raises `Unreadable`."""
    if kind not in KINDS:
        raise Unreadable(f"{name}: {kind!r} is not one of {', '.join(KINDS)}. Nothing was added.")
    text = read(content, name)
    may_say = Path(name).suffix.lower() == ".md"  # it may bring its front matter along
    own = lenient(name, text.body) if may_say else Entry("", "", text.body)
    title = title or (own.title if own.source or own.kind else "") or text.title or Path(name).stem.replace("_", " ")
    return replace(
        own,
        id=own.id if own.kind else id_for(title),
        title=title,
        kind=own.kind or kind,
        source=own.source or origin,
        source_url=source_url or own.source_url,
        license_note=license_note or own.license_note,
        status=own.status if own.status != "unknown" else "current",
        last_checked=own.last_checked or today.isoformat(),
        file="",
    )
