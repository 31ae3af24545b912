"""Buttons that work after a restart: all that a press means travels in the button's own id.

An id is `kind|place|key|rest`. Kinds: c, action and value in full; t, they are in the notebook; q, the same and
a question comes first; y, yes to that question; n, no; m, something held in memory for fifteen minutes.
`key` is a mark of the message's delivery key, by which the message is found again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot.messages import Option

from .notebook import Button, Notebook, digest
from .prose import cut

AT_MOST = 25
_LABEL = 80
_ID = 100
_MARK = 12
_STYLES = {
    "plain": discord.ButtonStyle.secondary,
    "primary": discord.ButtonStyle.primary,
    "danger": discord.ButtonStyle.danger,
}
YES, NO, HELD = "y", "n", "m"


@dataclass(frozen=True, slots=True)
class Pressed:
    """What a button's id says. `action` is empty for the kinds that carry none."""

    kind: str
    token: str = ""
    action: str = ""
    value: str = ""


def parse(custom_id: str) -> Pressed | None:
    kind, _, rest = custom_id.partition("|")
    parts = rest.split("|", 2)
    if len(parts) != 3:
        return None
    if kind == "c":
        action, _, value = parts[2].partition("|")
        return Pressed(kind, "", action, value)
    return Pressed(kind, parts[2]) if kind in ("t", "q", YES, NO, HELD) else None


def mark(key: str, page: int) -> str:
    return f"{digest(key, _MARK)}.{page}"


def page_of(custom_ids: Sequence[str], key: str) -> int | None:
    """Which page of the message with this key these buttons stand under; None under any other message."""
    for one in custom_ids:
        known, page = marked(one)
        if known == digest(key, _MARK):
            return page
    return None


def marked(custom_id: str) -> tuple[str, int]:
    """(mark of the message's key, page) that a button carries; ("", 0) for one without."""
    known, _, page = "".join(custom_id.split("|", 3)[2:3]).partition(".")
    return (known, int(page)) if page.isdecimal() else ("", 0)


def ids_in(components: Sequence[discord.Component]) -> list[str]:
    """The ids of all buttons of a message."""
    found: list[str] = []
    for one in components:
        found += ids_in(one.children) if isinstance(one, discord.ActionRow) else [getattr(one, "custom_id", None) or ""]
    return found


async def row_of(options: Sequence[Option], notebook: Notebook, key_mark: str = "") -> discord.ui.View | None:
    """At most 25 buttons; None for none."""
    shown = []
    for place, option in enumerate(options):
        kept = Button(option.action, option.value, option.label, option.confirm)
        custom_id = f"c|{place}|{key_mark}|{option.action}|{option.value}"
        if option.confirm or len(custom_id) > _ID:
            custom_id = f"{'q' if option.confirm else 't'}|{place}|{key_mark}|{await notebook.keep(kept)}"
        shown.append((option.label, custom_id, _STYLES[option.style]))
    return view(shown)


def question(token: str, button: Button) -> discord.ui.View | None:
    """Yes and no under a question that comes before a press counts."""
    return view(
        [
            (button.label, f"{YES}|0||{token}", discord.ButtonStyle.danger),
            ("Not now", f"{NO}|1||{token}", discord.ButtonStyle.secondary),
        ]
    )


NO_VIEW: Any = discord.utils.MISSING
"""What the library wants to hear where there are no buttons."""


def held(label: str, token: str) -> discord.ui.View | None:
    return view([(label, f"{HELD}|0||{token}", discord.ButtonStyle.primary)])


def view(shown: Sequence[tuple[str, str, discord.ButtonStyle]]) -> discord.ui.View | None:
    if not shown:
        return None
    made = discord.ui.View(timeout=None)
    for label, custom_id, style in shown:
        shown_label = cut(label, _LABEL) or "…"
        made.add_item(discord.ui.Button(label=shown_label, custom_id=custom_id, style=style))
    made.stop()  # the library need not remember it: presses are read from their ids
    return made
