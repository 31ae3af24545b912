"""A question -> the passages that answer it, and how sure that is."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index import confidence, folders, lexical, ranking, readers, topics
from index.confidence import Band, Features
from index.contents import Contents
from index.documents import Entry
from index.encoder import Encoder, WordsOnly
from index.errors import IndexDamaged, ModelProblem
from index.expansion import WEIGHT, Expanded, Expansion
from index.folders import VECTORS, WORDS
from index.found import Answer, Found, Hit, Part, Passage
from index.fusion import Candidates, Legs
from index.meaning import Meaning
from index.names import Names
from index.ranking import Ranked
from index.vectors import Vectors

__all__ = ["Answer", "Hit", "Index", "Part", "Passage", "open_index"]

LONGEST_QUESTION = 2000
"""Characters that are read. The model reads no more than that, and nobody types more on a phone."""
SOMEONE = "facilitator"
"""Whom to ask where an entry does not say."""
_CANDIDATES = 64
"""Passages that either way of finding may propose."""


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
    ranked: Ranked


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
        by_passage, by_entry = lexical.read(build / WORDS)
        self._contents = Contents(build, by_passage.language.reduced)
        entries, owners = self._contents.entries, self._contents.owners
        self.entries: Mapping[str, Entry] = self._contents.by_id
        self._closed = {entry.id for entry in entries if readers.closed(entry.audience)}
        self._legs = Legs(by_passage, by_entry, Vectors(build / VECTORS), owners, len(entries))
        self._lexicon = by_passage
        self._names = Names(entries)
        self._expansion = Expansion(entries)
        self.weight: float = manifest["weighed"]["meaning"]
        """How much meaning counts beside words here."""
        self._scale = scale
        self._folder, self._state = folder, state
        self.meaning = Meaning(encoder)
        self._speaks = manifest["model"] == _name(encoder)

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
        number = self._contents.passage(id_)
        return None if number is None else self._contents.passages[number]

    def hit(self, id_: str) -> Hit | None:
        """A passage on its own, as a button leads back to it: without a question there is no score."""
        number = self._contents.passage(id_)
        return None if number is None else self._contents.hit(number, {})

    def lead(self, entry: str) -> Hit | None:
        """The first passage of an entry."""
        at = self._contents.number.get(entry)
        if at is None or self._legs.first[at] == self._legs.first[at + 1]:
            return None
        return self._contents.hit(int(self._legs.first[at]), {})

    def open_to(self, groups: Collection[str]) -> Collection[str] | None:
        """The ids of the entries that somebody in these groups may see; None for all, which is quicker to search."""
        shut = {id_ for id_ in self._closed if not readers.may_read(self.entries[id_].audience, groups)}
        return self.entries.keys() - shut if shut else None

    def warm(self) -> None:
        """Load the model now rather than with the first question. Raises `ModelProblem` if it cannot be used."""
        self.meaning.warm()

    def refresh(self) -> Index:
        """This index, or a new one if another build serves by now. Cheap, and never fails: ask as often as you like."""
        state = folders.state(self._folder)
        if state == self._state:
            return self
        try:
            fresh = open_index(self._folder, self.meaning.encoder, self._scale)
        except (IndexDamaged, OSError):
            return self  # what is in memory still answers
        fresh.meaning.as_ready_as(self.meaning)
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
        return [(self._contents.entries[entries[row]].id, float(ranked.score[row])) for row in ranked.order]

    def look(
        self, question: str, k: int = 3, allowed: Collection[str] | None = None, *, wait: float | None = None
    ) -> Found:
        """Everything that is known about a question, before any band is drawn."""
        asked = self._ask(question, k, allowed, wait)
        if asked is None:
            return Found()
        if not asked.ranked.order:
            return Found(words_only=not asked.meant)
        hits = tuple(self._explained(asked, row) for row in asked.ranked.order)
        features = ranking.features(self._legs, asked.candidates, asked.ranked, list(asked.terms))
        return Found(hits, features, not asked.meant, asked.expanded.ambiguous, asked.expanded.also)

    def _ask(self, question: str, k: int, allowed: Collection[str] | None, wait: float | None) -> _Asked | None:
        question = _cleaned(question)
        chosen = None if allowed is None else self._contents.numbers(allowed)
        if not any(letter.isalnum() for letter in question) or (allowed is not None and not chosen):
            return None
        terms = self._lexicon.counted(question)
        expanded = self._expansion.expand(question)
        weighted = self._widened(terms, expanded.also)
        named = {self._contents.number[entry]: value for entry, value in self._names.called(question).items()}
        vector = self.meaning.of(question, wait) if self._speaks else None
        meant = vector is not None
        found = self._legs.candidates(
            vector, weighted, self.weight, more=named, allowed=chosen, count=max(_CANDIDATES, 4 * k)
        )
        ranked = ranking.rank(found, named, self.weight, self._contents.families, k, meant=meant)
        return _Asked(terms, weighted, expanded, meant, found, ranked)

    def _widened(self, terms: Mapping[str, float], also: Sequence[str]) -> dict[str, float]:
        """With the words of other forms, each form together counting as one word."""
        weighted = dict(terms)
        for form in also:
            fresh = [term for term in self._lexicon.counted(form) if term not in terms]
            for term in fresh:
                weighted[term] = max(weighted.get(term, 0.0), WEIGHT / len(fresh) ** 0.5)
        return weighted

    def _explained(self, asked: _Asked, row: int) -> Hit:
        found, ranked = asked.candidates, asked.ranked
        return self._contents.hit(
            int(found.passages[row]),
            {term: self._lexicon.idf(term) for term in asked.weighted},
            score=float(ranked.score[row]),
            cosine=float(found.cosine[row]),
            parts=ranking.parts(self._legs, found, ranked, row, asked.weighted),
            rank_by_words=int(ranked.by_words[row]),
            rank_by_meaning=int(ranked.by_meaning[row]),
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


def _cleaned(question: str) -> str:
    """Without what no keyboard types: NUL and other control characters, halves of characters."""
    whole = question[:LONGEST_QUESTION].encode("utf-8", "ignore").decode()
    return " ".join("".join(letter if letter.isprintable() else " " for letter in whole).split())
