"""Entries for some readers only: found by nobody else, also when every other entry answers worse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from index.readers import closed, may_read
from index.search import Index
from tests.index.conftest import Write


@pytest.mark.parametrize("audience", ["", "everyone", "educators", "facilitators", "school leaders"])
def test_whom_a_text_was_written_for_closes_it_to_nobody(audience: str) -> None:
    """Only a workspace or a cohort does."""
    assert not closed(audience)
    assert may_read(audience, ())


@pytest.mark.parametrize("audience", ["cohort:a", "tenant:a", "cohort:"])
def test_a_closed_entry_is_for_its_group_alone(audience: str) -> None:
    """Whatever else somebody belongs to."""
    assert may_read(audience, {audience})
    assert not may_read(audience, {"cohort:b", "tenant:b", "a", ""})


def test_the_search_finds_only_what_the_reader_may_see(write: Write, opened: Callable[[], Index]) -> None:
    """Where nothing is closed, everything is searched."""
    write("one", "The choir sings on Thursday.", more="audience: cohort:a")
    write("two", "The band plays on Thursday.")
    index = opened()
    assert index.open_to({"cohort:a"}) is None
    assert set(index.open_to(()) or ()) == {"two"}
    for groups, found in (({"cohort:a"}, "one"), ({"cohort:b"}, "two")):
        hits, _ = index.ranked("the choir sings", 1, index.open_to(groups))
        assert [hit.entry for hit in hits] == [found]
