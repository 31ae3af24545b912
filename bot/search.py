"""The search index as the house uses it: opened once, asked from a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelProblem

if TYPE_CHECKING:
    from index.encoder import Encoder
    from index.search import Answer, Hit, Index

_PATIENCE = 1.5
"""Seconds that a question waits for the language model; after that it is answered by words alone, and says so."""


class Search:
    """One thread: two encodings at once would only wait for each other."""

    def __init__(self, folder: Path, encoder: Callable[[], Encoder] | None = None) -> None:
        """`encoder`: makes it when the first question comes; by default the model that is shipped."""
        self._folder = folder
        self._encoder = encoder or _shipped
        self._thread = ThreadPoolExecutor(1, "search")
        self._opening = threading.Lock()
        self._index: Index | None = None
        self.state = "loading"
        """loading, ready, or what is the matter."""

    async def ask(self, question: str, k: int = 3) -> Answer:
        """No database transaction may be open while this runs: a cold start takes seconds."""
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, lambda: self._open().search(question, k, wait=_PATIENCE)
        )

    async def entry(self, which: str) -> Hit | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._open().lead(which))

    def passage(self, which: str) -> Hit | None:
        return self._open().hit(which)

    async def warm(self) -> None:
        """Raises what opening the index raises; `state` then says so until a question succeeds in opening it."""
        try:
            index = await asyncio.get_running_loop().run_in_executor(self._thread, self._open)
        except Exception:
            self.state = "cannot be opened; `cohortbook doctor` says what to do"
            raise
        try:
            await asyncio.to_thread(index.warm)  # beside the thread of the questions, which need not wait for it
        except ModelProblem:
            self.state = "ready by words alone; `cohortbook doctor` says what is the matter with the model"
            raise

    def _open(self) -> Index:
        from index.search import open_index

        with self._opening:
            if self._index is None:
                self._index = open_index(self._folder, self._encoder())
                self.state = "ready"
            self._index = self._index.refresh()  # a new build serves from the next question on
            return self._index

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)


def _shipped() -> Encoder:
    from index.encoder import MiniLM

    return MiniLM()
