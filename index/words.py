"""Text -> the terms that are compared when words are matched.

Ordinary words are reduced to their stem, with the Porter stemmer that SQLite carries. Acronyms are not:
"LERN" must not meet "learn", and neighbours such as LEE and LEEP stay two things. Codes such as
0201-05-0100 stay whole.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable

_WORD = re.compile(r"\d+(?:[-./]\d+)+|[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")
_COMMON = """
a about all also am an and any anyone are as at be been being both but by can could did do does doing each
else for from get give go had has have having he her hers him his how i if in into is it its just let lets
like may me mean meaning meant might mine more most my myself no not of off on one or our ours ourselves out
own pls please really say says she should so some someone something such tell than thanks that the their
theirs them themselves then there these they thing things this those to too us use used using very want was
we were what whats when where which who whom whose why will with would you your yours yourself
cant dont hello hey hi im ok okay plz r thx u ur wat whats wht
"""
COMMON = frozenset(_COMMON.split())
"""Words of a question that say nothing about its subject."""


def split(text: str) -> list[str]:
    """The words as they are written, without accents: "Schön's 0201-05-0100" -> Schon, 0201-05-0100."""
    if not text.isascii():
        flat = unicodedata.normalize("NFKD", text)
        text = "".join(letter for letter in flat if not unicodedata.combining(letter))
    found: list[str] = _WORD.findall(text)
    return [_POSSESSIVE.sub("", word) if "'" in word or "’" in word else word for word in found]


def is_acronym(word: str) -> bool:
    """LEEP, DP, E2, and SoLD; not "A", not "2015"."""
    capitals = sum(letter.isupper() for letter in word)
    return (len(word) > 1 and capitals > 1) or (capitals == 1 and len(word) == 2 and word[1].isdigit())


def terms(words: Iterable[str], acronyms: Collection[str], stems: dict[str, str]) -> list[str]:
    """What to compare. `acronyms` are in small letters; `stems` comes from `stems_of`."""
    found = []
    for word in words:
        small = word.casefold()
        found.append(small if small in acronyms else stems.get(small, small))
    return found


def stems_of(words: Collection[str]) -> dict[str, str]:
    """Each word, in small letters, with its stem."""
    plain = sorted({word for word in words if word.isalpha()})
    if not plain:
        return {}
    with sqlite3.connect(":memory:") as memory:
        memory.execute("create virtual table word using fts5(text, tokenize = 'porter unicode61')")
        memory.execute("create virtual table stem using fts5vocab(word, 'instance')")
        memory.executemany("insert into word(rowid, text) values (?, ?)", enumerate(plain))
        found = dict(memory.execute("select doc, term from stem"))
    memory.close()
    return {word: found.get(at, word) for at, word in enumerate(plain)}
