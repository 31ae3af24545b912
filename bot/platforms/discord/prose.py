"""Plain text made inert for Discord, and cut into pages that fit a message.

Everything that Discord would read as a mark is escaped. Addresses of web pages stay as they are, so that a
reader sees where a link leads, inside the brackets that keep Discord from showing a preview.
"""

from __future__ import annotations

import re

from .tail import LENGTH

FITS = 2000 - LENGTH
"""Discord takes 2,000, with the mark at the end of a message."""
_LINK = re.compile(r"https?://[^\s<>()\[\]`|\\]+")
_MARK = re.compile(r"[\\*_~|`<>\[\]@]")
_LINE_START = re.compile(r"^(\s*)(#{1,3}(?=\s)|[-+](?=[#\s])|\d+(?=[.)]\s))", re.MULTILINE)
CUT = "…"


def units(text: str) -> int:
    """Characters as the strictest counter does: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def inert(text: str) -> str:
    """The same words, none of which mean anything to Discord."""
    clean = text.replace("\r\n", "\n").replace("\x00", "")
    parts, at = [], 0
    for link in _LINK.finditer(clean):
        parts += [_MARK.sub(r"\\\g<0>", clean[at : link.start()]), f"<{link.group()}>"]
        at = link.end()
    parts.append(_MARK.sub(r"\\\g<0>", clean[at:]))
    return _LINE_START.sub(_escape_start, "".join(parts))


def _escape_start(found: re.Match[str]) -> str:
    space, mark = found.groups()
    # A number keeps its digits; what makes it a list item is the dot behind it.
    return f"{space}{mark}\\" if mark[0].isdigit() else f"{space}\\{mark}"


def cut(text: str, limit: int) -> str:
    """At most `limit` units, with a mark where something is missing. For text that is not escaped."""
    text = text.replace("\x00", "")
    if units(text) <= limit:
        return text
    kept = text
    while units(kept) > limit - 1:
        kept = kept[: min(len(kept) - 1, limit - 1)]
    # A cut joiner or half a flag would show as something else than what was written.
    return kept.rstrip().rstrip("\u200d\ufe0f\ud83c") + CUT


def pages(text: str, limit: int = FITS, prefix: str = "") -> list[str]:
    """Escaped pieces of at most `limit` units, split between lines where possible, then between words.

    It is split first and escaped then, so that no escape is torn apart. `prefix` stands before every line.
    """
    found: list[str] = []
    held = ""
    for line in text.split("\n"):
        together = f"{held}\n{line}" if held else line
        if held and units(_dressed(together, prefix)) > limit:
            found.append(_dressed(held, prefix))
            together = line
        while units(_dressed(together, prefix)) > limit:
            piece = _fitting(together, limit, prefix)
            found.append(_dressed(piece, prefix))
            together = together[len(piece) :].lstrip()
        held = together
    return [*found, _dressed(held, prefix)] if held.strip() or not found else found


def _fitting(text: str, limit: int, prefix: str) -> str:
    """The longest beginning that fits, ending with a word where there is one."""
    low, high = 1, min(len(text), limit)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if units(_dressed(text[:middle], prefix)) <= limit else (low, middle - 1)
    space = max(text.rfind(" ", 0, low), text.rfind("\n", 0, low))
    return text[:space] if space > low // 2 else text[:low]


def _dressed(text: str, prefix: str) -> str:
    escaped = inert(text)
    return "\n".join(prefix + line for line in escaped.split("\n")) if prefix else escaped
