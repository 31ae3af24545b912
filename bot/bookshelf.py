"""The entries as they are looked after while the bot runs: one change at a time, and found with the next question."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from bot.errors import CohortbookError
from bot.messages import Upload
from index.documents import DRAFT, RETIRED, Entry
from index.errors import ModelProblem, SearchError
from index.intake.confined import Limits, promising
from index.readers import may_read
from index.shelf import Shelf, Standing

if TYPE_CHECKING:
    from index.encoder import Encoder

T = TypeVar("T")
LARGEST = Limits().file
_OF_A_TITLE, _OF_AN_ID = 20, 8


class ShelfError(CohortbookError):
    """The change was not made, or is made and cannot be found yet. The text is fit to show."""


class Indexed(Protocol):
    """The search that the changes are for."""

    def encoder(self) -> Encoder: ...

    def folder(self) -> Path: ...

    def titles(self, groups: Collection[str]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Bookshelf:
    shipped: Path
    own: Path
    search: Indexed
    lock: threading.Lock = field(default_factory=threading.Lock)
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Foreign files are read one after the other: each may take a whole core for half a minute."""

    async def standing(self, groups: Collection[str]) -> list[Standing]:
        """Every entry that somebody in these groups may see, drafts and retired ones too."""
        found = await asyncio.to_thread(self._shelf().standing)
        return [one for one in found if may_read(one.entry.audience, groups)]

    def titles(self, groups: Collection[str]) -> list[str]:
        """Of the entries that can be found by them; none while no index is open."""
        return self.search.titles(groups)

    async def failed(self) -> list[str]:
        return await asyncio.to_thread(self._shelf().failed)

    async def find(self, which: str, groups: Collection[str]) -> Standing | None:
        return next((one for one in await self.standing(groups) if one.entry.id == which), None)

    async def put(self, entry: Entry) -> Entry:
        """Write it in the place of what has its id. A draft is found by nobody, so no index is built."""
        return await self._change(lambda shelf: shelf.put(entry, replacing=True), found=entry.status != DRAFT)

    async def read(self, file: Upload, name: str, today: date) -> Entry:
        """What a file holds, as an entry that is kept nowhere yet. Raises DeliveryError when it cannot be fetched."""
        from index.intake import entry_of

        try:
            promising(name, file.size)
            async with self.reading:
                content = await file.read(LARGEST + 1)
                return await asyncio.to_thread(
                    entry_of, content, name, title="", kind="reading", origin=f"{name}, added here", source_url="",
                    license_note="", today=today,
                )  # fmt: skip
        except SearchError as problem:
            raise ShelfError(str(problem)) from problem

    async def publish(self, entry: Entry, today: date) -> Entry:
        return await self.put(replace(entry, status="current", last_checked=today.isoformat()))

    async def retire(self, entry: Entry) -> Entry:
        return await self.put(replace(entry, status=RETIRED))

    async def checked(self, entry: Entry, today: date) -> Entry:
        return await self.put(replace(entry, last_checked=today.isoformat()))

    async def discard(self, draft: Entry) -> None:
        await self._change(lambda shelf: shelf.discard(draft), found=False)

    async def _change(self, change: Callable[[Shelf], T], *, found: bool) -> T:
        return await asyncio.to_thread(self._changed, change, found)

    def _changed(self, change: Callable[[Shelf], T], found: bool) -> T:
        with self.lock:
            try:
                done = change(self._shelf())
            except (SearchError, OSError) as problem:
                raise ShelfError(f"{problem} Nothing was changed.") from problem
            if found:
                self._build()
            return done

    def _build(self) -> None:
        from index.build import build, build_by_words

        try:
            try:
                build(self.shipped, self.search.folder(), self.search.encoder(), own=self.own)
            except ModelProblem:  # answers go by words alone as it is, and say so
                build_by_words(self.shipped, self.search.folder(), own=self.own)
        except (SearchError, OSError) as problem:
            raise ShelfError(
                "It is saved, but what I search in could not be made anew, so answers are as before. Whoever runs this "
                "bot can see the reason with `cohortbook doctor`, and `cohortbook index` finishes it."
            ) from problem

    def _shelf(self) -> Shelf:
        return Shelf(self.own, self.shipped)


def name_for(title: str, form: str) -> str:
    """An id of its own for each form, so that a form that is sent twice makes one entry."""
    from index.shelf import id_for

    letters = "".join(sign for sign in form.lower() if sign.isascii() and sign.isalnum())
    return f"{id_for(title)[:_OF_A_TITLE].strip('-')}-{letters[-_OF_AN_ID:] or '1'}"
