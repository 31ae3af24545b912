"""Canary sentences: planted in whatever people write, and looked for in whatever the house leaves behind.

Every sentence carries one of two stems. SECRET stands in what a person keeps for herself: reflections, notes, typed
messages, questions, forms that she never sent. SPOKEN stands in what a person gives to others on purpose: a message
to the cohort, a request for help, the name of a cohort. Neither may come near a log; only the second may be in a
message that the bot delivers.
"""

from __future__ import annotations

import base64
import itertools
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

SECRET = "qzkanariequx"
SPOKEN = "qzlautsprequx"
_MARK = re.compile(r"qz(?:kanarie|lautspre)qux\d{5}")


class Flock:
    """Sentences as people write them, no two alike, with letters outside of ASCII."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self.planted: list[str] = []

    def sentence(self, stem: str = SECRET, limit: int = 3000) -> str:
        number = next(self._numbers)
        text = f"{stem}{number:05d} Meine Schulleiterin sagte „nein“, 3×; I felt small 🙁 ¿y qué?"
        self.planted.append(f"{stem}{number:05d}")
        return text[:limit] if limit >= 24 else f"{stem}{number:05d}"[:limit]


def seen(data: bytes, *stems: str) -> set[str]:
    """The canaries in some bytes, as text in four encodings, as hex, as base64, or inside what was compressed."""
    found: set[str] = set()
    for piece in (data, *_unpacked(data)):
        for stem in stems:
            found |= {f"{stem} as {name}" for name, needle in _needles(stem) if needle in piece}
    return found


def searched(*places: Path) -> Iterator[tuple[str, bytes]]:
    """Every file under some folders, by its name."""
    for place in places:
        for file in sorted(place.rglob("*")):
            if file.is_file() and not file.is_symlink():
                yield str(file.relative_to(place.parent)), file.read_bytes()


def marks(text: str) -> set[str]:
    return set(_MARK.findall(text))


def _needles(stem: str) -> Iterator[tuple[str, bytes]]:
    plain = stem.encode()
    yield "UTF-8", plain
    yield "UTF-16", stem.encode("utf-16-le")
    yield "UTF-16 big-endian", stem.encode("utf-16-be")
    yield "UTF-32", stem.encode("utf-32-le")
    yield "hex", plain.hex().encode()
    yield "HEX", plain.hex().upper().encode()
    for shift in range(3):  # base64 of the same letters looks different after one and after two others
        whole = base64.b64encode(b"\0" * shift + plain)
        inner = whole[4 if shift else 0 : len(whole) - 4]
        yield f"base64 ({shift})", inner


def _unpacked(data: bytes, deep: int = 3) -> Iterator[bytes]:
    """Whatever gzip, zlib or zip can be opened from any place in it, and what is inside that."""
    if not deep:
        return
    starts = [(at.start(), 31) for at in re.finditer(rb"\x1f\x8b\x08", data)]
    starts += [(at.start(), 15) for at in re.finditer(rb"\x78[\x01\x5e\x9c\xda]", data)]
    for at in re.finditer(rb"PK\x03\x04", data):
        head = data[at.start() : at.start() + 30]
        if len(head) == 30:
            starts.append(
                (at.start() + 30 + int.from_bytes(head[26:28], "little") + int.from_bytes(head[28:30], "little"), -15)
            )
    for start, kind in starts:
        opener = zlib.decompressobj(kind)
        try:
            inside = opener.decompress(data[start:], 50_000_000)
        except zlib.error:
            continue
        yield inside
        yield from _unpacked(inside, deep - 1)
