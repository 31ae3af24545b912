"""What Slack refuses: the limits of Block Kit, and each method's arguments, token and scope."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block

Json = dict[str, Any]

METHODS: dict[str, tuple[str, set[str], set[str]]] = {
    # method: (scope or kind of token, required, also allowed)
    "auth.test": ("", set(), set()),
    "auth.revoke": ("", set(), {"test"}),
    "apps.connections.open": ("app:connections:write", set(), set()),
    "chat.postMessage": (
        "chat:write",
        {"channel", "text"},
        {"blocks", "thread_ts", "unfurl_links", "unfurl_media", "parse", "link_names", "mrkdwn"},
    ),
    "chat.postEphemeral": (
        "chat:write",
        {"channel", "text", "user"},
        {"blocks", "thread_ts", "parse", "link_names"},
    ),
    "chat.update": ("chat:write", {"channel", "ts"}, {"text", "blocks", "parse", "link_names"}),
    "chat.delete": ("chat:write", {"channel", "ts"}, set()),
    "conversations.history": ("*:history", {"channel"}, {"limit", "cursor", "oldest", "latest", "inclusive"}),
    "conversations.info": ("*:read", {"channel"}, set()),
    "conversations.members": ("*:read", {"channel"}, {"limit", "cursor"}),
    "conversations.open": ("im:write", {"users"}, {"return_im"}),
    "users.info": ("users:read", {"user"}, {"include_locale"}),
    "usergroups.list": ("usergroups:read", set(), {"include_disabled", "include_count", "include_users"}),
    "usergroups.users.list": ("usergroups:read", {"usergroup"}, {"include_disabled"}),
    "views.open": ("", {"view", "trigger_id"}, set()),
    "views.update": ("", {"view"}, {"view_id", "external_id", "hash"}),
    "views.publish": ("", {"view", "user_id"}, {"hash"}),
    "files.info": ("files:read", {"file"}, set()),
    "files.getUploadURLExternal": ("files:write", {"filename", "length"}, {"alt_txt"}),
    "files.completeUploadExternal": ("files:write", {"files"}, {"channel_id", "thread_ts", "initial_comment"}),
}
ROOM_SCOPES = {
    "*:history": {"D": "im:history", "C": "channels:history", "G": "groups:history"},
    "*:read": {"D": "im:read", "C": "channels:read", "G": "groups:read"},
}
MESSAGE_BLOCKS = {"header", "rich_text", "section", "context", "actions", "image", "divider"}
VIEW_BLOCKS = MESSAGE_BLOCKS | {"input"}
INPUTS = {
    "plain_text_input",
    "radio_buttons",
    "static_select",
    "checkboxes",
    "multi_static_select",
    "multi_users_select",
    "conversations_select",
    "datepicker",
    "timepicker",
    "file_input",
}


_SHAPES = {
    "channel": r"[CDGUW][A-Z0-9]{1,30}",
    "channel_id": r"[CDG][A-Z0-9]{1,30}",
    "user": r"[UW][A-Z0-9]{1,30}",
    "user_id": r"[UW][A-Z0-9]{1,30}",
    "ts": r"\d{10}\.\d{6}",
    "thread_ts": r"\d{10}\.\d+",
    "limit": r"[1-9]\d{0,2}",
    "length": r"[1-9]\d*",
    "parse": r"none|full",
}
"""What Slack takes for an argument, wherever it stands."""


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def wrong_with_message(blocks: list[Json], files: set[str]) -> list[str]:
    found = list(_wrong_with_blocks(blocks, 50, MESSAGE_BLOCKS, files))
    if sum(units(text) for text in texts(blocks)) > 13_000:
        found.append("message is too long altogether")
    return [*found, *_unlike_the_library(blocks)]


def wrong_with_view(view: Json, files: set[str]) -> list[str]:
    found = list(_wrong_with_blocks(view.get("blocks", []), 100, VIEW_BLOCKS, files))
    if view.get("type") not in ("modal", "home"):
        found.append("type of view")
    if view.get("type") == "modal":
        for name in ("title", "submit", "close"):
            if name == "title" or name in view:
                found += _plain(view.get(name, {}), 24, name)
        if any(one.get("type") == "input" for one in view["blocks"]) and "submit" not in view:
            found.append("a form needs a submit")
    if len(view.get("private_metadata", "")) > 3000:
        found.append("private_metadata is too long")
    if len(view.get("callback_id", "")) > 255:
        found.append("callback_id is too long")
    if len(str(view)) > 250_000:
        found.append("the view is too large")
    known = {"type", "callback_id", "private_metadata", "blocks", "external_id"}
    if view.get("type") == "modal":
        known |= {"title", "submit", "close", "clear_on_close", "notify_on_close"}
    found += [f"a view has no {name}" for name in set(view) - known]
    return [*found, *_unlike_the_library(view.get("blocks", []))]


def _unlike_the_library(blocks: list[Json]) -> Iterator[str]:
    """The limits as Slack's own library knows them, and every name that it would not have written."""
    for block in blocks:
        try:
            made = Block.parse(block)
            known = made.to_dict() if made is not None else {}
        except (SlackObjectFormationError, TypeError, KeyError) as problem:  # the last two: of what it cannot read
            yield f"{block.get('type')}: {problem}"
        else:
            yield from _unknown(block, known, str(block.get("type")))


def _unknown(given: Any, known: Any, path: str) -> Iterator[str]:
    if isinstance(given, dict):
        for name, value in given.items():
            if not isinstance(known, dict) or name not in known:
                yield f"{path} has no {name}"
            else:
                yield from _unknown(value, known[name], f"{path}.{name}")
    elif isinstance(given, list):
        for at, one in enumerate(given):
            yield from _unknown(one, known[at] if isinstance(known, list) and at < len(known) else None, path)


def texts(value: Any) -> Iterator[str]:
    """Every text in a piece of Block Kit, in reading order."""
    if isinstance(value, dict) and value.get("type") in ("rich_text_section", "rich_text_quote"):
        for is_link, run in itertools.groupby(value["elements"], key=lambda part: part["type"] == "link"):
            parts = list(texts(list(run)))
            yield from parts if is_link else ["".join(parts)]
    elif isinstance(value, dict):
        for name in ("title", "text", "label", "hint", "alt_text", "fallback"):
            inner = value.get(name)
            if isinstance(inner, str):
                yield inner
            else:
                yield from texts(inner)
        for name in ("elements", "element", "options", "confirm", "deny", "blocks", "url"):
            inner = value.get(name)
            if name == "url" and isinstance(inner, str):
                yield inner
            elif not isinstance(inner, str):
                yield from texts(inner)
    elif isinstance(value, list):
        for one in value:
            yield from texts(one)


def _wrong_with_blocks(blocks: list[Json], most: int, kinds: set[str], files: set[str]) -> Iterator[str]:
    if not 1 <= len(blocks) <= most:
        yield f"{len(blocks)} blocks"
    ids = [one["block_id"] for one in blocks if "block_id" in one]
    if len(set(ids)) < len(ids) or any(not 1 <= len(one) <= 255 for one in ids):
        yield "block_id"
    for block in blocks:
        kind = block.get("type")
        if kind not in kinds:
            yield f"block of type {kind}"
            continue
        match kind:
            case "header":
                yield from _plain(block.get("text", {}), 150, "header")
            case "context":
                if not 1 <= len(block["elements"]) <= 10:
                    yield "context has too many elements"
                for one in block["elements"]:
                    yield from _plain(one, 3000, "context")
            case "actions":
                yield from _actions(block["elements"])
            case "rich_text":
                yield from _rich(block["elements"])
            case "image":
                if not 1 <= units(block.get("alt_text", "")) <= 2000:
                    yield "alt_text"
                if block.get("slack_file", {}).get("id") not in files:
                    yield "invalid slack file"
            case "input":
                yield from _input(block)


def _plain(text: Json, most: int, what: str) -> Iterator[str]:
    if text.get("type") != "plain_text":
        yield f"{what}: only plain text is expected here"
    if not 1 <= units(text.get("text", "")) <= most:
        yield f"{what}: {units(text.get('text', ''))} characters, {most} fit"


def _actions(elements: list[Json]) -> Iterator[str]:
    if not 1 <= len(elements) <= 25:
        yield "actions"
    ids = [one.get("action_id") for one in elements]
    if len(set(ids)) < len(ids):
        yield "action_id twice in a block"
    for one in elements:
        if one.get("type") == "overflow":
            yield from _options(one, 5)
            continue
        if one.get("type") != "button":
            yield f"actions: {one.get('type')}"
        yield from _plain(one.get("text", {}), 75, "button")
        if not 1 <= len(one.get("action_id", "")) <= 255 or ("value" in one and not 1 <= len(one["value"]) <= 2000):
            yield "button: action_id or value"
        if one.get("style") not in (None, "primary", "danger"):
            yield "button: style"
        if "confirm" in one:
            for name, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
                yield from _plain(one["confirm"].get(name, {}), most, f"confirm {name}")


def _rich(elements: list[Json]) -> Iterator[str]:
    if not elements:
        yield "rich_text: empty"
    for one in elements:
        if one["type"] == "rich_text_list":
            yield from _rich(one["elements"])
            continue
        if one["type"] not in ("rich_text_section", "rich_text_quote"):
            yield f"rich_text: {one['type']}"
        for part in one["elements"]:
            if part["type"] == "link" and not re.match(r"https?://", part["url"]):
                yield "rich_text: link"
            elif part["type"] == "date":
                if type(part["timestamp"]) is not int or not re.search(r"\{(date|time)", part["format"]):
                    yield "rich_text: date"
                continue
            elif part["type"] not in ("text", "link"):
                yield f"rich_text: {part['type']}"
            if not 1 <= units(part["text"]) <= 3000:
                yield "rich_text: text"


def _input(block: Json) -> Iterator[str]:
    yield from _plain(block.get("label", {}), 2000, "label")
    if "hint" in block:
        yield from _plain(block["hint"], 2000, "hint")
    element = block.get("element", {})
    kind = element.get("type")
    if kind not in INPUTS:
        yield f"input of type {kind}"
    if kind == "plain_text_input":
        most = element.get("max_length", 3000)
        if not 1 <= most <= 3000 or units(element.get("initial_value", "")) > most:
            yield "plain_text_input: length"
    for name, shape in (("initial_date", r"\d{4}-\d\d-\d\d"), ("initial_time", r"[012]\d:[0-5]\d")):
        if name in element and not re.fullmatch(shape, element[name]):
            yield f"{kind}: {name}"
    people = [*element.get("initial_users", ()), *filter(None, [element.get("initial_conversation")])]
    if any(not re.fullmatch(_SHAPES["channel"], one) for one in people) or element.get("initial_users") == []:
        yield f"{kind}: initial id"
    if kind == "file_input" and not 1 <= element.get("max_files", 10) <= 10:
        yield "file_input: max_files"
    if kind in ("radio_buttons", "checkboxes", "static_select", "multi_static_select"):
        yield from _options(element, 100 if "select" in kind else 10)


def _options(element: Json, most: int) -> Iterator[str]:
    options = element.get("options", [])
    if not 1 <= len(options) <= most:
        yield f"{element['type']}: {len(options)} options"
    for one in options:
        yield from _plain(one["text"], 75, "option")
        if not 1 <= len(one["value"]) <= 150:
            yield "option: value"
    if len({one["value"] for one in options}) < len(options):
        yield "option: value twice"
    if "initial_option" in element and element["initial_option"] not in options:
        yield "initial_option"
    if any(one not in options for one in element.get("initial_options", [])) or element.get("initial_options") == []:
        yield "initial_options"


def wrong_with_arguments(method: str, given: Json) -> str:
    _, required, allowed = METHODS[method]
    missing = required - {name for name, value in given.items() if value not in (None, "")}
    if missing:
        return f"{method} lacks {', '.join(sorted(missing))}"
    for name, shape in _SHAPES.items():
        value = given.get(name)
        if value not in (None, "") and not re.fullmatch(shape, str(value)):
            return f"{method}: {name} is {value!r}"
    extra = set(given) - required - allowed - {"token"}
    return f"{method} has no {', '.join(sorted(extra))}" if extra else ""
