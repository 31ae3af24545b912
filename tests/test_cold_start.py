"""The first questions after a start, while the language model is still loading or is not to be had."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bot.answers import show
from bot.bookshelf import Bookshelf
from bot.search import Search
from index.build import build
from index.documents import Entry
from index.encoder import MiniLM
from index.errors import ModelProblem
from tests.index.conftest import WordEncoder

QUESTION = "taking a pause"


class Loading(WordEncoder):
    """Takes until somebody lets it go on."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded = threading.Event()

    def encode(self, texts: Sequence[str], *, questions: bool = False) -> Any:
        if questions:
            self.loaded.wait(30)
        return super().encode(texts, questions=questions)


class Broken(WordEncoder):
    def encode(self, texts: Sequence[str], *, questions: bool = False) -> Any:
        if questions:
            raise ModelProblem("The model's file has changed.")
        return super().encode(texts)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    knowledge = tmp_path / "knowledge"
    knowledge.mkdir()
    head = "---\nid: pause\ntitle: Taking a pause\nkind: faq\nsource: ours\nstatus: current\nlast_checked: 2026-11-01\n"
    head += "license_note: ours\n---\n"
    (knowledge / "pause.md").write_text(
        f"{head}## How\n\nSend the word pause, and nothing comes for a while.\n", "utf-8"
    )
    build(knowledge, tmp_path / "index", WordEncoder())
    return tmp_path / "index"


@pytest.fixture
async def loading(index: Path) -> AsyncIterator[tuple[Search, Loading]]:
    encoder = Loading()
    search = Search(index, lambda: encoder)
    yield search, encoder
    encoder.loaded.set()
    search.close()


async def test_a_question_before_the_model_is_loaded_is_answered_by_words_and_says_so(
    loading: tuple[Search, Loading],
) -> None:
    """Whoever asks first does not wait for the warming up; later ones get both ways of finding."""
    search, encoder = loading
    warming = asyncio.create_task(search.warm())
    answer = await search.ask(QUESTION)
    assert answer.words_only
    assert answer.passages[0].entry == "pause"
    assert "by its words alone" in show(answer).note
    encoder.loaded.set()
    await warming
    assert search.state == "ready"
    assert not (await search.ask(QUESTION)).words_only


async def test_with_a_broken_model_questions_are_answered_and_the_operator_is_told(index: Path) -> None:
    """The state names what is the matter; nobody gets silence."""
    search = Search(index, Broken)
    with pytest.raises(ModelProblem):
        await search.warm()
    assert search.state.startswith("ready by words alone")
    assert (await search.ask(QUESTION)).words_only
    search.close()


async def test_with_a_broken_model_an_entry_that_is_added_is_found_by_its_words(index: Path, tmp_path: Path) -> None:
    """Whoever published it need not wait until somebody has mended the model."""
    search = Search(index, lambda: MiniLM(tmp_path / "no-model"))
    (tmp_path / "no-model").mkdir()
    shelf = Bookshelf(tmp_path / "knowledge", tmp_path / "own", search)
    about = {"kind": "faq", "status": "current", "last_checked": "2026-11-01"}
    await shelf.put(Entry("choir", "The choir", "The choir practises on Monday evenings.", **about))
    answer = await search.ask("when does the choir practise?")
    assert answer.words_only
    assert answer.passages[0].entry == "choir"
    search.close()
