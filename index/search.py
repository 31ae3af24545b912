"""A question -> the passages that answer it, and how sure that is."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index import confidence, folders, lexical, quotes, topics, words
from index.confidence import Band, Features
from index.documents import Entry
from index.encoder import Encoder, WordsOnly
from index.errors import IndexDamaged, ModelProblem
from index.expansion import WEIGHT, Expanded, Expansion
from index.folders import DATABASE, VECTORS, WORDS
from index.found import Answer, Found, Hit, Part, Passage
from index.fusion import Candidates, Legs
from index.names import WHOLE, Names
from index.vectors import Vectors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Answer", "Hit", "Index", "Part", "Passage", "open_index"]

LONGEST_QUESTION = 2000
"""Characters that are read. The model reads no more than that, and nobody types more on a phone."""
SOMEONE = "facilitator"
"""Whom to ask where an entry does not say."""
_REMEMBERED = 256
log = logging.getLogger(__name__)
_CANDIDATES = 64
"""Passages that either way of finding may propose."""
NAMED = 0.15
"""What an entry gains when the question holds its name."""


@dataclass(frozen=True, slots=True)
class _Ranked:
    """The candidates in order, by their rows."""

    weight: float
    name: NDArray[np.float32]
    score: NDArray[np.float32]
    order: tuple[int, ...]
    by_words: NDArray[np.int64]
    by_meaning: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Asked:
    """All that a question led to."""

    terms: Mapping[str, float]
    weighted: Mapping[str, float]
    """The terms with those of other forms."""
    expanded: Expanded
    meant: bool
    """The model could be used."""
    candidates: Candidates
    ranked: _Ranked


class Index:
    """An index that is open: everything is in memory, and nothing changes, so any thread may search."""

    def __init__(
        self,
        folder: Path,
        build: Path,
        manifest: Mapping[str, Any],
        encoder: Encoder,
        scale: confidence.Scale,
        state: tuple[int, int] | None,
    ) -> None:
        with closing(sqlite3.connect(f"{(build / DATABASE).resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            rows = database.execute("select * from entries order by rowid").fetchall()
            entries = [_entry(row) for row in rows]
            self._versions = [row["version"] for row in rows]
            found = database.execute("select id, entry, title, heading, text from passages order by number")
            self._passages = [Passage(*row) for row in found]
        self.entries: Mapping[str, Entry] = {entry.id: entry for entry in entries}
        self._entries = entries
        self._number = {entry.id: number for number, entry in enumerate(entries)}
        self._by_id = {passage.id: number for number, passage in enumerate(self._passages)}
        by_passage, by_entry = lexical.read(build / WORDS)
        owners = [self._number[passage.entry] for passage in self._passages]
        self._legs = Legs(by_passage, by_entry, Vectors(build / VECTORS), owners, len(entries))
        self._lexicon = by_passage
        self._names = Names(entries)
        self._families = _families(entries)
        self._expansion = Expansion(entries)
        self.weight: float = manifest["weighed"]["meaning"]
        """How much meaning counts beside words here."""
        self._encoder = encoder
        self._scale = scale
        self._folder, self._state = folder, state
        self._speaks = manifest["model"] == _name(encoder)
        language = by_passage.language
        self._terms_of = lru_cache(8192)(lambda text: frozenset(language.reduced(words.split(text))))
        self._asked: OrderedDict[bytes, NDArray[np.float32]] = OrderedDict()
        self._lock = threading.Lock()
        self._loading: threading.Thread | None = None
        self._loaded = threading.Event()

    def search(
        self, question: str, k: int = 3, allowed: Collection[str] | None = None, *, wait: float | None = None
    ) -> Answer:
        """The best passages of at most `k` entries. `allowed`: the ids of the entries the asker may see.

        `wait`: how many seconds the model may take to load; after that, and if it cannot be used at all, the
        answer is found by words alone and says so.
        """
        started = time.perf_counter()
        found = self.look(question, k, allowed, wait=wait)
        topic = topics.topic_of(question)
        probability = self._scale.probability(found.features) if found.features else 0.0
        band: Band = self._scale.band(found.features) if found.features else "none"
        if found.words_only and band == "answer":
            band = "closest"  # the numbers behind the bands count on both ways of finding
        escalate_to = self.entries[found.hits[0].entry].escalate_to if found.hits else ""
        if topic is not None:
            band, escalate_to = "none", topic.escalate_to
        return Answer(
            question=question,
            band=band,
            passages=found.hits if band != "none" else (),
            elapsed_ms=(time.perf_counter() - started) * 1000,
            escalate_to=escalate_to or SOMEONE,
            probability=probability,
            words_only=found.words_only,
            hand_over=topic.id if topic else "",
            ambiguous=found.ambiguous if topic is None else (),
            also_searched=found.also,
        )

    def passage(self, id_: str) -> Passage | None:
        number = self._by_id.get(id_)
        return None if number is None else self._passages[number]

    def hit(self, id_: str) -> Hit | None:
        """A passage on its own, as a button leads back to it: without a question there is no score."""
        number = self._by_id.get(id_)
        return None if number is None else self._hit(number, {})

    def lead(self, entry: str) -> Hit | None:
        """The first passage of an entry."""
        at = self._number.get(entry)
        if at is None or self._legs.first[at] == self._legs.first[at + 1]:
            return None
        return self._hit(int(self._legs.first[at]), {})

    def warm(self) -> None:
        """Load the model now rather than with the first question. Raises `ModelProblem` if it cannot be used."""
        self._encoder.encode(["warm"], questions=True)
        self._loaded.set()

    def refresh(self) -> Index:
        """This index, or a new one if another build serves by now. Cheap, and never fails: ask as often as you like."""
        state = folders.state(self._folder)
        if state == self._state:
            return self
        try:
            fresh = open_index(self._folder, self._encoder, self._scale)
        except (IndexDamaged, OSError):
            return self  # what is in memory still answers
        if self._loaded.is_set():
            fresh._loaded.set()
        return fresh

    def ranked(
        self, question: str, k: int = 3, allowed: Collection[str] | None = None
    ) -> tuple[tuple[Hit, ...], Features | None]:
        """The hits and what is known about the first, before any band is drawn."""
        found = self.look(question, k, allowed)
        return found.hits, found.features

    def order(self, question: str, k: int) -> list[tuple[str, float]]:
        """The entries alone with their scores, best first, for long lists."""
        asked = self._ask(question, k, None, None)
        if asked is None:
            return []
        entries, ranked = asked.candidates.entries, asked.ranked
        return [(self._entries[entries[row]].id, float(ranked.score[row])) for row in ranked.order]

    def look(
        self, question: str, k: int = 3, allowed: Collection[str] | None = None, *, wait: float | None = None
    ) -> Found:
        """Everything that is known about a question, before any band is drawn."""
        asked = self._ask(question, k, allowed, wait)
        if asked is None:
            return Found()
        if not asked.ranked.order:
            return Found(words_only=not asked.meant)
        hits = tuple(self._explained(asked.candidates, row, asked.weighted, asked.ranked) for row in asked.ranked.order)
        features = self._features(list(asked.terms), asked.candidates, asked.ranked)
        return Found(hits, features, not asked.meant, asked.expanded.ambiguous, asked.expanded.also)

    def _ask(self, question: str, k: int, allowed: Collection[str] | None, wait: float | None) -> _Asked | None:
        question = _cleaned(question)
        chosen = None
        if allowed is not None:
            chosen = {self._number[entry] for entry in allowed if entry in self._number}
        if not any(letter.isalnum() for letter in question) or (allowed is not None and not chosen):
            return None
        terms = self._lexicon.counted(question)
        expanded = self._expansion.expand(question)
        weighted = self._widened(terms, expanded.also)
        named = {self._number[entry]: value for entry, value in self._names.called(question).items()}
        vector = self._vector_within(question, wait)
        found = self._legs.candidates(
            vector, weighted, self.weight, more=named, allowed=chosen, count=max(_CANDIDATES, 4 * k)
        )
        meant = vector is not None
        return _Asked(terms, weighted, expanded, meant, found, self._ranked(found, meant, named, k))

    def _widened(self, terms: Mapping[str, float], also: Sequence[str]) -> dict[str, float]:
        """With the words of other forms, each form together counting as one word."""
        weighted = dict(terms)
        for form in also:
            fresh = [term for term in self._lexicon.counted(form) if term not in terms]
            for term in fresh:
                weighted[term] = max(weighted.get(term, 0.0), WEIGHT / len(fresh) ** 0.5)
        return weighted

    def _ranked(self, found: Candidates, meant: bool, named: Mapping[int, float], k: int) -> _Ranked:
        import numpy as np

        weight = self.weight if meant else 0.0
        name = np.zeros(len(found.entries), dtype=np.float32)
        for entry, value in named.items():
            name[found.entries == entry] = value
        score = ((found.joined(weight) + NAMED * name) / (1 + NAMED * WHOLE)).astype(np.float32)
        order = np.lexsort((found.entries, -score))
        return _Ranked(
            weight,
            name,
            score,
            self._one_of_each_family(order.tolist(), found, name, k),
            _places(found.words),
            _places(found.meaning) if meant else np.zeros(len(score), dtype=np.int64),
        )

    def _one_of_each_family(
        self, order: Sequence[int], found: Candidates, name: NDArray[np.float32], k: int
    ) -> tuple[int, ...]:
        """The best entry of each family, unless another was named."""
        kept: list[int] = []
        families: set[int] = set()
        for row in order:
            family = int(self._families[found.entries[row]])
            if family in families and not name[row]:
                continue
            kept.append(row)
            families.add(family)
            if len(kept) == max(k, 1):
                break
        return tuple(kept)

    def _explained(self, found: Candidates, row: int, terms: Mapping[str, float], ranked: _Ranked) -> Hit:
        return self._hit(
            int(found.passages[row]),
            terms,
            score=float(ranked.score[row]),
            cosine=float(found.cosine[row]),
            parts=self._parts(found, row, terms, ranked),
            rank_by_words=int(ranked.by_words[row]),
            rank_by_meaning=int(ranked.by_meaning[row]),
        )

    def _parts(self, found: Candidates, row: int, terms: Mapping[str, float], ranked: _Ranked) -> tuple[Part, ...]:
        """What the score is the sum of."""
        import numpy as np

        whole = 1 + NAMED * WHOLE
        entry = int(found.entries[row])
        at = np.arange(self._legs.first[entry], self._legs.first[entry + 1])
        by_passage = {term: self._lexicon.share(term, at) * times for term, times in terms.items()}
        best = int(sum(by_passage.values(), np.zeros(len(at))).argmax())
        here = np.array([entry])
        parts = [Part("meaning", float(ranked.weight * found.meaning[row] / whole))]
        for term, times in terms.items():
            share = float(by_passage[term][best]) / found.tops[0]
            share += float(self._legs.entries.share(term, here)[0]) * times / found.tops[1]
            parts.append(Part("word", (1 - ranked.weight) * share / 2 / whole, term))
        parts.append(Part("name", NAMED * float(ranked.name[row]) / whole))
        return tuple(part for part in parts if part.value)

    def _features(self, terms: Sequence[str], found: Candidates, ranked: _Ranked) -> Features:
        first = ranked.order[0]
        return Features(
            cosine=float(found.cosine[first]),
            covered=self._lexicon.covered(terms, int(found.passages[first])),
            named=float(ranked.name[first]),
            agreed=1 / float(max(ranked.by_words[first], ranked.by_meaning[first], 1)),
        )

    def _vector_within(self, question: str, wait: float | None) -> NDArray[np.float32] | None:
        """The question's vector, or None when the model cannot be used, or not in time."""
        if not self._speaks:
            return None
        if wait is not None and not self._loaded.is_set():
            with self._lock:
                if self._loading is None or not self._loading.is_alive():
                    self._loading = threading.Thread(target=self._load, name="model", daemon=True)
                    self._loading.start()
            if not self._loaded.wait(wait):
                return None
        try:
            return self._vector(question)
        except ModelProblem as problem:
            log.warning("searching by words alone: %s", problem)
            return None

    def _load(self) -> None:
        try:
            self.warm()
        except ModelProblem as problem:
            log.warning("searching by words alone: %s", problem)

    def _vector(self, question: str) -> NDArray[np.float32]:
        # Questions are not kept, so what is remembered is a fingerprint and not the words.
        key = hashlib.blake2b(" ".join(question.casefold().split()).encode(), digest_size=16).digest()
        with self._lock:
            if key in self._asked:
                self._asked.move_to_end(key)
                return self._asked[key]
        vector: NDArray[np.float32] = self._encoder.encode([question], questions=True)[0]
        self._loaded.set()
        with self._lock:
            self._asked[key] = vector
            if len(self._asked) > _REMEMBERED:
                self._asked.popitem(last=False)
        return vector

    def _hit(
        self,
        number: int,
        terms: Mapping[str, float],
        *,
        score: float = 0.0,
        cosine: float = 0.0,
        parts: tuple[Part, ...] = (),
        rank_by_words: int = 0,
        rank_by_meaning: int = 0,
    ) -> Hit:
        passage = self._passages[number]
        entry = self.entries[passage.entry]
        whole = sum(self._lexicon.idf(term) for term in terms) or 1.0

        def weigh(sentence: str) -> float:
            has = self._terms_of(sentence)
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
            score=score,
            cosine=cosine,
            version=self._versions[self._number[entry.id]],
            parts=parts,
            rank_by_words=rank_by_words,
            rank_by_meaning=rank_by_meaning,
        )


def open_index(folder: Path, encoder: Encoder, scale: confidence.Scale | None = None) -> Index:
    """Raises `IndexMissing` or `IndexDamaged`, both with the command that repairs it."""
    for _ in range(2):
        state = folders.state(folder)
        build = folders.serving(folder)
        try:
            manifest = folders.manifest_of(build, folder)
            break
        except IndexDamaged:
            if folders.state(folder) == state:
                raise
            # Another build was finished between the two looks.
    name = _name(encoder)
    if name and manifest["model"] not in (name, WordsOnly.name):
        raise IndexDamaged(
            f"The search index in {folder} was made with the model {manifest['model']}, and {name} "
            f"is set. Your entries are untouched. Run `cohortbook index` to build it again."
        )
    return Index(folder, build, manifest, encoder, scale or confidence.fitted(), state)


def _name(encoder: Encoder) -> str:
    """Empty when there is no model to be named."""
    try:
        return encoder.name
    except ModelProblem:
        return ""


def _families(entries: Sequence[Entry]) -> NDArray[np.int64]:
    """A number for each entry, the same for those of one family."""
    import numpy as np

    numbers: dict[str, int] = {}
    named = [f"family {entry.family}" if entry.family else f"entry {entry.id}" for entry in entries]
    return np.array([numbers.setdefault(name, len(numbers)) for name in named], dtype=np.int64)


def _places(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    """The place of each, from 1; those of equal score share one."""
    import numpy as np

    order = np.sort(-scores)
    places: NDArray[np.int64] = order.searchsorted(-scores) + 1
    return places


def _entry(row: sqlite3.Row) -> Entry:
    lists = {field.name for field in fields(Entry) if str(field.type).startswith("tuple")}
    values = {field.name: row[field.name] for field in fields(Entry)}
    for key in lists:
        values[key] = tuple(json.loads(values[key]))
    return Entry(**values)


def _cleaned(question: str) -> str:
    """Without what no keyboard types: NUL and other control characters, halves of characters."""
    whole = question[:LONGEST_QUESTION].encode("utf-8", "ignore").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in whole).split())
