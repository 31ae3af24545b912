from __future__ import annotations

import json
import math

import numpy as np
import pytest

from index import weigh
from index.documents import Entry
from index.errors import ContentProblem
from index.evaluate import evaluate, measured, read, write_run


@pytest.fixture
def collection(tmp_path):
    folder = tmp_path / "small"
    folder.mkdir()
    corpus = [
        {"_id": "1", "title": "Pause", "text": "How to pause the weekly prompts for a while."},
        {"id": "2", "title": "Privacy", "text": "Who can read a reflection that was written."},
        {"_id": 3, "title": "", "text": "Circles repair harm through talk and agreement."},
        {"_id": "4", "title": "Empty", "text": ""},
    ]
    (folder / "corpus.jsonl").write_text("\n".join(json.dumps(row) for row in corpus), "utf-8")
    queries = [{"_id": "a", "text": "pause prompts"}, {"id": "b", "text": "who can read it"}, {"_id": "c", "text": "x"}]
    (folder / "queries.jsonl").write_text("\n".join(json.dumps(row) for row in queries) + "\n", "utf-8")
    (folder / "qrels.tsv").write_text("query-id\tcorpus-id\tscore\na\t1\t1\nb\t2\t2\n", "utf-8")
    return folder


def test_a_collection_is_measured_from_end_to_end(collection, toy):
    """Documents in, figures out; only judged questions are asked."""
    found = evaluate(read(collection), toy)
    assert (found.collection, found.documents, found.questions) == ("small", 4, 2)
    assert found.measures == {"nDCG@10": 1.0, "Recall@10": 1.0, "MRR@10": 1.0, "Success@1": 1.0, "Success@3": 1.0}
    assert found.questions_per_second > 0
    assert found.passages_per_second > 0
    assert found.run["a"][0][0] == "1"


@pytest.mark.parametrize(
    "lines",
    ["a\t1\t1\nb\t2\t2\n", "a 0 1 1\nb 0 2 2\n", "query-id\tcorpus-id\tscore\na\t1\t1\nb\t2\t2\n"],
    ids=["without headings", "as TREC has it", "with headings"],
)
@pytest.mark.parametrize("place", ["qrels.tsv", "qrels/test.tsv"])
def test_judgements_are_read_in_each_form_they_come_in(collection, lines, place):
    """One line of headings or none, one file or a folder of it."""
    (collection / "qrels.tsv").unlink()
    (collection / place).parent.mkdir(exist_ok=True)
    (collection / place).write_text(lines, "utf-8")
    assert read(collection).judged == {"a": {"1": 1}, "b": {"2": 2}}


def test_a_run_is_written_as_trec_has_it(collection, toy, tmp_path):
    """Six words a line, at most a hundred documents a question, the scores falling."""
    found = evaluate(read(collection), toy)
    write_run(tmp_path / "run.txt", found.run)
    lines = [line.split() for line in (tmp_path / "run.txt").read_text().splitlines()]
    assert all(len(line) == 6 and line[1] == "Q0" for line in lines)
    first = [line for line in lines if line[0] == "a"]
    assert [line[3] for line in first] == [str(place) for place in range(1, len(first) + 1)]
    assert [float(line[4]) for line in first] == sorted((float(line[4]) for line in first), reverse=True)


def test_the_measures_are_those_of_the_textbook():
    """Checked by hand on one question."""
    found = measured({"q": [("x", 0.9), ("y", 0.5), ("z", 0.5)]}, {"q": {"y": 1, "z": 1, "n": 1}, "other": {"x": 1}})
    gain = (1 / math.log2(3) + 1 / math.log2(4)) / sum(1 / math.log2(place + 1) for place in (1, 2, 3))
    assert found["nDCG@10"] == pytest.approx(gain / 2, abs=1e-4)
    assert found["Recall@10"] == pytest.approx(2 / 3 / 2, abs=1e-4)
    assert found["MRR@10"] == pytest.approx(0.25)
    assert (found["Success@1"], found["Success@3"]) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("file", "text", "told"),
    [
        ("corpus.jsonl", "{}", "line 1: there is neither"),
        ("queries.jsonl", "not json", "line 1: this is not a JSON object"),
        ("qrels.tsv", "a\t1\t1\nb\tno", "line 2: expected question, document and grade"),
        ("qrels.tsv", "z\t1\t1", "no question of queries.jsonl is judged"),
        ("qrels.tsv", "a\t99\t1", "no judged document"),
    ],
)
def test_a_broken_collection_is_told_with_file_and_line(collection, file, text, told):
    """Rather than measured wrongly."""
    (collection / file).write_text(text, "utf-8")
    with pytest.raises(ContentProblem, match=told):
        read(collection)


class Chosen:
    """An encoder that is told what each text means: texts that share a `secret` word are alike."""

    dimension = 32
    limit = 256
    name = "chosen"

    def __init__(self, secret, noise: float) -> None:
        self._secret = secret
        self._noise = noise

    def tokens(self, text: str) -> int:
        return 2 + len(text.split())

    def encode(self, texts, *, questions: bool = False):
        rows = []
        for text in texts:
            chance = np.random.default_rng(abs(hash_of(text)))
            row = self._noise * chance.normal(size=self.dimension)
            for word in text.split():
                meaning = self._secret.get(word.strip(".").lower())
                if meaning is not None:
                    row = row + np.random.default_rng(meaning).normal(size=self.dimension)
            rows.append(row / np.linalg.norm(row))
        return np.array(rows, dtype=np.float32)


def hash_of(text: str) -> int:
    import zlib

    return zlib.crc32(text.encode())


def weight_of(entries, encoder, tmp_path) -> float:
    from index.build import build_entries
    from index.folders import read_manifest

    build_entries(entries, tmp_path / "out", encoder)
    weighed = read_manifest(tmp_path / "out")["weighed"]
    assert weighed["ndcg"] >= max(weighed["ndcg_by_weight"].values()) - 0.03, weighed
    return float(weighed["meaning"])


def test_a_collection_where_only_words_help_gets_a_low_weight_for_meaning(tmp_path):
    """Part numbers: the model knows nothing of them, and the same number finds its page."""
    entries = [
        Entry(
            id=f"part{number}",
            title=f"Part kx{number} of frame qz{number}",
            body=f"Order kx{number} when frame qz{number} is worn. Then file form {number} with the office today.",
        )
        for number in range(60)
    ]
    assert weight_of(entries, Chosen({}, 1.0), tmp_path) <= 0.5


def test_a_collection_where_only_meaning_helps_keeps_at_least_the_usual_weight(tmp_path):
    """A title says the same as its text in other words, and shares its words with other texts."""
    secret = {}
    entries = []
    for number in range(60):
        for word in (f"aa{number}", f"bb{number}"):
            secret[word] = number
        title = f"Aa{number} " + " ".join(f"word{(number * 7 + step) % 23}" for step in range(9, 17))
        others = " ".join(f"word{(number * 7 + step) % 23}" for step in range(8))
        entries.append(Entry(id=f"e{number}", title=title, body=f"Bb{number} {others}. Bb{number} and plain remarks."))
    assert weight_of(entries, Chosen(secret, 0.05), tmp_path) >= weigh.USUAL


def test_a_small_collection_keeps_the_usual_weight(folder, write, opened):
    """Three entries tell nothing about the rest of the world."""
    write("one", "Some words.")
    assert opened().weight == weigh.USUAL


def test_the_weight_is_fitted_again_only_when_the_collection_has_changed_much():
    """A corrected entry must not wait for it."""
    old = {"model": "m", "weighed": {"meaning": 0.4, "passages": 100}}
    assert weigh.kept(old, "m", 110) == old["weighed"]
    assert weigh.kept(old, "m", 130) is None
    assert weigh.kept(old, "other", 100) is None
    assert weigh.kept(None, "m", 100) is None
