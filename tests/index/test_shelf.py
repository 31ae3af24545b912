"""Entries that were added here win over shipped ones, no upgrade touches them, and no slip takes others away."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.build import build
from index.documents import Entry, load_sound, shelved
from index.search import open_index
from index.shelf import Shelf, ShelfProblem, id_for, text_of
from tests.index.conftest import WordEncoder

TODAY = date(2026, 11, 22)


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    folder = tmp_path / "shipped"
    folder.mkdir()
    for id_, text in (("pause", "Send the word pause."), ("audit", "An audit looks at a program.")):
        (folder / f"{id_}.md").write_text(text_of(entry(id_, text)), "utf-8")
    return folder


@pytest.fixture
def shelf(tmp_path: Path, shipped: Path) -> Shelf:
    return Shelf(tmp_path / "own", shipped)


def entry(id_: str, body: str, **more: str) -> Entry:
    values = {"kind": "faq", "status": "current", "last_checked": "2026-11-01", "source": "ours"} | more
    return Entry(id_, id_.capitalize(), body, **values)  # type: ignore[arg-type]


def found(shelf: Shelf, shipped: Path) -> dict[str, str]:
    return {one.id: one.body.strip() for one in shelved(shipped, shelf.folder)[0]}


def test_an_own_entry_stands_in_the_place_of_the_shipped_one(shelf: Shelf, shipped: Path) -> None:
    """The others stay; nothing is written into the shipped folder."""
    before = {path.name: path.read_bytes() for path in shipped.iterdir()}
    shelf.put(entry("pause", "Ask Mina for a pause."), replacing=True)
    shelf.put(entry("parking", "Park behind the hall."))
    assert found(shelf, shipped) == {
        "audit": "An audit looks at a program.",
        "parking": "Park behind the hall.",
        "pause": "Ask Mina for a pause.",
    }
    assert {path.name: path.read_bytes() for path in shipped.iterdir()} == before


def test_a_draft_is_found_by_nobody_and_only_a_draft_is_thrown_away(shelf: Shelf, shipped: Path) -> None:
    """What was published once is retired instead, so that its text is kept."""
    shelf.put(replace(entry("parking", "Park behind the hall."), status="draft"))
    shelf.put(entry("choir", "The choir sings."))
    assert set(found(shelf, shipped)) == {"audit", "choir", "pause"}
    assert next(one for one in shelf.standing() if one.entry.id == "parking").check_by is None
    shelf.discard(shelf.find("parking"))
    with pytest.raises(ShelfProblem):
        shelf.discard(shelf.find("choir"))
    assert sorted(path.name for path in shelf.folder.iterdir()) == ["choir.md"]


def test_an_id_that_is_taken_is_refused_unless_it_is_to_be_replaced(shelf: Shelf) -> None:
    """Nobody's entry disappears by accident, neither one's own nor a shipped one."""
    for id_ in ("pause", "parking"):
        if id_ == "parking":
            shelf.put(entry(id_, "First."))
        with pytest.raises(ShelfProblem, match=f"entry {id_} already"):
            shelf.put(entry(id_, "Second."))
    assert shelf.find("parking").body.strip() == "First."


@pytest.mark.parametrize("id_", ["../../x", "", "A", "a b", "con/x", ".hidden", "a--b", "x" * 61, "ü"])
def test_an_id_that_would_lead_elsewhere_is_refused(shelf: Shelf, tmp_path: Path, id_: str) -> None:
    """And nothing is written anywhere."""
    with pytest.raises(ShelfProblem, match="cannot be an id"):
        shelf.put(entry(id_, "Text."))
    assert not shelf.folder.exists()


def test_a_retired_entry_is_found_no_more_and_can_come_back(shelf: Shelf, shipped: Path) -> None:
    """Shipped ones too; the text is kept."""
    shelf.retire("audit")
    assert set(found(shelf, shipped)) == {"pause"}
    shelf.restore("audit")
    assert found(shelf, shipped)["audit"] == "An audit looks at a program."


def test_an_upgrade_leaves_own_entries_and_says_where_the_two_differ(shelf: Shelf, shipped: Path) -> None:
    """Only where the shipped text changed after it was replaced."""
    shelf.put(entry("pause", "Ask Mina for a pause."), replacing=True)
    assert not any(one.upstream_changed for one in shelf.standing())
    (shipped / "pause.md").write_text(text_of(entry("pause", "Send pause or break.")), "utf-8")
    assert [one.entry.id for one in shelf.standing() if one.upstream_changed] == ["pause"]
    assert found(shelf, shipped)["pause"] == "Ask Mina for a pause."


def test_a_slip_in_an_own_file_leaves_it_out_and_names_it(shelf: Shelf, shipped: Path) -> None:
    """The search goes on with everything else."""
    shelf.put(entry("parking", "Park behind the hall."))
    (shelf.folder / "broken.md").write_text("---\nid: other\n---\ntext\n", "utf-8")
    assert set(found(shelf, shipped)) == {"audit", "parking", "pause"}
    assert any(line.startswith("broken.md, line") for line in shelf.failed())
    (shelf.folder / "pause.md").write_text("no front matter", "utf-8")
    assert found(shelf, shipped)["pause"] == "Send the word pause."


def test_entries_come_up_for_a_check_when_their_interval_has_passed(shelf: Shelf) -> None:
    """Twice a year for what changes often, once for the rest; who checked it is not asked again."""
    shelf.put(entry("fees", "Ask the office.", last_checked="2026-05-01"))
    shelf.put(entry("book", "A book.", kind="reading", last_checked="2026-05-01"))

    def due() -> list[str]:
        return [one.entry.id for one in shelf.standing() if one.check_by and one.check_by <= TODAY]

    assert due() == ["fees"]
    shelf.checked("fees", TODAY)
    assert due() == []


def test_what_was_added_is_found_and_only_it_is_encoded(shelf: Shelf, shipped: Path, tmp_path: Path) -> None:
    """Under a search that is open already."""
    toy = WordEncoder()
    build(shipped, tmp_path / "out", toy, own=shelf.folder)
    index = open_index(tmp_path / "out", toy)
    shelf.put(entry("parking", "Park behind the hall."))
    report = build(shipped, tmp_path / "out", toy, own=shelf.folder)
    assert report.encoded == 1
    assert index.refresh().search("park behind the hall").passages[0].entry == "parking"
    assert build(shipped, tmp_path / "out", toy, own=shelf.folder).unchanged


@given(
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
    st.text(st.characters(blacklist_categories=["Cs", "Cc"]), min_size=1).filter(str.strip),
)
def test_whatever_is_written_is_read_back(tmp_path_factory: pytest.TempPathFactory, title: str, body: str) -> None:
    """Quotation marks, colons, other scripts: an entry survives its file."""
    folder = tmp_path_factory.mktemp("shelf")
    wanted = replace(entry("one", body), title=title, aliases=("a: b", "#c"), file="one.md")
    (folder / "one.md").write_text(text_of(wanted), "utf-8", newline="\n")
    (read,), problems = load_sound(folder)
    assert not problems
    assert replace(read, body=read.body.strip()) == replace(wanted, body=body.strip(), title=" ".join(title.split()))


@pytest.mark.parametrize(
    ("title", "id_"),
    [
        ("Our vacation calendar", "our-vacation-calendar"),
        ("Être là!", "etre-la"),
        ("数据", "entry"),
        ("../../etc", "etc"),
        ("a" * 90, "entry"),
        ("one two " * 20, "one-two-one-two-one-two-one-two-one-two-one-two-one-two-one"),
    ],
)
def test_an_id_is_made_of_the_title(title: str, id_: str) -> None:
    """Readable, and always a name that a file may have."""
    assert id_for(title) == id_
