"""Whether a page has the shape of a program, and each misfit in words that say what would be right."""

from __future__ import annotations

import difflib
import json
from typing import get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from bot.programs.reading import Page, Path
from bot.programs.schema import ProgramKeys


def fit(page: Page) -> ProgramKeys | None:
    """The page as keys, or None with each misfit written to `page.problems`."""
    if not isinstance(page.data, dict):
        page.refuse((), "a program file starts with keys such as id, title, clock and units")
        return None
    try:
        return ProgramKeys.model_validate(page.data)
    except ValidationError as error:
        for fault in error.errors(include_url=False):
            page.refuse(fault["loc"], _say(fault, fault["loc"]))
    return None


def _say(fault: ErrorDetails, path: Path) -> str:
    kind, context, given = fault["type"], fault.get("ctx", {}), fault["input"]
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return unknown(str(path[-1]), keys_at(path[:-1]))
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "").replace(" or ", ", ")
            return f"{_shown(given)} is not allowed; allowed: {allowed}"
        case "string_type":
            quotes = f', so put quotes around it: "{given}"' if isinstance(given, int | float) else ""
            return f"must be text{quotes}"
        case "int_type" | "int_parsing" | "int_from_float":
            return f"must be a whole number, not {_shown(given)}"
        case "bool_type":
            return f"must be true or false, not {_shown(given)}"
        case "list_type":
            return "must be a list: lines that start with a hyphen, or [one, another]"
        case "model_type" | "dict_type" | "model_attributes_type":
            return f"must be keys with values, not {_shown(given)}"
        case "greater_than_equal":
            return f"must be {context['ge']} or more, not {_shown(given)}"
        case "less_than_equal":
            return f"must be {context['le']} or less, not {_shown(given)}"
        case "string_too_long":
            return f"has {len(str(given).strip())} characters; at most {context['max_length']} fit"
        case "string_too_short":
            return "is empty"
        case "too_short":
            return f"needs at least {context['min_length']}"
        case "too_long":
            return f"takes at most {context['max_length']}"
        case "string_pattern_mismatch" if "\\." in str(context["pattern"]):
            return f"{_shown(given)} must be an artifact and one of its sections, such as plan.goal"
        case "string_pattern_mismatch":
            return f'{_shown(given)} must be lowercase letters, digits and single hyphens, such as "week-1"'
        case "value_error":
            return str(context["error"])
    return fault["msg"]


def unknown(key: str, allowed: list[str]) -> str:
    near = difflib.get_close_matches(key, allowed, 1)
    meant = f"; did you mean {near[0]}?" if near else ""
    return f"{_shown(key)} is not a key here{meant or ';'} allowed: {', '.join(allowed)}"


def keys_at(path: Path) -> list[str]:
    """The keys that may stand at a place in a program file."""
    model: type[BaseModel] = ProgramKeys
    for part in path:
        if isinstance(part, str):
            fields = {field.alias or name: field for name, field in model.model_fields.items()}
            model = _model_in(fields[part].annotation) or model
    return [field.alias or name for name, field in model.model_fields.items()]


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _shown(given: object) -> str:
    said = json.dumps(given, ensure_ascii=False, default=str)
    return said if len(said) <= 60 else f"{said[:57]}..."
