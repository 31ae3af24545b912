"""A message as Discord shows it: pages of text with buttons under the last, and files beside it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord

from bot.messages import Instant, Option, Outgoing, Quote

from .buttons import AT_MOST
from .prose import FITS, cut, inert, pages, units

_MOST_PAGES = 10
_TITLE = 200
_DESCRIPTION = 1024
_GOES_ON = "Cut here: this is longer than Discord shows."


@dataclass(slots=True)
class Page:
    content: str
    options: tuple[Option, ...] = ()
    files: list[discord.File] = field(default_factory=list)


def card(outgoing: Outgoing) -> list[Page]:
    """At least one page; every one fits a message."""
    texts = _joined(_blocks(outgoing)) or [""]
    if len(texts) > _MOST_PAGES:
        texts = [*texts[: _MOST_PAGES - 1], f"-# {_GOES_ON}"]
    found = [Page(text) for text in texts]
    found[-1].options = outgoing.options[:AT_MOST]
    found[0].files = _files(outgoing)
    for at in range(AT_MOST, len(outgoing.options), AT_MOST):
        found.append(Page("-# More choices:", outgoing.options[at : at + AT_MOST]))
    if not found[0].content and not found[0].files:
        found[0].content = "…" if found[0].options else "-# (empty)"
    return found


def _blocks(outgoing: Outgoing) -> list[str]:
    title = cut(outgoing.title, _TITLE).replace("\n", " ").strip()
    found = [f"### {inert(title)}"] if title else []
    if outgoing.text.strip():
        found += [_dated(page, outgoing.instants) for page in pages(outgoing.text.strip())]
    for quote in outgoing.quotes:
        found += _quoted(quote)
    return found + (pages(outgoing.note.strip(), prefix="-# ") if outgoing.note.strip() else [])


def _dated(page: str, instants: Sequence[Instant]) -> str:
    """Where the text names a moment, Discord shows it in the zone and the manner of whoever reads."""
    for one in sorted(instants, key=lambda one: len(one.words), reverse=True):
        if one.words:
            page = page.replace(inert(one.words), discord.utils.format_dt(one.at, "F"))
    return page


def _quoted(quote: Quote) -> list[str]:
    above = " › ".join(one for one in (quote.title, quote.heading) if one)
    below = " · ".join(one for one in (quote.source_url, quote.as_of) if one)
    shown = [f"**{inert(cut(above, 300).replace(chr(10), ' '))}**"] if above else []
    shown += pages(quote.text.strip(), prefix="> ") if quote.text.strip() else []
    return shown + (pages(below, prefix="-# ") if below else [])


def _joined(blocks: list[str]) -> list[str]:
    """As few messages as hold them all."""
    found: list[str] = []
    for block in blocks:
        together = f"{found[-1]}\n{'' if _close(found[-1], block) else chr(10)}{block}" if found else block
        if found and units(together) <= FITS:
            found[-1] = together
        else:
            found.append(block)
    return found


def _close(above: str, block: str) -> bool:
    """A heading, a quote and its source belong together."""
    last = above.rsplit("\n", 1)[-1]
    return (
        last.startswith("### ")
        or (last.startswith("**") and block.startswith("> "))
        or (last.startswith("> ") and block.startswith("-# "))
    )


def _files(outgoing: Outgoing) -> list[discord.File]:
    found = []
    if outgoing.picture is not None:
        description = cut(outgoing.picture.description, _DESCRIPTION)
        found.append(discord.File(io.BytesIO(outgoing.picture.data), "picture.png", description=description))
    if outgoing.file is not None:
        found.append(discord.File(io.BytesIO(outgoing.file.data), outgoing.file.name))
    return found
