"""What Discord refuses. A broken rule is answered with 400 and code 50035, as the service does."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

VIEW, SEND, THREADS, ATTACH, HISTORY = 1 << 10, 1 << 11, 1 << 38, 1 << 15, 1 << 16
EPHEMERAL, SUPPRESS_EMBEDS, SILENT = 1 << 6, 1 << 2, 1 << 12


class Broken(Exception):
    """A rule of the service was broken."""


def need(fine: bool, what: str) -> None:
    if not fine:
        raise Broken(what)


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def message(data: Json, files: int, *, new: bool = True) -> None:
    content = data.get("content") or ""
    need(units(content) <= 2000, "content: 2000 or fewer in length")
    need(not new or bool(content.strip() or files or data.get("embeds")), "cannot send an empty message")
    need(len(str(data.get("nonce", ""))) <= 25, "nonce: 25 or fewer in length")
    rows = data.get("components") or []
    need(len(rows) <= 5, "components: 5 or fewer rows")
    ids = [one["custom_id"] for row in rows for one in row["components"]]
    need(len(ids) == len(set(ids)), "components: custom ids must be unique")
    for row in rows:
        need(row["type"] == 1 and 1 <= len(row["components"]) <= 5, "a row holds 1 to 5 buttons")
        for one in row["components"]:
            need(one["type"] == 2 and 1 <= len(one["custom_id"]) <= 100, "custom_id: 1 to 100")
            need(1 <= units(one["label"]) <= 80, "label: 1 to 80")
            need(one["style"] in (1, 2, 3, 4), "style")
    for one in data.get("attachments") or []:
        need(len(one.get("description") or "") <= 1024, "description: 1024 or fewer")


def modal(data: Json) -> None:
    need(1 <= units(data["title"]) <= 45, "title: 1 to 45")
    need(1 <= len(data["custom_id"]) <= 100, "custom_id: 1 to 100")
    need(1 <= len(data["components"]) <= 5, "components: 1 to 5")
    names = []
    for part in data["components"]:
        if part["type"] == 10:
            need(1 <= units(part["content"]) <= 4000, "text display: 1 to 4000")
            continue
        need(part["type"] == 18, "only labels and text in a modal")
        need(1 <= units(part["label"]) <= 45, "label: 1 to 45")
        need(units(part.get("description") or "") <= 100, "description: 100 or fewer")
        _input(part["component"])
        names.append(part["component"]["custom_id"])
    need(len(names) == len(set(names)), "custom ids must be unique")


def _input(one: Json) -> None:
    need(1 <= len(one["custom_id"]) <= 100, "custom_id: 1 to 100")
    need(units(one.get("placeholder") or "") <= 100, "placeholder: 100 or fewer")
    options = one.get("options") or []
    values = [option["value"] for option in options]
    need(len(values) == len(set(values)), "options: values must be unique")
    need(all(1 <= units(option["label"]) <= 100 and 1 <= len(option["value"]) <= 100 for option in options), "options")
    chosen = [option for option in options if option.get("default")]
    match one["type"]:
        case 4:
            need(1 <= (one.get("max_length") or 4000) <= 4000, "max_length: 1 to 4000")
            need(units(one.get("value") or "") <= (one.get("max_length") or 4000), "value is longer than max_length")
        case 21:
            need(2 <= len(options) <= 10 and len(chosen) <= 1, "a radio group has 2 to 10 options")
        case 22:
            need(1 <= len(options) <= 10, "a checkbox group has 1 to 10 options")
            _range(one, len(options), 10)
        case 3:
            need(1 <= len(options) <= 25, "a menu has 1 to 25 options")
            need(len(chosen) <= one.get("max_values", 1), "too many options are chosen already")
            _range(one, len(options), 25)
        case 5 | 8:
            need(len(one.get("default_values") or []) <= one.get("max_values", 1), "too many are chosen already")
            _range(one, 25, 25)
        case 19:
            _range(one, 10, 10)
        case _:
            raise Broken("this kind of component does not fit a modal")


def _range(one: Json, there: int, most: int) -> None:
    least = one.get("min_values", 1)
    least = 1 if least is None else least
    need(0 <= least <= most, "min_values")
    need(1 <= (one.get("max_values") or 1) <= min(most, there), "max_values")
    need(not (one.get("required", True) and least == 0), "a required component needs at least one value")


def commands(found: list[Json]) -> None:
    need(len(found) <= 100, "100 commands at most")
    for one in found:
        kind = one.get("type", 1)
        need(1 <= len(one["name"]) <= 32, "name: 1 to 32")
        need(kind != 1 or one["name"] == one["name"].lower().replace(" ", "-"), "name: lowercase")
        need(kind != 1 or 1 <= len(one["description"]) <= 100, "description: 1 to 100")
        need(len(one.get("options") or []) <= 25, "options: 25 or fewer")
        for option in one.get("options") or []:
            need(1 <= len(option["name"]) <= 32 and 1 <= len(option["description"]) <= 100, "option")
