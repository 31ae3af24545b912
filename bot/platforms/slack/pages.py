"""An answer that is longer than a message may be, as several: whoever asked reads all of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.messages import Outgoing, Quote

from .blocks import MESSAGE_UNITS, MOST_QUOTES, QUOTE_UNITS, SECTION_UNITS, pieces, room_for_words
from .text import units

_A_NAME_UNITS = 350


def pages(outgoing: Outgoing) -> list[Outgoing]:
    """The title and the picture come first; the small print and the buttons last."""
    room = room_for_words(outgoing, MESSAGE_UNITS)
    if _length(outgoing) <= room and len(outgoing.quotes) <= MOST_QUOTES:
        return [outgoing]
    found = [Outgoing("", audience=outgoing.audience, instants=outgoing.instants, quiet=outgoing.quiet)]
    left = room
    for piece in _pieces(outgoing):
        size = units(piece) if isinstance(piece, str) else units(piece.text) + _A_NAME_UNITS
        page = found[-1]
        full = size > left or len(page.quotes) == MOST_QUOTES
        if full and (page.text or page.quotes):
            page = replace(found[0], text="", quotes=())
            found.append(page)
            left = room
        left -= size
        if isinstance(piece, str):
            found[-1] = replace(page, text=page.text + piece)
        else:
            found[-1] = replace(page, quotes=(*page.quotes, piece))
    found[0] = replace(found[0], title=outgoing.title, picture=outgoing.picture, replaces=outgoing.replaces)
    found[-1] = replace(found[-1], note=outgoing.note, options=outgoing.options, file=outgoing.file)
    return found


def _length(outgoing: Outgoing) -> int:
    return units(outgoing.text) + sum(units(one.text) + _A_NAME_UNITS for one in outgoing.quotes)


def _pieces(outgoing: Outgoing) -> Iterator[str | Quote]:
    yield from pieces(outgoing.text, SECTION_UNITS)
    for quote in outgoing.quotes:
        *before, last = list(pieces(quote.text, QUOTE_UNITS)) or [""]
        name = quote.title, quote.heading
        for text in before:
            yield Quote(text, *name)
            name = "", ""
        yield Quote(last, *name, quote.source_url, quote.as_of)
