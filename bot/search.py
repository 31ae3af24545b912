"""The search index as the house uses it: opened once, asked from a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from index.errors import ModelProblem
from index.readers import may_read

if TYPE_CHECKING:
    from index.documents import Entry
    from index.encoder import Encoder
    from index.search import Answer, Hit, Index

_PATIENCE = 1.5
"""Seconds that a question waits for the language model; after that it is answered by words alone, and says so."""


class Search:
    """One thread: two encodings at once would only wait for each other."""

    def __init__(self, folder: Path, encoder: Callable[[], Encoder] | None = None, *, model: str = "") -> None:
        """`encoder`: makes it when the first question comes; by default that of `model`, as the settings name it."""
        self._folder = folder
        self._encoder = encoder or partial(_of, model)
        self._thread = ThreadPoolExecutor(1, "search")
        self._opening = threading.Lock()
        self._index: Index | None = None
        self._overdue: tuple[Index | None, date, list[Entry]] = (None, date.min, [])
        self.state = "loading"
        """loading, ready, or what is the matter."""

    async def ask(self, question: str, groups: Collection[str] = (), k: int = 3) -> Answer:
        """No database transaction may be open while this runs: a cold start takes seconds."""

        def look() -> Answer:
            index = self._open()
            return index.search(question, k, index.open_to(groups), wait=_PATIENCE)

        return await asyncio.get_running_loop().run_in_executor(self._thread, look)

    async def entry(self, which: str, groups: Collection[str] = ()) -> Hit | None:
        def look() -> Hit | None:
            index = self._open()
            return _shown(index, index.lead(which), groups)

        return await asyncio.get_running_loop().run_in_executor(self._thread, look)

    def passage(self, which: str, groups: Collection[str] = ()) -> Hit | None:
        index = self._open()
        return _shown(index, index.hit(which), groups)

    async def grouped(self, texts: Sequence[str]) -> list[list[int]]:
        """The places of texts that are about one thing, together."""

        def group() -> list[list[int]]:
            from index.grouping import together

            return together(texts, self.encoder())

        return await asyncio.get_running_loop().run_in_executor(self._thread, group)

    def overdue(self, today: date) -> list[Entry]:
        """What somebody should read again, the longest overdue first; nothing while no index is open."""
        if self._index is None:
            return []
        if self._overdue[:2] != (self._index, today):
            from index.shelf import check_by

            dated = [(day, one.id, one) for one in self._index.entries.values() if (day := check_by(one))]
            self._overdue = (self._index, today, [one for day, _, one in sorted(dated) if day <= today])
        return self._overdue[2]

    def standing(self, beginning: str) -> Entry | None:
        """The entry whose id begins so."""
        return next((one for id_, one in self._open().entries.items() if id_.startswith(beginning)), None)

    def titles(self, groups: Collection[str]) -> list[str]:
        """In order; nothing while no index is open."""
        entries = [] if self._index is None else list(self._index.entries.values())
        return sorted((one.title for one in entries if may_read(one.audience, groups)), key=str.casefold)

    def encoder(self) -> Encoder:
        """The one that answers, which need not be loaded twice."""
        return self._open().meaning.encoder

    def folder(self) -> Path:
        return self._folder

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


def _shown(index: Index, hit: Hit | None, groups: Collection[str]) -> Hit | None:
    """None also for what they may not see, so that nobody learns of it."""
    return hit if hit is not None and may_read(index.entries[hit.entry].audience, groups) else None


def _of(model: str) -> Encoder:
    from index.encoder import encoder

    return encoder(model)
