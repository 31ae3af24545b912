"""Two hundred ways to ping or mislead, sent through the real door: none is active in what goes out."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bot.messages import Option, Outgoing, Quote
from tests.privacy.payloads import PAYLOADS
from tests.slack.conftest import RENATA, Door, channel

INERT = {"plain_text", "text", "rich_text", "rich_text_section", "rich_text_list", "rich_text_quote"}
SHAPES = {"header", "context", "actions", "button", "link"}


def parts(found: Any) -> Iterator[dict[str, Any]]:
    """Every typed element anywhere inside."""
    if isinstance(found, dict):
        if "type" in found:
            yield found
        for value in found.values():
            yield from parts(value)
    elif isinstance(found, list):
        for one in found:
            yield from parts(one)


def active(sent: dict[str, Any]) -> list[str]:
    """What Slack would act on in the JSON of one call."""
    blocks = json.loads(sent["blocks"]) if isinstance(sent.get("blocks"), str) else sent.get("blocks", [])
    found = [one["type"] for one in parts(blocks) if one["type"] not in INERT | SHAPES]
    found += [f"link shown as {one['text']}" for one in parts(blocks) if one["type"] == "link" and not _honest(one)]
    found += re.findall(r"<[^>]*>?", str(sent.get("text", "")))
    for switch, quiet in (("unfurl_links", False), ("unfurl_media", False)):
        if str(sent.get(switch)).lower() not in (str(quiet).lower(), "0"):
            found.append(switch)
    if str(sent.get("link_names", "0")).lower() not in ("0", "false"):
        found.append("link_names")
    if str(sent.get("reply_broadcast", "0")).lower() not in ("0", "false"):
        found.append("reply_broadcast")
    return found


def _honest(link: dict[str, Any]) -> bool:
    """What is shown is the beginning of where it leads."""
    shown = link["text"].removesuffix("…")
    return link["url"].split("://", 1)[1].startswith(shown)


def test_the_look_itself_sees_what_is_active() -> None:
    """A mention, a link under another name, markup, an unfurl."""
    mention = {"type": "rich_text", "elements": [{"type": "broadcast", "range": "channel"}]}
    link = {"type": "link", "url": "https://evil.example", "text": "bank.example"}
    quiet = {"unfurl_links": False, "unfurl_media": False}
    assert active({"blocks": [mention], **quiet}) == ["broadcast"]
    assert active({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x"}}], **quiet})
    assert active({"blocks": [link], **quiet}) == ["link shown as bank.example"]
    assert active({"text": "<!channel>", **quiet}) == ["<!channel>"]
    assert active({"text": "x", "unfurl_links": True, "unfurl_media": False}) == ["unfurl_links"]


async def test_no_payload_is_active_in_what_goes_to_slack(socket_door: Door) -> None:
    """In a title, a text, a quote, a note, a button and its question; delivered and answered."""
    door, posted = socket_door, 0
    for at in range(0, len(PAYLOADS), 15):
        some = PAYLOADS[at : at + 15]
        card = Outgoing(
            "\n\n".join(some),
            some[0],
            tuple(Quote(one, one, one, one, one) for one in some[:8]),
            " ".join(some),
            tuple(Option(one, "a.b", confirm=one) for one in some[:10]),
        )
        await door.platform.send(channel(), card, f"k{at}")
        door.house.reply = card
        await door.slack.command(RENATA, "/cohort")
        await door.settled()
    for call in door.slack.calls:
        if call.method not in ("chat.postMessage", "chat.postEphemeral", "response_url"):
            continue
        posted += 1
        assert active(call.given) == [], call.method
    assert posted >= 2 * len(PAYLOADS) // 15
