"""How well the search knows when it does not know, on the questions that entries carry.

Three kinds of question are put: those under `asks`, where the first hit is right or wrong; the same with
the entries that answer them left out, where any hit is wrong (and a little unfairly so: another entry may
know half of the answer); and those in unanswered.yaml, which are close to the subject and have no answer.
A question that topics.py hands over is not answered, whatever was found.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from index import confidence, topics
from index.build import build
from index.confidence import Features
from index.encoder import Encoder
from index.evaluate import Progress
from index.search import Index, open_index

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

UNANSWERED = "unanswered.yaml"
COVERAGE = 0.8
"""The share of answerable questions that are answered where false answers are counted."""
ASKED, LEFT_OUT, NEAR = "asked", "left out", "near"
_WEIGHT = {ASKED: 1.0, LEFT_OUT: 0.15, NEAR: 1.0}
"""Those left out are many and partly answered, so they count little when a scale is fitted."""
_FOLDS = 5
_DRAWS = 1000
_BINS = 10


@dataclass(frozen=True, slots=True)
class Case:
    kind: str
    group: int
    """Cases of one entry are learned from or tested on together."""
    features: Features
    right: bool


@dataclass(frozen=True, slots=True)
class Interval:
    value: float
    low: float
    high: float
    """Where 95 of 100 samples of as many questions would lie."""


@dataclass(frozen=True, slots=True)
class Risk:
    answerable: int
    near: int
    left_out: int
    first_right: Interval
    near_answered: Interval
    """Near-domain questions that would be answered where 80 % of the answerable ones are."""
    left_out_answered: Interval
    wrong_among_answered: Interval
    calibration_error: Interval
    """The mean distance between how sure it was and how often it was right (ECE, 10 bins)."""
    area_under_risk: float
    curve: tuple[tuple[float, float, float], ...]
    """(coverage of answerable questions, share of near-domain ones answered, share of answers that are wrong)."""


def cases(
    index: Index, near: Sequence[str] = (), progress: Progress | None = None, *, without: Collection[str] = ()
) -> list[Case]:
    """`without`: questions, in small letters, that are kept for another test."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in index.entries.values():
        for question in entry.asks:
            if question.casefold() not in without:
                wanted[question.casefold()].add(entry.id)
    order = {entry: number for number, entry in enumerate(sorted(index.entries))}
    found: list[Case] = []
    for done, (question, entries) in enumerate(sorted(wanted.items()), 1):
        families = {index.entries[entry].family for entry in entries} - {""}
        answering = entries | {id_ for id_, entry in index.entries.items() if entry.family in families}
        for kind, allowed in ((ASKED, None), (LEFT_OUT, index.entries.keys() - answering)):
            hits, features = index.ranked(question, 1, allowed)
            if features is not None:
                group = min(order[entry] for entry in entries)
                found.append(Case(kind, group, features, hits[0].entry in answering))
        if progress is not None:
            progress("Asking questions", done, len(wanted))
    for number, question in enumerate(near):
        _, features = index.ranked(question, 1)
        if features is not None and topics.topic_of(question) is None:
            found.append(Case(NEAR, len(order) + number, features, False))
    return found


def near_of(folder: Path) -> list[str]:
    """The questions of unanswered.yaml; none when there is no such file."""
    path = folder / UNANSWERED
    return [str(line) for line in yaml.safe_load(path.read_text("utf-8")) or ()] if path.exists() else []


def unseen(found: Sequence[Case]) -> NDArray[np.float64]:
    """How sure a scale is of each case that was fitted without its entry."""
    import numpy as np
    from sklearn.model_selection import GroupKFold

    rows, right, weights = _arrays(found)
    sure = np.zeros(len(found))
    folds = GroupKFold(_FOLDS).split(rows, right, [case.group for case in found])
    for learn, test in folds:
        model = fitted(rows[learn], right[learn], weights[learn])
        sure[test] = model.predict_proba(rows[test])[:, 1]
    return sure


def fitted(rows: Any, right: Any, weights: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=10.0, max_iter=2000).fit(rows, right, sample_weight=weights)


def scale(found: Sequence[Case], answer_from: float, closest_from: float) -> confidence.Scale:
    """Fitted to all cases."""
    model = fitted(*_arrays(found))
    names = [field.name for field in fields(Features)]
    weights = {name: round(float(value), 4) for name, value in zip(names, model.coef_[0], strict=True)}
    return confidence.Scale(weights, round(float(model.intercept_[0]), 4), answer_from, closest_from)


def measure(folder: Path, encoder: Encoder, progress: Progress | None = None) -> Risk:
    with tempfile.TemporaryDirectory() as out:

        def show(done: int, of: int) -> None:
            if progress is not None:
                progress("Encoding passages", done, of)

        build(folder, Path(out), encoder, progress=show)
        found = cases(open_index(Path(out), encoder), near_of(folder), progress)
    return judged(found, unseen(found))


def judged(found: Sequence[Case], sure: NDArray[np.float64], draws: int = _DRAWS) -> Risk:
    """`sure`: for each case, how sure a scale is that has not seen it."""
    import numpy as np

    kinds = np.array([case.kind for case in found])
    right = np.array([case.right for case in found])
    parts = {kind: np.flatnonzero(kinds == kind) for kind in (ASKED, LEFT_OUT, NEAR)}
    chance = np.random.default_rng(0)

    def figures(asked: Any, left_out: Any, near: Any) -> tuple[float, ...]:
        limit = np.quantile(sure[asked], 1 - COVERAGE)
        answered = asked[sure[asked] >= limit]
        mixed = np.concatenate([asked, near])
        return (
            float(right[asked].mean()),
            float((sure[near] >= limit).mean()) if len(near) else 0.0,
            float((sure[left_out] >= limit).mean()) if len(left_out) else 0.0,
            float(1 - right[answered].mean()),
            _calibration_error(sure[mixed], right[mixed]),
        )

    value = figures(*parts.values())
    samples = np.array([figures(*(chance.choice(part, len(part)) for part in parts.values())) for _ in range(draws)])
    low, high = np.quantile(samples, 0.025, axis=0), np.quantile(samples, 0.975, axis=0)
    first, near_, left_out_, wrong, error = (
        Interval(*(round(float(x), 4) for x in three)) for three in zip(value, low, high, strict=True)
    )
    curve = _curve(sure, right, parts[ASKED], parts[NEAR])
    return Risk(
        answerable=len(parts[ASKED]),
        near=len(parts[NEAR]),
        left_out=len(parts[LEFT_OUT]),
        first_right=first,
        near_answered=near_,
        left_out_answered=left_out_,
        wrong_among_answered=wrong,
        calibration_error=error,
        area_under_risk=round(float(np.mean([wrong for _, _, wrong in curve])), 4),
        curve=curve,
    )


def told(risk: Risk) -> str:
    """For people."""

    def line(name: str, found: Interval) -> str:
        return f"{name:<44} {found.value:6.1%}   ({found.low:.1%} to {found.high:.1%})"

    rows = [f"  {covered:6.0%} {near:10.1%} {wrong:10.1%}" for covered, near, wrong in risk.curve]
    return "\n".join(
        [
            f"{risk.answerable} answerable questions, {risk.near} near ones without an answer, "
            f"{risk.left_out} with their entry left out",
            line("right entry first", risk.first_right),
            line("near ones answered at 80 % coverage", risk.near_answered),
            line("left-out ones answered at 80 % coverage", risk.left_out_answered),
            line("wrong among what is answered", risk.wrong_among_answered),
            line("calibration error (ECE)", risk.calibration_error),
            "",
            "coverage  near answered  wrong",
            *rows,
        ]
    )


def _arrays(found: Sequence[Case]) -> tuple[Any, Any, Any]:
    import numpy as np

    return (
        np.array([astuple(case.features) for case in found]),
        np.array([case.right for case in found]),
        np.array([_WEIGHT[case.kind] for case in found]),
    )


def _calibration_error(sure: Any, right: Any) -> float:
    import numpy as np

    bins = np.minimum((sure * _BINS).astype(int), _BINS - 1)
    return float(
        sum(
            (bins == bin_).mean() * abs(sure[bins == bin_].mean() - right[bins == bin_].mean())
            for bin_ in range(_BINS)
            if (bins == bin_).any()
        )
    )


def _curve(sure: Any, right: Any, asked: Any, near: Any) -> tuple[tuple[float, float, float], ...]:
    import numpy as np

    points = []
    for covered in np.arange(0.1, 1.01, 0.1):
        limit = np.quantile(sure[asked], 1 - covered)
        answered = np.concatenate([asked[sure[asked] >= limit], near[sure[near] >= limit]])
        false = float((sure[near] >= limit).mean()) if len(near) else 0.0
        points.append((round(float(covered), 2), round(false, 4), round(float(1 - right[answered].mean()), 4)))
    return tuple(points)
