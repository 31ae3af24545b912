"""Fit the confidence of answers to a folder of entries: `python -m index.fit knowledge`.

Writes confidence.json with the weights, the bands and what was measured on questions the fit had not seen.
What is asked, and what that means, is in risk.py.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, get_args

from index import confidence, risk, topics
from index.build import build
from index.encoder import MiniLM
from index.search import Index, open_index

FALSE_ANSWERS = 0.04
"""The share of near-domain questions without an answer that may get the band "answer"."""
LOST = 0.05
"""The share of right first hits that may get the band "none"."""


@dataclass(frozen=True, slots=True)
class Fitted:
    scale: confidence.Scale
    measured: dict[str, Any]


def fit(found: Sequence[risk.Case]) -> Fitted:
    """The scale, and what was measured on cases the fit had not seen."""
    import numpy as np

    sure = risk.unseen(found)
    kinds = np.array([case.kind for case in found])
    right = np.array([case.right for case in found])
    near = sure[kinds == risk.NEAR] if (kinds == risk.NEAR).any() else sure[kinds == risk.LEFT_OUT]
    answer_from = round(float(np.quantile(near, 1 - FALSE_ANSWERS)), 3) + 0.001
    closest_from = min(round(float(np.quantile(sure[right], LOST)), 3), answer_from)
    asked = kinds == risk.ASKED
    answered = sure >= answer_from
    shown = sure >= closest_from
    measured = {
        "questions": int(asked.sum()),
        "first_hit_right": _share(right[asked]),
        "answerable_in_answer_band": _share(answered[asked]),
        "right_when_in_answer_band": _share(right[answered & asked]),
        "near_in_answer_band": _share(answered[kinds == risk.NEAR]),
        "near_in_none_band": _share(~shown[kinds == risk.NEAR]),
        "left_out_in_answer_band": _share(answered[kinds == risk.LEFT_OUT]),
        "at_80_percent_coverage": {
            key: value for key, value in asdict(risk.judged(found, sure)).items() if key not in ("curve",)
        },
    }
    return Fitted(risk.scale(found, answer_from, closest_from), measured)


def held_out(index: Index, scale: confidence.Scale, questions: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """How often each band is drawn for questions that an entry answers, and for those that none does."""
    bands = {kind: dict.fromkeys(get_args(confidence.Band), 0) for kind in ("answerable", "unanswerable")}
    for question in questions:
        _, features = index.ranked(question["ask"], 1)
        handed_over = topics.topic_of(question["ask"]) is not None
        band = "none" if features is None or handed_over else scale.band(features)
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
        secret = {question["ask"].casefold() for question in kept}
        found = fit(risk.cases(index, risk.near_of(chosen.folder), without=secret))
        record = {
            "weights": found.scale.weights,
            "offset": found.scale.offset,
            "answer_from": found.scale.answer_from,
            "closest_from": found.scale.closest_from,
            "fitted_on": {"entries": report.entries, "passages": report.passages, "model": encoder.name},
            "measured_on_unseen_questions": found.measured,
            "held_out": held_out(index, found.scale, kept),
        }
    text = json.dumps(record, indent=2) + "\n"
    chosen.to.write_text(text, "utf-8")
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
