"""Where sentences begin and end, as offsets, so that a quote stays the exact words of its source."""

from __future__ import annotations

import re

_END = re.compile(r"[.!?…]+[\"'”’)\]*_]*(?=\s)")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|al|approx|no|vol|pp?|ed|eds|dr|mr|mrs|ms|prof|st|jr|sr|u\.s|d\.c|inc|dept)"
    r"|\b[A-Z])\.$",
    re.IGNORECASE,
)
_TITLE = re.compile(r"\b(?:[A-Z]|Dr|Mr|Mrs|Ms|Prof|St|vs|No|Vol|al)\.$")
_NEXT = re.compile(r"\s+[\"'“‘(\[*_]*[^\s]")


def spans(text: str) -> list[tuple[int, int]]:
    """(start, end) of each sentence of one paragraph, without the white space around it."""
    found: list[tuple[int, int]] = []
    start = 0
    for end in _END.finditer(text):
        if not any(letter.isalpha() for letter in text[start : end.start()]):
            continue  # the number of a list item
        if end[0] == "." and _ABBREVIATION.search(text, start, end.end()):
            # "e.g. one" goes on; "in the U.S. It" does not. A capital after it is the best sign there is.
            after = _NEXT.match(text, end.end())
            if after is None or not after[0][-1].isupper() or _initial(text, end.end()):
                continue
        _keep(found, text, start, end.end())
        start = end.end()
    _keep(found, text, start, len(text))
    return found


def _initial(text: str, end: int) -> bool:
    """Whether the full stop at `end` follows a title or an initial, which a name follows in capitals."""
    return bool(_TITLE.search(text, max(0, end - 6), end))


def _keep(found: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    if piece.strip():
        found.append((end - len(piece.lstrip()), start + len(piece.rstrip())))
