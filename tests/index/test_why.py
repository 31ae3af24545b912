"""What stands behind a hit: exact words of a known version of its source, and reasons that add up."""

from __future__ import annotations

import hashlib
import random
import sqlite3
from contextlib import closing

import pytest

from index.build import build_entries
from index.documents import Entry
from index.folders import DATABASE, serving
from index.search import open_index

WORDS = (
    "equity audit pause board student voice data plan lever cohort circle harm repair coach listen trial "
    "gap course policy school family teacher bias belonging question answer naïve façade Ünïcode 数据 \u200b – …"
).split()
MARKS = (
    ". ",
    "? ",
    "! ",
    "… ",
    ".\n",
    "\n\n",
    "; ",
    ", ",
    " (e.g. ",
    ") ",
    "\n- ",
    "\n1. ",
    "\r\n",
    "\n> ",
    "\n| a | b |\n",
)


def page(chance: random.Random, sections: int) -> str:
    """Text as people paste it: lists, quotations, tables, odd line ends."""
    parts = []
    for number in range(sections):
        words = [chance.choice(WORDS) + (chance.choice(MARKS) if chance.random() < 0.25 else " ") for _ in range(60)]
        parts.append(f"## Part {number} {chance.choice(WORDS)}\n{''.join(words)}\n\n")
    return "".join(parts)


@pytest.mark.slow
def test_every_quote_of_ten_thousand_passages_stands_in_its_stored_source(tmp_path, toy):
    """Byte for byte, in the text whose checksum the hit carries."""
    chance = random.Random(20)  # noqa: S311 - text, not secrets
    entries = [Entry(f"e{number}", f"Page {number}", page(chance, 25)) for number in range(410)]
    report = build_entries(entries, tmp_path / "out", toy)
    assert report.passages >= 10_000
    with closing(sqlite3.connect(serving(tmp_path / "out") / DATABASE)) as database:
        stored = dict(database.execute("select id, body from entries"))
        ids = [id_ for (id_,) in database.execute("select id from passages")]
    index = open_index(tmp_path / "out", toy)
    versions = {id_: hashlib.sha256(body.encode()).hexdigest() for id_, body in stored.items()}
    for id_ in ids:
        hit = index.hit(id_)
        assert hit is not None
        source = stored[hit.entry].encode()
        assert hit.version == versions[hit.entry]
        assert hit.text.encode() in source
        assert hit.quote.strip()
        assert hit.quote.encode() in hit.text.encode()
    for _ in range(200):
        for hit in index.ranked(" ".join(chance.choices(WORDS, k=4)))[0]:
            assert hit.quote.encode() in stored[hit.entry].encode()


@pytest.fixture
def several(write, opened):
    write("pause", "## How\nSend the word pause. Nothing is lost.", title="Taking a pause", more="aliases: [time off]")
    write("skip", "## Skip\nSkip a week. Then the pause ends.\n\n## Late\nAnswer later.", title="Skipping")
    write("circle", "A circle repairs harm.", title="Circles")
    return opened()


@pytest.mark.parametrize("question", ["time off", "how do I pause or skip a week", "pause pause harm", "unknown words"])
def test_the_reasons_for_a_hit_add_up_to_its_score(several, question):
    """Meaning, each matched word and the name: nothing else moved it."""
    hits, _ = several.ranked(question)
    assert hits
    for hit in hits:
        assert sum(part.value for part in hit.parts) == pytest.approx(hit.score, abs=1e-6)
        assert {part.what for part in hit.parts} <= {"meaning", "word", "name"}
        assert all(part.value > 0 for part in hit.parts)


def test_a_word_that_is_named_as_a_reason_matters(several):
    """Take it out of the question, and what it brought is gone."""
    hit = several.ranked("skip the harm")[0][0]
    matched = {part.word for part in hit.parts if part.what == "word"}
    assert "skip" in matched
    without = {part.word for found in several.ranked("the harm")[0] for part in found.parts}
    assert "skip" not in without


def test_a_hit_tells_its_place_in_either_way_of_finding(several):
    """First by words need not be first by meaning."""
    hits, _ = several.ranked("circle harm")
    assert (hits[0].entry, hits[0].rank_by_words) == ("circle", 1)
    assert all(hit.rank_by_meaning >= 1 for hit in hits)


def test_the_name_of_an_entry_is_a_reason_of_its_own(several):
    """So that a reader sees why a page with few of the words came first."""
    hit = several.ranked("time off")[0][0]
    assert hit.entry == "pause"
    assert any(part.what == "name" for part in hit.parts)
