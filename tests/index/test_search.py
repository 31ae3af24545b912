from __future__ import annotations

import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index import words
from index.confidence import Features, Scale
from index.documents import Entry
from index.lexical import Lexicon
from index.names import Names
from index.search import Answer, open_index

ALWAYS = Scale({}, 5.0, 0.5, 0.2)
"""Draws the band "answer" for everything, for tests about something else."""


def entries_found(index, question, **more):
    return [hit.entry for hit in index.ranked(question, **more)[0]]


@pytest.fixture
def acronyms(write, opened):
    """Neighbours that must not be taken for each other."""
    write("leep", "It is for state boards. People learn about leading.", title="Program for boards (LEEP)")
    write("lee", "It is a membership body.", title="Civic leaders (LEE)")
    write("lern", "It is for districts.", title="Redesign network (LERN)")
    write("study", "How people learn, and learning about learners.", title="How we learn")
    return opened()


@pytest.mark.parametrize(
    ("question", "entry"),
    [("what is LEE", "lee"), ("what is leep?", "leep"), ("LERN", "lern"), ("learn", "study"), ("Lern", "lern")],
)
def test_an_acronym_finds_itself_and_not_its_neighbour(acronyms, question, entry):
    """LEE is not LEEP, and LERN is not the stem of "learn"."""
    assert entries_found(acronyms, question)[0] == entry


def test_terms_are_stems_but_acronyms_and_codes_stay_whole():
    """Two forms of one word meet; two acronyms never do."""
    lexicon = Lexicon([[("LERN and LJS leaders, PSP 0201-05-0100, perts PERTS", 1.0)]])
    assert lexicon.terms("Leading leader, the LERN's 0201-05-0100?") == ["lead", "leader", "lern", "0201-05-0100"]
    assert lexicon.terms("PERTS ljs") == ["perts", "ljs"]
    assert lexicon.terms("learn learning") == ["learn"]
    assert words.split("Schön’s dp/cp don't") == ["Schon", "dp", "cp", "don't"]


def test_a_mistyped_word_finds_the_word_that_was_meant():
    """People type on phones; but an acronym is never guessed, nor is a short word."""
    lexicon = Lexicon([[("difference equality targeted VLERN cat LERNS", 1.0)]])
    assert lexicon.terms("diference of equallity") == lexicon.terms("difference equality")
    assert lexicon.terms("vlerm car zebra") == ["vlerm", "car", "zebra"]


def test_a_word_in_most_passages_still_counts():
    """In entries about equity the word "equity" must not weigh nothing."""
    lexicon = Lexicon([[("equity plan", 1.0)], [("equity audit", 1.0)], [("audit of money", 1.0)]])
    scores = lexicon.scores(["equiti", "audit"])
    assert scores[1] > scores[0] > 0.05


def test_a_code_is_found_as_it_is_written(write, opened):
    """People paste codes from a page."""
    write("codes", "Practice 0201-05-0100 asks for inclusive leadership.")
    write("other", "Practice 0301-05-0100 asks for something else. Practice makes perfect.")
    assert entries_found(opened(), "practice 0201-05-0100??")[0] == "codes"


def test_calling_an_entry_by_its_alias_puts_it_first(write, opened):
    """Before an entry that only uses the same words."""
    write("board", "## Time off\nBoards plan their time off early.")
    write("pause", "Send the word for time away.", more="aliases: [time off]")
    assert entries_found(opened(), "time off")[0] == "pause"


def test_names_are_whole_words_and_the_longest_wins():
    """ "it" is not IT, and a name inside a longer name does not count again."""
    names = Names(
        [
            Entry("it", "Information desk", "", aliases=("IT",)),
            Entry("gap", "Gap", ""),
            Entry("gaps", "Opportunity gap", ""),
            Entry("also", "Also", "", aliases=("opportunity gap",)),
        ]
    )
    assert names.called("what is it") == {}
    assert names.called("what is IT") == {"it": 3.0}
    assert names.called("who repairs IT") == {"it": 0.5}
    assert names.called("opportunity gap?") == {"gaps": 1.5, "also": 1.5}
    assert names.called("gaping") == {}


def test_a_family_is_shown_once_unless_the_other_one_is_named(write, opened):
    """A framework and the reading it comes from are one answer."""
    write("frame", "Four detours and how to avoid them.", title="Equity detours", more="family: detours")
    write("reading", "An article on detours to avoid.", title="Gorski 2019", more="family: detours")
    write("else", "Roads and detours.", title="Roads")
    index = opened()
    assert entries_found(index, "which detours to avoid") == ["frame", "else"]
    assert "reading" in entries_found(index, "which detours to avoid, by Gorski 2019")


def test_an_entry_is_shown_once_with_its_best_passage(write, opened):
    """Three passages of one page are not three answers."""
    write("rest", "## Start\nPause starts.\n\n## End\nPause ends and the weeks go on.")
    write("two", "Another pause.")
    hits, _ = opened().ranked("rest: when does my pause end")
    assert [(hit.entry, hit.heading) for hit in hits] == [("rest", "End"), ("two", "")]


def test_only_what_the_asker_may_see_is_searched(write, opened):
    """The limit holds before the best are chosen, not after."""
    for number in range(30):
        write(f"private{number}", "Pause and pause again.")
    write("public", "One word on a pause, among many others that have nothing to do with it.")
    index = opened()
    assert entries_found(index, "pause", allowed={"public"}) == ["public"]
    assert entries_found(index, "pause", allowed=["public", "no such entry"], k=9) == ["public"]
    assert index.search("pause", allowed=set()).band == "none"


def test_a_hit_carries_what_a_reader_needs_to_check_it(folder, write, tmp_path, toy, opened):
    """Source, day, state and the exact words."""
    opened_once = write(
        "pause",
        "## How\nSend the word pause. Nothing is lost.",
        title="Taking a pause",
        more="source: A page\nsource_url: https://example.org\nescalate_to: coach\nfamily: time",
    )
    assert opened_once.exists()
    opened()
    answer = open_index(tmp_path / "out", toy, ALWAYS).search("pause", k=1)
    (hit,) = answer.passages
    assert (answer.band, answer.escalate_to, answer.question) == ("answer", "coach", "pause")
    assert (hit.title, hit.heading, hit.kind, hit.status) == ("Taking a pause", "How", "faq", "current")
    assert (hit.source, hit.source_url, hit.as_of) == ("A page", "https://example.org", "2026-11-21")
    assert hit.quote in hit.text
    assert 0 <= hit.score <= 1
    passage = open_index(tmp_path / "out", toy).passage(hit.id)
    assert passage is not None
    assert (passage.text, passage.entry) == (hit.text, "pause")
    assert open_index(tmp_path / "out", toy).passage("no such id") is None


def test_without_an_answer_no_passage_is_shown_and_a_role_is_named(write, opened):
    """ "I do not know" comes with a person."""
    write("pause", "Send the word pause.")
    answer = opened().search("zebra xylophone")
    assert (answer.band, answer.passages, answer.escalate_to) == ("none", (), "facilitator")


@pytest.mark.parametrize(
    "question",
    ["", "   ", "\0", "???", "x" * 10_000, "pause " * 2000, "pause\0 now", '" OR 1=1 --', "NEAR(a b) AND *", "\ud800"],
)
def test_an_odd_question_gets_an_answer_and_not_a_crash(write, opened, question):
    """Nothing typed in a chat is a command to the search."""
    write("pause", "Send the word pause.")
    answer = opened().search(question)
    assert isinstance(answer, Answer)
    if not any(letter.isalnum() for letter in question):
        assert answer.band == "none"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=st.text(max_size=200))
def test_any_text_can_be_asked(acronyms, question):
    """And each quote is a slice of its passage."""
    hits, _ = acronyms.ranked(question)
    assert all(hit.quote in hit.text for hit in hits)


def test_many_threads_get_the_answer_that_one_gets(write, opened):
    """A worker thread asks while another one does."""
    for number in range(20):
        write(f"entry{number}", f"Word{number} stands here only.")
    index = opened()
    found: dict[int, list[str]] = {}

    def ask(number: int) -> None:
        for _ in range(20):
            found[number] = entries_found(index, f"where is word{number}", k=1)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {number: [f"entry{number}"] for number in range(8)}


def test_a_question_is_encoded_once_and_its_words_are_not_kept(write, opened, toy):
    """The second asking is faster; what is remembered is a fingerprint."""
    write("pause", "Send the word pause.")
    index = opened()
    toy.encoded.clear()
    for question in ("My secret question", "my  secret QUESTION"):
        index.search(question)
    assert len(toy.encoded) == 1
    assert all(isinstance(key, bytes) and len(key) == 16 for key in index.meaning.asked)
    for number in range(300):
        index.search(f"question {number}")
    assert len(index.meaning.asked) == 256


def test_warming_loads_the_model(write, opened, toy):
    """Before the first person asks."""
    write("pause", "Send the word pause.")
    index = opened()
    toy.encoded.clear()
    index.warm()
    assert toy.encoded


def test_the_bands_follow_how_sure_the_search_is():
    """More of the question's words in the hit never makes the answer less sure."""
    scale = Scale({"cosine": 1.0, "covered": 4.0, "named": 1.0, "agreed": 0.0}, -2.7, 0.6, 0.2)
    bands = [scale.band(Features(0.3, covered, 0.0, 0.0)) for covered in (0.0, 0.5, 1.0)]
    assert bands == ["none", "closest", "answer"]


def test_the_shipped_scale_says_what_it_was_fitted_on():
    """Numbers without their origin cannot be trusted, nor improved."""
    import json

    from index.confidence import FITTED, fitted

    record = json.loads(FITTED.read_text("utf-8"))
    assert set(record["weights"]) == {"cosine", "covered", "named", "agreed"}
    assert all(weight > 0 for weight in record["weights"].values())
    assert 0 < fitted().closest_from < fitted().answer_from < 1
    assert record["fitted_on"]["entries"] > 0
    measured = record["measured_on_unseen_questions"]
    assert measured["near_in_answer_band"] <= 0.05
    assert measured["answerable_in_answer_band"] >= 0.8
    assert measured["at_80_percent_coverage"]["calibration_error"]["value"] <= 0.08
