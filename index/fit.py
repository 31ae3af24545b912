"""Fit the confidence of answers to a folder of entries: `python -m index.fit knowledge`.

Every question under `asks` is put twice: to the whole index, where the first hit is right or wrong, and to
the index without the entries that answer it, where any first hit is wrong. The second kind is hard on
purpose, and a little unfair: another entry may know half of the answer.

Writes confidence.json with the weights, the bands and what was measured on questions the fit had not seen.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path
from typing import Any, get_args

from index import confidence
from index.build import build
from index.confidence import Features
from index.encoder import MiniLM
from index.search import Index, open_index

FALSE_ANSWERS = 0.10
"""The share of unanswerable questions that may get the band "answer"."""
LOST = 0.05
"""The share of right first hits that may get the band "none"."""
_FOLDS = 5


@dataclass(frozen=True, slots=True)
class Case:
    group: int
    """Cases of one entry are learned from or tested on together."""
    features: Features
    right: bool
    answerable: bool


def cases(index: Index, leave_out: Sequence[str] = ()) -> list[Case]:
    """`leave_out`: questions that are kept for the last test."""
    wanted: dict[str, set[str]] = defaultdict(set)
    for entry in index.entries.values():
        for question in entry.asks:
            wanted[question.casefold()].add(entry.id)
    for question in leave_out:
        wanted.pop(question.casefold(), None)
    order = {entry: number for number, entry in enumerate(sorted(index.entries))}
    found = []
    for question, entries in sorted(wanted.items()):
        families = {index.entries[entry].family for entry in entries} - {""}
        answering = entries | {id_ for id_, entry in index.entries.items() if entry.family in families}
        for allowed in (index.entries.keys(), index.entries.keys() - answering):
            hits, features = index.ranked(question, 1, allowed)
            if features is not None:
                right = hits[0].entry in answering
                whole = len(allowed) == len(order)
                found.append(Case(min(order[entry] for entry in entries), features, right, whole))
    return found


def fit(found: Sequence[Case]) -> tuple[confidence.Scale, dict[str, Any]]:
    """The scale, and what was measured on cases the fit had not seen."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import brier_score_loss, roc_auc_score
    from sklearn.model_selection import GroupKFold, cross_val_predict

    rows = np.array([astuple(case.features) for case in found])
    right = np.array([case.right for case in found])
    unanswerable = np.array([not case.answerable for case in found])
    model = LogisticRegression(C=10.0, max_iter=1000)
    folds = GroupKFold(_FOLDS).split(rows, right, [case.group for case in found])
    unseen = cross_val_predict(model, rows, right, cv=list(folds), method="predict_proba")[:, 1]
    model.fit(rows, right)
    names = [field.name for field in fields(Features)]
    scale = confidence.Scale(
        weights={name: round(float(weight), 4) for name, weight in zip(names, model.coef_[0], strict=True)},
        offset=round(float(model.intercept_[0]), 4),
        answer_from=round(float(np.quantile(unseen[unanswerable], 1 - FALSE_ANSWERS)), 3),
        closest_from=round(float(np.quantile(unseen[right], LOST)), 3),
    )
    answered = unseen >= scale.answer_from
    shown = unseen >= scale.closest_from
    measured = {
        "questions": int((~unanswerable).sum()),
        "first_hit_right": _share(right[~unanswerable]),
        "area_under_curve": round(float(roc_auc_score(right, unseen)), 3),
        "brier": round(float(brier_score_loss(right, unseen)), 3),
        "answerable_in_answer_band": _share(answered[~unanswerable]),
        "right_when_in_answer_band": _share(right[answered & ~unanswerable]),
        "unanswerable_in_answer_band": _share(answered[unanswerable]),
        "unanswerable_in_closest_band": _share((shown & ~answered)[unanswerable]),
        "unanswerable_in_none_band": _share(~shown[unanswerable]),
    }
    return scale, measured


def held_out(index: Index, scale: confidence.Scale, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How often each band is drawn for questions that an entry answers, and for those that none does."""
    bands = {kind: dict.fromkeys(get_args(confidence.Band), 0) for kind in ("answerable", "unanswerable")}
    for question in questions:
        _, features = index.ranked(question["ask"], 1)
        band = scale.band(features) if features else "none"
        bands["answerable" if question["answer"] else "unanswerable"][band] += 1
    return bands


def _share(these: Any) -> float:
    return round(float(these.mean()), 3) if len(these) else 0.0


def main(arguments: Sequence[str] | None = None) -> None:
    import yaml

    parser = argparse.ArgumentParser(prog="python -m index.fit", description="Fit the confidence of answers.")
    parser.add_argument("folder", type=Path, help="the folder of entries")
    parser.add_argument("--held-out", type=Path, help="a list of questions that must not be learned from")
    parser.add_argument("--to", type=Path, default=confidence.FITTED, help="the file to write")
    chosen = parser.parse_args(arguments)
    kept = yaml.safe_load(chosen.held_out.read_text("utf-8")) if chosen.held_out else []
    encoder = MiniLM()
    with tempfile.TemporaryDirectory() as out:
        report = build(chosen.folder, Path(out), encoder)
        index = open_index(Path(out), encoder, confidence.Scale({}, 0.0, 0.0, 0.0))
        scale, measured = fit(cases(index, [question["ask"] for question in kept]))
        record = {
            "weights": scale.weights,
            "offset": scale.offset,
            "answer_from": scale.answer_from,
            "closest_from": scale.closest_from,
            "fitted_on": {"entries": report.entries, "passages": report.passages, "model": encoder.name},
            "measured_on_unseen_questions": measured,
            "held_out": held_out(index, scale, kept),
        }
    text = json.dumps(record, indent=2) + "\n"
    chosen.to.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
