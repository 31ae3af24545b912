"""What an editor sends back before people get a program.

Read by `cohortbook check` alone. A running cohort's program is pinned, so that a rule from here which is younger
than the cohort never stops it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bot.programs import ease, effort, measures
from bot.programs.model import Moment, Program, Question, Step
from bot.programs.reading import Path
from bot.programs.rules import MOMENTS

LONGEST_SENTENCE = 28
HARD_TO_READ = 50
"""Below this a text is for people with years of study behind them."""

# What takes a side, and what nobody has to say about themselves. Each entry: the pattern, and what is wrong.
REFUSED = (
    (
        re.compile(
            r"\b(?:democrats?|democratic party|republicans?|g\.?o\.?p|tories|left-wing|right-wing|leftists?|"
            r"far[- ](?:left|right)|maga|woke)\b|\bvot(?:e|es|ing) (?:for|against)\b|\b(?:re-?elect|oust)\b",
            re.IGNORECASE,
        ),
        "takes or names a side in politics; speak of what people do",
    ),
    (
        re.compile(
            r"\byour (?:own )?(?:race|ethnicity|skin color|faith|religion|gender|sexual orientation|sexuality|"
            r"immigration status|disability|diagnosis|salary|vote)\b|\b(?:will|did|would) you vote\b|\bhow you vote\b",
            re.IGNORECASE,
        ),
        "asks for what nobody has to say about themselves; leave it to the writer",
    ),
    (
        re.compile(
            r"(?<!\bno )(?<!\bout )\b(?:their|his|her|whose) names?\b|\bby name\b|\bwrite names\b|"
            r"(?<!\bno )(?<!\bout )\bnames? (?:of )?(?:(?:the|a|an|one|that|each|your) )?(?:person|people|students?|"
            r"pupils?|child(?:ren)?|colleagues?|teachers?|parents?|family|families|principal|superintendent|members?|officials?)\b",
            re.IGNORECASE,
        ),
        "asks for somebody's name; ask what happened, not who it was",
    ),
)
# Figures of speech that do not survive translation, and words that judge.
DOUBTFUL = re.compile(
    r"blind spots?|low-hanging|move the needle|deep dive|\bunpack(?:ing|ed)?\b|silver bullet|(?:on|at) the table|"
    r"level playing field|in a nutshell|take ?aways?|circle back|touch base|buy-in|boil the ocean|ballpark|"
    r"think outside|game.?changer|elephant in|tip of the|\bconfess|\bshould have\b|\bprivileged\b|"
    r"\byou (?:must|should|ought)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Remark:
    path: Path
    text: str
    refused: bool
    """True: `cohortbook check` fails. False: worth a second look."""


def remarks(program: Program) -> Iterator[Remark]:
    yield from _minutes(program)
    yield from _openings(program)
    for path, text in texts(program):
        yield from _wording(path, text)
    for row in measures.rows(program):
        if row.ease is not None and row.ease < HARD_TO_READ:
            yield Remark(row.path, f"has a reading ease of {row.ease}; plain text has 60 or more", False)


def _minutes(program: Program) -> Iterator[Remark]:
    for row in measures.rows(program):
        if row.minutes > row.promised:
            text = f"says {row.promised} minutes, and to answer all of it takes about {row.minutes:.1f}; ask for less"
            yield Remark((*row.path, "minutes"), text, row.path[0] == "units")


def _openings(program: Program) -> Iterator[Remark]:
    """Thirty-six units that begin alike are not read."""
    seen: dict[str, Path] = {}
    for path, text in texts(program):
        if path[0] != "units" or path[-1] not in ("prompt", "alternative") or not text:
            continue
        first = opening(text)
        if first in seen and seen[first][:2] != path[:2]:
            where = f"{seen[first][0]}[{seen[first][1]}].{seen[first][-1]}"
            yield Remark(path, f"opens with the same sentence as {where}; begin in another way", True)
        seen.setdefault(first, path)


def opening(text: str) -> str:
    """The first sentence, as it sounds."""
    return next((" ".join(ease.words(sentence)).casefold() for sentence in ease.sentences(text)), "")


def _wording(path: Path, text: str) -> Iterator[Remark]:
    for pattern, fault in REFUSED:
        if found := pattern.search(text):
            yield Remark(path, f'"{found[0]}" {fault}', True)
    if found := DOUBTFUL.search(text):
        yield Remark(path, f'"{found[0]}" may not survive a translation, or may judge', False)
    for sentence in ease.sentences(text):
        if (count := len(sentence.split())) > LONGEST_SENTENCE:
            yield Remark(path, f"has a sentence of {count} words; two short ones are easier", False)


def texts(program: Program) -> Iterator[tuple[Path, str]]:
    """Everything that people read in units and around events, with its place in the file."""
    for place, unit in enumerate(program.units):
        here: Path = ("units", place)
        for key in ("title", "aim", "prompt", "alternative", "reader"):
            yield (*here, key), getattr(unit, key)
        yield from _asked(here, unit.questions, unit.step)
        for number, variant in enumerate(unit.variants):
            there = (*here, "variants", number)
            yield (*there, "prompt"), variant.prompt
            yield (*there, "alternative"), variant.alternative
            for name, ask in variant.asks.items():
                yield (*there, "asks", name), ask
            yield from _asked(there, (), variant.step)
    for place, event in enumerate(program.events):
        here = ("events", place)
        yield (*here, "title"), event.title
        yield (*here, "about"), event.about
        for name in MOMENTS:
            moment: Moment | None = getattr(event, name)
            if moment:
                yield (*here, name, "prompt"), moment.prompt
                yield from _asked((*here, name), moment.questions, moment.step)
    for place, rating in enumerate(program.ratings):
        for key in ("title", "ask", "evidence"):
            yield ("ratings", place, key), getattr(rating, key)
        for number, label in enumerate(rating.labels):
            yield ("ratings", place, "labels", number), label


def _asked(path: Path, questions: Iterable[Question], step: Step | None) -> Iterator[tuple[Path, str]]:
    for place, question in enumerate(questions):
        yield (*path, "questions", place, "ask"), question.ask
        yield (*path, "questions", place, "hint"), question.hint
        if not question.rating:
            for number, option in enumerate(effort.options(question)):
                yield (*path, "questions", place, "choices", number), option
    if step:
        yield (*path, "step", "ask"), step.ask
        yield (*path, "step", "example"), step.example
