from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from index.topics import CHILD, CRISIS, TOPICS, topic_of

ASKED: dict[str, list[str]] = yaml.safe_load((Path(__file__).parent / "paraphrases.yaml").read_text("utf-8"))
NO_TOPIC = "answered by an entry"
PAIRS = [(topic, question) for topic, questions in ASKED.items() for question in questions if topic != NO_TOPIC]


@pytest.mark.parametrize(("topic", "question"), PAIRS, ids=lambda value: value)
def test_a_question_for_a_person_is_known_however_it_is_put(topic, question):
    """Plain, typed in a hurry, or as a story."""
    found = topic_of(question)
    assert found is not None
    assert found.id == topic


@pytest.mark.parametrize("question", ASKED[NO_TOPIC])
def test_a_question_that_only_sounds_alike_is_left_to_the_entries(question):
    """ "Who bears the cost" asks for no fee."""
    assert topic_of(question) is None


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.id)
def test_every_topic_names_a_role_and_gives_its_reason(topic):
    """A hand-over without somebody to turn to is a dead end."""
    assert topic.escalate_to
    assert topic.reason.endswith(".")
    assert topic.id in ASKED


def test_a_crisis_comes_before_everything_else_and_a_child_next():
    """Whatever else the question holds."""
    assert topic_of("when does the next cohort start, I want to die") == CRISIS
    assert topic_of("is it legal, a student told me her dad hits her") == CHILD
    assert topic_of("I can’t go on any more") == CRISIS


def test_topics_are_found_whatever_the_letters_and_in_long_text():
    """Phones write as they like; and no rule may take seconds on a long message."""
    import time

    assert topic_of("I CANT GO ON") == CRISIS
    started = time.perf_counter()
    topic_of("my student said that it is what she did at home and " * 200)
    assert time.perf_counter() - started < 2
