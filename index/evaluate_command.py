"""What `cohortbook evaluate` prints."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from index import evaluate as judged
from index.encoder import encoder
from index.evaluate import Progress


def evaluate(
    folder: Path,
    *,
    as_json: bool = False,
    run_file: Path | None = None,
    answers: bool = False,
    progress: Progress,
    model: str = "",
) -> str:
    if answers:
        from index import risk

        found = risk.measure(folder, encoder(model), progress)
        return json.dumps(asdict(found), indent=2) if as_json else risk.told(found)
    result = judged.evaluate(judged.read(folder), encoder(model), progress=progress)
    if run_file is not None:
        judged.write_run(run_file, result.run)
    told = {key: value for key, value in asdict(result).items() if key != "run"}
    if as_json:
        return json.dumps(told, indent=2)
    lines = [
        f"{result.collection}: {result.documents:,} documents, {result.passages:,} passages, "
        f"{result.questions:,} questions",
        *(f"{name:<12} {value:.4f}" for name, value in result.measures.items()),
        f"{'questions/s':<12} {result.questions_per_second:.1f}  (median {result.median_ms:.1f} ms)",
        f"{'passages/s':<12} {result.passages_per_second:.1f}",
        f"{'weight':<12} {result.weight:g} for meaning, fitted to this collection",
    ]
    return "\n".join(lines)
