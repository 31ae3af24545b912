"""Short and long forms of one thing, learned from the glossaries in the collection itself.

A heading "ESSA: Every Student Succeeds Act" in an entry of the kind glossary makes each find the other.
"CRT: culturally responsive teaching, or critical race theory" makes CRT ambiguous: which was meant is
asked and never guessed. "Other words are class or intake." makes these find the heading above it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from index import words
from index.documents import Entry

WEIGHT = 0.35
"""What a word counts that was not in the question but in another form of it."""
_SECTION = re.compile(r"^##[ \t]+(.+?)[ \t]*\n(.*?)(?=^##[ \t]|\Z)", re.MULTILINE | re.DOTALL)
_SHORT = re.compile(r"([A-Z][A-Za-z0-9]{1,7}(?:, [A-Z][A-Za-z0-9]{1,7})*): (.+)")
_OR = ", or "
_OTHER = re.compile(
    r"(?:Other words are|(?:They are|It is|This is)? ?also called|Also called|also known as) ([^.;:()]{3,80})[.;:(]"
)
_ASKS_MEANING = re.compile(
    r"\b(?:stands? for|mean|means|meaning|what(?:'s| is| are| does)|define|definition|acronym|abbreviation|"
    r"difference|vs)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Expanded:
    also: tuple[str, ...] = ()
    """Other forms of what the question holds."""
    ambiguous: tuple[str, ...] = ()
    """What a short form in it may stand for, where nothing else in the question says which."""


@dataclass(frozen=True, slots=True)
class _Readings:
    short: str
    readings: tuple[str, ...]
    signs: tuple[frozenset[str], ...]
    """For each reading, words beside the short form that point to it."""


class Expansion:
    def __init__(self, entries: Iterable[Entry]) -> None:
        self._forms: dict[tuple[str, ...], list[str]] = {}
        self._readings: dict[str, _Readings] = {}
        for entry in entries:
            if entry.kind == "glossary":
                for heading, text in _SECTION.findall(entry.body):
                    self._learn(heading, " ".join(text.split()))
        self._longest = max((len(form) for form in self._forms), default=0)

    def expand(self, question: str) -> Expanded:
        split = [word.casefold() for word in words.split(question)]
        also: list[str] = []
        for size in range(min(self._longest, len(split)), 0, -1):
            for start in range(len(split) - size + 1):
                also += self._forms.get(tuple(split[start : start + size]), ())
        ambiguous: list[str] = []
        for word in split:
            found = self._readings.get(word)
            if found is None:
                continue
            pointed = [
                reading for reading, signs in zip(found.readings, found.signs, strict=True) if signs & set(split)
            ]
            if len(pointed) == 1:
                also += pointed
            elif not _ASKS_MEANING.search(question):
                ambiguous += found.readings
        there = " ".join(split)
        fresh = [form for form in dict.fromkeys(also) if form.casefold() not in there]
        return Expanded(tuple(fresh), tuple(dict.fromkeys(ambiguous)))

    def _learn(self, heading: str, text: str) -> None:
        short = _SHORT.fullmatch(heading)
        if short is None:
            for group in _OTHER.findall(text):
                for word in re.split(r", | or | and ", group):
                    self._pair(word.strip(" \"'"), heading)
            return
        shorts = short[1].split(", ")
        if len(shorts) == 1 and _OR in short[2]:
            self._ambiguous(shorts[0], tuple(short[2].split(_OR)), text)
            return
        for one in shorts:
            for long in self._long_forms(one, shorts, short[2], text):
                self._pair(one, long)

    def _long_forms(self, short: str, shorts: Sequence[str], rest: str, text: str) -> list[str]:
        if len(shorts) == 1:
            return [re.sub(r"^formerly ", "", rest)]
        says = r"(?: school| and [A-Z]+)? ?(?:(?:both )?(?:stands?|means?)(?: for)?|for|\() ?([A-Za-z][A-Za-z ’'-]+)"
        told = re.findall(rf"\b{re.escape(short)}\b{says}", text)
        long = re.split(r" and [A-Z]{2}| for one| so that", told[0])[0].strip() if told else ""
        return [long] if " " in long else []

    def _ambiguous(self, short: str, readings: tuple[str, ...], text: str) -> None:
        sentences = re.split(r"(?<=[.!?]) ", text)
        signs = []
        for reading in readings:
            near = [sentence for sentence in sentences if reading.casefold() in sentence.casefold()]
            signs.append({word.casefold() for word in words.split(" ".join((reading, *near)))} - words.COMMON)
        for at, own in enumerate(signs):  # what points to two readings points to none
            others = set().union(*(other for number, other in enumerate(signs) if number != at))
            signs[at] = own - others - {short.casefold()}
        self._readings[short.casefold()] = _Readings(short, readings, tuple(frozenset(own) for own in signs))
        for reading in readings:
            self._forms.setdefault(_key(reading), []).append(short)

    def _pair(self, one: str, other: str) -> None:
        for left, right in ((one, other), (other, one)):
            key = _key(left)
            if key and not (len(key) == 1 and key[0] in words.COMMON):
                self._forms.setdefault(key, []).append(right)


def _key(form: str) -> tuple[str, ...]:
    return tuple(word.casefold() for word in words.split(form))
