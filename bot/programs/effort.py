"""How long a unit takes somebody who answers all of it: its minutes are a promise, so they are counted.

People read some 240 words a minute (Brysbaert 2019, Journal of Memory and Language 109) and type some 36 on a phone
(Palin and others 2019, MobileHCI). Here it is 200, for who reads in a second language or in a hurry.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bot.programs.model import Moment, Question, Step, Unit

READS = 200 / 60
TYPES = 36 / 60
"""Words a second."""

_PICK = 8.0
"""To choose, when the words have been read."""
_LONG, _SHORT, _STEP = 25, 10, 15
"""Words of a usual answer: in a box, in a box of one or two lines, as a step."""
_RECALL, _RECALL_SHORT = 18.0, 3.0
"""Seconds until the first word."""


def unit(unit: Unit) -> float:
    """Minutes for the whole unit; of its role variants, the longest."""
    return max(_minutes(one) for one in (unit, *(unit.for_role(variant.role) for variant in unit.variants)))


def moment(moment: Moment) -> float:
    asked = sum(map(_answer, moment.questions)) + (_step(moment.step) if moment.step else 0)
    return (_reading([moment.prompt]) + asked) / 60


def _minutes(unit: Unit) -> float:
    prompt = max(_reading([unit.prompt]), _reading([unit.alternative]))
    asked = sum(map(_answer, (*unit.questions, *unit.more)))
    return (prompt + _reading([unit.title, unit.reader]) + asked + (_step(unit.step) if unit.step else 0)) / 60


def _answer(question: Question) -> float:
    seconds = _reading([question.ask, question.hint, *options(question)])
    if question.kind != "text":
        return seconds + _PICK
    lines = question.spec.get("lines")
    if isinstance(lines, int) and lines <= 2:
        return seconds + _RECALL_SHORT + _SHORT / TYPES
    return seconds + _RECALL + _LONG / TYPES


def _step(step: Step) -> float:
    return _reading([step.ask, step.example]) + _RECALL_SHORT + _STEP / TYPES


def options(question: Question) -> Iterator[str]:
    for key in ("labels", "choices"):
        listed = question.spec.get(key)
        for option in listed if isinstance(listed, list | tuple) else ():
            yield str(option.get("label", "")) if isinstance(option, dict) else str(option)


def _reading(texts: Iterable[str]) -> float:
    return sum(len(text.split()) for text in texts) / READS
