"""How a member rated themselves over time, from their own entries alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from bot import kinds, reflection_form, words
from bot.charts import Series
from bot.programs import Program, Unit
from bot.vault.private import Entry


def series(entries: Iterable[Entry], unit_of: Callable[[Entry], tuple[Program, Unit]]) -> list[Series]:
    """One for each rating that the member gave, in the order of units. Notes are not among the entries."""
    found: dict[tuple[str, str], Series] = {}
    for entry in entries:
        program, unit = unit_of(entry)
        for question in reflection_form.asked(unit):
            value = entry.words.answers.get(question.id)
            if value is None:
                continue
            point = kinds.find(question.kind).point(value, question)
            if point is None:
                continue
            name = next((one.title for one in program.ratings if one.id == question.rating), question.ask)
            one = found.setdefault((program.id, question.rating or question.ask), Series(name, []))
            one.points.append((words.unit_name(program, unit), point, kinds.find(question.kind).show(value, question)))
    return list(found.values())
