"""A question -> the passages that answer it, and how sure that is."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import confidence, quotes
from index.build import DATABASE, VECTORS, read_manifest
from index.confidence import Band, Features
from index.documents import Entry
from index.encoder import Encoder
from index.errors import IndexDamaged
from index.lexical import WHOLE, Lexicon, Names

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST_QUESTION = 1000
"""Characters that are read. The model reads no more than that, and nobody types more on a phone."""
SOMEONE = "facilitator"
"""Whom to ask where an entry does not say."""
_CANDIDATES = 200
_REMEMBERED = 256

# How the two legs are joined; chosen on the questions in tests/index/questions.yaml.
MEANING = 0.55
NAMED = 0.15
TITLE, HEADING = 2.0, 1.5


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, with what a reader needs to check it."""

    id: str
    entry: str
    title: str
    heading: str
    text: str
    quote: str
    """One or two sentences: a slice of `text`, exact to the letter."""
    source: str
    source_url: str
    as_of: str
    """The day the entry was last checked, YYYY-MM-DD, or empty."""
    status: str
    kind: str
    family: str
    score: float
    """0..1, both legs joined. For the order only; how sure the answer is, is the band."""
    cosine: float


@dataclass(frozen=True, slots=True)
class Answer:
    question: str
    band: Band
    passages: tuple[Hit, ...]
    """Best first, at most one of each family. Empty when the band is "none"."""
    elapsed_ms: float
    escalate_to: str
    """The role to ask when this does not answer."""


@dataclass(frozen=True, slots=True)
class Passage:
    id: str
    entry: str
    title: str
    heading: str
    text: str


class Index:
    """An index that is open: everything is in memory, and nothing changes, so any thread may search."""

    def __init__(
        self,
        entries: Sequence[Entry],
        passages: Sequence[Passage],
        vectors: Any,
        encoder: Encoder,
        scale: confidence.Scale,
    ) -> None:
        self.entries: Mapping[str, Entry] = {entry.id: entry for entry in entries}
        self._passages = passages
        self._by_id = {passage.id: passage for passage in passages}
        self._numbers: dict[str, list[int]] = {entry.id: [] for entry in entries}
        for number, passage in enumerate(passages):
            self._numbers[passage.entry].append(number)
        self._vectors = vectors
        self._encoder = encoder
        self._scale = scale
        self._names = Names(entries)
        self._lexicon = Lexicon([_fields(passage, self.entries[passage.entry]) for passage in passages])
        self._asked: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()

    def search(self, question: str, k: int = 3, allowed: Collection[str] | None = None) -> Answer:
        """The best passages of at most `k` entries. `allowed`: the ids of the entries the asker may see."""
        started = time.perf_counter()
        hits, features = self.ranked(question, k, allowed)
        band = self._scale.band(features) if features else "none"
        escalate_to = self.entries[hits[0].entry].escalate_to if hits else ""
        return Answer(
            question=question,
            band=band,
            passages=hits if band != "none" else (),
            elapsed_ms=(time.perf_counter() - started) * 1000,
            escalate_to=escalate_to or SOMEONE,
        )

    def passage(self, id_: str) -> Passage | None:
        return self._by_id.get(id_)

    def hit(self, id_: str) -> Hit | None:
        """A passage on its own, as a button leads back to it: without a question there is no score."""
        passage = self._by_id.get(id_)
        return self._hit(self._passages.index(passage), (), 0.0, 0.0) if passage else None

    def lead(self, entry: str) -> Hit | None:
        """The first passage of an entry."""
        numbers = self._numbers.get(entry)
        return self._hit(numbers[0], (), 0.0, 0.0) if numbers else None

    def warm(self) -> None:
        """Load the model now rather than with the first question."""
        self._vector("warm")

    def ranked(
        self, question: str, k: int = 3, allowed: Collection[str] | None = None
    ) -> tuple[tuple[Hit, ...], Features | None]:
        """The hits and what is known about the first, before any band is drawn."""
        question = _cleaned(question)
        terms = self._lexicon.terms(question)
        numbers = self._allowed(allowed)
        if not any(letter.isalnum() for letter in question) or not numbers:
            return (), None
        called = self._names.called(question)
        words = self._lexicon.scores(terms)
        meaning = self._cosines(question, words, numbers)
        most = max((float(words[number]) for number in meaning), default=0.0) or 1.0
        score = {
            number: MEANING * max(cosine, 0.0)
            + (1 - MEANING) * float(words[number]) / most
            + NAMED * called.get(self._passages[number].entry, 0.0)
            for number, cosine in meaning.items()
        }
        order = self._one_each(sorted(score, key=lambda number: (-score[number], number)), called)
        if not order:
            return (), None
        first = order[0]
        family = self._family(first)
        rest = max((cos for number, cos in meaning.items() if self._family(number) != family), default=0.0)
        features = Features(
            cosine=meaning[first],
            gap=meaning[first] - rest,
            covered=self._lexicon.covered(terms, first),
            named=called.get(self._passages[first].entry, 0.0),
        )
        best = order[: max(k, 1)]
        return tuple(self._hit(at, terms, score[at] / (1 + NAMED * WHOLE), meaning[at]) for at in best), features

    def _family(self, number: int) -> str:
        entry = self.entries[self._passages[number].entry]
        return f"family {entry.family}" if entry.family else f"entry {entry.id}"

    def _one_each(self, order: Sequence[int], called: Mapping[str, float]) -> list[int]:
        """The best passage of each entry, and the best entry of each family unless another was named."""
        kept: list[int] = []
        entries: set[str] = set()
        families: set[str] = set()
        for number in order:
            entry, family = self._passages[number].entry, self._family(number)
            if entry in entries or (family in families and called.get(entry, 0.0) < 1.0):
                continue
            kept.append(number)
            entries.add(entry)
            families.add(family)
        return kept

    def _allowed(self, allowed: Collection[str] | None) -> Sequence[int]:
        if allowed is None:
            return range(len(self._passages))
        return sorted(number for entry in set(allowed) for number in self._numbers.get(entry, ()))

    def _cosines(self, question: str, words: NDArray[np.float32], numbers: Sequence[int]) -> dict[int, float]:
        """The cosine of every passage that is a candidate of either leg."""
        import faiss
        import numpy as np

        vector = self._vector(question)
        chosen = np.asarray(numbers, dtype=np.int64)
        limits = None
        if len(chosen) < len(self._passages):
            only = faiss.IDSelectorBatch(chosen + 1)  # held by its name until the search is over
            limits = faiss.SearchParameters()
            limits.sel = only
        near, found = self._vectors.search(vector[None, :], min(_CANDIDATES, len(chosen)), params=limits)
        pairs = zip(found[0].tolist(), near[0].tolist(), strict=True)
        cosines = {id_ - 1: cosine for id_, cosine in pairs if id_ > 0}
        by_words = chosen[np.argsort(-words[chosen], kind="stable")[:_CANDIDATES]]
        for number in map(int, by_words):
            if number not in cosines and words[number] > 0:
                cosines[number] = float(self._vectors.reconstruct(number + 1) @ vector)
        return cosines

    def _vector(self, question: str) -> NDArray[np.float32]:
        # Questions are not kept, so what is remembered is a fingerprint and not the words.
        key = hashlib.blake2b(" ".join(question.casefold().split()).encode(), digest_size=16).digest()
        with self._lock:
            if key in self._asked:
                self._asked.move_to_end(key)
                return self._asked[key]
        vector: NDArray[np.float32] = self._encoder.encode([question])[0]
        with self._lock:
            self._asked[key] = vector
            if len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)
        return vector

    def _hit(self, number: int, terms: Sequence[str], score: float, cosine: float) -> Hit:
        passage = self._passages[number]
        entry = self.entries[passage.entry]
        whole = sum(self._lexicon.idf(term) for term in terms) or 1.0

        def weigh(sentence: str) -> float:
            has = set(self._lexicon.terms(sentence))
            return sum(self._lexicon.idf(term) for term in terms if term in has) / whole

        return Hit(
            id=passage.id,
            entry=entry.id,
            title=entry.title,
            heading=passage.heading,
            text=passage.text,
            quote=quotes.best(passage.text, weigh),
            source=entry.source,
            source_url=entry.source_url,
            as_of=entry.last_checked,
            status=entry.status,
            kind=entry.kind,
            family=entry.family,
            score=min(1.0, max(0.0, score)),
            cosine=cosine,
        )


def open_index(folder: Path, encoder: Encoder, scale: confidence.Scale | None = None) -> Index:
    """Raises `IndexMissing` or `IndexDamaged`, both with the command that repairs it."""
    import faiss

    manifest = read_manifest(folder)
    if manifest["model"] != encoder.name:
        raise IndexDamaged(
            f"The search index in {folder} was made with the model {manifest['model']}, and {encoder.name} "
            f"is set. Your entries are untouched. Run `cohortbook index` to build it again."
        )
    with closing(sqlite3.connect(f"{(folder / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as database:
        database.row_factory = sqlite3.Row
        entries = [_entry(row) for row in database.execute("select * from entries")]
        rows = database.execute("select id, entry, title, heading, text from passages order by number")
        passages = [Passage(*row) for row in rows]
    # One question is compared on one thread: with more, the threads wait for each other.
    faiss.omp_set_num_threads(1)
    vectors = faiss.read_index(str(folder / VECTORS))
    return Index(entries, passages, vectors, encoder, scale or confidence.fitted())


def _entry(row: sqlite3.Row) -> Entry:
    lists = {field.name for field in fields(Entry) if str(field.type).startswith("tuple")}
    values: dict[str, Any] = dict(row)
    for key in lists:
        values[key] = tuple(json.loads(values[key]))
    return Entry(body="", **values)


def _fields(passage: Passage, entry: Entry) -> list[tuple[str, float]]:
    names = " . ".join((entry.title, *entry.aliases))
    return [(names, TITLE), (passage.heading, HEADING), (passage.text, 1.0)]


def _cleaned(question: str) -> str:
    """Without what no keyboard types: NUL and other control characters, halves of characters."""
    whole = question[:LONGEST_QUESTION].encode("utf-8", "ignore").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in whole).split())
