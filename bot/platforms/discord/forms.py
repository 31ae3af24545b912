"""A form as a Discord modal, and what comes back from one, with or without a memory of how it was asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import discord
from discord import ui

from bot.messages import Address, Errors, Field, Form, Upload

from . import downloads
from .notebook import Button, Notebook
from .prose import cut, pages, units

_TITLE, _LABEL, _DESCRIPTION, _INPUT, _ID = 45, 45, 100, 4000, 100
_PARTS = 5
_GROUP, _MENU = 10, 25
_CROWD = "Discord lists 25 here. Those who are not listed stay. Choose others to add them."
_HINTS = {"date": "YYYY-MM-DD", "time": "HH:MM"}

Values = dict[str, str | list[str]]


@dataclass(frozen=True, slots=True)
class Sent:
    """A form that was sent in."""

    id: str
    action: str
    value: str
    values: Values
    files: Mapping[str, Upload]


async def modal(form: Form, notebook: Notebook) -> ui.Modal:
    custom_id = f"f|{form.id}|{form.action}|{form.value}"
    if len(custom_id) > _ID:
        custom_id = f"g|{form.id}|{await notebook.keep(Button(form.action, form.value))}"
    made = ui.Modal(title=cut(form.title, _TITLE) or "…", custom_id=custom_id, timeout=None)
    if form.intro and len(form.fields) < _PARTS:
        made.add_item(ui.TextDisplay(_intro(form)))
    for field in form.fields[:_PARTS]:
        made.add_item(_asked(field))
    made.stop()  # the library need not remember it: what comes back is read from its ids
    return made


def _intro(form: Form) -> str:
    """The words above the fields, and after them every question that does not fit its label."""
    long = [field.label for field in form.fields if units(field.label) > _LABEL + _DESCRIPTION - 10]
    return pages("\n\n".join([form.intro, *long]))[0]


def _asked(field: Field) -> ui.Label[Any]:
    label, rest = _split(field.label)
    crowd = _CROWD if field.kind == "people" and len(field.initial) > _MENU else ""
    description = cut(rest or crowd or field.hint, _DESCRIPTION)
    return ui.Label(text=label, description=description or None, component=_input(field, bool(rest)))


def _split(label: str) -> tuple[str, str]:
    """A long question goes on in the line below its label."""
    if units(label) <= _LABEL:
        return label or "…", ""
    space = label.rfind(" ", 0, _LABEL - 2)
    at = space if space > _LABEL // 2 else _LABEL - 2
    return label[:at] + " …", "… " + label[at:].lstrip()


def _input(field: Field, hint_inside: bool) -> ui.Item[Any]:
    first = [field.initial] if isinstance(field.initial, str) else list(field.initial)
    first = [one for one in first if one]
    place = cut(field.hint if hint_inside else _HINTS.get(field.kind, ""), _DESCRIPTION) or None
    if field.kind in ("choice", "choices") and field.choices:
        return _choices(field, first, place)
    asked: dict[str, Any] = {"custom_id": field.name, "required": field.required, "min_values": int(field.required)}
    if field.kind == "people":
        there = _already(first[:_MENU], discord.SelectDefaultValueType.user)
        return ui.UserSelect(**asked, placeholder=place, max_values=_MENU, default_values=there)
    if field.kind == "channel":
        there = _already(first[:1], discord.SelectDefaultValueType.channel)
        kinds = [discord.ChannelType.text]
        return ui.ChannelSelect(**asked, placeholder=place, channel_types=kinds, default_values=there)
    if field.kind == "file":
        return ui.FileUpload(**asked, max_values=1)
    # What somebody wrote before is never cut to fit: the house says what is too long.
    limit = min(max(field.limit, units(first[0]) if first else 1), _INPUT)
    return ui.TextInput(
        custom_id=field.name,
        style=discord.TextStyle.paragraph if field.lines > 1 else discord.TextStyle.short,
        default=cut(first[0], limit) if first else None,
        required=field.required,
        placeholder=place,
        max_length=limit,
    )


def _choices(field: Field, first: Sequence[str], place: str | None) -> ui.Item[Any]:
    pairs = [(value, cut(label, 100)) for value, label in field.choices[:_MENU]]
    several = field.kind == "choices"
    asked: dict[str, Any] = {"custom_id": field.name, "required": field.required}
    least = int(field.required)
    if several and len(pairs) <= _GROUP:
        boxes = [discord.CheckboxGroupOption(label=shown, value=one, default=one in first) for one, shown in pairs]
        return ui.CheckboxGroup(**asked, min_values=least, max_values=len(boxes), options=boxes)
    if not several and 2 <= len(pairs) <= _GROUP:
        dots = [discord.RadioGroupOption(label=shown, value=one, default=one in first[:1]) for one, shown in pairs]
        return ui.RadioGroup(**asked, options=dots)
    lines = [discord.SelectOption(label=shown, value=one, default=one in first) for one, shown in pairs]
    most = len(lines) if several else 1
    return ui.Select(**asked, min_values=least, max_values=most, options=lines, placeholder=place)


def _already(addresses: Sequence[str], kind: discord.SelectDefaultValueType) -> list[discord.SelectDefaultValue]:
    return [discord.SelectDefaultValue(id=int(Address.parse(one).id), type=kind) for one in addresses]


# --- what comes back ---------------------------------------------------------------------------------


async def read(data: Mapping[str, Any], workspace: str, notebook: Notebook) -> Sent | None:
    """None for a form that another release made."""
    kind, _, rest = str(data["custom_id"]).partition("|")
    if kind == "f" and rest.count("|") >= 2:
        form, action, value = rest.split("|", 2)
    elif kind == "g" and "|" in rest:
        form, token = rest.split("|", 1)
        button = await notebook.button(token)
        if button is None:
            return None
        action, value = button.action, button.value
    else:
        return None
    return Sent(form, action, value, values(data, workspace), uploads(data))


def values(data: Mapping[str, Any], workspace: str) -> Values:
    found: Values = {}
    files = data.get("resolved", {}).get("attachments", {})
    for part in data.get("components", ()):
        given = part.get("component")
        if given is None:  # words above the fields
            continue
        name, values = given["custom_id"], [str(one) for one in given.get("values") or ()]
        match given["type"]:
            case discord.ComponentType.user_select.value:
                found[name] = [str(Address("discord", workspace, "person", one)) for one in values]
            case discord.ComponentType.channel_select.value:
                found[name] = "".join(str(Address("discord", workspace, "channel", one)) for one in values[:1])
            case discord.ComponentType.file_upload.value:
                found[name] = "".join(str(files.get(one, {}).get("filename", "")) for one in values[:1])
            case _:
                found[name] = values if "values" in given else str(given.get("value") or "")
    return found


def uploads(data: Mapping[str, Any]) -> dict[str, Upload]:
    attached = data.get("resolved", {}).get("attachments", {})
    found = {}
    for part in data.get("components", ()):
        given = part.get("component") or {}
        if given.get("type") == discord.ComponentType.file_upload.value:
            for one in [attached[str(key)] for key in given.get("values") or () if str(key) in attached][:1]:
                read = partial(downloads.fetch, str(one["url"]))
                found[str(given["custom_id"])] = Upload(str(one["filename"]), int(one["size"]), read)
    return found


def refilled(form: Form, values: Values) -> Form:
    """The same form with every word that was sent in."""
    fields = []
    for field in form.fields:
        given = values.get(field.name, field.initial)
        several = field.kind in ("choices", "people")
        if several:
            fields.append(replace(field, initial=(given,) if isinstance(given, str) and given else tuple(given)))
        else:
            fields.append(replace(field, initial=given if isinstance(given, str) else next(iter(given), "")))
    return replace(form, fields=tuple(fields))


def whole(form: Form, sent: Sent) -> Sent:
    """With the people for whom Discord's list had no room: who was not shown was not taken out."""
    found = dict(sent.values)
    for field in form.fields:
        given = found.get(field.name)
        if field.kind == "people" and isinstance(given, list):
            found[field.name] = list(dict.fromkeys([*given, *field.initial[_MENU:]]))
    return replace(sent, values=found)


def problems(errors: Errors, form: Form | None) -> str:
    """What to change, by the names of the fields as they were read. Not escaped yet."""
    labels = {field.name: field.label for field in form.fields} if form else {}
    lines = [errors.fields[""]] if errors.fields.get("") else []
    lines += [f"• {labels.get(name, name)}: {said}" for name, said in errors.fields.items() if name]
    return "\n".join(lines)


def words(values: Values) -> str:
    """Everything that somebody wrote, to hand it back to them."""
    return "\n\n".join(given for given in values.values() if isinstance(given, str) and given.strip())
