"""Names that point at one another: every id is given once, and whatever is referred to exists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from bot.programs.reading import Page, Path
from bot.programs.rules import MOMENTS, Keys, parts, questions

_NAMED = ("units", "events", "roles", "teams", "artifacts", "ratings", "requests")


def follow(page: Page, entries: Collection[str] | None = None) -> None:
    """Writes every doubled id and every link to nothing to `page.problems`; `entries` are those to read."""
    data = page.data
    if not isinstance(data, dict):
        return
    known = {key: set(_once(page, parts(data, key))) for key in _NAMED}
    for path, artifact in parts(data, "artifacts"):
        list(_once(page, parts(artifact, "sections", path)))
        _points(page, (*path, "team"), artifact.get("team"), known["teams"], "team")
        if artifact.get("shared_with") and not artifact.get("team"):
            message = "is for what a team writes; give team as well, or leave this out"
            page.refuse((*path, "shared_with"), message)
    for path, part in (*parts(data, "units"), *parts(data, "events")):
        list(_once(page, parts(part, "questions", path)))
        _whom(page, (*path, "for"), part.get("for"), known)
    for path, request in parts(data, "requests"):
        list(_once(page, parts(request, "questions", path)))
        _points(page, (*path, "to"), request.get("to"), known["roles"], "role")
        if str(request.get("to")) in _members(data):
            message = "is a member's role; requests go to one that acts as coach, facilitator or director"
            page.refuse((*path, "to"), message)
    for path, event in parts(data, "events"):
        for name in MOMENTS:
            moment = event.get(name)
            if isinstance(moment, dict):
                list(_once(page, parts(moment, "questions", (*path, name))))
    sections = {
        f"{artifact.get('id')}.{section.get('id')}"
        for _, artifact in parts(data, "artifacts")
        for _, section in parts(artifact, "sections")
    }
    for path, question in questions(data):
        _points(page, (*path, "rating"), question.get("rating"), known["ratings"], "rating")
        _points(page, (*path, "shows"), question.get("shows"), known["artifacts"], "artifact")
        _points(page, (*path, "keeps"), question.get("keeps"), sections, "artifact section")
    for path, unit in parts(data, "units"):
        _unit(page, path, unit, known, entries)
    _numbers(page, data)
    _calendar(page, data)
    _teams(page, data, known)


def _members(data: Keys) -> set[str]:
    return {str(role.get("id")) for _, role in parts(data, "roles") if role.get("acts_as", "member") == "member"}


def _once(page: Page, listed: Iterable[tuple[Path, Keys]]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for path, part in listed:
        name = part.get("id")
        if isinstance(name, str):
            if name in seen:
                page.refuse((*path, "id"), f'"{name}" is already used in line {seen[name]}; ids are given once')
            seen.setdefault(name, page.line((*path, "id")))
            yield name


def _points(page: Page, path: Path, name: object, known: Collection[str], what: str) -> None:
    if isinstance(name, str) and name not in known:
        there = f"; allowed: {', '.join(sorted(known)[:30])}" if known else "; the file lists none"
        page.refuse(path, f'there is no {what} "{name}"{there}')


def _each(page: Page, path: Path, names: object, known: Collection[str], what: str) -> None:
    for place, name in enumerate(names if isinstance(names, list) else ()):
        _points(page, (*path, place), name, known, what)


def _whom(page: Page, path: Path, whom: object, known: dict[str, set[str]]) -> None:
    if isinstance(whom, dict):
        _points(page, (*path, "team"), whom.get("team"), known["teams"], "team")
        _each(page, (*path, "roles"), whom.get("roles"), known["roles"], "role")


def _unit(page: Page, path: Path, unit: Keys, known: dict[str, set[str]], entries: Collection[str] | None) -> None:
    _each(page, (*path, "rate"), unit.get("rate"), known["ratings"], "rating")
    for here, freeze in parts(unit, "freeze", path):
        _points(page, (*here, "artifact"), freeze.get("artifact"), known["artifacts"], "artifact")
    asked = {str(question.get("id")): question for _, question in parts(unit, "questions")}
    for here, variant in parts(unit, "variants", path):
        _points(page, (*here, "role"), variant.get("role"), known["roles"], "role")
        asks = variant.get("asks")
        for name in asks if isinstance(asks, dict) else ():
            _points(page, (*here, "asks", name), name, asked, "question")
        _each(page, (*here, "leaves_out"), variant.get("leaves_out"), asked, "question")
        left = variant.get("leaves_out")
        for place, name in enumerate(left if isinstance(left, list) else ()):
            if isinstance(name, str) and asked.get(name, {}).get("required") is True:
                page.refuse((*here, "leaves_out", place), "the required question is asked of everyone")
    read = unit.get("read")
    for place, name in enumerate(read if isinstance(read, list) and entries is not None else ()):
        if isinstance(name, str) and name not in (entries or ()):
            page.refuse((*path, "read", place), f"there is no knowledge/{name}.md")


def _numbers(page: Page, data: Keys) -> None:
    last = -1
    for path, unit in parts(data, "units"):
        number = unit.get("number")
        if isinstance(number, int):
            if number <= last:
                page.refuse((*path, "number"), f"is {number} after {last}; numbers only go up")
            last = max(last, number)
    numbers = {str(unit.get("number")) for _, unit in parts(data, "units")}
    for path, pause in parts(data, "breaks"):
        number = pause.get("after_unit")
        _points(page, (*path, "after_unit"), None if number is None else str(number), numbers, "unit")


def _calendar(page: Page, data: Keys) -> None:
    last: dict[str, int] = {}
    following = 0
    pauses = {str(pause.get("after_unit")): pause.get("periods") for _, pause in parts(data, "breaks")}
    for path, unit in parts(data, "units"):
        given = unit.get("after")
        if isinstance(given, int) and data.get("clock") == "self-paced":
            page.refuse((*path, "after"), "has no meaning without a calendar; leave it out")
        after = given if isinstance(given, int) else following
        whom = str(unit.get("for"))
        if whom in last and after <= last[whom]:
            page.refuse((*path, "after"), f"is {after} after {last[whom]}; for the same people it goes up")
        last[whom] = after
        pause = pauses.get(str(unit.get("number")))
        following = after + 1 + (pause if isinstance(pause, int) else 0)


def _teams(page: Page, data: Keys, known: dict[str, set[str]]) -> None:
    teams = {str(team.get("id")): team for _, team in parts(data, "teams")}
    for path, team in parts(data, "teams"):
        _each(page, (*path, "roles"), team.get("roles"), known["roles"], "role")
        _points(page, (*path, "inside"), team.get("inside"), known["teams"], "team")
        least, most = team.get("at_least", 1), team.get("at_most")
        if isinstance(least, int) and isinstance(most, int) and least > most:
            page.refuse((*path, "at_least"), f"is {least}, more than at_most: {most}")
        outer, passed = team.get("inside"), {str(team.get("id"))}
        while isinstance(outer, str) and outer in teams:
            if outer in passed:
                page.refuse((*path, "inside"), f'"{outer}" would stand inside itself')
                break
            passed.add(outer)
            outer = teams[outer].get("inside")
