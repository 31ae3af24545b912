"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass

from index.confidence import Band, Features


@dataclass(frozen=True, slots=True)
class Part:
    """One reason for a score. The parts of a hit add up to it."""

    what: str
    """meaning, word or name."""
    value: float
    word: str = ""
    """The word that matched, as the question has it or as it was expanded to."""


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
    version: str = ""
    """The SHA-256 of the entry's text that the words were taken from."""
    parts: tuple[Part, ...] = ()
    """Why this one: what each matched word, the meaning and the name added."""
    rank_by_words: int = 0
    rank_by_meaning: int = 0
    """Its place if only words, or only meaning, had been asked; from 1, and 0 where that was not."""


@dataclass(frozen=True, slots=True)
class Answer:
    question: str
    band: Band
    passages: tuple[Hit, ...]
    """Best first, at most one of each family. Empty when the band is "none"."""
    elapsed_ms: float
    escalate_to: str
    """The role to ask when this does not answer."""
    probability: float = 0.0
    """That the first passage is from the right entry; what the band was drawn from."""
    words_only: bool = False
    """The language model could not be used, so this was found by words alone, and should be shown as such."""
    hand_over: str = ""
    """A topic of topics.py that a person answers and no entry; empty for all others."""
    ambiguous: tuple[str, ...] = ()
    """What a short form in the question may stand for. Ask which was meant, then search for that."""
    also_searched: tuple[str, ...] = ()
    """Long or short forms that were looked for beside the words of the question."""


@dataclass(frozen=True, slots=True)
class Passage:
    id: str
    entry: str
    title: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """Everything that was found, before any band is drawn."""

    hits: tuple[Hit, ...] = ()
    features: Features | None = None
    """What is known about the first."""
    words_only: bool = False
    ambiguous: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
