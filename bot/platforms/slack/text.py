"""Plain text made fit for Slack: cut to its limits, with nothing in it that Slack would act on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from bot.messages import Instant

Json: TypeAlias = dict[str, Any]

BULLET = "• "
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_MARK = "…"
_DATE = "{date_long} at {time}"


def units(text: str) -> int:
    """Length in UTF-16 units, the strictest way in which Slack may count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """Without control characters and halves of characters, which Slack refuses."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return _CONTROL.sub("", whole.replace("\r\n", "\n").replace("\r", "\n"))


def cut(text: str, limit: int) -> str:
    """At most `limit` units, with a mark where something was left out."""
    text = clean(text)
    if units(text) <= limit:
        return text
    short = text.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    return short.rstrip() + _MARK


def escaped(text: str) -> str:
    """For the one place that Slack reads as markup: the fallback text. Cut first, then escape."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, limit: int) -> Json:
    """Slack takes no empty text."""
    return {"type": "plain_text", "text": cut(text, limit).strip() or " ", "emoji": False}


def rich(text: str, instants: Sequence[Instant] = ()) -> Iterator[Json]:
    """Paragraphs and lists of one text as parts of a rich text block."""
    paragraphs: list[str] = []
    for kind, lines in _runs(text):
        if kind == "list":
            yield from _paragraphs(paragraphs, instants, more=True)
            paragraphs = []
            yield {
                "type": "rich_text_list",
                "style": "bullet",
                "elements": [_section(line, instants) for line in lines],
            }
        else:
            paragraphs.append("\n".join(lines))
    yield from _paragraphs(paragraphs, instants, more=False)


def _paragraphs(paragraphs: list[str], instants: Sequence[Instant], *, more: bool) -> Iterator[Json]:
    text = "\n\n".join(paragraphs).strip("\n")
    if text.strip():
        yield _section(text + ("\n" if more else ""), instants)


def _runs(text: str) -> Iterator[tuple[str, list[str]]]:
    """Lines of one kind that follow each other; a blank line ends a run."""
    kind, lines = "", list[str]()
    for line in [*text.split("\n"), ""]:
        now = "" if not line.strip() else "list" if line.startswith(BULLET) else "text"
        if now != kind and lines:
            yield kind, lines
            lines = []
        kind = now
        if now:
            lines.append(line.removeprefix(BULLET) if now == "list" else line)


def _section(text: str, instants: Sequence[Instant]) -> Json:
    return {"type": "rich_text_section", "elements": list(_dated(text, instants)) or [words("")]}


def _dated(text: str, instants: Sequence[Instant]) -> Iterator[Json]:
    """Where the text names a moment, Slack shows it in the zone of whoever reads."""
    known = {one.words: one for one in instants if one.words}
    named = "|".join(map(re.escape, sorted(known, key=len, reverse=True)))
    for piece in re.split(f"({named})", text) if known else [text]:
        if piece in known:
            at = int(known[piece].at.timestamp())
            yield {"type": "date", "timestamp": at, "format": _DATE, "fallback": piece}
        elif piece:
            yield words(piece)


def words(text: str, *, bold: bool = False) -> Json:
    made: Json = {"type": "text", "text": text or " "}
    if bold:
        made["style"] = {"bold": True}
    return made


def link(url: str) -> Json:
    """A web address that shows where it leads; anything else stays words."""
    parts = urlsplit(url) if url.isascii() and not re.search(r"[\s<>|\"]", url) else None
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname or len(url) > 2000:
        return words(cut(url, 300))
    return {"type": "link", "url": url, "text": cut(url.split("://", 1)[1].rstrip("/"), 80)}
