"""Questions about one thing stand together, with the model and without it."""

from __future__ import annotations

import pytest

from index.encoder import MiniLM, WordsOnly
from index.grouping import together

BUS = ["who pays for the bus to the spring convening?", "Who pays for the bus to the convening in spring?"]
GUEST = ["can I bring a colleague to the next session?", "is it ok if I invite someone from my team to the session"]
BOOK = "which book should I read first?"


@pytest.mark.model
def test_paraphrases_stand_together_and_what_is_near_stays_apart(model: MiniLM) -> None:
    """The largest group first; the others in their order."""
    assert together([BOOK, BUS[0], GUEST[0], BUS[1], GUEST[1]], model) == [[1, 3], [2, 4], [0]]


def test_without_a_model_shared_words_decide() -> None:
    """Small words count nothing."""
    assert together([BOOK, *BUS, "which of these should I do first?"], WordsOnly()) == [[1, 2], [0], [3]]


@pytest.mark.parametrize("texts", [[], [""], ["?!", "", "\u200b"], ["same", "same", "same"]])
def test_every_text_is_in_one_group(texts: list[str]) -> None:
    """Whatever it is."""
    groups = together(texts, WordsOnly())
    assert sorted(at for group in groups for at in group) == list(range(len(texts)))
