"""Between the words of the seam and the JSON that the page reads."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeAlias

from bot.messages import Errors, Field, Form, Outgoing, Upload

from .history import Body

Json: TypeAlias = dict[str, Any]
Pairs: TypeAlias = Sequence[tuple[str, str]]
Values: TypeAlias = dict[str, str | list[str]]

SEVERAL = ("choices", "people")
CHOOSE = "Please choose from the list. Your other answers are still here."
CLOCK_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def message_body(outgoing: Outgoing) -> Body:
    picture, file = outgoing.picture, outgoing.file
    return {
        "title": outgoing.title,
        "text": outgoing.text,
        "quotes": [
            {
                "text": quote.text,
                "title": quote.title,
                "heading": quote.heading,
                "source_url": quote.source_url,
                "as_of": quote.as_of,
            }
            for quote in outgoing.quotes
        ],
        "note": outgoing.note,
        "options": [
            {
                "label": option.label,
                "action": option.action,
                "value": option.value,
                "style": option.style,
                "confirm": option.confirm,
            }
            for option in outgoing.options
        ],
        "picture": picture and {"data": _base64(picture.data), "description": picture.description},
        "file": file and {"name": file.name, "data": _base64(file.data), "media_type": file.media_type},
        "quiet": outgoing.quiet,
    }


def offers(body: Body) -> set[tuple[str, str]]:
    """The buttons on a message, each as (action, value)."""
    return {(option["action"], option["value"]) for option in body.get("options", ())}


def form_body(form: Form, people: Pairs, channels: Pairs) -> Json:
    """`people` and `channels` are (address, name) pairs: what the pickers offer."""
    return {
        "kind": "form",
        "id": form.id,
        "title": form.title,
        "intro": form.intro,
        "submit": form.submit,
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind,
                "required": field.required,
                "hint": field.hint,
                "choices": [list(pair) for pair in _picks(field, people, channels)],
                "initial": field.initial if isinstance(field.initial, str) else list(field.initial),
                "limit": field.limit,
                "lines": field.lines,
                "endings": list(field.endings),
            }
            for field in form.fields
        ],
    }


def errors_body(errors: Errors) -> Json:
    return {"kind": "errors", "fields": dict(errors.fields)}


def read_values(form: Form, raw: Mapping[str, object], people: Pairs, channels: Pairs) -> tuple[Values, dict[str, str]]:
    """What was filled in, and what a real client would never have sent, by field name.

    Fields left empty are passed on: whether that is allowed is for the house to say.
    """
    values: Values = {}
    problems: dict[str, str] = {}
    for field in form.fields:
        given = raw.get(field.name, "")
        allowed = {value for value, _ in _picks(field, people, channels)}
        if field.kind in SEVERAL:
            several = [str(one) for one in given] if isinstance(given, list) else []
            values[field.name] = several
            if not set(several) <= allowed:
                problems[field.name] = CHOOSE
            continue
        if field.kind == "file":
            values[field.name] = str(given.get("name") or "") if isinstance(given, dict) else ""
            continue
        one = given if isinstance(given, str) else ""
        values[field.name] = one
        problem = _problem(field, one, allowed) if one else ""
        if problem:
            problems[field.name] = problem
    return values, problems


def read_files(form: Form, raw: Mapping[str, object]) -> dict[str, Upload]:
    """The files among what was filled in. What is not one at all is left out, as if nothing had been chosen."""
    found = {}
    for field in form.fields:
        given = raw.get(field.name)
        if field.kind == "file" and isinstance(given, dict) and given.get("name"):
            try:
                data = b64decode(str(given.get("data") or ""), validate=True)
            except ValueError:
                continue
            found[field.name] = Upload(str(given["name"]), len(data), partial(_beginning, data))
    return found


async def _beginning(data: bytes, most: int) -> bytes:
    return data[:most]


def units(text: str) -> int:
    """Length in UTF-16 units, as browsers and the strictest platform count."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def whole(value: Any) -> Any:
    """The same JSON with half characters (lone surrogates, which no database takes) made visible."""
    if isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if isinstance(value, list):
        return [whole(one) for one in value]
    if isinstance(value, dict):
        return {whole(key): whole(one) for key, one in value.items()}
    return value


def _picks(field: Field, people: Pairs, channels: Pairs) -> Pairs:
    if field.choices:
        return field.choices
    return {"people": people, "channel": channels}.get(field.kind, ())


def _problem(field: Field, value: str, allowed: set[str]) -> str:
    if field.kind in ("choice", "channel"):
        return "" if value in allowed else CHOOSE
    if field.kind == "date":
        return "" if _is_date(value) else "Please give a date as year-month-day, for example 2027-01-04."
    if field.kind == "time":
        return "" if CLOCK_TIME.fullmatch(value) else "Please give a time as hours:minutes, for example 08:30."
    over = units(value) - field.limit
    if over <= 0:
        return ""
    return f"This is {over} characters too long; {field.limit} fit. Nothing is lost: please shorten it."


def _is_date(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _base64(data: bytes) -> str:
    return b64encode(data).decode("ascii")
