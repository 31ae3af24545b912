"""The search index as the house uses it: opened once, asked from a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from index.search import Answer, Hit, Index


class Search:
    """One thread: two encodings at once would only wait for each other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1, "search")
        self._opening = threading.Lock()
        self._index: Index | None = None
        self.state = "loading"
        """loading, ready, or what is the matter."""

    async def ask(self, question: str, k: int = 3) -> Answer:
        """No database transaction may be open while this runs: a cold start takes seconds."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._open().search(question, k))

    async def entry(self, which: str) -> Hit | None:
        return await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._open().lead(which))

    def passage(self, which: str) -> Hit | None:
        return self._open().hit(which)

    async def warm(self) -> None:
        """Raises what opening the index raises; `state` then says so until a question succeeds in opening it."""
        try:
            await asyncio.get_running_loop().run_in_executor(self._thread, lambda: self._open().warm())
        except Exception:
            self.state = "cannot be opened; `cohortbook doctor` says what to do"
            raise

    def _open(self) -> Index:
        from index.encoder import MiniLM
        from index.search import open_index

        with self._opening:
            if self._index is None:
                self._index = open_index(self._folder, MiniLM())
                self.state = "ready"
            self._index = self._index.refresh()  # a new build serves from the next question on
            return self._index

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)
