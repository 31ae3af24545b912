"""The list of guards that `make mutate` breaks fits the code as it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mutate.guards import Guard, guards

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("guard", guards(), ids=lambda one: one.name)
def test_a_guard_stands_where_the_list_says(guard: Guard) -> None:
    """Once, so that exactly that is broken; and the broken code still is Python where it was before."""
    code = (ROOT / guard.file).read_text("utf-8")
    assert code.count(guard.text) == 1
    assert guard.broken != guard.text
    broken = code.replace(guard.text, guard.broken)
    if guard.file.endswith(".py"):
        compile(broken, guard.file, "exec")


@pytest.mark.parametrize("guard", guards(), ids=lambda one: one.name)
def test_the_test_of_a_guard_exists(guard: Guard) -> None:
    """A renamed test would let the guard go unwatched."""
    where, _, which = guard.test.split()[0].partition("::")
    assert (ROOT / where).exists()
    assert not which or f"def {which.partition('[')[0]}(" in (ROOT / where).read_text("utf-8")


def test_names_are_told_apart() -> None:
    """And there are enough of them to be worth a command."""
    names = [one.name for one in guards()]
    assert len(set(names)) == len(names) >= 40
