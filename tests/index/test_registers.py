"""The same question from people who write differently."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import yaml

from index.build import build
from index.search import Index, open_index

HERE = Path(__file__).resolve().parents[2]
NEEDS: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "registers.yaml").read_text("utf-8"))
WAYS = ("plain", "typos", "acronym", "learner", "story")
GAP = 0.05

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def knowledge(model, tmp_path_factory, request, worker_id) -> Index:
    cache = getattr(request.config, "cache", None)
    out = cache.mkdir(f"knowledge-index-{worker_id}") if cache else tmp_path_factory.mktemp("index")
    build(HERE / "knowledge", out, model)
    return open_index(out, model)


def gain(index: Index, question: str, wanted: list[str]) -> float:
    """nDCG@10 where one entry is wanted: 1 in the first place, less in a later one."""
    order = [entry for entry, _ in index.order(question, 10)]
    place = next((at for at, entry in enumerate(order) if entry in wanted), None)
    return 0.0 if place is None else 1 / math.log2(place + 2)


def test_no_way_of_writing_finds_much_less_than_the_others(knowledge):
    """Typos, short forms, learner English and long stories stay within five hundredths of the mean."""
    means = {way: sum(gain(knowledge, need[way], need["answer"]) for need in NEEDS) / len(NEEDS) for way in WAYS}
    mean = sum(means.values()) / len(means)
    missed = [
        f"{way}: {need[way]}" for way in WAYS for need in NEEDS if gain(knowledge, need[way], need["answer"]) < 0.6
    ]
    assert mean - min(means.values()) <= GAP, (means, missed)
    assert mean >= 0.9, (means, missed)
