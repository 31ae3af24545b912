"""Each bad input of the list has tests that exist: one that is renamed or removed leaves a hole with a name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
ALL = 87
CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda one: one["input"])
def test_a_bad_input_has_its_tests(case: dict[str, Any]) -> None:
    """And says what is answered."""
    assert case["answer"]
    assert case["tests"]
    for name in case["tests"]:
        file, _, function = name.partition("::")
        assert (ROOT / file).exists(), f"{file} is gone"
        assert f"def {function}(" in (ROOT / file).read_text("utf-8"), f"{name} is gone"


def test_each_is_listed_once_and_none_is_missing() -> None:
    """Under its own name, and each of the numbered ones has a case."""
    assert len({one["input"] for one in CASES}) == len(CASES)
    numbers = {one["number"] for one in CASES if "number" in one}
    assert sorted(numbers) == list(range(1, ALL + 1))
