from __future__ import annotations

import pytest

from index.documents import Entry
from index.expansion import Expansion

GLOSSARY = """# Glossary
## ESSA: Every Student Succeeds Act
ESSA stands for Every Student Succeeds Act.

## CSI, TSI: ESSA school labels
A CSI school (comprehensive support and improvement) needs support. A TSI school (targeted support) too.

## CRT: culturally responsive teaching, or critical race theory
One is culturally responsive teaching, which builds on students' cultures. The other is critical race theory, a
field of scholarship that began in law.

## TA: technical assistance, or teaching assistant
TA in LEEP stands for technical assistance: expert help for a board. In a classroom it means teaching assistant.

## Community agreements
Rules that a group writes for itself. They are also called norms or working agreements. Not the same as law.
"""


@pytest.fixture
def forms() -> Expansion:
    return Expansion(
        [Entry("words", "Glossary", GLOSSARY, kind="glossary"), Entry("no", "## XYZ: none", "", kind="faq")]
    )


@pytest.mark.parametrize(
    ("question", "also"),
    [
        ("what does essa say", ("Every Student Succeeds Act",)),
        ("the every student succeeds act", ("ESSA",)),
        ("CSI vs TSI", ("comprehensive support and improvement", "targeted support")),
        ("norms for our group", ("Community agreements",)),
        ("community agreements", ("norms", "working agreements")),
        ("ESSA, the Every Student Succeeds Act", ()),
        ("XYZ", ()),
    ],
)
def test_either_form_brings_the_other(forms, question, also):
    """Short and long, both ways, and only from glossaries."""
    assert forms.expand(question).also == also


def test_a_short_form_with_two_readings_is_asked_back(forms):
    """Guessing wrong here is worse than asking."""
    found = forms.expand("CRT in our school")
    assert found.ambiguous == ("culturally responsive teaching", "critical race theory")
    assert found.also == ()
    assert forms.expand("our TA is late").ambiguous == ("technical assistance", "teaching assistant")


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("CRT and students' cultures", "culturally responsive teaching"),
        ("crt scholarship", "critical race theory"),
        ("TA for our board", "technical assistance"),
        ("CRT culturally responsive teaching", None),
    ],
)
def test_words_beside_it_say_which_was_meant(forms, question, reading):
    """So does the reading itself, once it was chosen."""
    found = forms.expand(question)
    assert found.ambiguous == ()
    assert found.also == ((reading,) if reading else ())


def test_who_asks_what_it_means_is_not_asked_back(forms):
    """The glossary is the answer."""
    assert forms.expand("what does CRT mean here").ambiguous == ()


def test_the_answer_tells_what_else_was_searched_and_what_was_unclear(write, opened):
    """So that the asker can see why something was found, or choose."""
    write("glossary-words", GLOSSARY, kind="glossary")
    write("law", "The Every Student Succeeds Act is a law of 2015.")
    index = opened()
    answer = index.search("what is ESSA about")
    assert answer.also_searched == ("Every Student Succeeds Act",)
    assert "law" in [hit.entry for hit in index.ranked("essa 2015")[0]]
    assert index.search("CRT in class").ambiguous == ("culturally responsive teaching", "critical race theory")
