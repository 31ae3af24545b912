"""Sealed bytes open with their key and in their place, and in no other way."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.errors import Unreadable
from bot.vault import envelope
from tests.prove import Proof
from tests.vault import vectors

KEY, OTHER, ID, NONCE = b"k" * 32, b"o" * 32, b"i" * 8, b"n" * 12
PUBLISHED: dict[str, Any] = json.loads(vectors.FILE.read_text("utf-8"))
parts = some.lists(some.text(max_size=30), max_size=5)


@pytest.mark.parametrize("case", PUBLISHED["opens"], ids=lambda case: str(case["name"]))
def test_the_published_examples_are_what_we_make_and_open(case: dict[str, Any]) -> None:
    """Rows that a release sealed are opened by every later one."""
    key, words, sealed = bytes.fromhex(PUBLISHED["key"]), bytes.fromhex(case["words"]), bytes.fromhex(case["sealed"])
    ids = bytes.fromhex(PUBLISHED["key_id"]), bytes.fromhex(PUBLISHED["nonce"])
    assert envelope.unseal(key, sealed, case["bound"]) == words
    assert envelope.seal(key, ids[0], words, case["bound"], ids[1]) == sealed


@pytest.mark.parametrize("case", PUBLISHED["must_fail"], ids=lambda case: str(case["name"]))
def test_the_published_examples_that_must_fail_do(case: dict[str, Any]) -> None:
    """With the right key, too."""
    with pytest.raises(Unreadable):
        envelope.unseal(bytes.fromhex(PUBLISHED["key"]), bytes.fromhex(case["sealed"]), case["bound"])


def test_every_published_case_is_what_the_file_says() -> None:
    """A change of the format needs a new version, not new examples."""
    assert vectors.made() == PUBLISHED


@given(some.binary(max_size=2000), parts, some.binary(min_size=12, max_size=12))
def test_what_was_sealed_comes_back(words: bytes, bound: list[str], nonce: bytes) -> None:
    """Whatever the words, our own first bytes among them."""
    assert envelope.unseal(KEY, envelope.seal(KEY, ID, words, bound, nonce), bound) == words


@given(parts, parts)
def test_two_bindings_are_one_only_when_they_are_equal(one: list[str], other: list[str]) -> None:
    """No two lists of parts run together into the same bytes."""
    sealed = envelope.seal(KEY, ID, b"words", one, NONCE)
    if one == other:
        assert envelope.unseal(KEY, sealed, other) == b"words"
    else:
        with pytest.raises(Unreadable):
            envelope.unseal(KEY, sealed, other)


@settings(max_examples=300)
@given(some.binary(max_size=700), some.booleans())
def test_any_other_bytes_are_refused_at_once(wild: bytes, framed: bool) -> None:
    """By the one error that callers expect, and within a moment."""
    began = time.perf_counter()
    with pytest.raises(Unreadable):
        envelope.unseal(KEY, (envelope.MAGIC + b"\x01\x01" if framed else b"") + wild, [])
    assert time.perf_counter() - began < 1


@pytest.mark.prove(31)
def test_ten_thousand_other_bytes_are_refused(proof: Proof) -> None:
    """Any bytes that were not sealed here are refused within a second."""
    refused = 0

    @settings(max_examples=10_000, deadline=None)
    @given(some.binary(max_size=5_000), some.booleans())
    def refuse(wild: bytes, framed: bool) -> None:
        nonlocal refused
        test_any_other_bytes_are_refused_at_once.hypothesis.inner_test(wild, framed)  # type: ignore[attr-defined]
        refused += 1

    refuse()
    proof(f"{refused:,} draws", "0 opened, 0 crashes, 0 over 1 s", "0 of 10,000", refused >= 10_000)


def test_every_flipped_bit_is_refused() -> None:
    """Head, nonce, words, padding and tag."""
    sealed = envelope.seal(KEY, ID, b"words", ["row"], NONCE)
    for at in range(8 * len(sealed)):
        flipped = bytearray(sealed)
        flipped[at // 8] ^= 1 << at % 8
        with pytest.raises(Unreadable):
            envelope.unseal(KEY, bytes(flipped), ["row"])


def test_another_key_does_not_open_it() -> None:
    """Nor does it say anything about the words."""
    with pytest.raises(Unreadable, match="changed, moved, or sealed with another key"):
        envelope.unseal(OTHER, envelope.seal(KEY, ID, b"words", [], NONCE), [])


@pytest.mark.parametrize(("at", "told"), [(4, "version 255"), (5, "algorithm 255")])
def test_what_a_later_release_sealed_is_told_from_damage(at: int, told: str) -> None:
    """Its operator then knows what to start."""
    sealed = bytearray(envelope.seal(KEY, ID, b"words", [], NONCE))
    sealed[at] = 255
    with pytest.raises(Unreadable, match=told):
        envelope.unseal(KEY, bytes(sealed), [])


def test_the_length_tells_little() -> None:
    """A skip of one word and a paragraph look alike; a long text shows its step of 256 bytes."""
    lengths = {len(envelope.seal(KEY, ID, b"x" * count, [], NONCE)) for count in range(253)}
    assert len(lengths) == 1
    assert len(envelope.seal(KEY, ID, b"x" * 253, [], NONCE)) == lengths.pop() + 256


def test_no_text_is_taken_for_sealed_bytes() -> None:
    """The first bytes are such as no UTF-8 text has."""
    with pytest.raises(UnicodeDecodeError):
        envelope.MAGIC.decode()
