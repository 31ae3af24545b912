from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import faiss
import pytest

from index.build import build
from index.errors import ContentProblem, IndexDamaged, IndexMissing, ModelProblem
from index.folders import serving
from index.search import open_index
from tests.index.conftest import WordEncoder, Write

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


def files(out):
    """Everything in the folder of the build that serves, and the pointer to it."""
    return {path.name: path.read_bytes() for path in (*serving(out).iterdir(), out / "current")}


def test_a_build_writes_files_that_belong_together(folder, write, out, toy):
    """One row, one vector and one line of words for each passage."""
    write("pause", "## Pause\nSend pause.\n\n## Skip\nPress skip.", more="aliases: [break]")
    report = build(folder, out, toy)
    assert (report.entries, report.passages, report.encoded, report.unchanged) == (1, 2, 2, False)
    assert sorted(files(out)) == ["current", "index.sqlite", "manifest.json", "vectors.faiss", "words.npz"]
    assert faiss.read_index(str(serving(out) / "vectors.faiss")).ntotal == 2
    with closing(sqlite3.connect(serving(out) / "index.sqlite")) as database:
        assert database.execute("select id, aliases from entries").fetchall() == [("pause", '["break"]')]
        assert database.execute("select number, text from passages").fetchall() == [
            (1, "Send pause."),
            (2, "Press skip."),
        ]
        found = database.execute("select rowid from passages_fts where passages_fts match 'pressing'")
        assert found.fetchall() == [(2,)]


def test_nothing_is_done_when_nothing_changed(folder, write, out, toy):
    """Not even a file's time changes."""
    write("pause", "Send pause.")
    build(folder, out, toy)
    before = {path.name: path.stat().st_mtime_ns for path in out.rglob("*")}
    report = build(folder, out, toy)
    assert (report.entries, report.passages, report.encoded, report.unchanged) == (1, 1, 0, True)
    assert {path.name: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_an_edit_and_a_new_name_are_both_a_change(folder, write, out, toy):
    """Whatever an author does to a file reaches the search."""
    path = write("one", "Text.")
    build(folder, out, toy)
    write("one", "Texts")
    assert build(folder, out, toy).unchanged is False
    path.rename(folder / "two.md")
    (folder / "two.md").write_text((folder / "two.md").read_text("utf-8").replace("id: one", "id: two"), "utf-8")
    assert build(folder, out, toy).unchanged is False


def test_only_changed_passages_are_encoded_again(folder, write, out, toy):
    """An edit of one section costs one passage, and what is gone is gone."""
    write("one", "## A\nFirst.\n\n## B\nSecond.")
    gone = write("two", "Third.")
    build(folder, out, toy)
    gone.unlink()
    write("one", "## A\nFirst.\n\n## B\nSecond, changed.")
    seen: list[tuple[int, int]] = []
    toy.encoded.clear()
    report = build(folder, out, toy, progress=lambda done, of: seen.append((done, of)))
    assert (report.encoded, report.passages) == (1, 2)
    assert toy.encoded == ["One › B\nSecond, changed."]
    assert seen == [(0, 1), (1, 1)]
    assert b"Third." not in files(out)["index.sqlite"]


def test_another_model_encodes_everything_again(folder, write, out, toy):
    """Vectors of two models must never be compared."""
    write("one", "Text.")
    build(folder, out, toy)
    toy.name = "other"
    assert build(folder, out, toy).encoded == 1


def test_kept_vectors_and_fresh_ones_give_the_same_index(folder, write, tmp_path, toy):
    """A build in steps is the build in one."""
    write("one", "First text.")
    build(folder, tmp_path / "steps", toy)
    write("two", "Second text.")
    build(folder, tmp_path / "steps", toy)
    build(folder, tmp_path / "once", toy)
    assert files(tmp_path / "steps")["vectors.faiss"] == files(tmp_path / "once")["vectors.faiss"]


def test_broken_entries_leave_the_old_index_as_it_was(folder, write, out, toy):
    """A mistake in an entry never takes the search away."""
    write("one", "Text.")
    build(folder, out, toy)
    before = files(out)
    write("two", "Text.", kind="pamphlet")
    with pytest.raises(ContentProblem):
        build(folder, out, toy)
    assert files(out) == before


def test_a_build_that_is_cut_short_leaves_the_old_index_as_it_was(folder, write, out, toy):
    """Also when the model fails half way."""
    write("one", "Text.")
    build(folder, out, toy)
    before = files(out)
    write("two", "More text.")

    def fail(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(folder, out, toy, progress=fail)
    assert files(out) == before


@pytest.mark.parametrize("name", ["index.sqlite", "vectors.faiss", "words.npz", "manifest.json", "current"])
@pytest.mark.parametrize("harm", ["changed", "cut", "gone"])
def test_a_damaged_index_is_told_with_the_command_that_repairs_it(folder, write, out, toy, name, harm):
    """And that command repairs it."""
    write("one", "Text.")
    build(folder, out, toy)
    path = out / name if name == "current" else serving(out) / name
    data = path.read_bytes()
    if harm == "gone":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(data[: len(data) // 2])
    else:
        path.write_bytes(b"X" + data[1:])
    with pytest.raises(IndexDamaged, match=r"Your entries are untouched\. Run `cohortbook index`") as caught:
        open_index(out, toy)
    assert isinstance(caught.value, IndexMissing) == (name == "current" and harm == "gone")
    assert build(folder, out, toy).unchanged is False
    assert open_index(out, toy).ranked("text")[0]


def test_an_index_of_another_model_is_refused(folder, write, out, toy):
    """Rather than searched with numbers that mean something else."""
    write("one", "Text.")
    build(folder, out, toy)
    toy.name = "other"
    with pytest.raises(IndexDamaged, match="was made with the model words, and other is set"):
        open_index(out, toy)


def test_an_index_of_another_version_is_refused(folder, write, out, toy):
    """A format from tomorrow is not guessed at."""
    write("one", "Text.")
    build(folder, out, toy)
    path = serving(out) / "manifest.json"
    manifest = json.loads(path.read_text())
    path.write_text(json.dumps({**manifest, "format": 99}))
    with pytest.raises(IndexDamaged, match="another version"):
        open_index(out, toy)


def test_an_empty_folder_gives_an_index_without_answers(folder, out, toy):
    """A program may start before its first entry is written."""
    assert build(folder, out, toy).passages == 0
    answer = open_index(out, toy).search("anything")
    assert (answer.band, answer.passages) == ("none", ())


def test_files_left_out_are_told_also_when_nothing_changed(folder, out, toy):
    """The second run does not hide what the first one said."""
    (folder / "good.md").write_text("text", "utf-8")
    (folder / "empty.md").write_text("", "utf-8")
    for unchanged in (False, True):
        report = build(folder, out, toy, strict=False)
        assert (report.unchanged, report.skipped) == (unchanged, ("empty.md: it has no text",))


@pytest.mark.model
def test_a_build_is_silent_and_never_loads_torch(folder, write, tmp_path):
    """No bars and no notes; the second time, with nothing to do, not even the search model is loaded."""
    write("one", "Text.")
    code = f"""
import sys
from pathlib import Path
from index.build import build
from index.encoder import MiniLM
report = build(Path({str(folder)!r}), Path({str(tmp_path / "out")!r}), MiniLM())
print(report.unchanged, "torch" in sys.modules, "onnxruntime" in sys.modules, "faiss" in sys.modules)
"""
    environment = {**os.environ}
    for expected in ("False False True True", "True False False False"):
        run = subprocess.run(
            [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True, env=environment
        )
        assert (run.stdout.strip(), run.stderr) == (expected, "")


def test_a_model_that_is_missing_leaves_everything_as_it_was(folder, write, out, tmp_path):
    """No half index."""
    from index.encoder import MiniLM

    write("one", "Text.")
    with pytest.raises(ModelProblem):
        build(folder, out, MiniLM(tmp_path / "no-model"))
    assert not out.exists()


def test_what_has_not_changed_is_not_cut_again(folder: Path, write: Write, tmp_path: Path) -> None:
    """The same passages as from an empty folder, with few looks at the tokens; a new title cuts anew."""
    for number in range(20):
        body = "".join(f"\n## Part {part}\n\n" + "One sentence about a choir. " * 40 for part in range(3))
        write(f"entry-{number}", body)

    class Counting(WordEncoder):
        counted = 0

        def tokens(self, text: str) -> int:
            self.counted += 1
            return super().tokens(text)

    toy = Counting()
    build(folder, tmp_path / "out", toy)
    first, toy.counted = toy.counted, 0
    write("entry-7", "Another text.", title="Another title")
    assert build(folder, tmp_path / "out", toy).encoded == 1
    assert toy.counted < first / 4
    build(folder, tmp_path / "anew", WordEncoder())
    read = [open_index(tmp_path / out, WordEncoder())._contents.passages for out in ("out", "anew")]
    assert read[0] == read[1]
