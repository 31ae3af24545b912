"""How easily a text reads: Rudolf Flesch, "A new readability yardstick", Journal of Applied Psychology 32 (1948).

A hundred is very easy, sixty is plain English, thirty is for scholars. The libraries that count it fetch a corpus
while they run, so syllables are counted by spelling here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_ENDS = re.compile(r"[.?!…:;](?=\s|[\"'”’)]|$)")
_VOWELS = re.compile(r"[aeiouyáàâäãåéèêëíìîïóòôöõúùûü]+")
# An e that is written and not spoken, as in "make", "makes", "wished" and "safely"; unlike "table" and "wanted".
_SILENT = re.compile(
    r"(?:[^aeiouyl]|[aeiouy]l|r)e$|(?:[^aeiouyscgxzhl]|[aeiouy]l)es$|[^aeiouydt]ed$|[^aeiouyl]e(?=ly$|ment|ful|less)"
)
# Vowels side by side that are spoken apart, as in "idea", "being" and "period"; unlike "social" and "question".
_APART = re.compile(r"[^cstg]i[ao]|ea(?:$|s$|te|l$)|eo(?!p)|[aeiouy]ing|ua[lt]|iet|crea|sm$")


def words(text: str) -> list[str]:
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """Parts that end with a mark. What has none, such as a question's title, is one."""
    parts, start = [], 0
    for end in _ENDS.finditer(text):
        parts.append(text[start : end.end()])
        start = end.end()
    return [part.strip() for part in (*parts, text[start:]) if words(part)]


def syllables(word: str) -> int:
    """By spelling, for English; right for about nine words in ten."""
    spelled = word.lower().replace("'", "").replace("’", "")
    count = len(_VOWELS.findall(spelled)) - len(_SILENT.findall(spelled)) + len(_APART.findall(spelled))
    return max(1, count)


def reading_ease(texts: Sequence[str]) -> int | None:
    """Of all texts together; None when there is no word in them."""
    said = [word for text in texts for word in words(text)]
    if not said:
        return None
    parts = sum(len(sentences(text)) for text in texts)
    return round(206.835 - 1.015 * len(said) / parts - 84.6 * sum(map(syllables, said)) / len(said))
