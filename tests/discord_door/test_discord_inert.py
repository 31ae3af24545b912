"""Two hundred ways to ping or mislead, sent through the real door: none is active in what goes out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.messages import Instant, Option, Outgoing, Quote
from bot.platforms.discord.cards import card
from tests.discord_door.conftest import Place
from tests.discord_door.small_house import SmallHouse
from tests.fakes.discord_rules import SUPPRESS_EMBEDS
from tests.privacy.payloads import PAYLOADS

_OURS = re.compile(r"^(### |-# |> )|\*\*", re.MULTILINE)
"""Marks that the bot sets itself: heading, small print, quote, and the bold name of a source."""
_ADDRESS = re.compile(r"<https?://[^\s<>()\[\]`|\\]+>")
_ACTIVE = re.compile(r"(?<!\\)(?:\\\\)*([*_~|`<>\[\]@])")
_LINE = re.compile(r"^\s*(#{1,3}\s|-#\s|[-+]\s|\d+\.\s)", re.MULTILINE)


def active(sent: Mapping[str, Any]) -> list[str]:
    """What Discord would act on in one message."""
    text = _ADDRESS.sub("", _OURS.sub("", str(sent["content"])))
    found = [one.group() for one in _ACTIVE.finditer(text)] + [one.group() for one in _LINE.finditer(text)]
    allowed = sent.get("allowed_mentions") or {}
    if allowed.get("parse") != [] or allowed.get("replied_user") or allowed.get("users") or allowed.get("roles"):
        found.append("mentions are allowed")
    if not sent.get("flags", 0) & SUPPRESS_EMBEDS:
        found.append("previews are shown")
    return found


def test_the_look_itself_sees_what_is_active() -> None:
    """A mention, a link under another name, a heading, a preview."""
    quiet = {"allowed_mentions": {"parse": []}, "flags": SUPPRESS_EMBEDS}
    assert active({"content": "### Title\n> quoted\n-# note <https://a.example>", **quiet}) == []
    assert active({"content": "@everyone", **quiet}) == ["@"]
    assert active({"content": "[a](https://evil.example)", **quiet})
    assert active({"content": "a\n # big", **quiet})
    assert active({"content": "\\\\@here", **quiet}) == ["\\\\@"]
    assert active({"content": "x", "flags": SUPPRESS_EMBEDS}) == ["mentions are allowed"]
    assert active({"content": "x", "allowed_mentions": {"parse": []}}) == ["previews are shown"]


async def test_no_payload_is_active_in_what_goes_to_discord(here: Place, house: SmallHouse) -> None:
    """In a title, a text, a quote, a note and a button; delivered, answered and in private messages."""
    sent: list[Mapping[str, Any]] = []
    for at in range(0, len(PAYLOADS), 25):
        some = PAYLOADS[at : at + 25]
        card = Outgoing(
            "\n\n".join(some),
            some[0],
            tuple(Quote(one, one, one, one, one) for one in some[:5]),
            " ".join(some),
            tuple(Option(one.replace("\n", " "), "a.b") for one in some[:5]),
        )
        await here.door.send(here.channel, card, f"key-{at}")
        house.says["/journal"] = card
        asked = await here.discord.slash(here.renata, "journal")
        await here.settled()
        sent += asked.shown
    sent += here.discord.public()
    assert len(sent) >= 2 * len(PAYLOADS) // 25
    for one in sent:
        assert active(one) == []


def test_a_moment_is_shown_in_the_readers_own_zone() -> None:
    """Discord draws it; the same words that somebody wrote elsewhere in the message stay words."""
    at = Instant("Monday 7 December at 08:10", datetime(2026, 12, 7, 13, 10, tzinfo=UTC))
    (page,) = card(Outgoing(f"Next: {at.words}.", quotes=(Quote(at.words),), instants=(at,)))
    assert page.content == f"Next: <t:{int(at.at.timestamp())}:F>.\n\n> {at.words}"
