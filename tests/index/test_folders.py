from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.build import build
from index.encoder import WordsOnly
from index.errors import IndexDamaged, ModelProblem
from index.folders import serving
from index.search import open_index

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def test_an_open_index_goes_on_until_it_is_refreshed(folder, write, out, toy):
    """And then has the new entry, without being opened again by hand."""
    write("one", "First words.")
    build(folder, out, toy)
    index = open_index(out, toy)
    assert index.refresh() is index
    write("two", "Second words.")
    build(folder, out, toy)
    assert index.entries.keys() == {"one"}
    assert index.search("first words").passages or index.ranked("first words")[0]
    assert index.refresh().entries.keys() == {"one", "two"}


def test_an_index_that_was_damaged_meanwhile_does_not_take_the_open_one_away(folder, write, out, toy):
    """What is in memory still answers."""
    write("one", "First words.")
    build(folder, out, toy)
    index = open_index(out, toy)
    (out / "current").write_text("build-nowhere\n")
    assert index.refresh() is index


def test_the_build_before_the_last_stays_and_older_ones_go(folder, write, out, toy):
    """A reader that has just read the pointer still finds what it names."""
    seen = []
    for text in ("one", "two", "three"):
        write("entry", text)
        build(folder, out, toy)
        seen.append(serving(out))
    assert [path.exists() for path in seen] == [False, True, True]
    assert sorted(path.name for path in out.iterdir()) == sorted(["current", seen[1].name, seen[2].name])


@pytest.mark.parametrize("name", ["../elsewhere", "build-../x", "", "/etc"])
def test_the_pointer_never_leads_out_of_its_folder(folder, write, out, toy, name):
    """It is a name, not a path."""
    write("one", "Text.")
    build(folder, out, toy)
    (out / "current").write_text(name)
    with pytest.raises(IndexDamaged):
        open_index(out, toy)


SWEEP = """
import os, shutil, sys
from pathlib import Path
sys.path.insert(0, {here!r})
from index.build import build
from index.search import open_index
from tests.index.conftest import WordEncoder
import faiss, numpy, sqlite_utils, rapidfuzz, tempfile

folder, base, out = Path({folder!r}), Path({base!r}), Path({out!r})
toy = WordEncoder()
build(folder, base, toy)
(folder / "entry.md").write_text((folder / "entry.md").read_text().replace("before", "after"))
survived = 0
for stop in range(1, 1000):
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(base, out)
    child = os.fork()
    if child == 0:
        left = [stop]
        def watch(event, arguments):
            if event.split(".")[0] in ("open", "os", "shutil", "sqlite3", "tempfile"):
                left[0] -= 1
                if left[0] == 0:
                    os._exit(9)
        sys.addaudithook(watch)
        build(folder, out, toy)
        os._exit(0)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    text = open_index(out, toy).ranked("words")[0][0].text
    assert text in ("words before.", "words after."), text
    if code == 0:
        assert text == "words after."
        break
    assert code == 9
    survived += 1
print(survived)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs fork")
def test_a_build_that_is_killed_at_any_moment_leaves_an_index_that_serves(folder, write, tmp_path):
    """Before each thing it does to the disk, in turn: the old text or the new one, and never none."""
    write("entry", "words before.")
    code = SWEEP.format(here=str(HERE), folder=str(folder), base=str(tmp_path / "base"), out=str(tmp_path / "sweep"))
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert int(run.stdout) > 20


def test_a_file_that_was_half_written_is_never_the_one_that_serves(folder, write, out, toy):
    """An unfinished build may hold any bytes."""
    write("one", "Text.")
    build(folder, out, toy)
    half = out / ".building-half"
    half.mkdir()
    (half / "index.sqlite").write_bytes(b"\0" * 100)
    assert open_index(out, toy).ranked("text")[0]
    write("one", "Other text.")
    build(folder, out, toy)
    assert open_index(out, toy).ranked("other")[0]


class Broken:
    """An encoder whose model has gone since the index was built."""

    dimension = 64
    limit = 256

    def __init__(self, name: str | None) -> None:
        self._name = name

    @property
    def name(self) -> str:
        if self._name is None:
            raise ModelProblem("There is no model.")
        return self._name

    def tokens(self, text: str) -> int:
        return len(text.split())

    def encode(self, texts, *, questions=False):
        raise ModelProblem("The model is broken.")


@pytest.mark.parametrize("name", ["words", None], ids=["corrupt", "missing"])
def test_without_its_model_an_index_answers_by_words_and_says_so(folder, write, out, toy, name):
    """Never silence, and never as sure as with both ways of finding."""
    write("pause", "Send the word pause.", title="Taking a pause")
    write("other", "Nothing of the kind.")
    build(folder, out, toy)
    answer = open_index(out, Broken(name)).search("taking a pause")
    assert answer.words_only
    assert answer.band != "answer"
    assert answer.passages[0].entry == "pause"
    assert not open_index(out, toy).search("taking a pause").words_only


def test_a_model_that_takes_too_long_is_not_waited_for(folder, write, out, toy):
    """The first person to ask gets words; later ones get both."""
    import threading

    write("pause", "Send the word pause.", title="Taking a pause")
    build(folder, out, toy)
    ready = threading.Event()
    loaded = toy.encode

    def slow(texts, *, questions=False):
        ready.wait(10)
        return loaded(texts, questions=questions)

    toy.encode = slow
    index = open_index(out, toy)
    assert index.search("taking a pause", wait=0.01).words_only
    ready.set()
    assert not index.search("taking a pause", wait=10).words_only


def test_an_index_can_be_made_where_there_is_no_model(folder, write, out, toy):
    """A first start on a bad day; with the model back, it is made anew."""
    write("pause", "Send the word pause.", title="Taking a pause")
    build(folder, out, WordsOnly())
    answer = open_index(out, toy).search("taking a pause")
    assert answer.words_only
    assert answer.passages[0].entry == "pause"
    assert build(folder, out, toy).encoded == 1
    assert not open_index(out, toy).search("taking a pause").words_only
