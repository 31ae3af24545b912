from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from index.build import build
from index.encoder import MiniLM
from index.search import Index, open_index


class WordEncoder:
    """A toy that needs no model: texts are alike as far as they share words."""

    dimension = 64
    limit = 256

    def __init__(self, name: str = "words") -> None:
        self.name = name
        self.encoded: list[str] = []

    def tokens(self, text: str) -> int:
        return 2 + len(text.split())

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> np.ndarray:
        self.encoded += texts
        rows = np.full((len(texts), self.dimension), 1e-3, dtype=np.float32)
        for at, text in enumerate(texts):
            for word in text.casefold().split():
                rows[at, hashlib.sha256(word.strip(".,?!").encode()).digest()[0] % self.dimension] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def toy() -> WordEncoder:
    return WordEncoder()


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> MiniLM:
    return MiniLM(verified=tmp_path_factory.mktemp("cache") / "models.json")


ENTRY = """---
id: {id}
title: {title}
kind: {kind}
status: current
last_checked: 2026-11-21
{more}---
# {title}
{body}
"""

Write = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "entries"
    found.mkdir()
    return found


@pytest.fixture
def write(folder: Path) -> Write:
    """Write one entry of a curated folder; `more` is further front matter, a line each."""

    def entry(id_: str, body: str, *, title: str = "", kind: str = "faq", more: str = "") -> Path:
        path = folder / f"{id_}.md"
        lines = more.rstrip() + "\n" if more else ""
        path.write_text(ENTRY.format(id=id_, title=title or id_.title(), kind=kind, more=lines, body=body), "utf-8")
        return path

    return entry


@pytest.fixture
def opened(folder: Path, tmp_path: Path, toy: WordEncoder) -> Callable[[], Index]:
    """Build the folder with the toy and open the result."""

    def make() -> Index:
        build(folder, tmp_path / "out", toy)
        return open_index(tmp_path / "out", toy)

    return make
