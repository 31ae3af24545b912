"""Files that program people write, as somebody hostile would: an answer within a second, and never a crash."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot import programs
from bot.errors import ContentError
from index import front_matter
from tests.prove import Proof

SECOND = 1.0
"""Of work, however busy the machine is with other things."""
PIECES = st.sampled_from(
    ["a: ", "- ", "? ", "[", "]", "{", "}", "&a ", "*a", "!!python/object/apply:os.system ", "!!binary ", "!!set ",
     "<<: ", "|\n  ", ">", "'", '"', "\n", "  ", "#", "---\n", "...\n", "%YAML 1.1\n", "NO", "1.10", "1:60", "0o8",
     "2026-13-45", "\\x", "é", "\x85", "\ud800", "\x00", ".inf", "=", "id: leep\n", "units:\n", "key", ": ", ","]
)  # fmt: skip
WILD = st.one_of(st.lists(PIECES, max_size=60).map("".join), st.text(max_size=300))
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join(['*' + old] * 9)}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
)


@given(WILD)
@example(BOMB)
@example("[" * 500)
@example("[" * 15_000)
@example("? [a]\n: b\n")
@example("? {a: b}\n: c\n")
@example("a: 1\na: 2\n")
@example("a: b\n" * 20_000)
@example("- x\n" * 30_000)
@example("a: [" + "x," * 30_000 + "]")
@example("!!set {a, b}")
@example("!!timestamp 9999999-1-1")
@example("a: !!int 0x\n")
@example("country: NO\nver: 1.10\n")
@settings(max_examples=150, deadline=None)
def test_any_text_is_read_or_refused_within_a_second(text: str) -> None:
    """As a program, and as the block at the top of an entry."""
    began = time.thread_time()
    try:
        programs.parse(text, "wild")
    except ContentError as problem:
        assert str(problem)
    try:
        front_matter.split(f"---\n{text}\n---\nText.")
    except front_matter.Fault as fault:
        assert str(fault)
        assert fault.line >= 1
    assert time.thread_time() - began < 2 * SECOND  # two readers


@pytest.mark.prove(30)
def test_ten_thousand_texts_are_read_or_refused(proof: Proof) -> None:
    """Any text given as a program or an entry is read or refused within a second."""
    read = 0

    @given(WILD)
    @settings(max_examples=10_000, deadline=None)
    def read_or_refused(text: str) -> None:
        nonlocal read
        test_any_text_is_read_or_refused_within_a_second.hypothesis.inner_test(text)  # type: ignore[attr-defined]
        read += 1

    read_or_refused()
    proof(f"{read:,} texts", "0 crashes, 0 over 1 s", "0 of 10,000", read >= 10_000)
