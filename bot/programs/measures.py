"""What a program asks of people, unit by unit: words, questions, minutes, and how easily it reads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.programs import ease, effort
from bot.programs.model import Moment, Program
from bot.programs.reading import Path
from bot.programs.rules import MOMENTS

LEGEND = (
    "words: of the prompt. minutes: for somebody who answers everything, of those that people are told.\n"
    "ease: how easily it reads, after Flesch; 60 and more is plain English."
)


@dataclass(frozen=True, slots=True)
class Row:
    """What one unit, or one message around an event, costs whoever gets it."""

    path: Path
    number: int | None
    title: str
    words: int
    questions: int
    minutes: float
    promised: int
    ease: int | None


def rows(program: Program) -> Iterator[Row]:
    for place, unit in enumerate(program.units):
        asked = (*unit.questions, *unit.more)
        yield Row(
            ("units", place),
            unit.number,
            unit.title,
            len(unit.prompt.split()),
            len(asked),
            effort.unit(unit),
            unit.minutes,
            ease.reading_ease([unit.prompt, unit.alternative, *(question.ask for question in asked)]),
        )
    for place, event in enumerate(program.events):
        for name in MOMENTS:
            moment: Moment | None = getattr(event, name)
            if moment:
                yield Row(
                    ("events", place, name),
                    None,
                    f"{event.title}: {name.replace('_', ' ')}",
                    len(moment.prompt.split()),
                    len(moment.questions),
                    effort.moment(moment),
                    moment.minutes,
                    ease.reading_ease([moment.prompt, *(question.ask for question in moment.questions)]),
                )


def table(program: Program) -> str:
    """For a terminal; LEGEND says what the columns are."""
    lines = [
        f"{program.id} · {program.title} · {program.clock}",
        "  unit  words  questions    minutes  ease  title",
        *(
            f"  {'' if row.number is None else row.number:>4}  {row.words:>5}  {row.questions:>9}  "
            f"{row.minutes:>4.1f} of {row.promised:>2}  {'–' if row.ease is None else row.ease:>4}  {row.title}"
            for row in rows(program)
        ),
    ]
    return "\n".join(lines) + "\n"
