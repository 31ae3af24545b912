"""Another model than the one that is shipped: read from its folder, and done without where it cannot be loaded."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from bot.answers import show
from bot.terminal import build_index
from index.build import build, build_by_words, read_manifest
from index.documents import Entry, load_entries
from index.encoder import MiniLM, WordsOnly, encoder
from index.errors import ModelProblem
from index.models import Model
from index.passages import cut
from index.search import open_index
from tests.index.conftest import WordEncoder, Write
from tests.prove import Proof

HERE = Path(__file__).resolve().parents[2]
QUESTION = "what is an equity pause"


def _model(folder: Path, **files: object) -> Path:
    """A folder with these JSON files; `__` stands for a dot, and `_in_` for a slash."""
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    for name, content in files.items():
        path = folder / name.replace("_in_", "/").replace("__", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(content), "utf-8")
    return folder


PARTS = [
    {"path": "", "type": "sentence_transformers.models.Transformer"},
    {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
]


def test_what_a_model_is_is_read_from_its_files(tmp_path: Path) -> None:
    """Written in the older way or in the newer one."""
    older = Model(
        _model(
            tmp_path / "older",
            config__json={"hidden_size": 384, "max_position_embeddings": 514},
            modules__json=PARTS,
            sentence_bert_config__json={"max_seq_length": 128},
            **{"1_Pooling_in_config__json": {"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": True}},
        )
    )
    newer = Model(
        _model(
            tmp_path / "newer",
            config__json={"hidden_size": 384, "max_position_embeddings": 514},
            modules__json=PARTS,
            sentence_bert_config__json={"module_output_name": "token_embeddings"},
            tokenizer_config__json={"model_max_length": 512},
            config_sentence_transformers__json={"prompts": {"query": "query: ", "document": "", "passage": "text: "}},
            **{"1_Pooling_in_config__json": {"pooling_mode": "cls"}},
        )
    )
    endless = Model(
        _model(
            tmp_path / "endless",
            config__json={"hidden_size": 8, "max_position_embeddings": 200},
            tokenizer_config__json={"model_max_length": 10**30},
        )
    )
    assert [(one.dimension, one.limit) for one in (older, newer, endless)] == [(768, 128), (384, 512), (8, 198)]
    assert (older.question_prefix, newer.question_prefix, newer.passage_prefix) == ("", "query: ", "text: ")


def test_another_pooling_is_another_model(tmp_path: Path) -> None:
    """The weights may be the same: the vectors are not, and neither is what was made for serving them."""
    names, marks = set(), set()
    for number, mode in enumerate(("cls", "mean")):
        made = _model(
            tmp_path / f"{number}", modules__json=PARTS, **{"1_Pooling_in_config__json": {"pooling_mode": mode}}
        )
        marks.add(Model(made).mark(tmp_path / "notes.json"))
        made.rename(tmp_path / "one")
        names.add(MiniLM(tmp_path / "one", verified=tmp_path / "notes.json").name)
        shutil.rmtree(tmp_path / "one")
    assert len(names) == len(marks) == 2


@pytest.mark.parametrize("limit", [24, 48, 512])
def test_passages_fit_whatever_a_model_reads(limit: int) -> None:
    """Long titles and headings leave room for the text, and no word of it is lost."""

    def count(text: str) -> int:
        return 2 + 2 * len(text.split())

    body = "# T\n\n## A heading of many words that goes on and on without any end\n\n" + "one two three four. " * 200
    passages = cut(Entry("e", "A title of many words that goes on and on and does not stop", body), count, limit)
    assert all(count(one.embedded) <= limit for one in passages)
    assert sum(one.text.count("three") for one in passages) <= 200
    assert {"one", "two", "three", "four."} <= {word for one in passages for word in one.text.split()}


def test_without_a_model_the_index_is_built_by_words_and_made_anew_when_there_is_one(
    folder: Path, write: Write, toy: WordEncoder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a model made of the same entries is kept for the day on which it can be loaded again."""
    write("pause", "## How\n\nSend the word pause.", title="Taking a pause")
    out, missing = tmp_path / "out", str(tmp_path / "no-model")
    Path(missing).mkdir()
    with pytest.raises(ModelProblem):
        build_index(folder, out, model=missing)
    build_index(folder, out, model=missing, or_by_words=True)
    assert "questions are answered by words alone, and the answers say so" in capsys.readouterr().err
    assert read_manifest(out)["model"] == WordsOnly.name
    answer = open_index(out, encoder(missing)).search("how to pause")
    assert answer.words_only
    assert "by its words alone" in show(answer).note
    assert build(folder, out, toy).encoded == 1
    assert build_by_words(folder, out).unchanged
    assert read_manifest(out)["model"] == "words"
    assert open_index(out, encoder(missing)).search("how to pause").words_only
    write("other", "## What\n\nThe choir practises.", title="Another entry")
    assert not build_by_words(folder, out).unchanged
    assert open_index(out, encoder(missing)).search("when does the choir practise").passages[0].entry == "other"


@pytest.mark.prove(5)
def test_a_model_of_another_kind_is_served_as_it_is(
    tmp_path: Path, proof: Proof, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another width, length, pooling, a projection and prefixes: the served vectors are those of the library."""
    from index.reference import SentenceTransformers
    from tests.index import small_model

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = small_model.write(tmp_path)
    served, true = encoder(str(made)), SentenceTransformers(made)
    assert (served.dimension, served.limit) == (small_model.DIMENSION, small_model.LIMIT)
    texts = [QUESTION, "The choir practises on Thursday evenings. " * 20]
    closest = min(
        float((served.encode(texts, questions=asked) * true.encode(texts, questions=asked)).sum(axis=1).min())
        for asked in (True, False)
    )
    library = true.load().encode([texts[0]], prompt_name="query", normalize_embeddings=True)
    asked = float((library * served.encode(texts[:1], questions=True)).sum())
    proof("questions and passages", f"least cosine {min(closest, asked):.4f}", "at least 0.98", closest >= 0.98)
    report = build_index(HERE / "knowledge", tmp_path / "index", model=str(made))
    manifest = read_manifest(tmp_path / "index")
    passages = [one for entry in load_entries(HERE / "knowledge") for one in cut(entry, served.tokens, served.limit)]
    longest = max(served.tokens(one.embedded) for one in passages)
    proof("the shipped entries", f"{report.passages} passages, longest {longest} tokens", "48", longest <= 48)
    assert (manifest["dimension"], manifest["model"]) == (small_model.DIMENSION, served.name)
    index = open_index(tmp_path / "index", encoder(str(made)))
    assert not index.search(QUESTION).words_only
    assert np.isfinite(index.search(QUESTION).probability)
    (made / "model.safetensors").unlink()
    build_index(HERE / "knowledge", tmp_path / "index", model=str(made), or_by_words=True)
    answer = open_index(tmp_path / "index", encoder(str(made))).search(QUESTION)
    named = answer.passages[0].entry
    proof("its weights are gone", f"{named}, by words: {answer.words_only}", "answers go on", answer.words_only)
