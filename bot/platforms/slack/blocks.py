"""An Outgoing as Block Kit, inside Slack's real limits.

Everybody's words go into plain or rich text elements, which interpret nothing. Buttons always survive: when
something must be cut, it is the long text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.messages import Instant, Option, Outgoing, Quote

from .text import Json, clean, cut, escaped, link, plain, rich, units, words

MESSAGE_BLOCKS = 50
MESSAGE_UNITS = 11_000
"""Slack refuses messages near 13,000 characters although each block is within its own limit."""
VIEW_UNITS = 35_000
"""A window has a limit of its own, 250,000 bytes, and a character may take six on the way."""
SECTION_UNITS = 3_000
QUOTE_UNITS = SECTION_UNITS - 600
FALLBACK_UNITS = 3_000
_TITLE, _NOTE, _BUTTON, _ACTION, _VALUE, _DESCRIPTION = 150, 2_000, 75, 255, 2_000, 2_000
_ROW = 5
_IN_SIGHT = 4
MENU = "menu"
_MENU_OPTIONS, _MENU_VALUE = 5, 150
MOST_QUOTES = 12
_MOST_OPTIONS = 100


def message(
    outgoing: Outgoing, *, key: str = "", picture: str = "", blocks: int = MESSAGE_BLOCKS, most: int = MESSAGE_UNITS
) -> list[Json]:
    """`key`: put into a block's id, where it comes back in history. `picture`: the id of an uploaded file."""
    options = _rows(outgoing.options[:_MOST_OPTIONS])
    top: list[Json] = []
    if outgoing.title.strip():
        top.append({"type": "header", "text": plain(outgoing.title, _TITLE)})
    room = room_for_words(outgoing, most)
    body, room = _text(outgoing.text, room, outgoing.instants)
    for quote in outgoing.quotes[: MOST_QUOTES if most == MESSAGE_UNITS else None]:
        made, room = _quote(quote, room)
        body += made
    end: list[Json] = []
    if outgoing.picture is not None:
        end.append(_picture(outgoing.picture.description, picture))
    if outgoing.note.strip():
        end.append({"type": "context", "elements": [plain(outgoing.note, _NOTE)]})
    end += options
    found = [*top, *body[: blocks - len(top) - len(end)], *end]
    if not found:
        found = [{"type": "context", "elements": [plain("Done.", _NOTE)]}]
    if key:
        found[0]["block_id"] = key
    return found


def room_for_words(outgoing: Outgoing, most: int) -> int:
    """What title, small print and buttons leave to the text and what is quoted."""
    return most - units(outgoing.title) - min(units(outgoing.note), _NOTE) - 80 * len(outgoing.options)


def fallback(outgoing: Outgoing) -> str:
    """All of it as text, for screen readers and notifications."""
    parts = [outgoing.title, outgoing.text]
    for quote in outgoing.quotes:
        parts.append("\n".join(filter(None, (_named(quote), quote.text, quote.source_url, quote.as_of))))
    if outgoing.picture is not None:
        parts.append(f"Picture: {outgoing.picture.description}")
    parts.append(outgoing.note)
    if outgoing.options:
        parts.append("Buttons: " + ", ".join(option.label for option in outgoing.options))
    text = "\n\n".join(part.strip() for part in parts if part.strip())
    return escaped(cut(text, FALLBACK_UNITS)) or "Done."


def _text(text: str, room: int, instants: Sequence[Instant]) -> tuple[list[Json], int]:
    """Blocks of at most 3,000, divided between paragraphs where that is possible."""
    text = cut(text.strip("\n"), max(room, 200))
    found = list[Json]()
    for piece in pieces(text, SECTION_UNITS):
        elements = list(rich(piece, instants))
        if elements:
            found.append({"type": "rich_text", "elements": elements})
    return found, room - units(text)


def pieces(text: str, most: int) -> Iterator[str]:
    while text.strip():
        piece = _piece(text, most)
        yield piece
        text = text[len(piece) :].lstrip("\n")


def _piece(text: str, most: int) -> str:
    if units(text) <= most:
        return text
    short = text.encode("utf-16-le")[: 2 * most].decode("utf-16-le", "ignore")
    for mark in ("\n\n", "\n", ". ", " "):
        at = short.rfind(mark)
        if at > most // 3:
            return short[: at + len(mark)]
    return short


def _quote(quote: Quote, room: int) -> tuple[list[Json], int]:
    """In one block, or in several where it is as long as a form takes: whoever wrote it reads all of it."""
    text = cut(quote.text, max(room, 200))
    *before, last = list(pieces(text, QUOTE_UNITS)) or [""]
    name = [words(cut(_named(quote), 300), bold=True)] if _named(quote) else []
    found: list[Json] = []
    for piece in before:
        found.append({"type": "rich_text", "elements": [*_line(name), *_quoted(piece)]})
        name = []
    elements = [*_line(name), *_quoted(last)]
    source: list[Json] = []
    if quote.source_url:
        source.append(link(quote.source_url))
    if quote.as_of:
        source.append(words((", " if source else "") + cut(quote.as_of, 100)))
    elements += _line(source)
    found.append({"type": "rich_text", "elements": elements or _line([words(" ")])})
    return found, room - units(text) - units(_named(quote))


def _line(parts: list[Json]) -> list[Json]:
    return [{"type": "rich_text_section", "elements": parts}] if parts else []


def _quoted(text: str) -> list[Json]:
    return [{"type": "rich_text_quote", "elements": [words(text)]}] if text.strip() else []


def _named(quote: Quote) -> str:
    return " › ".join(clean(part) for part in (quote.title, quote.heading) if part.strip())


def _picture(description: str, file: str) -> Json:
    if file:
        return {"type": "image", "slack_file": {"id": file}, "alt_text": cut(description, _DESCRIPTION) or "A picture"}
    return {"type": "context", "elements": [plain(f"Picture: {description}", _DESCRIPTION)]}


def _rows(options: Sequence[Option]) -> list[Json]:
    """The less usual of many go into a menu."""
    rare = _rare(options)
    buttons = [_button(at, option) for at, option in enumerate(options) if option not in rare]
    rows: list[Json] = [
        {"type": "actions", "elements": buttons[start : start + _ROW]} for start in range(0, len(buttons), _ROW)
    ]
    if rare:
        rows[-1]["elements"].append({"type": "overflow", "action_id": MENU, "options": [*map(_in_menu, rare)]})
    return rows


def _rare(options: Sequence[Option]) -> list[Option]:
    """What is important, dangerous or asks back stays in sight, and so does a list of things to choose from."""
    if len(options) <= _ROW or len({option.action for option in options}) < len(options):
        return []
    plain_ones = [one for one in options[_IN_SIGHT:] if one.style == "plain" and not one.confirm.strip()]
    fits = all(units(f"{one.action} {one.value}") <= _MENU_VALUE for one in plain_ones)
    return plain_ones if 1 < len(plain_ones) <= _MENU_OPTIONS and fits else []


def _in_menu(option: Option) -> Json:
    return {"text": plain(option.label, _BUTTON), "value": f"{option.action} {option.value}".strip()}


def _button(at: int, option: Option) -> Json:
    """The number makes ids differ where two buttons do the same to two things."""
    made: Json = {
        "type": "button",
        "action_id": f"{at}:{option.action}"[:_ACTION],
        "text": plain(option.label, _BUTTON),
    }
    if option.value:
        made["value"] = option.value[:_VALUE]
    if option.style != "plain":
        made["style"] = option.style
    if option.confirm.strip():
        made["confirm"] = {
            "title": plain("Are you sure?", 100),
            "text": plain(option.confirm, 300),
            "confirm": plain(option.label, 30),
            "deny": plain("Go back", 30),
            "style": "danger" if option.style == "danger" else "primary",
        }
    return made


def action_of(action_id: str) -> str:
    return action_id.partition(":")[2]
