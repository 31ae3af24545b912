"""One entry among a thousand is changed while the bot answers: only it is encoded, and found at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bot.bookshelf import Bookshelf
from bot.search import Search
from index.build import build
from index.documents import Entry, load_entries
from index.encoder import MiniLM
from index.shelf import text_of
from tests.prove import Proof

HERE = Path(__file__).resolve().parents[2]
MANY = 1000


class Counting(MiniLM):
    """The shipped model, with the passages that it was given."""

    passages = 0

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> np.ndarray:
        self.passages += 0 if questions else len(texts)
        return super().encode(texts, questions=questions)


def _many(folder: Path) -> None:
    folder.mkdir()
    shipped = load_entries(HERE / "knowledge")
    for number in range(MANY):
        one = shipped[number % len(shipped)]
        which = f"{one.id[:40]}-{number}"
        copy = replace(one, id=which, title=f"{one.title} {number}", body=one.body.replace(". ", f" {number}. ", 3))
        (folder / f"{which}.md").write_text(text_of(copy), "utf-8")


@pytest.mark.prove(5)
async def test_one_entry_changed_among_a_thousand_is_live_within_two_seconds(tmp_path: Path, proof: Proof) -> None:
    """One entry changed among 1,000: only its passages are encoded, and the next question finds it within 2 s."""
    encoder = Counting()
    _many(tmp_path / "entries")
    report = build(tmp_path / "entries", tmp_path / "index", encoder)
    search = Search(tmp_path / "index", lambda: encoder)
    await search.warm()
    shelf = Bookshelf(tmp_path / "entries", tmp_path / "own", search)
    about = {"kind": "faq", "status": "current", "last_checked": "2026-11-01", "source": "ours"}
    for evening in ("Monday", "Thursday"):
        encoder.passages = 0
        began = time.monotonic()
        await shelf.put(Entry("choir", "The choir", f"The choir practises on {evening} evenings.", **about))
        answer = await search.ask("when does the choir practise?")
        took = time.monotonic() - began
        assert evening in answer.passages[0].quote
        on = f"{report.passages} passages, {evening}"
        proof(on, f"{encoder.passages} encoded, live after {took:.2f} s", "1, 2 s", encoder.passages == 1 and took <= 2)
    search.close()
