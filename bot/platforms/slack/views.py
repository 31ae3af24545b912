"""Modals and App Home: forms, and cards that only one person sees."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import fields as dataclass_fields

from bot.messages import Address, Errors, Field, Form, Option, Outgoing, Submission

from .blocks import VIEW_UNITS, message
from .text import Json, cut, plain, rich, units
from .workspaces import PLATFORM

FORM, CARD, HOME = "form", "card", "home"
VIEW_BLOCKS = 100
_TITLE, _CHOICES, _BUTTONS, _TEXT = 24, 100, 10, 3_000
_LABEL, _HINT, _CHOICE = 2_000, 2_000, 75
_METADATA = 3_000
_BOX = "f."
_COMMAND = "command"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a form was opened, so that its receipt can appear there."""

    where: str = ""
    """The channel; empty in private messages and in App Home."""
    room: str = ""
    """The conversation, private ones too; empty in App Home."""
    thread: str = ""
    response_url: str = ""


@dataclass(frozen=True, slots=True)
class Put:
    """A file that somebody put into a form; Slack keeps it."""

    id: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Sent:
    """What comes back from a modal."""

    submission: Submission
    origin: Origin
    files: Mapping[str, Put]


def form_view(form: Form, origin: Origin) -> Json:
    blocks: list[Json] = []
    if units(form.title) > _TITLE:
        blocks.append({"type": "header", "text": plain(form.title, 150)})
    intro = list(rich(cut(form.intro, _TEXT)))
    if intro:
        blocks.append({"type": "rich_text", "elements": intro})
    blocks += [_input(field) for field in form.fields]
    about = {"form": form.id, "action": form.action, "value": form.value, **asdict(origin)}
    return {
        "type": "modal",
        "callback_id": FORM,
        "title": plain(form.title, _TITLE),
        "submit": plain(form.submit, _TITLE),
        "close": plain("Cancel", _TITLE),
        "private_metadata": json.dumps(about)[:_METADATA],
        "blocks": blocks[:VIEW_BLOCKS],
    }


def card_view(outgoing: Outgoing, channel: str, *, picture: str = "") -> Json:
    """A message that only this person sees and that is kept nowhere."""
    return {
        "type": "modal",
        "callback_id": CARD,
        "title": plain("Cohortbook", _TITLE),
        "close": plain("Close", _TITLE),
        "private_metadata": json.dumps({"where": channel}),
        "blocks": message(outgoing, picture=picture, blocks=VIEW_BLOCKS, most=VIEW_UNITS),
    }


def home_view(outgoing: Outgoing, commands: Sequence[tuple[str, str]], *, picture: str = "") -> Json:
    """The page of App Home: what the house shows, then everything that can be typed, as buttons."""
    doors = tuple(Option(name.capitalize(), _COMMAND, name) for name, _ in commands)
    about = "\n".join(f"/{name}: {what}" for name, what in commands)
    page = message(outgoing, picture=picture, blocks=VIEW_BLOCKS - 10, most=VIEW_UNITS)
    menu = message(Outgoing("", options=doors, note=about), blocks=9) if doors else []
    for block in menu:
        for element in block.get("elements", ()):
            if element.get("type") == "button":
                element["action_id"] = "m" + element["action_id"]
    return {"type": "home", "callback_id": HOME, "blocks": [*page, {"type": "divider"}, *menu]}


def is_command(action: str) -> bool:
    """Whether a button stands for a slash command; its value is the command's name."""
    return action == _COMMAND


def where_of(view: Mapping[str, object]) -> str:
    return str(_about(view).get("where") or "")


def _about(view: Mapping[str, object]) -> Json:
    try:
        found = json.loads(str(view.get("private_metadata") or "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


# --- one field ---------------------------------------------------------------------------------------


def _input(field: Field) -> Json:
    made: Json = {
        "type": "input",
        "block_id": f"{_BOX}{field.name}"[:255],
        "label": plain(field.label, _LABEL),
        "optional": not field.required,
        "element": {**_ELEMENTS[field.kind](field), "action_id": "answer"},
    }
    hint = field.hint.strip()
    if field.kind == "text":
        hint = f"{hint} At most {min(field.limit, _TEXT):,} characters.".strip()
    if hint:
        made["hint"] = plain(hint, _HINT)
    return made


def _text_box(field: Field) -> Json:
    most = min(field.limit, _TEXT)
    made: Json = {"type": "plain_text_input", "multiline": field.lines > 1, "max_length": most}
    if field.initial:
        made["initial_value"] = cut(str(field.initial), most)
    return made


def _one(field: Field) -> Json:
    options = _options(field)
    made: Json = {"type": "radio_buttons" if len(options) <= _BUTTONS else "static_select", "options": options}
    first = [one for one in options if one["value"] == field.initial]
    if first:
        made["initial_option"] = first[0]
    return made


def _several(field: Field) -> Json:
    options = _options(field)
    made: Json = {"type": "checkboxes" if len(options) <= _BUTTONS else "multi_static_select", "options": options}
    chosen = field.initial if isinstance(field.initial, tuple) else (str(field.initial),)
    first = [one for one in options if one["value"] in chosen]
    if first:
        made["initial_options"] = first
    return made


def _options(field: Field) -> list[Json]:
    return [{"text": plain(label, _CHOICE), "value": value} for value, label in field.choices[:_CHOICES]]


def _people(field: Field) -> Json:
    chosen = field.initial if isinstance(field.initial, tuple) else (str(field.initial),)
    made: Json = {"type": "multi_users_select"}
    first = _ids(chosen)
    if first:
        made["initial_users"] = first
    return made


def _channel(field: Field) -> Json:
    made: Json = {
        "type": "conversations_select",
        "filter": {"include": ["public", "private"], "exclude_bot_users": True},
    }
    first = _ids((str(field.initial),))
    if first:
        made["initial_conversation"] = first[0]
    return made


def _date(field: Field) -> Json:
    return {"type": "datepicker", **({"initial_date": field.initial} if field.initial else {})}


def _time(field: Field) -> Json:
    return {"type": "timepicker", **({"initial_time": field.initial} if field.initial else {})}


def _file(field: Field) -> Json:
    made: Json = {"type": "file_input", "max_files": 1}
    if field.endings:
        made["filetypes"] = [one.removeprefix(".") for one in field.endings]
    return made


_ELEMENTS: dict[str, Callable[[Field], Json]] = {
    "text": _text_box,
    "choice": _one,
    "choices": _several,
    "people": _people,
    "channel": _channel,
    "date": _date,
    "time": _time,
    "file": _file,
}


def _ids(addresses: Sequence[str]) -> list[str]:
    found = []
    for one in addresses:
        try:
            found.append(Address.parse(one).id)
        except ValueError:
            continue
    return found


# --- what comes back ---------------------------------------------------------------------------------


def read_form(view: Mapping[str, object], workspace: str) -> Sent | None:
    """None for a modal that is not one of our forms, or whose inner note was damaged."""
    about = _about(view)
    if view.get("callback_id") != FORM or not about.get("form") or not about.get("action"):
        return None
    values: dict[str, str | Sequence[str]] = {}
    files: dict[str, Put] = {}
    state = view.get("state")
    boxes = state.get("values") if isinstance(state, Mapping) else None
    for name, box in (boxes or {}).items() if isinstance(boxes, Mapping) else ():
        given: Json = next(iter(box.values()), {}) if isinstance(box, Mapping) else {}
        values[str(name).removeprefix(_BOX)] = _value(given, workspace)
        if given.get("type") == "file_input":
            files |= {str(name).removeprefix(_BOX): _put(one) for one in (given.get("files") or ())[:1]}
    submission = Submission(str(about["form"]), str(about["action"]), str(about.get("value") or ""), values)
    return Sent(submission, Origin(*(str(about.get(one.name) or "") for one in dataclass_fields(Origin))), files)


def _put(given: Json) -> Put:
    return Put(str(given.get("id") or ""), str(given.get("name") or ""), int(given.get("size") or 0))


def _value(given: Json, workspace: str) -> str | list[str]:
    match given.get("type"):
        case "radio_buttons" | "static_select":
            return str((given.get("selected_option") or {}).get("value") or "")
        case "checkboxes" | "multi_static_select":
            return [str(one["value"]) for one in given.get("selected_options") or ()]
        case "multi_users_select":
            return [str(Address(PLATFORM, workspace, "person", one)) for one in given.get("selected_users") or ()]
        case "conversations_select":
            chosen = given.get("selected_conversation")
            return str(Address(PLATFORM, workspace, "channel", chosen)) if chosen else ""
        case "datepicker":
            return str(given.get("selected_date") or "")
        case "timepicker":
            return str(given.get("selected_time") or "")
        case "file_input":
            return next((str(one.get("name") or "") for one in given.get("files") or ()), "")
        case _:
            return str(given.get("value") or "")


def error_blocks(errors: Errors, view: Mapping[str, object]) -> dict[str, str]:
    """Each text beside its own field; what belongs to none stands beside the first."""
    blocks = view.get("blocks")
    names = [
        str(block.get("block_id"))
        for block in (blocks if isinstance(blocks, Sequence) else ())
        if isinstance(block, Mapping) and block.get("type") == "input"
    ]
    first = names[0] if names else _BOX
    found: dict[str, str] = {}
    for name, text in errors.fields.items():
        box = f"{_BOX}{name}"
        box = box if name and box in names else first
        found[box] = cut("\n".join(filter(None, (found.get(box, ""), text))), 1_000)
    return found or {first: "This was not taken. Your words are still here; please look them over."}
