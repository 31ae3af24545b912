"""An entry -> passages: the pieces that are searched, quoted and cited.

A passage is a stretch of one section, cut between sentences, list items or table rows. Its text is a
slice of the entry's body, so whatever is quoted from it stands in the source letter by letter.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, TypeAlias

from index import sentences
from index.documents import Entry

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

Count: TypeAlias = Callable[[str], int]
"""How many tokens of the model a text takes."""
Span: TypeAlias = tuple[int, int]

AIM = 120
"""Words. Long enough to stand alone, short enough to be read on a phone."""
_ROOM, _SHARE = 40, 6
"""Tokens that title and headings may take each, and what part of a model's limit at most. A heading as long as a page
must not push out the text under it."""
BETWEEN = " › "

_WHOLE = ("paragraph_open", "heading_open", "tr_open", "fence", "code_block", "html_block")
_NEWLINE = re.compile(r"\r\n|\r|\n")
_WORD = re.compile(r"\S+")


@dataclass(frozen=True, slots=True)
class Passage:
    id: str
    entry: str
    title: str
    heading: str
    """The headings above it inside the entry, joined by " › "."""
    text: str
    """A slice of the entry's body, exact to the letter."""
    embedded: str
    """What the model reads: title, headings and text. Never longer than the model's limit."""


@dataclass(frozen=True, slots=True)
class _Section:
    heading: str
    start: int
    end: int
    tokens: list[Token]


def cut(entry: Entry, count: Count, limit: int) -> list[Passage]:
    """The passages of an entry in reading order; `count(embedded) <= limit` holds for each."""
    found: dict[str, Passage] = {}
    lines = [0, *(end.end() for end in _NEWLINE.finditer(entry.body)), len(entry.body)]
    for section in _sections(entry, lines):
        prefix = _prefix(entry.title, section.heading, count, limit)
        # Tokens of prefix and text together differ from their sum by nothing but the two end marks.
        room = limit - count(prefix)
        for start, end in _packed(entry.body, _units(entry.body, section, lines), count, room):
            text = entry.body[start:end]
            id_ = hashlib.sha256("\0".join((entry.id, section.heading, text)).encode()).hexdigest()[:16]
            embedded = _embedded(prefix, text)
            if count(embedded) > limit:
                raise AssertionError(f"{entry.file or entry.id}: a passage is longer than {limit} tokens")
            # The same words twice under one heading are one passage.
            found.setdefault(id_, Passage(id_, entry.id, entry.title, section.heading, text, embedded))
    return list(found.values())


def as_before(entry: Entry, was: Sequence[tuple[str, str, str]], count: Count, limit: int) -> list[Passage]:
    """The passages of an entry that is as it was when it was cut. `was`: id, heading and text of each."""
    return [
        Passage(id_, entry.id, entry.title, heading, text, _embedded(_prefix(entry.title, heading, count, limit), text))
        for id_, heading, text in was
    ]


def _embedded(prefix: str, text: str) -> str:
    return f"{prefix}\n{text}"


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark").enable("table")


def _sections(entry: Entry, lines: list[int]) -> Iterator[_Section]:
    """Everything between two headings. A heading inside a list or a quotation cuts nothing."""
    path: list[tuple[int, str]] = []
    inside: list[Token] = []
    start, first = 0, True
    tokens = _parser().parse(entry.body)
    for at, token in enumerate(tokens):
        if token.type != "heading_open" or token.level or token.map is None:
            inside.append(token)
            continue
        yield _Section(_joined(path), start, lines[token.map[0]], inside)
        level = int(token.tag[1:])
        path = [(higher, name) for higher, name in path if higher < level]
        # A first-level heading at the top is the title over again.
        if not (first and level == 1):
            path.append((level, _plain(tokens[at + 1])))
        start, inside, first = lines[token.map[1]], [], False
    yield _Section(_joined(path), start, len(entry.body), inside)


def _plain(inline: Token) -> str:
    return " ".join("".join(child.content or " " for child in inline.children or ()).split())


def _joined(path: list[tuple[int, str]]) -> str:
    return BETWEEN.join(name for _, name in path if name)


def _prefix(title: str, heading: str, count: Count, limit: int) -> str:
    room = count("") + min(_ROOM - 2, limit // _SHARE)
    parts = (_shortened(title, count, room), _shortened(heading, count, room))
    return BETWEEN.join(part for part in parts if part)


def _shortened(text: str, count: Count, most: int) -> str:
    """As many words from the start as fit in `most` tokens."""
    start, end = next(_split(text, (0, len(text)), count, most), (0, 0))
    return text[start:end]


def _units(body: str, section: _Section, lines: list[int]) -> Iterator[Span]:
    """The smallest pieces that stay whole: sentences, list items, table rows, lines of code."""
    at = section.start
    for token in section.tokens:
        if token.type not in _WHOLE or token.map is None or lines[token.map[0]] < at:
            continue
        # Whole lines, so that the mark of a list item comes along.
        start, end = lines[token.map[0]], lines[token.map[1]]
        # What the parser does not look into, such as quotations nested 30 deep, is kept as well.
        yield from _lines(body, at, start)
        if token.type == "paragraph_open":
            yield from ((start + first, start + last) for first, last in sentences.spans(body[start:end]))
        else:
            yield from _lines(body, start, end)
        at = end
    yield from _lines(body, at, section.end)


def _lines(body: str, start: int, end: int) -> Iterator[Span]:
    for line in re.finditer(r"[^\r\n]+", body[start:end]):
        if any(letter.isalnum() for letter in line[0]):
            left = len(line[0]) - len(line[0].lstrip())
            yield start + line.start() + left, start + line.start() + len(line[0].rstrip())


def _packed(body: str, units: Iterator[Span], count: Count, room: int) -> Iterator[Span]:
    """Neighbouring units together, in parts of about `AIM` words that fit into `room` tokens."""
    pieces = [piece for unit in units for piece in _split(body, unit, count, room)]
    words = [len(_WORD.findall(body, *piece)) for piece in pieces]
    # Equal parts read better than full ones followed by a remainder of ten words.
    share = sum(words) / max(1, round(sum(words) / AIM))
    first, done, target = 0, 0, share
    for at in range(len(pieces)):
        beyond = done + words[at] / 2 > target
        if at > first and (beyond or count(body[pieces[first][0] : pieces[at][1]]) > room):
            yield pieces[first][0], pieces[at - 1][1]
            first, target = at, share * (round(done / share) + 1)
        done += words[at]
    if pieces:
        yield pieces[first][0], pieces[-1][1]


def _split(body: str, span: Span, count: Count, most: int) -> Iterator[Span]:
    """The span itself if it fits, else its words in as few parts as can be; a huge word by letters."""
    start, end = span
    while count(body[start:end]) > most:
        stops = [start + word.end() for word in _WORD.finditer(body[start:end])]
        if count(body[start : stops[0]]) > most:
            stops = list(range(start + 1, stops[0] + 1))
        low, high = 0, len(stops) - 1
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if count(body[start : stops[middle]]) <= most else (low, middle - 1)
        yield start, stops[low]
        start = stops[low]
        start += len(body[start:end]) - len(body[start:end].lstrip())
    if start < end:
        yield start, end
