"""What makes a unit fit for five minutes on a phone: few words, one question that asks for an answer.

The rules read the page itself and not its parsed form, so that a slip in one place does not hide another.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

from bot import kinds
from bot.programs.reading import Page, Path
from bot.programs.schema import MINUTES, QuestionKeys

Keys = dict[str, object]

WORDS = 60
OPTIONAL = 2
FIELDS = 5
"""One platform shows no more in a form; the step takes one of them."""

_RESERVED = re.compile(r"step$|rate-|evidence-")

MOMENTS = ("pre_work", "exit_note", "follow_up")


def judge(page: Page) -> None:
    """Writes every broken rule to `page.problems`."""
    if not isinstance(page.data, dict):
        return
    limit = MINUTES.get(str(page.data.get("clock")), max(MINUTES.values()))
    for path, unit in parts(page.data, "units"):
        _unit(page, path, unit)
        _minutes(page, path, unit, limit)
    for path, event in parts(page.data, "events"):
        if event.get("alone") is True:
            _alone(page, path, event)
        for name in MOMENTS:
            moment = event.get(name)
            if isinstance(moment, dict):
                _moment(page, (*path, name), moment)
                _minutes(page, (*path, name), moment, max(MINUTES.values()))
    for path, request in parts(page.data, "requests"):
        _request(page, path, request)
    if page.data.get("clock") == "self-paced":
        for key in ("day", "time", "reminder_hours", "breaks", "renew_after"):
            if key in page.data:
                page.refuse((key,), "has no meaning without a calendar; a self-paced program leaves it out")


def parts(data: Keys, key: str, path: Path = ()) -> Iterator[tuple[Path, Keys]]:
    """The entries of a list that are what they should be: keys with values."""
    values = data.get(key)
    for place, value in enumerate(values if isinstance(values, list) else ()):
        if isinstance(value, dict):
            yield (*path, key, place), value


def questions(data: Keys) -> Iterator[tuple[Path, Keys]]:
    """Every question of a program: in units, around events, in requests."""
    for path, unit in parts(data, "units"):
        yield from parts(unit, "questions", path)
    for path, event in parts(data, "events"):
        for name in MOMENTS:
            moment = event.get(name)
            if isinstance(moment, dict):
                yield from parts(moment, "questions", (*path, name))
    for path, request in parts(data, "requests"):
        yield from parts(request, "questions", path)


def _request(page: Page, path: Path, request: Keys) -> None:
    asked = list(parts(request, "questions", path))
    if len(asked) > FIELDS - 1:
        page.refuse((*path, "questions"), f"has {len(asked)}; at most {FIELDS - 1} fit beside who should answer")
    if asked and not any(question.get("required") is True for _, question in asked):
        page.refuse((*path, "questions"), "needs one with required: true, so that nobody sends an empty form")
    for here, question in asked:
        _question(page, here, question)
        for key in ("keeps", "shows", "rating"):
            if key in question:
                page.refuse((*here, key), "has no meaning in a request, which is no part of anybody's own notes")


def _unit(page: Page, path: Path, unit: Keys) -> None:
    _words(page, path, unit)
    for here, variant in parts(unit, "variants", path):
        _words(page, here, variant)
    arrival = unit.get("number") == 0
    if not arrival and "alternative" not in unit:
        page.refuse((*path, "alternative"), "is missing; every unit after arrival offers another way in")
    if not arrival and unit.get("follow_up") is not True and "step" not in unit:
        page.refuse((*path, "step"), "is missing; give an if-then step with ask and example")
    asked = list(parts(unit, "questions", path))
    required = sum(question.get("required") is True for _, question in asked)
    if asked and required != 1:
        page.refuse((*path, "questions"), f"needs exactly one with required: true, not {required}")
    elif asked and asked[0][1].get("required") is not True:
        page.refuse((*path, "questions"), "starts with an optional one; the required question comes first")
    if len(asked) - required > OPTIONAL:
        page.refuse((*path, "questions"), f"has {len(asked) - required} optional ones; at most {OPTIONAL} fit")
    for here, question in asked:
        _question(page, here, question)


def _alone(page: Page, path: Path, event: Keys) -> None:
    if event.get("open") is True:
        page.refuse((*path, "open"), "has no meaning in an event for one member")
    if "exit_note" in event:
        page.refuse((*path, "exit_note"), "would be read by nobody: five must write, and this event is for one member")


def _moment(page: Page, path: Path, moment: Keys) -> None:
    _words(page, path, moment)
    asked = list(parts(moment, "questions", path))
    fields = len(asked) + ("step" in moment)
    if fields > FIELDS:
        page.refuse(path, f"has {fields} fields with its step; at most {FIELDS} fit one form")
    if sum(question.get("required") is True for _, question in asked) > 1:
        page.refuse((*path, "questions"), "has more than one with required: true; one is the most")
    days = moment.get("days")
    if isinstance(days, int) and ((path[-1] == "pre_work" and days >= 0) or (path[-1] == "follow_up" and days <= 0)):
        side = "before the event, such as -3" if path[-1] == "pre_work" else "after the event, such as 14"
        page.refuse((*path, "days"), f"must be a number of days {side}")
    anonymous = moment.get("anonymous", path[-1] == "exit_note")
    if path[-1] == "exit_note" and anonymous is False:
        page.refuse((*path, "anonymous"), "an exit note is always anonymous; leave the key out")
    for here, question in asked:
        _question(page, here, question)
        for key in ("keeps", "shows", "rating"):
            if anonymous is True and key in question:
                page.refuse((*here, key), "has no meaning in an anonymous form, which knows no person")
    if anonymous is True and "step" in moment:
        page.refuse((*path, "step"), "has no meaning in an anonymous form, which knows no person")


def _words(page: Page, path: Path, texts: Keys) -> None:
    for key in ("prompt", "alternative"):
        said = texts.get(key)
        if isinstance(said, str) and len(said.split()) > WORDS:
            page.refuse((*path, key), f"has {len(said.split())} words; at most {WORDS}")


def _minutes(page: Page, path: Path, part: Keys, limit: int) -> None:
    own = part.get("minutes")
    minutes = own if own is not None else page.data.get("minutes") if isinstance(page.data, dict) else None
    if isinstance(minutes, int) and minutes > limit:
        where = (*path, "minutes") if own is not None else ("minutes",)
        page.refuse(where, f"is {minutes}; at most {limit} here")


def _question(page: Page, path: Path, question: Keys) -> None:
    common = list(QuestionKeys.model_fields)
    spec: Keys = {}
    if _RESERVED.match(str(question.get("id"))):
        message = f'"{question["id"]}" is a name the forms use themselves; choose another'
        page.refuse((*path, "id"), message)
    for key, value in question.items():
        near = difflib.get_close_matches(key, common, 1, 0.75)
        if key in common:
            continue
        if near:
            page.refuse((*path, key), f'"{key}" is not a key here; did you mean {near[0]}?')
        else:
            spec[key] = value
    rated = "rating" in question
    for key in ("ask", "kind"):
        if not rated and key not in question:
            page.refuse((*path, key), "is missing" + _kinds(key))
    kind = question.get("kind", "scale" if rated else None)
    if not isinstance(kind, str):
        return
    if kind not in kinds.names():
        page.refuse((*path, "kind"), f'"{kind}" is not a question kind{_kinds("kind")}')
        return
    if rated and kind != "scale":
        page.refuse((*path, "kind"), "a re-rated question is a scale; leave kind or rating out")
    if rated and "labels" in spec:
        page.refuse((*path, "labels"), "come from the rating; leave them out here")
    for fault in kinds.find(kind).check(spec):
        key, place, message = _located(fault)
        page.refuse((*path, key, *place), message)


def _kinds(key: str) -> str:
    return f"; allowed: {', '.join(kinds.names())}" if key == "kind" else ""


def _located(fault: str) -> tuple[str, tuple[int, ...], str]:
    match = re.match(r"(\w+)(?:\[(\d+)\])?: (.*)", fault, re.DOTALL)
    if not match:
        return "kind", (), fault
    return match[1], (int(match[2]),) if match[2] else (), match[3]
