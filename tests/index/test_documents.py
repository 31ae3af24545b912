from __future__ import annotations

from pathlib import Path

import pytest

from index.documents import load_any, load_entries, problems
from index.errors import ContentProblem


def test_an_entry_keeps_its_keys_and_the_exact_text_under_them(folder, write):
    """What the author wrote is what the entry holds."""
    write(
        "pause",
        "\nOne  line.\r\n\n\tTwo — lines.",
        title="'Pause: how to'",
        more="aliases: [break, time off]\nprograms: [leep]\nsource_url: https://example.org/a\nfamily: time",
    )
    (entry,) = load_entries(folder)
    assert (entry.title, entry.aliases, entry.programs) == ("Pause: how to", ("break", "time off"), ("leep",))
    assert (entry.last_checked, entry.family, entry.source_url) == ("2026-11-21", "time", "https://example.org/a")
    # Written through a text file, so the line ends are those of the platform.
    raw = (folder / "pause.md").read_bytes().decode()
    assert entry.body == raw[raw.index("# '") :]


def test_a_doi_becomes_an_address(folder, write):
    """A reading may give its doi alone."""
    write("one", "Text.", more="source_url: doi:10.3102/0013189X035007003")
    assert load_entries(folder)[0].source_url == "https://doi.org/10.3102/0013189X035007003"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("kind: pamphlet", "line 4: kind: 'pamphlet' is not one of program, framework, protocol"),
        ("status: fresh", "line 5: status: 'fresh' is not one of current, historical, unknown"),
        ("last_checked: last week", "line 6: last_checked: write the date as YYYY-MM-DD"),
        ("last_checked: 2026-13-45", "month must be in 1..12"),
        ("id: another", "line 2: id: 'another' must be the file's name, 'one'"),
        ("title: ''", "line 3: title: this is empty"),
        ("title: 1984", "line 3: title: 1984 is not text; put it in quotes"),
        ("title: a: b", "text with : or # needs quotes"),
        ("aliases: [NASBE, 988]", "line 7: aliases: item 2 (988) is not text; put it in quotes"),
        ("aliases: NASBE", "line 7: aliases: this must be a list"),
        ("author: me", "line 7: author: no such key; the keys are id, title, kind"),
        ("source_url: javascript:alert(1)", "neither a web address that starts with https:// nor a doi"),
        ("title: twice\ntitle: twice", "key 'title' stands here twice"),
        ("aliases: &a [x]\nunits: *a", "alias *a: write the value out instead"),
        ("title: !!python/name:os.system x", "could not determine a constructor"),
    ],
)
def test_a_broken_rule_is_told_with_file_line_and_key(folder, write, line, expected):
    """Whoever edits entries learns where to look and what to write instead."""
    key = line.split(":")[0]
    path = write("one", "Text.")
    lines = path.read_text("utf-8").splitlines()
    at = next((n for n, old in enumerate(lines) if old.startswith(f"{key}:")), None)
    lines[slice(at, at + 1) if at is not None else slice(6, 6)] = line.split("\n")
    path.write_text("\n".join(lines), "utf-8")
    found = problems(folder)
    assert any(expected in problem for problem in found), found
    assert all(problem.startswith("one.md, line ") for problem in found)
    with pytest.raises(ContentProblem):
        load_entries(folder)


def test_a_program_that_nobody_knows_is_told(folder, write):
    """Where it is known which there are; else any name is taken."""
    write("one", "Text.", more="programs: [choir, quire]")
    assert problems(folder, {"dance", "choir"}) == ["one.md, line 7: programs: 'quire' is not one of choir, dance"]
    assert problems(folder) == []


@pytest.mark.parametrize("key", ["id", "title", "kind", "status", "last_checked"])
def test_a_missing_key_is_told(folder, write, key):
    """Five keys have to be there."""
    path = write("one", "Text.")
    kept = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(f"{key}:")]
    path.write_text("\n".join(kept), "utf-8")
    assert problems(folder) == [f"one.md, line 1: {key}: this key is missing"]


def test_every_problem_of_the_folder_is_told_at_once(folder, write):
    """Nobody has to run the check once for each mistake."""
    write("one", "Text.", kind="pamphlet", more="colour: red")
    (folder / "two.md").write_text("no front matter", "utf-8")
    (folder / "three.md").write_text("---\nid: three\n", "utf-8")
    (folder / "four.md").write_bytes(b"---\nid: four\n\xff\n---\n")
    with pytest.raises(ContentProblem) as caught:
        load_entries(folder)
    assert list(caught.value.problems) == problems(folder)
    assert [problem.split(":")[0] for problem in problems(folder)] == [
        "four.md, line 3",
        "one.md, line 7",
        "one.md, line 4",
        "three.md, line 1",
        "two.md, line 1",
    ]


def test_two_files_cannot_share_an_id(folder, write):
    """An id names one entry, also when the files lie in two folders."""
    path = write("one", "Text.")
    (folder / "more").mkdir()
    (folder / "more" / "one.md").write_text(path.read_text("utf-8"), "utf-8")
    (problem,) = problems(folder)
    assert "one.md, line 2: id: 'one' is already the id of" in problem


def test_a_block_of_keys_has_a_largest_size(folder, write):
    """A book pasted above the second --- is a mistake."""
    write("one", "Text.", more=f"audience: {'x' * 20_000}")
    assert problems(folder) == ["one.md, line 1: the block between the --- lines is longer than 16,000 characters"]


def test_any_folder_can_be_read_without_front_matter(folder):
    """The title is the first heading, or the file's name."""
    (folder / "sub").mkdir()
    (folder / "sub" / "notes.md").write_text("text first\n# My notes #\n", "utf-8")
    (folder / "plain.txt").write_text("only text", "utf-8")
    (folder / "plain.md").write_text("other text", "utf-8")
    (folder / "half.md").write_text("---\ntitle: Half\nkind: [odd]\nnew: key\n---\nbody", "utf-8")
    entries, skipped = load_any(folder)
    assert {(entry.id, entry.title) for entry in entries} == {
        ("half", "Half"),
        ("plain", "plain"),
        ("plain.txt", "plain"),
        ("sub/notes", "My notes"),
    }
    assert skipped == []


def test_what_cannot_be_read_in_any_folder_is_named(folder):
    """A file that was left out is told, with the reason."""
    (folder / "good.md").write_text("text", "utf-8")
    (folder / "empty.md").write_text(" \n", "utf-8")
    (folder / "latin.txt").write_bytes(b"caf\xe9")
    (folder / "book.txt").write_text("x" * 1_000_001, "utf-8")
    (folder / ".hidden.md").write_text("secret", "utf-8")
    (folder / "README.md").write_text("for people who edit", "utf-8")
    entries, skipped = load_any(folder)
    assert [entry.id for entry in entries] == ["good"]
    assert [line.split(":")[0] for line in skipped] == ["book.txt", "empty.md", "latin.txt"]


def test_a_link_that_leads_out_of_the_folder_is_not_followed(folder, tmp_path):
    """What lies outside was not meant to be shared."""
    (tmp_path / "private.md").write_text("private", "utf-8")
    (folder / "link.md").symlink_to(tmp_path / "private.md")
    assert load_any(folder) == ([], [])


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path):
    """Rather than an empty list."""
    with pytest.raises(ContentProblem, match="there is no such folder"):
        load_entries(tmp_path / "nowhere")
