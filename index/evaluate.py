"""How good the search is on a collection with judged questions, at the settings everybody gets.

    corpus.jsonl     {"id" or "_id", "title", "text"}, one document a line
    queries.jsonl    {"id" or "_id", "text"}
    qrels.tsv        question, document, grade, with or without a line of headings; or qrels/test.tsv

Measured with ir-measures, as the TREC program would.
"""

from __future__ import annotations

import csv
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.build import build_entries
from index.documents import Entry
from index.encoder import Encoder
from index.errors import ContentProblem
from index.search import Index, open_index

DEPTH = 100
"""Documents of each question that are measured and written."""
MEASURES = ("nDCG@10", "R@10", "RR@10", "Success@1", "Success@3")
NAMES = {"R@10": "Recall@10", "RR@10": "MRR@10"}
"""What people call them."""

Progress = Callable[[str, int, int], None]
"""Called with (what is being done, how many are done, how many there are)."""
Run = dict[str, list[tuple[str, float]]]
"""For each question, documents with their scores, best first."""


@dataclass(frozen=True, slots=True)
class Collection:
    name: str
    documents: tuple[Entry, ...]
    questions: dict[str, str]
    """Only those that are judged."""
    judged: dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    collection: str
    documents: int
    passages: int
    questions: int
    weight: float
    """How much meaning counted beside words, as it was fitted to the collection."""
    measures: dict[str, float]
    questions_per_second: float
    median_ms: float
    passages_per_second: float
    run: Run


def read(folder: Path) -> Collection:
    """Raises `ContentProblem`, with file and line."""
    documents = tuple(
        Entry(id=row["id"], title=str(row.get("title") or ""), body=str(row.get("text") or ""))
        for row in _rows(folder / "corpus.jsonl")
    )
    texts = {row["id"]: str(row.get("text") or "") for row in _rows(folder / "queries.jsonl")}
    judged = _judged(folder)
    known = {document.id for document in documents}
    questions = {id_: texts[id_] for id_ in judged if id_ in texts}
    if not questions:
        raise ContentProblem([f"{folder}: no question of queries.jsonl is judged in the qrels file"])
    if not any(document in known for id_ in questions for document in judged[id_]):
        raise ContentProblem([f"{folder}: no judged document is in corpus.jsonl"])
    return Collection(folder.resolve().name, documents, questions, {id_: judged[id_] for id_ in questions})


def evaluate(
    collection: Collection, encoder: Encoder, *, out: Path | None = None, progress: Progress | None = None
) -> Evaluation:
    """`out`: a folder that keeps the index, so that a second run need not make it again."""
    if out is None:
        with tempfile.TemporaryDirectory() as folder:
            return evaluate(collection, encoder, out=Path(folder), progress=progress)

    def show(done: int, of: int) -> None:
        if progress is not None:
            progress("Encoding passages", done, of)

    encoder.encode(["warm"])
    report = build_entries(collection.documents, out, encoder, progress=show)
    index = open_index(out, encoder)
    index.warm()
    run, times = search(index, collection.questions, progress)
    return Evaluation(
        collection=collection.name,
        documents=len(collection.documents),
        passages=report.passages,
        questions=len(collection.questions),
        weight=index.weight,
        measures=measured(run, collection.judged),
        questions_per_second=len(times) / max(sum(times), 1e-9),
        median_ms=statistics.median(times) * 1000,
        passages_per_second=report.encoded / max(report.seconds, 1e-9),
        run=run,
    )


def search(index: Index, questions: dict[str, str], progress: Progress | None = None) -> tuple[Run, list[float]]:
    """The ranking of each question, and the seconds each took."""
    run: Run = {}
    times = []
    for done, (id_, text) in enumerate(questions.items(), 1):
        started = time.perf_counter()
        run[id_] = index.order(text, DEPTH)
        times.append(time.perf_counter() - started)
        if progress is not None:
            progress("Asking questions", done, len(questions))
    return run, times


def measured(run: Run, judged: dict[str, dict[str, int]]) -> dict[str, float]:
    """The mean of each measure over all judged questions; one without any result counts as 0."""
    import ir_measures

    wanted = [ir_measures.parse_measure(name) for name in MEASURES]
    # What is measured is the order: equal scores would otherwise be put in another one.
    scores = {id_: {entry: float(-place) for place, (entry, _) in enumerate(hits)} for id_, hits in run.items()}
    found = ir_measures.calc_aggregate(wanted, judged, scores)
    return {
        NAMES.get(str(measure), str(measure)): round(float(value), 4)
        for measure, value in sorted(found.items(), key=lambda pair: MEASURES.index(str(pair[0])))
    }


def write_run(path: Path, run: Run, tag: str = "cohortbook") -> None:
    """As TREC has it: question, Q0, document, place, score, tag."""
    lines = [
        f"{id_} Q0 {entry} {place} {score:.6f} {tag}\n"
        for id_, hits in run.items()
        for place, (entry, score) in enumerate(hits[:DEPTH], 1)
    ]
    path.write_text("".join(lines), "utf-8")


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentProblem([f"{path}: this file cannot be read ({error}); a collection needs it"]) from error
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            id_ = row.get("_id", row.get("id"))
        except (ValueError, AttributeError) as error:
            raise ContentProblem([f"{path}, line {number}: this is not a JSON object"]) from error
        if id_ is None:
            raise ContentProblem([f'{path}, line {number}: there is neither "_id" nor "id"'])
        yield row | {"id": str(id_)}


def _judged(folder: Path) -> dict[str, dict[str, int]]:
    path = next((at for at in (folder / "qrels.tsv", folder / "qrels" / "test.tsv") if at.exists()), None)
    if path is None:
        raise ContentProblem([f"{folder}: there is neither qrels.tsv nor qrels/test.tsv"])
    judged: dict[str, dict[str, int]] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for number, row in enumerate(csv.reader(file, delimiter="\t"), 1):
            row = row if len(row) != 1 else row[0].split()
            if not row:
                continue
            if len(row) == 4:  # with the "0" or "Q0" that TREC has between question and document
                row = [row[0], row[2], row[3]]
            try:
                question, document, grade = row[0], row[1], int(float(row[2]))
            except (IndexError, ValueError) as error:
                if number == 1:
                    continue  # headings
                raise ContentProblem([f"{path}, line {number}: expected question, document and grade"]) from error
            judged.setdefault(question, {})[document] = grade
    return judged
