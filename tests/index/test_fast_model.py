"""The model as it is served, against sentence-transformers, which it was made from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.evaluate import measured
from index.export import CLOSE, FILE, SAMPLES
from index.reference import SentenceTransformers

HERE = Path(__file__).resolve().parents[2]
KNOWLEDGE = HERE / "knowledge"

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def reference(tmp_path_factory) -> SentenceTransformers:
    return SentenceTransformers(verified=tmp_path_factory.mktemp("notes") / "models.json")


def test_its_vectors_are_close_to_the_true_ones(model, reference):
    """In short questions, long passages, codes and other languages."""
    cosines = (model.encode(SAMPLES) * reference.encode(SAMPLES)).sum(axis=1)
    assert cosines.min() >= CLOSE


@pytest.mark.slow
def test_it_finds_as_well_as_the_true_one(model, reference, tmp_path):
    """On the questions that entries carry, by meaning alone: within 0.003 nDCG@10, or better."""
    from index.documents import load_entries
    from index.passages import cut

    entries = load_entries(KNOWLEDGE)
    passages = [next(iter(cut(entry, model.tokens, model.limit))) for entry in entries]
    asked = [(f"{entry.id}/{at}", ask, entry.id) for entry in entries for at, ask in enumerate(entry.asks[:2])]
    judged = {id_: {entry: 1} for id_, _, entry in asked}
    gains = {}
    for name, encoder in (("fast", model), ("true", reference)):
        rows = encoder.encode([passage.embedded for passage in passages])
        near = encoder.encode([ask for _, ask, _ in asked], questions=True) @ rows.T
        run = {
            id_: [(entries[at].id, float(line[at])) for at in np.argsort(-line)[:10]]
            for (id_, _, _), line in zip(asked, near, strict=True)
        }
        gains[name] = measured(run, judged)["nDCG@10"]
    assert gains["fast"] >= gains["true"] - 0.003, gains


def test_serving_never_loads_torch(tmp_path):
    """Build, open, ask: a second of start instead of ten, and a quarter of the memory."""
    code = f"""
import sys
from pathlib import Path
from index.build import build
from index.encoder import MiniLM
from index.search import open_index
(Path({str(tmp_path)!r}) / "in").mkdir()
(Path({str(tmp_path)!r}) / "in" / "a.md").write_text("# Pause\\nSend the word pause.")
build(Path({str(tmp_path)!r}) / "in", Path({str(tmp_path)!r}) / "out", MiniLM(), strict=False)
answer = open_index(Path({str(tmp_path)!r}) / "out", MiniLM()).search("how do I pause")
heavy = {{"torch", "transformers", "sentence_transformers", "sklearn", "onnx"}}
print(answer.words_only, sorted(heavy & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False []"


def test_a_damaged_export_is_made_again(model, tmp_path):
    """The cache is only a cache."""
    from index import export

    made = []
    path = export.exported(model.model, tmp_path / "notes.json")
    kept = tmp_path / "models" / path.parent.name
    kept.mkdir(parents=True)
    (kept / FILE).write_bytes(b"half a fi")
    (kept / "about.json").write_text((path.parent / "about.json").read_text())
    found = export.exported(
        model.model, tmp_path / "notes.json", tmp_path / "models", lambda folder, where: made.append((folder, where))
    )
    assert found == kept / FILE
    assert made == [(model.model.folder, kept)]
