"""This search beside others that use the same model, on the same passages and questions.

    python -m bench.search knowledge            (needs: pip install txtai chromadb)
    python -m bench.search FOLDER --passages 10000

Each system runs in a process of its own; the processes are asked in turn, question by question, so that
whatever else the machine does slows all of them alike. Read the ratios and not the milliseconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

OURS, BARE, TXTAI, CHROMA = "this search", "sentence-transformers + faiss", "txtai", "chromadb"
NEEDS = {OURS: "onnxruntime", BARE: "sentence_transformers", TXTAI: "txtai", CHROMA: "chromadb"}


def serve(system: str, data: Path) -> None:
    """Build, say so, then answer each line of standard input with a line."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    told = sys.stdout
    sys.stdout = sys.stderr
    passages = json.loads((data / "passages.json").read_text("utf-8"))
    folder = data / system.split()[0]
    asked = {OURS: ours, BARE: bare, TXTAI: txtai, CHROMA: chroma}[system]
    started = time.perf_counter()
    ask, build_seconds = asked(passages, folder)
    ask("warm up the model")
    tell = {"build": build_seconds, "ready": time.perf_counter() - started}
    print(json.dumps(tell), file=told, flush=True)
    for line in sys.stdin:
        began = time.perf_counter()
        found = ask(json.loads(line))
        tell = {"ms": (time.perf_counter() - began) * 1000, "first": found, "mb": _peak()}
        print(json.dumps(tell), file=told, flush=True)


def ours(passages: list[list[str]], folder: Path) -> tuple[Any, float | None]:
    from index.build import build_entries
    from index.documents import Entry
    from index.encoder import MiniLM
    from index.search import open_index

    encoder, seconds = MiniLM(), None
    if not folder.exists():
        encoder.encode(["warm"])
        began = time.perf_counter()
        build_entries([Entry(id_, "", text) for id_, text in passages], folder, encoder)
        seconds = time.perf_counter() - began
    index = open_index(folder, encoder)
    return lambda question: next((hit.entry for hit in index.search(question).passages), None), seconds


def bare(passages: list[list[str]], folder: Path) -> tuple[Any, float | None]:
    import faiss
    from sentence_transformers import SentenceTransformer

    model, seconds = SentenceTransformer(str(_model()), device="cpu"), None
    if not folder.exists():
        began = time.perf_counter()
        rows = model.encode([text for _, text in passages], normalize_embeddings=True, show_progress_bar=False)
        index = faiss.IndexFlatIP(rows.shape[1])
        index.add(rows)
        folder.mkdir()
        faiss.write_index(index, str(folder / "vectors"))
        seconds = time.perf_counter() - began
    index = faiss.read_index(str(folder / "vectors"))

    def ask(question: str) -> str:
        row = model.encode([question], normalize_embeddings=True, show_progress_bar=False)
        return passages[int(index.search(row, 3)[1][0][0])][0]

    return ask, seconds


def txtai(passages: list[list[str]], folder: Path) -> tuple[Any, float | None]:
    from txtai import Embeddings

    embeddings, seconds = Embeddings(path=str(_model()), hybrid=True, content=False, gpu=False), None
    if not folder.exists():
        began = time.perf_counter()
        embeddings.index([(id_, text, None) for id_, text in passages])
        embeddings.save(str(folder))
        seconds = time.perf_counter() - began
    else:
        embeddings.load(str(folder))
    return lambda question: next((found[0] for found in embeddings.search(question, 3)), None), seconds


def chroma(passages: list[list[str]], folder: Path) -> tuple[Any, float | None]:
    import chromadb
    from chromadb.config import Settings
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    there = folder.exists()
    client = chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))
    function = SentenceTransformerEmbeddingFunction(model_name=str(_model()), device="cpu")
    collection = client.get_or_create_collection("passages", embedding_function=function)
    seconds = None
    if not there:
        began = time.perf_counter()
        for start in range(0, len(passages), 500):
            part = passages[start : start + 500]
            collection.add(ids=[id_ for id_, _ in part], documents=[text for _, text in part])
        seconds = time.perf_counter() - began
    return lambda question: collection.query(query_texts=[question], n_results=3)["ids"][0][0], seconds


def run(folder: Path, count: int, questions: int) -> dict[str, dict[str, float]]:
    """The figures of each system that is installed."""
    there = [system for system, module in NEEDS.items() if importlib.util.find_spec(module) is not None]
    with tempfile.TemporaryDirectory() as where:
        data = Path(where)
        asks = prepare(folder, data, count)[:questions]
        found: dict[str, dict[str, float]] = {}
        for system in there:  # one after the other, since a build uses the whole machine
            process, told = _started(system, data)
            _ended(process)
            found[system] = {"build_s": told["build"]}
        running = {}
        for system in there:
            began = time.perf_counter()
            process, _ = _started(system, data)
            _asked(process, asks[0])
            found[system]["start_s"] = time.perf_counter() - began
            running[system] = process
        times: dict[str, list[float]] = {system: [] for system in there}
        for number, ask in enumerate(asks):
            for system in there[number % len(there) :] + there[: number % len(there)]:
                told = _asked(running[system], ask)
                times[system].append(told["ms"])
                found[system]["mb"] = told["mb"]
        for system, process in running.items():
            _ended(process)
            cuts = statistics.quantiles(times[system], n=20)
            found[system] |= {"p50_ms": cuts[9], "p95_ms": cuts[18]}
    return found


def prepare(folder: Path, data: Path, count: int) -> list[str]:
    """Write the passages, repeated with another beginning until there are `count`, and return questions."""
    from index.documents import load_any
    from index.encoder import MiniLM
    from index.passages import cut

    encoder = MiniLM()
    entries, _ = load_any(folder)
    texts = [passage.embedded for entry in entries for passage in cut(entry, encoder.tokens, encoder.limit - 4)]
    wanted = count or len(texts)
    passages = [[str(at), f"{at // len(texts) or ''} {texts[at % len(texts)]}".strip()] for at in range(wanted)]
    (data / "passages.json").write_text(json.dumps(passages), "utf-8")
    return [ask for entry in entries for ask in entry.asks] or [text.split("\n")[0] for text in texts]


def table(found: dict[str, dict[str, float]]) -> str:
    """Each figure, and how many times ours each other system takes."""
    keys = {
        "p50_ms": "query p50",
        "p95_ms": "query p95",
        "build_s": "build",
        "start_s": "start to answer",
        "mb": "memory",
    }
    lines = [f"{'':<32}" + "".join(f"{title:>22}" for title in keys.values())]
    for system, figures in found.items():
        cells = (f"{figures[key]:>11.2f} ({figures[key] / found[OURS][key]:>5.2f}x)" for key in keys)
        lines.append(f"{system:<32}" + "".join(f"{cell:>22}" for cell in cells))
    absent = [system for system in NEEDS if system not in found]
    return "\n".join([*lines, *(f"{system}: not installed" for system in absent)])


def _started(system: str, data: Path) -> tuple[subprocess.Popen[str], dict[str, float]]:
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "bench.search", str(data), "--serve", system],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise SystemExit(f"{system} could not be started: run this file with --serve to see why")
    return process, json.loads(line)


def _asked(process: subprocess.Popen[str], question: str) -> dict[str, float]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    told: dict[str, float] = json.loads(process.stdout.readline())
    return told


def _ended(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    process.wait()


def _model() -> Path:
    from index.models import shipped

    return shipped().folder


def _peak() -> float:
    size = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return size / (2**20 if sys.platform == "darwin" else 2**10)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description="Compare this search with others.")
    parser.add_argument("folder", type=Path, help="a folder of entries")
    parser.add_argument("--passages", type=int, default=0, help="how many to search (default: those of the folder)")
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.serve:
        serve(chosen.serve, chosen.folder)
        return
    found = run(chosen.folder, chosen.passages, chosen.questions)
    print(json.dumps(found, indent=2) if chosen.json else table(found))


if __name__ == "__main__":
    main()
