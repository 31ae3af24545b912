"""The end of a message that nobody sees: by it a process that did not send the message knows its key and page.

Discord keeps no nonce with a message, and a message without buttons has no other field for it. So its text ends with
two letters without width, which Discord leaves as they are. They are drawn as nothing and read out as nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .notebook import digest

_ZERO, _ONE = "\u200b", "\u200c"
_KEY_BITS, _PAGE_BITS = 32, 5
DIGITS = _KEY_BITS // 4
LENGTH = _KEY_BITS + _PAGE_BITS + 1
_FOUND = re.compile(rf"[{_ZERO}{_ONE}]{{{LENGTH}}}\Z")


@dataclass(frozen=True, slots=True)
class Tail:
    key: str
    """A mark of it."""
    page: int
    last: bool

    @property
    def letters(self) -> str:
        bits = f"{int(self.key, 16):0{_KEY_BITS}b}{self.page:0{_PAGE_BITS}b}{int(self.last)}"
        return bits.replace("0", _ZERO).replace("1", _ONE)


def of(key: str, page: int, last: bool) -> Tail:
    return Tail(digest(key, DIGITS), page, last)


def read(content: str) -> Tail | None:
    found = _FOUND.search(content)
    if found is None:
        return None
    bits = found.group().replace(_ZERO, "0").replace(_ONE, "1")
    key, page = int(bits[:_KEY_BITS], 2), int(bits[_KEY_BITS:-1], 2)
    return Tail(f"{key:0{DIGITS}x}", page, bits[-1] == "1")


def without(content: str) -> str:
    return _FOUND.sub("", content)
